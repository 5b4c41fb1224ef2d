#include "store/timetable.h"

#include <string.h>

#include "base/json.h"
#include "store/stmt.h"

static enum meeting_state state_of(const char *name)
{
	if (strcmp(name, meeting_state_name(MEETING_PLANNED)) == 0)
		return MEETING_PLANNED;
	if (strcmp(name, meeting_state_name(MEETING_CANCELLED)) == 0)
		return MEETING_CANCELLED;
	return MEETING_UNPLACED;
}

static struct meeting meeting_of(const struct stmt *q)
{
	return (struct meeting){
		.id = stmt_int(q, 0),
		.uid = stmt_copy(q, 1),
		.code = stmt_copy(q, 2),
		.kind = stmt_copy(q, 3),
		.council = stmt_copy(q, 4),
		.state = state_of(stmt_text(q, 5)),
		.reason = stmt_copy(q, 6),
		.title = stmt_copy(q, 7),
		.location = stmt_copy(q, 8),
		.agenda = stmt_copy(q, 9),
		.starts_at = stmt_int(q, 10),
		.ends_at = stmt_int(q, 11),
		.all_day = stmt_int(q, 12) != 0,
		.decisive = stmt_int(q, 13) != 0,
		.sequence = (int)stmt_int(q, 14),
		.told = stmt_copy(q, 15),
		.told_at = stmt_int(q, 16),
	};
}

static int pass_on(const struct stmt *q, timetable_fn fn, void *context)
{
	meeting_auto meeting = meeting_of(q);
	json_auto_t *roles = json_loads(stmt_text(q, 17), 0, NULL);
	const struct timetable_row row = {
		.meeting = meeting,
		.roles = roles,
		.created_at = stmt_int(q, 18),
		.changed_at = stmt_int(q, 19),
		.minutes_at = stmt_int(q, 20),
		.invited_at = stmt_int(q, 21),
		.owed = (int)stmt_int(q, 22),
		.reached = (int)stmt_int(q, 23),
	};

	return fn(&row, context);
}

int timetable_each(struct db *db, int64_t from, int64_t to, timetable_fn fn,
	void *context, struct err *err)
{
	int r;
	/* coalesce: as the index letter_one has it. */
	stmt_auto q = stmt_open(db,
		"SELECT m.id, m.uid, m.code, m.kind, m.council, m.state, m.reason,\n"
		"  m.title, m.location, m.agenda, m.starts_at, m.ends_at, m.all_day,\n"
		"  m.decisive, m.sequence, m.told, m.told_at,\n"
		"  (SELECT json_group_array(json_object('role', role, 'name', name,\n"
		"      'address', address))\n"
		"    FROM meeting_role WHERE meeting_id = m.id),\n"
		"  m.created_at, m.changed_at,\n"
		"  (SELECT min(n.at) FROM minutes AS n\n"
		"    WHERE n.meeting_id = m.id AND n.withdraw_asked_at IS NULL),\n"
		"  (SELECT min(l.created_at) FROM letter AS l\n"
		"    WHERE coalesce(l.meeting_id, 0) = m.id AND l.kind = "
		"'invitation'),\n"
		"  (SELECT count(DISTINCT d.address) FROM letter AS l\n"
		"    JOIN delivery AS d ON d.letter_id = l.id\n"
		"    WHERE coalesce(l.meeting_id, 0) = m.id\n"
		"      AND l.kind IN ('invitation', 'update')\n"
		"      AND d.state <> 'withdrawn'),\n"
		"  (SELECT count(DISTINCT d.address) FROM letter AS l\n"
		"    JOIN delivery AS d ON d.letter_id = l.id\n"
		"    WHERE coalesce(l.meeting_id, 0) = m.id\n"
		"      AND l.kind IN ('invitation', 'update')\n"
		"      AND d.state IN ('sent', 'delivered', 'answered'))\n"
		"FROM meeting AS m\n"
		"WHERE m.starts_at >= ? AND m.starts_at < ?\n"
		"ORDER BY m.starts_at, m.id",
		SQL_INT(from), SQL_INT(to));

	while ((r = stmt_step(&q, err)) == 1)
		if (pass_on(&q, fn, context) < 0)
			return -1;
	return r;
}

int timetable_begin(struct db *db, int64_t *ret_at, struct err *err)
{
	int r = db_find_int(
		db, err, ret_at, "SELECT coalesce(min(created_at), 0) FROM meeting");

	return r < 0 ? -1 : 0;
}

/* [id] of the first column. */
static json_t *ids_of(struct stmt *q, struct err *err)
{
	json_auto_t *ids = json_array();
	int r;

	while ((r = stmt_step(q, err)) == 1)
		json_array_append_new(ids, json_string(stmt_text(q, 0)));
	return r < 0 ? NULL : TAKE(ids);
}

static json_t *owing_councils(struct db *db, const char *committee, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT c.id FROM council_owes AS o\n"
		"JOIN council AS c ON c.id = o.council\n"
		"WHERE o.committee = ?\n"
		"ORDER BY c.position, c.id",
		SQL_TEXT(committee));

	return ids_of(&q, err);
}

static json_t *committees(struct db *db, struct err *err)
{
	json_auto_t *list = json_array();
	stmt_auto q = stmt_open(
		db, "SELECT id FROM committee ORDER BY in_file DESC, position, id");
	json_auto_t *ids = ids_of(&q, err);
	size_t i;
	json_t *id;

	if (!ids)
		return NULL;
	json_array_foreach (ids, i, id) {
		json_t *councils = owing_councils(db, json_string_value(id), err);
		if (!councils)
			return NULL;
		json_array_append_new(
			list, json_pack("{s:O, s:o}", "id", id, "councils", councils));
	}
	return TAKE(list);
}

json_t *timetable_bodies(struct db *db, struct err *err)
{
	stmt_auto q = stmt_open(
		db, "SELECT id FROM council ORDER BY in_file DESC, position, id");
	json_auto_t *councils = ids_of(&q, err);
	json_auto_t *all = councils ? committees(db, err) : NULL;

	if (!all)
		return NULL;
	return json_pack("{s:O, s:O}", "councils", councils, "committees", all);
}

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "store/journal.h"
#include "store/stmt.h"

/* ---- fields of a row, left out where they are NULL ---- */

static void put_text(json_t *row, const char *key, const struct stmt *q, int column)
{
	json_put_str(row, key, stmt_text(q, column));
}

static bool is_null(const struct stmt *q, int column)
{
	return sqlite3_column_type(q->handle, column) == SQLITE_NULL;
}

static void put_number(json_t *row, const char *key, const struct stmt *q, int column)
{
	if (!is_null(q, column))
		json_put_int(row, key, stmt_int(q, column));
}

static void put_bool(json_t *row, const char *key, const struct stmt *q, int column)
{
	json_object_set_new(row, key, json_boolean(stmt_int(q, column)));
}

static void put_time(json_t *row, const char *key, const struct stmt *q, int column)
{
	if (is_null(q, column))
		return;
	str_auto *words = clock_format(stmt_int(q, column));
	json_put_str(row, key, words);
}

/* ---- a function a sort of row ---- */

typedef json_t *(*row_fn)(const struct stmt *q);

static json_t *incoming_row(const struct stmt *q)
{
	json_t *row = json_object();

	put_text(row, "register", q, 0);
	put_text(row, "sha256", q, 1);
	put_number(row, "size", q, 2);
	put_time(row, "arrived_at", q, 3);
	put_text(row, "folder", q, 4);
	put_number(row, "uid", q, 5);
	put_text(row, "message_id", q, 6);
	put_text(row, "in_reply_to", q, 7);
	put_text(row, "from", q, 8);
	put_text(row, "from_name", q, 9);
	put_text(row, "subject", q, 10);
	put_text(row, "state", q, 11);
	put_text(row, "class", q, 12);
	put_text(row, "outcome", q, 13);
	put_text(row, "reason", q, 14);
	put_bool(row, "verified", q, 15);
	put_text(row, "meeting", q, 16);
	json_auto_t *detail =
		is_null(q, 17) ? NULL : json_loads(stmt_text(q, 17), 0, NULL);
	if (detail)
		json_object_update_missing(row, detail);
	return row;
}

static json_t *delivery_row(const struct stmt *q)
{
	json_t *row = json_object();

	put_number(row, "id", q, 0);
	put_text(row, "letter", q, 1);
	put_text(row, "meeting", q, 2);
	put_text(row, "meeting_code", q, 3);
	put_number(row, "version", q, 4);
	put_text(row, "subject", q, 5);
	put_text(row, "address", q, 6);
	put_text(row, "name", q, 7);
	put_text(row, "person", q, 8);
	put_text(row, "committee", q, 9);
	put_text(row, "committee_name", q, 10);
	put_text(row, "state", q, 11);
	put_bool(row, "served", q, 12);
	put_text(row, "message_id", q, 13);
	put_time(row, "promised_at", q, 14);
	put_time(row, "due_at", q, 15);
	put_time(row, "sent_at", q, 16);
	put_number(row, "tries", q, 17);
	put_text(row, "reply", q, 18);
	return row;
}

static json_t *meeting_row(const struct stmt *q)
{
	json_t *row = json_object();

	put_text(row, "uid", q, 0);
	put_text(row, "code", q, 1);
	put_text(row, "source_uid", q, 2);
	put_text(row, "recurrence_id", q, 3);
	put_text(row, "kind", q, 4);
	put_text(row, "council", q, 5);
	put_text(row, "state", q, 6);
	put_text(row, "reason", q, 7);
	put_text(row, "title", q, 8);
	put_text(row, "location", q, 9);
	put_text(row, "agenda", q, 10);
	put_time(row, "starts_at", q, 11);
	put_time(row, "ends_at", q, 12);
	put_bool(row, "all_day", q, 13);
	put_bool(row, "decisive", q, 14);
	put_number(row, "sequence", q, 15);
	put_time(row, "told_at", q, 16);
	json_object_set_new(row, "roles", json_loads(stmt_text(q, 17), 0, NULL));
	return row;
}

static json_t *answer_row(const struct stmt *q)
{
	json_t *row = json_object();

	put_text(row, "meeting", q, 0);
	put_text(row, "meeting_code", q, 1);
	put_text(row, "attendee", q, 2);
	put_text(row, "partstat", q, 3);
	put_number(row, "sequence", q, 4);
	put_time(row, "dtstamp", q, 5);
	put_text(row, "comment", q, 6);
	put_text(row, "register", q, 7);
	put_bool(row, "invited", q, 8);
	put_text(row, "outcome", q, 9);
	put_bool(row, "counts", q, 10);
	put_time(row, "at", q, 11);
	return row;
}

static json_t *minutes_row(const struct stmt *q)
{
	json_t *row = json_object();

	put_text(row, "meeting", q, 0);
	put_text(row, "meeting_code", q, 1);
	put_number(row, "version", q, 2);
	put_text(row, "register", q, 3);
	put_text(row, "from", q, 4);
	put_text(row, "from_name", q, 5);
	put_time(row, "at", q, 6);
	json_object_set_new(row, "files", json_loads(stmt_text(q, 7), 0, NULL));
	put_time(row, "withdrawn_at", q, 8);
	return row;
}

static json_t *journal_row(const struct stmt *q)
{
	json_t *row = json_object();

	put_time(row, "at", q, 0);
	put_text(row, "who", q, 1);
	put_text(row, "what", q, 2);
	put_text(row, "why", q, 3);
	put_text(row, "detail", q, 4);
	put_text(row, "meeting", q, 5);
	put_text(row, "register", q, 6);
	put_number(row, "delivery", q, 7);
	put_text(row, "address", q, 8);
	return row;
}

/* ---- their rows ---- */

struct range {
	int64_t from, to;
	export_row_fn fn;
	void *context;
};

static int pass_rows(
	struct stmt *q, row_fn make, const struct range *r, struct err *err)
{
	int step;

	while ((step = stmt_step(q, err)) == 1) {
		json_auto_t *row = make(q);
		if (r->fn(row, r->context) < 0)
			return -1;
	}
	return step;
}

int incoming_export(struct db *db, int64_t from, int64_t to, export_row_fn fn,
	void *context, struct err *err)
{
	const struct range r = {from, to, fn, context};
	stmt_auto q = stmt_open(db,
		"SELECT printf('%04d-%06d', i.register_year, i.register_number),\n"
		"  i.sha256, i.size, i.arrived_at, i.folder, i.uid, i.message_id,\n"
		"  i.in_reply_to, i.from_address, i.from_name, i.subject, i.state, "
		"i.class,\n"
		"  i.outcome, i.reason, i.verified, m.uid, i.detail\n"
		"FROM incoming AS i\n"
		"LEFT JOIN meeting AS m ON m.id = i.meeting_id\n"
		"WHERE i.arrived_at >= ? AND i.arrived_at < ?\n"
		"ORDER BY i.register_year, i.register_number",
		SQL_INT(from), SQL_INT(to));

	return pass_rows(&q, incoming_row, &r, err);
}

static int export_incoming(struct db *db, const struct range *r, struct err *err)
{
	return incoming_export(db, r->from, r->to, r->fn, r->context, err);
}

static int export_deliveries(struct db *db, const struct range *r, struct err *err)
{
	/* Served: what is known to have gone and has not come back. */
	stmt_auto q = stmt_open(db,
		"SELECT d.id, l.kind, m.uid, m.code, l.version, l.subject, d.address,\n"
		"  d.name, d.person, d.committee, c.name, iif(d.rests, 'resting', "
		"d.state),\n"
		"  d.state IN ('sent', 'delivered', 'answered'), d.message_id,\n"
		"  d.created_at, d.due_at, d.sent_at, d.tries, d.reply\n"
		"FROM delivery AS d\n"
		"JOIN letter AS l ON l.id = d.letter_id\n"
		"LEFT JOIN meeting AS m ON m.id = l.meeting_id\n"
		"LEFT JOIN committee AS c ON c.id = d.committee\n"
		"WHERE d.created_at >= ? AND d.created_at < ?\n"
		"ORDER BY d.created_at, d.id",
		SQL_INT(r->from), SQL_INT(r->to));

	return pass_rows(&q, delivery_row, r, err);
}

static int export_meetings(struct db *db, const struct range *r, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT m.uid, m.code, m.source_uid, m.recurrence_id, m.kind, "
		"m.council,\n"
		"  m.state, m.reason, m.title, m.location, m.agenda, m.starts_at, "
		"m.ends_at,\n"
		"  m.all_day, m.decisive, m.sequence, m.told_at,\n"
		"  (SELECT json_group_array(json_object('role', role, 'name', name,\n"
		"      'address', address)) FROM meeting_role WHERE meeting_id = "
		"m.id)\n"
		"FROM meeting AS m\n"
		"WHERE m.starts_at >= ? AND m.starts_at < ?\n"
		"ORDER BY m.starts_at, m.id",
		SQL_INT(r->from), SQL_INT(r->to));

	return pass_rows(&q, meeting_row, r, err);
}

static int export_answers(struct db *db, const struct range *r, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT m.uid, m.code, a.attendee, a.partstat, a.sequence,\n"
		"  nullif(a.dtstamp, 0), a.comment,\n"
		"  iif(i.id IS NULL, NULL,\n"
		"    printf('%04d-%06d', i.register_year, i.register_number)), "
		"a.invited,\n"
		"  a.outcome, a.is_current, a.at\n"
		"FROM answer AS a\n"
		"JOIN meeting AS m ON m.id = a.meeting_id\n"
		"LEFT JOIN incoming AS i ON i.id = a.incoming_id\n"
		"WHERE a.at >= ? AND a.at < ?\n"
		"ORDER BY a.id",
		SQL_INT(r->from), SQL_INT(r->to));

	return pass_rows(&q, answer_row, r, err);
}

static int export_minutes(struct db *db, const struct range *r, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT m.uid, m.code, n.version,\n"
		"  iif(i.id IS NULL, NULL,\n"
		"    printf('%04d-%06d', i.register_year, i.register_number)),\n"
		"  n.from_address, n.from_name, n.at,\n"
		"  (SELECT json_group_array(json_object('name', name, 'media_type',\n"
		"      media_type, 'size', size, 'sha256', sha256))\n"
		"    FROM minutes_file WHERE minutes_id = n.id),\n"
		"  n.withdrawn_at\n"
		"FROM minutes AS n\n"
		"JOIN meeting AS m ON m.id = n.meeting_id\n"
		"LEFT JOIN incoming AS i ON i.id = n.incoming_id\n"
		"WHERE n.at >= ? AND n.at < ?\n"
		"ORDER BY n.id",
		SQL_INT(r->from), SQL_INT(r->to));

	return pass_rows(&q, minutes_row, r, err);
}

static int export_journal(struct db *db, const struct range *r, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT j.at, j.who, j.what, j.why, j.detail, m.uid,\n"
		"  iif(i.id IS NULL, NULL,\n"
		"    printf('%04d-%06d', i.register_year, i.register_number)),\n"
		"  d.id, d.address\n"
		"FROM journal AS j\n"
		"LEFT JOIN delivery AS d ON d.id = j.delivery_id\n"
		"LEFT JOIN letter AS l ON l.id = d.letter_id\n"
		"LEFT JOIN meeting AS m ON m.id = coalesce(j.meeting_id, "
		"l.meeting_id)\n"
		"LEFT JOIN incoming AS i ON i.id = j.incoming_id\n"
		"WHERE j.at >= ? AND j.at < ?\n"
		"ORDER BY j.id",
		SQL_INT(r->from), SQL_INT(r->to));

	return pass_rows(&q, journal_row, r, err);
}

static json_t *absence_row(const struct stmt *q)
{
	json_t *row = json_object();

	put_text(row, "person", q, 0);
	put_text(row, "address", q, 1);
	put_text(row, "until", q, 2);
	put_bool(row, "is_return", q, 3);
	put_text(row, "register", q, 4);
	put_time(row, "at", q, 5);
	return row;
}

static int export_absences(struct db *db, const struct range *r, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT a.person, a.address, a.until, a.is_return,\n"
		"  printf('%04d-%06d', i.register_year, i.register_number), a.from_at\n"
		"FROM absence AS a\n"
		"JOIN incoming AS i ON i.id = a.incoming_id\n"
		"WHERE a.from_at >= ? AND a.from_at < ?\n"
		"ORDER BY a.id",
		SQL_INT(r->from), SQL_INT(r->to));

	return pass_rows(&q, absence_row, r, err);
}

static const struct {
	const char *what;
	int (*run)(struct db *db, const struct range *r, struct err *err);
} exports[] = {
	{"incoming", export_incoming},
	{"deliveries", export_deliveries},
	{"meetings", export_meetings},
	{"answers", export_answers},
	{"minutes", export_minutes},
	{"absences", export_absences},
	{"journal", export_journal},
};

int store_export(struct db *db, const char *what, int64_t from, int64_t to,
	export_row_fn fn, void *context, struct err *err)
{
	const struct range r = {from, to, fn, context};

	for (size_t i = 0; i < sizeof(exports) / sizeof(*exports); i++)
		if (strcmp(exports[i].what, what) == 0)
			return exports[i].run(db, &r, err);
	return err_set(err, ERR_PERM,
		"nothing to export is called %s: there are incoming, deliveries, "
		"meetings, "
		"answers, minutes, absences and journal",
		what);
}

#include "store/meeting.h"

#include <assert.h>
#include <string.h>

#include "base/json.h"
#include "store/look.h"
#include "store/stmt.h"

static const char *const state_names[] = {
	[MEETING_PLANNED] = "planned",
	[MEETING_CANCELLED] = "cancelled",
	[MEETING_UNPLACED] = "unplaced",
};
#define STATE_COUNT (sizeof(state_names) / sizeof(*state_names))

const char *meeting_state_name(enum meeting_state state)
{
	assert((size_t)state < STATE_COUNT);
	return state_names[state];
}

static enum meeting_state state_of(const char *name)
{
	size_t i = 0;

	while (i < STATE_COUNT && strcmp(state_names[i], name) != 0)
		i++;
	assert(i < STATE_COUNT);
	return (enum meeting_state)i;
}

void meeting_deinit(struct meeting *m)
{
	free(m->uid);
	free(m->code);
	free(m->source_uid);
	free(m->recurrence_id);
	free(m->kind);
	free(m->council);
	free(m->reason);
	free(m->title);
	free(m->location);
	free(m->agenda);
	free(m->told);
	free(m->files);
	*m = MEETING_EMPTY;
}

static struct meeting row_of(const struct stmt *q)
{
	return (struct meeting){
		.id = stmt_int(q, 0),
		.uid = stmt_copy(q, 1),
		.code = stmt_copy(q, 2),
		.source_uid = stmt_copy(q, 3),
		.recurrence_id = stmt_copy(q, 4),
		.source_id = stmt_int(q, 5),
		.kind = stmt_copy(q, 6),
		.council = stmt_copy(q, 7),
		.state = state_of(stmt_text(q, 8)),
		.reason = stmt_copy(q, 9),
		.title = stmt_copy(q, 10),
		.location = stmt_copy(q, 11),
		.agenda = stmt_copy(q, 12),
		.starts_at = stmt_int(q, 13),
		.ends_at = stmt_int(q, 14),
		.all_day = stmt_int(q, 15) != 0,
		.decisive = stmt_int(q, 16) != 0,
		.sequence = (int)stmt_int(q, 17),
		.told = stmt_copy(q, 18),
		.told_at = stmt_int(q, 19),
		.files = stmt_copy(q, 20),
	};
}

/* 1 found, 0 none, -1. */
static int load(struct db *db, int64_t id, struct meeting *ret, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT id, uid, code, source_uid, recurrence_id, source_id, kind, "
		"council,\n"
		"  state, reason, title, location, agenda, starts_at, ends_at, "
		"all_day,\n"
		"  decisive, sequence, told, told_at,\n"
		"  iif(EXISTS (SELECT 1 FROM meeting_file WHERE meeting_id = "
		"meeting.id),\n"
		"    (SELECT json_group_array(json_patch('{}', json_object('name', "
		"f.name,\n"
		"        'media_type', f.media_type, 'link', f.link, 'sha256', "
		"f.sha256,\n"
		"        'size', f.size)))\n"
		"      FROM meeting_file_known AS f WHERE f.meeting_id = meeting.id),\n"
		"    '[]')\n"
		"FROM meeting\n"
		"WHERE id = ?",
		SQL_INT(id));
	int r = stmt_step(&q, err);

	if (r == 1) {
		meeting_deinit(ret);
		*ret = row_of(&q);
	}
	return r;
}

int meeting_find_source_id(struct db *db, const char *source_uid,
	const char *recurrence_id, int64_t *ret_id, struct err *err)
{
	return db_find_int(db, err, ret_id,
		"SELECT id FROM meeting\n"
		"WHERE source_uid = ? AND recurrence_id = ?",
		SQL_TEXT(source_uid), SQL_TEXT(recurrence_id ? recurrence_id : ""));
}

/* The wish, or with "-2", "-3" ... behind it; the caller frees. */
static char *nth_code(const char *wish, int n)
{
	return n == 1 ? xstrdup(wish) : xasprintf("%s-%d", wish, n);
}

/* The first that nobody has; the caller frees. NULL on error. */
static char *free_code(struct db *db, const char *wish, struct err *err)
{
	for (int n = 1;; n++) {
		str_auto *code = nth_code(wish, n);
		int64_t id = 0;
		int r = db_find_int(db, err, &id,
			"SELECT id FROM meeting WHERE code = ?", SQL_TEXT(code));
		if (r <= 0)
			return r < 0 ? NULL : TAKE(code);
	}
}

/* 1, 0 another has that code, -1. */
static int insert_as(struct db *db, const struct meeting *m, const char *code,
	int64_t now, struct err *err)
{
	if (db_run(db, err,
		    "INSERT INTO meeting (uid, code, source_uid, recurrence_id, "
		    "source_id,\n"
		    "  kind, council, state, reason, title, location, agenda, "
		    "starts_at,\n"
		    "  ends_at, all_day, decisive, created_at, changed_at)\n"
		    /* A series that was moved may have left it to another date. */
		    "VALUES (iif(EXISTS (SELECT 1 FROM meeting WHERE uid = ?1),\n"
		    "    lower(hex(randomblob(8))) || '-' || ?1, ?1), ?2, ?3, ?4, ?5, "
		    "?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, "
		    "?14,\n"
		    "  ?15, ?16, ?17, ?17)\n"
		    "ON CONFLICT (code) DO NOTHING",
		    SQL_TEXT(m->uid), SQL_TEXT(code), SQL_TEXT(m->source_uid),
		    SQL_TEXT(m->recurrence_id ? m->recurrence_id : ""),
		    SQL_ID(m->source_id), SQL_TEXT(m->kind), SQL_TEXT(m->council),
		    SQL_TEXT(meeting_state_name(m->state)), SQL_TEXT(m->reason),
		    SQL_TEXT(m->title), SQL_TEXT(m->location), SQL_TEXT(m->agenda),
		    SQL_INT(m->starts_at), SQL_INT(m->ends_at), SQL_INT(m->all_day),
		    SQL_INT(m->decisive), SQL_INT(now)) < 0)
		return -1;
	return db_changes(db) > 0;
}

static int insert(struct db *db, const struct meeting *m, int64_t now, int64_t *ret_id,
	struct err *err)
{
	int done = 0;

	for (int n = 1; !done; n++) {
		str_auto *code = nth_code(m->code, n);
		done = insert_as(db, m, code, now, err);
	}
	if (done < 0)
		return -1;
	*ret_id = db_last_id(db);
	return look_add(db, *ret_id, err) < 0 ? -1 : 1;
}

/* Touches the row only where something differs. */
static int update(struct db *db, int64_t id, const struct meeting *m, int64_t now,
	struct err *err)
{
	if (db_run(db, err,
		    "UPDATE meeting\n"
		    "SET (source_id, kind, council, state, reason, title, location, "
		    "agenda,\n"
		    "  starts_at, ends_at, all_day, decisive, changed_at)\n"
		    "  = (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)\n"
		    "WHERE id = ?14\n"
		    "  AND (source_id, kind, council, state, reason, title, location,\n"
		    "    agenda, starts_at, ends_at, all_day, decisive)\n"
		    "  IS NOT (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
		    SQL_ID(m->source_id), SQL_TEXT(m->kind), SQL_TEXT(m->council),
		    SQL_TEXT(meeting_state_name(m->state)), SQL_TEXT(m->reason),
		    SQL_TEXT(m->title), SQL_TEXT(m->location), SQL_TEXT(m->agenda),
		    SQL_INT(m->starts_at), SQL_INT(m->ends_at), SQL_INT(m->all_day),
		    SQL_INT(m->decisive), SQL_INT(now), SQL_INT(id)) < 0)
		return -1;
	return db_changes(db) > 0;
}

/* Before anything was told nobody has seen the code: it follows the council and the
 * day. */
static int follow_code(
	struct db *db, int64_t id, const struct meeting *m, struct err *err)
{
	meeting_auto is = MEETING_EMPTY;
	int r = load(db, id, &is, err);

	if (r < 1)
		return -1;
	assert(is.code);
	size_t len = strlen(m->code);
	if (is.told || (strncmp(is.code, m->code, len) == 0 &&
			       (!is.code[len] || is.code[len] == '-')))
		return 0;
	str_auto *code = free_code(db, m->code, err);
	if (!code)
		return -1;
	return db_run(db, err, "UPDATE meeting SET code = ? WHERE id = ?",
		SQL_TEXT(code), SQL_INT(id));
}

int meeting_add(struct db *db, const struct meeting *m, int64_t now, int64_t *ret_id,
	struct err *err)
{
	tx_auto tx = TX_NONE;

	if (tx_begin(&tx, db, err) < 0 || insert(db, m, now, ret_id, err) < 0)
		return -1;
	return tx_commit(&tx, err) < 0 ? -1 : 1;
}

int meeting_put(struct db *db, const struct meeting *m, int64_t now, int64_t *ret_id,
	struct err *err)
{
	tx_auto tx = TX_NONE;

	if (tx_begin(&tx, db, err) < 0)
		return -1;
	int found = meeting_find_source_id(
		db, m->source_uid, m->recurrence_id, ret_id, err);
	if (found < 0)
		return -1;
	int changed = found ? update(db, *ret_id, m, now, err)
			    : insert(db, m, now, ret_id, err);
	if (changed < 0 || (found && changed && follow_code(db, *ret_id, m, err) < 0) ||
		tx_commit(&tx, err) < 0)
		return -1;
	return changed;
}

static int find_key(struct db *db, const char *key, int64_t *ret_id, struct err *err)
{
	*ret_id = key_as_id(key);
	if (*ret_id)
		return 1;
	return db_find_int(db, err, ret_id,
		"SELECT id FROM meeting WHERE code = ?1\n"
		"UNION ALL\n"
		"SELECT id FROM meeting WHERE uid = ?1",
		SQL_TEXT(key));
}

int meeting_find(struct db *db, const char *key, struct meeting *ret, struct err *err)
{
	int64_t id = 0;
	int r = find_key(db, key, &id, err);

	return r == 1 ? load(db, id, ret, err) : r;
}

int meeting_find_uid(
	struct db *db, const char *uid, struct meeting *ret, struct err *err)
{
	int64_t id = 0;
	int r = db_find_int(
		db, err, &id, "SELECT id FROM meeting WHERE uid = ?", SQL_TEXT(uid));

	return r == 1 ? load(db, id, ret, err) : r;
}

int meeting_find_source(struct db *db, const char *source_uid,
	const char *recurrence_id, struct meeting *ret, struct err *err)
{
	int64_t id = 0;
	int r = meeting_find_source_id(db, source_uid, recurrence_id, &id, err);

	return r == 1 ? load(db, id, ret, err) : r;
}

int meeting_find_date(struct db *db, const char *source_uid, const char *recurrence_id,
	int64_t *ret_id, char **ret_old, struct err *err)
{
	str_auto *old = NULL;
	int count = 0;
	int r;
	stmt_auto q = stmt_open(db,
		"SELECT id, recurrence_id FROM meeting\n"
		"WHERE source_uid = ?1\n"
		"  AND recurrence_id >= substr(?2, 1, 8)\n"
		"  AND recurrence_id < substr(?2, 1, 8) || 'U'",
		SQL_TEXT(source_uid), SQL_TEXT(recurrence_id));

	for (; (r = stmt_step(&q, err)) == 1; count++) {
		*ret_id = stmt_int(&q, 0);
		if (strcmp(stmt_text(&q, 1), recurrence_id) == 0)
			return 1;
		free(TAKE(old));
		old = stmt_copy(&q, 1);
	}
	if (r < 0 || count != 1)
		return r;
	*ret_old = TAKE(old);
	return 1;
}

int meeting_set_recurrence_id(
	struct db *db, int64_t id, const char *recurrence_id, struct err *err)
{
	return db_run(db, err, "UPDATE meeting SET recurrence_id = ? WHERE id = ?",
		SQL_TEXT(recurrence_id), SQL_INT(id));
}

int meeting_knows_entry(struct db *db, const char *source_uid, struct err *err)
{
	int64_t id = 0;

	return db_find_int(db, err, &id,
		"SELECT id FROM meeting WHERE source_uid = ? LIMIT 1",
		SQL_TEXT(source_uid));
}

int meeting_get(struct db *db, int64_t id, struct meeting *ret, struct err *err)
{
	int r = load(db, id, ret, err);

	if (r == 0)
		return err_set(err, ERR_PERM, "no meeting %lld", (long long)id);
	return r;
}

static int call_with(
	struct db *db, int64_t id, meeting_fn fn, void *context, struct err *err)
{
	meeting_auto m = MEETING_EMPTY;

	return load(db, id, &m, err) < 0 ? -1 : fn(&m, context);
}

static int each(
	struct db *db, struct stmt *q, meeting_fn fn, void *context, struct err *err)
{
	ids_auto ids = IDS_NONE;

	if (ids_collect(&ids, q, err) < 0)
		return -1;
	stmt_close(q);
	for (size_t i = 0; i < ids.count; i++)
		if (call_with(db, ids.list[i], fn, context, err) < 0)
			return -1;
	return 0;
}

int meeting_each(struct db *db, int64_t from, int64_t to, meeting_fn fn, void *context,
	struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT id FROM meeting\n"
		"WHERE starts_at >= ? AND starts_at < ?\n"
		"ORDER BY starts_at, id",
		SQL_INT(from), SQL_INT(to));

	return each(db, &q, fn, context, err);
}

int meeting_each_unplaced(struct db *db, int64_t from, int64_t to, meeting_fn fn,
	void *context, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT id FROM meeting\n"
		"WHERE state = 'unplaced' AND starts_at >= ? AND starts_at < ?\n"
		"  AND reason IS NOT 'meeting-twin'\n"
		"ORDER BY starts_at, id",
		SQL_INT(from), SQL_INT(to));

	return each(db, &q, fn, context, err);
}

int meeting_set_state(struct db *db, int64_t id, enum meeting_state state,
	const char *reason, int64_t now, struct err *err)
{
	return db_run(db, err,
		"UPDATE meeting\n"
		"SET state = ?1, reason = ?2, changed_at = ?3\n"
		"WHERE id = ?4 AND (state, reason) IS NOT (?1, ?2)",
		SQL_TEXT(meeting_state_name(state)), SQL_TEXT(reason), SQL_INT(now),
		SQL_INT(id));
}

int meeting_set_told(struct db *db, int64_t id, int sequence, const json_t *told,
	int64_t now, struct err *err)
{
	str_auto *text = told ? json_text(told) : NULL;

	return db_run(db, err,
		"UPDATE meeting\n"
		"SET sequence = ?, told = ?, told_at = ?\n"
		"WHERE id = ?",
		SQL_INT(sequence), SQL_TEXT(text), SQL_INT(now), SQL_INT(id));
}

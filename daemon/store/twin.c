#include "store/twin.h"

#include <assert.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "store/stmt.h"

static const char *const names[] = {
	[TWIN_NONE] = "none",
	[TWIN_WAITING] = "waiting",
	[TWIN_SAME] = "same",
	[TWIN_DIFFERENT] = "different",
};

static enum twin_word word_of(const char *name)
{
	size_t i = 0;

	while (i < sizeof(names) / sizeof(*names) && strcmp(names[i], name) != 0)
		i++;
	assert(i < sizeof(names) / sizeof(*names));
	return (enum twin_word)i;
}

/* min(), not ORDER BY and LIMIT, for which SQLite would set up a table. */
static int find_same(struct db *db, const struct twin_search *search,
	int64_t *ret_other, struct err *err)
{
	int found = db_find_int(db, err, ret_other,
		"SELECT min(a.id) FROM twin AS t\n"
		"JOIN meeting AS a ON a.source_uid = t.other_uid\n"
		"WHERE t.uid = ?1 AND t.word = 'same' AND a.state = 'planned'\n"
		"  AND (a.starts_at = ?2 OR ?3 = '')",
		SQL_TEXT(search->source_uid), SQL_INT(search->starts_at),
		SQL_TEXT(search->recurrence_id));

	return found < 0 ? -1 : *ret_other != 0;
}

/* The first that was told of, else the first. */
static int find_other(struct db *db, const struct twin_search *search,
	enum twin_word *ret, int64_t *ret_other, struct err *err)
{
	bool is_told = false;
	int r;
	stmt_auto q = stmt_open(db,
		"SELECT a.id, coalesce(t.word, 'waiting'), a.told IS NOT NULL\n"
		"FROM meeting AS a\n"
		"JOIN source AS s ON s.id = a.source_id\n"
		"LEFT JOIN twin AS t\n"
		"  ON t.uid = ?1 AND t.other_uid = a.source_uid\n"
		"WHERE a.starts_at = ?2 AND a.council = ?3 AND a.kind = ?4\n"
		"  AND a.state = 'planned' AND a.source_uid <> ?1\n"
		"  AND s.calendar <> ?5\n"
		"  AND (a.told IS NOT NULL OR ?6 IS NULL OR a.id < ?6)\n"
		"  AND NOT EXISTS (SELECT 1 FROM meeting AS b\n"
		"    WHERE b.id = ?6 AND b.told IS NOT NULL)\n"
		"  AND coalesce(t.word, 'waiting') <> 'different'\n"
		"ORDER BY a.id",
		SQL_TEXT(search->source_uid), SQL_INT(search->starts_at),
		SQL_TEXT(search->council), SQL_TEXT(search->kind),
		SQL_TEXT(search->calendar), SQL_ID(search->meeting_id));

	while (!is_told && (r = stmt_step(&q, err)) == 1) {
		is_told = stmt_int(&q, 2) != 0;
		if (*ret != TWIN_NONE && !is_told)
			continue;
		*ret_other = stmt_int(&q, 0);
		*ret = word_of(stmt_text(&q, 1));
	}
	return r < 0 ? -1 : 0;
}

int twin_find(struct db *db, const struct twin_search *search, enum twin_word *ret,
	int64_t *ret_other, struct err *err)
{
	int same = find_same(db, search, ret_other, err);

	*ret = same > 0 ? TWIN_SAME : TWIN_NONE;
	if (same != 0)
		return same < 0 ? -1 : 0;
	return find_other(db, search, ret, ret_other, err);
}

int twin_note(struct db *db, const char *source_uid, int64_t other_meeting_id,
	int64_t now, struct err *err)
{
	return db_run(db, err,
		"INSERT INTO twin (uid, other_uid, word, at)\n"
		"SELECT ?1, source_uid, 'waiting', ?3 FROM meeting WHERE id = ?2\n"
		"ON CONFLICT (uid, other_uid) DO NOTHING",
		SQL_TEXT(source_uid), SQL_INT(other_meeting_id), SQL_INT(now));
}

/* Pairs of which no two meetings are at once any more; what waited is read again. */
static int forget_settled(struct db *db, struct err *err)
{
	ids_auto settled = IDS_NONE;
	stmt_auto q = stmt_open(db,
		"SELECT t.id FROM twin AS t\n"
		"WHERE t.word = 'waiting' AND NOT EXISTS\n"
		"  (SELECT 1 FROM meeting AS b\n"
		"   JOIN meeting AS a ON a.starts_at = b.starts_at\n"
		"     AND a.council = b.council AND a.kind = b.kind\n"
		"   WHERE b.source_uid = t.uid AND b.reason = 'meeting-twin'\n"
		"     AND a.source_uid = t.other_uid AND a.state = 'planned')");

	if (ids_collect(&settled, &q, err) < 0)
		return -1;
	stmt_close(&q);
	for (size_t i = 0; i < settled.count; i++)
		if (twin_renew(db, settled.list[i], err) < 0 ||
			db_run(db, err, "DELETE FROM twin WHERE id = ?",
				SQL_INT(settled.list[i])) < 0)
			return -1;
	return 0;
}

json_t *twin_waiting(struct db *db, struct err *err)
{
	json_auto_t *list = json_array();
	int r;

	if (forget_settled(db, err) < 0)
		return NULL;
	stmt_auto q = stmt_open(db,
		"SELECT t.id, min(b.id), min(a.id), count(*)\n"
		"FROM twin AS t\n"
		"JOIN meeting AS b\n"
		"  ON b.source_uid = t.uid AND b.reason = 'meeting-twin'\n"
		"JOIN meeting AS a ON a.source_uid = t.other_uid\n"
		"  AND a.starts_at = b.starts_at AND a.state = 'planned'\n"
		"WHERE t.word = 'waiting'\n"
		"GROUP BY t.id\n"
		"ORDER BY t.id");

	while ((r = stmt_step(&q, err)) == 1) {
		json_t *row = json_object();
		json_put_int(row, "id", stmt_int(&q, 0));
		json_put_int(row, "meeting_id", stmt_int(&q, 1));
		json_put_int(row, "other_id", stmt_int(&q, 2));
		json_put_int(row, "dates", stmt_int(&q, 3));
		json_array_append_new(list, row);
	}
	return r < 0 ? NULL : TAKE(list);
}

int twin_decide(struct db *db, int64_t id, enum twin_word word, struct err *err)
{
	if (db_run(db, err,
		    "UPDATE twin SET word = ? WHERE id = ? AND word = 'waiting'",
		    SQL_TEXT(names[word]), SQL_INT(id)) < 0)
		return -1;
	return db_changes(db) > 0;
}

int twin_renew(struct db *db, int64_t id, struct err *err)
{
	return db_run(db, err,
		"UPDATE source SET is_new = 1\n"
		"WHERE id IN (SELECT m.source_id FROM meeting AS m\n"
		"  JOIN twin AS t ON t.uid = m.source_uid\n"
		"  WHERE t.id = ?)",
		SQL_INT(id));
}

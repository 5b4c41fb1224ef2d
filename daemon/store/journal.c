#include "store/journal.h"

#include "base/json.h"
#include "store/stmt.h"

int journal_add(
	struct db *db, const struct journal_entry *entry, int64_t now, struct err *err)
{
	return db_run(db, err,
		"INSERT INTO journal (at, who, what, why, detail, meeting_id, "
		"incoming_id,\n"
		"  delivery_id)\n"
		"VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		SQL_INT(now), SQL_TEXT(entry->who), SQL_TEXT(entry->what),
		SQL_TEXT(entry->why), SQL_TEXT(entry->detail),
		SQL_ID(entry->meeting_id), SQL_ID(entry->incoming_id),
		SQL_ID(entry->delivery_id));
}

json_t *journal_about(struct db *db, int64_t meeting_id, int64_t incoming_id,
	int64_t delivery_id, struct err *err)
{
	json_auto_t *list = json_array();
	int r;
	stmt_auto q = stmt_open(db,
		"SELECT at, who, what, why, detail FROM journal\n"
		"WHERE id IN (\n"
		"  SELECT id FROM journal WHERE meeting_id = ?\n"
		"  UNION SELECT id FROM journal WHERE incoming_id = ?\n"
		"  UNION SELECT id FROM journal WHERE delivery_id = ?)\n"
		"ORDER BY id",
		SQL_INT(meeting_id), SQL_INT(incoming_id), SQL_INT(delivery_id));

	while ((r = stmt_step(&q, err)) == 1) {
		json_t *row = json_object();
		json_put_int(row, "at", stmt_int(&q, 0));
		json_put_str(row, "who", stmt_text(&q, 1));
		json_put_str(row, "what", stmt_text(&q, 2));
		json_put_str(row, "why", stmt_text(&q, 3));
		json_put_str(row, "detail", stmt_text(&q, 4));
		json_array_append_new(list, row);
	}
	return r < 0 ? NULL : TAKE(list);
}

int told_once(struct db *db, const char *key, int64_t now, struct err *err)
{
	if (db_run(db, err,
		    "INSERT INTO told (key, at) VALUES (?, ?)\n"
		    "ON CONFLICT (key) DO NOTHING",
		    SQL_TEXT(key), SQL_INT(now)) < 0)
		return -1;
	return db_changes(db) > 0;
}

int told_forget(struct db *db, const char *key, struct err *err)
{
	return db_run(db, err, "DELETE FROM told WHERE key = ?", SQL_TEXT(key));
}

void trouble_row_deinit(struct trouble_row *row)
{
	free(row->words);
	*row = TROUBLE_ROW_EMPTY;
}

int trouble_keep(struct db *db, const char *who, const char *what, int64_t since,
	const char *words, int64_t now, struct err *err)
{
	return db_run(db, err,
		"INSERT INTO trouble (who, what, since, seen_at, words)\n"
		"VALUES (?, ?, ?, ?, ?)\n"
		"ON CONFLICT (who, what) DO UPDATE\n"
		"SET seen_at = excluded.seen_at, words = excluded.words",
		SQL_TEXT(who), SQL_TEXT(what), SQL_INT(since), SQL_INT(now),
		SQL_TEXT(words));
}

int trouble_forget(struct db *db, const char *who, const char *what, struct err *err)
{
	return db_run(db, err, "DELETE FROM trouble WHERE who = ? AND what = ?",
		SQL_TEXT(who), SQL_TEXT(what));
}

int trouble_find(struct db *db, const char *who, const char *what,
	struct trouble_row *ret, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT since, seen_at, words FROM trouble\n"
		"WHERE who = ? AND what = ?",
		SQL_TEXT(who), SQL_TEXT(what));
	int r = stmt_step(&q, err);

	if (r == 1) {
		trouble_row_deinit(ret);
		*ret = (struct trouble_row){
			stmt_int(&q, 0), stmt_int(&q, 1), stmt_copy(&q, 2)};
	}
	return r;
}

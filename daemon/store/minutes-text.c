#include "store/minutes-text.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "store/stmt.h"

/* No trigger keeps the two together: a schema may not touch a virtual table by itself
 * (trusted_schema). */
int minutes_text_put(struct db *db, int64_t minutes_id, int64_t position,
	const char *text, struct err *err)
{
	tx_auto tx = TX_NONE;

	if (tx_begin(&tx, db, err) < 0)
		return -1;
	if (db_run(db, err,
		    "INSERT INTO minutes_text (minutes_id, position)\n"
		    "VALUES (?, ?)\n"
		    "ON CONFLICT DO NOTHING",
		    SQL_INT(minutes_id), SQL_INT(position)) < 0)
		return -1;
	if (db_changes(db) > 0 && db_run(db, err,
					  "INSERT INTO minutes_search (rowid, text)\n"
					  "VALUES (?, ?)",
					  SQL_INT(db_last_id(db)), SQL_TEXT(text)) < 0)
		return -1;
	return tx_commit(&tx, err);
}

int minutes_text_remove(struct db *db, int64_t minutes_id, struct err *err)
{
	tx_auto tx = TX_NONE;

	if (tx_begin(&tx, db, err) < 0)
		return -1;
	if (db_run(db, err,
		    "DELETE FROM minutes_search\n"
		    "WHERE rowid IN (SELECT id FROM minutes_text WHERE minutes_id = ?)",
		    SQL_INT(minutes_id)) < 0 ||
		db_run(db, err, "DELETE FROM minutes_text WHERE minutes_id = ?",
			SQL_INT(minutes_id)) < 0)
		return -1;
	return tx_commit(&tx, err);
}

void minutes_unread_deinit(struct minutes_unread *u)
{
	free(u->name);
	free(u->sha256);
	*u = (struct minutes_unread){0};
}

int minutes_unread_next(struct db *db, struct minutes_unread *ret, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT f.minutes_id, f.position, f.name, f.sha256\n"
		"FROM minutes_file AS f\n"
		"JOIN blob AS b ON b.sha256 = f.sha256\n"
		"WHERE NOT EXISTS (SELECT 1 FROM minutes_text AS t\n"
		"  WHERE t.minutes_id = f.minutes_id AND t.position = f.position)\n"
		"ORDER BY f.minutes_id DESC, f.position\n"
		"LIMIT 1");
	int r = stmt_step(&q, err);

	if (r != 1)
		return r;
	*ret = (struct minutes_unread){.minutes_id = stmt_int(&q, 0),
		.position = stmt_int(&q, 1),
		.name = stmt_copy(&q, 2),
		.sha256 = stmt_copy(&q, 3)};
	return 1;
}

/* ---- searching ---- */

/* One string of FTS5: whatever stands in it is words and nothing else. */
static void add_string(struct buf *to, const char *text, size_t len, bool is_beginning)
{
	if (to->len > 0)
		buf_add_char(to, ' ');
	buf_add_char(to, '"');
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"')
			buf_add_char(to, '"');
		buf_add_char(to, text[i]);
	}
	buf_add_str(to, is_beginning ? "\" *" : "\"");
}

/* Whether FTS5 would find a word in it: else nothing at all would be found. */
static bool has_word(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c >= 0x80 || (c >= '0' && c <= '9') ||
			((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))
			return true;
	}
	return false;
}

char *minutes_search_expression(const char *words)
{
	str_auto *clean = text_printable(words);
	buf_auto all = BUF_EMPTY;
	const char *at = clean;

	while (*at) {
		at += strspn(at, " ");
		bool is_phrase = *at == '"';
		at += is_phrase;
		size_t len = strcspn(at, is_phrase ? "\"" : " \"");
		if (has_word(at, len))
			add_string(&all, at, len, !is_phrase);
		at += len;
		at += is_phrase && *at == '"';
	}
	return buf_steal(&all);
}

json_t *minutes_search(struct db *db, const char *words, int max, struct err *err)
{
	str_auto *expression = minutes_search_expression(words);
	json_auto_t *list = json_array();
	int r;

	if (!*expression)
		return TAKE(list);
	stmt_auto q = stmt_open(db,
		"SELECT m.code, m.title, m.council, m.starts_at, n.version, f.name,\n"
		"  snippet(minutes_search, 0, '[', ']', '...', 24),\n"
		"  n.withdrawn_at IS NOT NULL\n"
		"FROM minutes_search\n"
		"JOIN minutes_text AS t ON t.id = minutes_search.rowid\n"
		"JOIN minutes_file AS f\n"
		"  ON f.minutes_id = t.minutes_id AND f.position = t.position\n"
		"JOIN minutes AS n ON n.id = t.minutes_id\n"
		"JOIN meeting AS m ON m.id = n.meeting_id\n"
		"WHERE minutes_search MATCH ?\n"
		"ORDER BY n.withdrawn_at IS NOT NULL, rank, n.id, t.position\n"
		"LIMIT ?",
		SQL_TEXT(expression), SQL_INT(max));
	while ((r = stmt_step(&q, err)) == 1) {
		json_t *row = json_object();
		json_put_str(row, "meeting", stmt_text(&q, 0));
		json_put_str(row, "title", stmt_text(&q, 1));
		json_put_str(row, "council", stmt_text(&q, 2));
		json_put_int(row, "date", stmt_int(&q, 3));
		json_put_int(row, "version", stmt_int(&q, 4));
		json_put_str(row, "file", stmt_text(&q, 5));
		json_put_str(row, "snippet", stmt_text(&q, 6));
		json_object_set_new(row, "withdrawn", json_boolean(stmt_int(&q, 7)));
		json_array_append_new(list, row);
	}
	return r < 0 ? NULL : TAKE(list);
}

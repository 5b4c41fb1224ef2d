#include "store/refusal.h"

#include "base/json.h"
#include "base/mem.h"
#include "store/db.h"
#include "store/journal.h"
#include "store/stmt.h"

static char *key_of(const char *server)
{
	return xasprintf("refused:%s", server);
}

static int note(struct db *db, const char *who, const char *server, const char *event,
	const char *words, int64_t now, struct err *err)
{
	str_auto *what = xasprintf("%s-%s", server, event);
	const struct journal_entry entry = {.who = who, .what = what, .detail = words};

	return journal_add(db, &entry, now, err);
}

static int begin(struct db *db, const char *who, const char *server, const char *words,
	int64_t now, struct err *err)
{
	str_auto *key = key_of(server);
	int first = told_once(db, key, now, err);

	if (first < 1)
		return first;
	return note(db, who, server, "refused", words, now, err) < 0 ? -1 : 1;
}

int refusal_begin(struct db *db, const char *who, const char *server, const char *words,
	int64_t now, struct err *err)
{
	if (db_begin(db, err) < 0)
		return -1;
	int first = begin(db, who, server, words, now, err);
	if (first > 0 && db_commit(db, err) == 0)
		return 1;
	db_rollback(db);
	return first > 0 ? -1 : first;
}

static int is_refused(struct db *db, const char *key, struct err *err)
{
	stmt_auto q = stmt_open(db, "SELECT 1 FROM told WHERE key = ?", SQL_TEXT(key));

	return stmt_step(&q, err);
}

int refusal_end(struct db *db, const char *who, const char *server, int64_t now,
	struct err *err)
{
	str_auto *key = key_of(server);
	int refused = is_refused(db, key, err);

	if (refused < 1)
		return refused;
	if (db_begin(db, err) < 0)
		return -1;
	if (told_forget(db, key, err) < 0 ||
		note(db, who, server, "accepted", NULL, now, err) < 0 ||
		db_commit(db, err) < 0) {
		db_rollback(db);
		return -1;
	}
	return 1;
}

json_t *refusal_list(struct db *db, struct err *err)
{
	json_auto_t *list = json_array();
	int r;
	/* The newest entry of each is that of the trouble that is known. */
	stmt_auto q = stmt_open(db,
		"SELECT max(j.id), substr(t.key, 9), j.detail, t.at\n"
		"FROM told AS t\n"
		"JOIN journal AS j ON j.what = substr(t.key, 9) || '-refused'\n"
		"  AND j.at >= t.at\n"
		"WHERE t.key IN ('refused:imap', 'refused:smtp')\n"
		"GROUP BY t.key\n"
		"ORDER BY t.key");

	while ((r = stmt_step(&q, err)) == 1) {
		json_t *row = json_object();
		json_put_int(row, "id", stmt_int(&q, 0));
		json_put_str(row, "server", stmt_text(&q, 1));
		json_put_str(row, "words", stmt_text(&q, 2));
		json_put_int(row, "at", stmt_int(&q, 3));
		json_array_append_new(list, row);
	}
	return r < 0 ? NULL : TAKE(list);
}

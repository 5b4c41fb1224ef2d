#include "store/letter.h"

#include "store/stmt.h"

int letter_find(struct db *db, const char *kind, int64_t meeting_id, int version,
	const char *language, const char *about, int64_t *ret_id, char **ret_subject,
	struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT id, subject FROM letter\n"
		"WHERE coalesce(meeting_id, 0) = ? AND kind = ? AND version = ?\n"
		"  AND language = ? AND about = ?",
		SQL_INT(meeting_id), SQL_TEXT(kind), SQL_INT(version),
		SQL_TEXT(language), SQL_TEXT(about));
	int r = stmt_step(&q, err);

	if (r == 1) {
		*ret_id = stmt_int(&q, 0);
		*ret_subject = stmt_copy(&q, 1);
	}
	return r;
}

static int insert(struct db *db, const struct letter *l, const char *about, int64_t now,
	int64_t *ret_id, struct err *err)
{
	if (db_run(db, err,
		    "INSERT INTO letter (kind, meeting_id, version, language, about,\n"
		    "  subject, created_at)\n"
		    "VALUES (?, ?, ?, ?, ?, ?, ?)",
		    SQL_TEXT(l->kind), SQL_ID(l->meeting_id), SQL_INT(l->version),
		    SQL_TEXT(l->language), SQL_TEXT(about), SQL_TEXT(l->subject),
		    SQL_INT(now)) < 0)
		return -1;
	*ret_id = db_last_id(db);
	if (!l->body.size)
		return 0;
	if (db_run(db, err,
		    "INSERT INTO letter_body (letter_id, bytes)\n"
		    "VALUES (?, zeroblob(?))",
		    SQL_INT(*ret_id), SQL_INT(l->body.size)) < 0)
		return -1;
	return db_write_blob(db, "letter_body", "bytes", *ret_id, &l->body, err);
}

int letter_put(struct db *db, const struct letter *letter, int64_t now, int64_t *ret_id,
	struct err *err)
{
	tx_auto tx = TX_NONE;
	str_auto *subject = NULL;
	const char *about = letter->about ? letter->about : "";

	if (tx_begin(&tx, db, err) < 0)
		return -1;
	int found = letter_find(db, letter->kind, letter->meeting_id, letter->version,
		letter->language, about, ret_id, &subject, err);
	if (found)
		return found < 0 ? -1 : 0;
	if (insert(db, letter, about, now, ret_id, err) < 0 || tx_commit(&tx, err) < 0)
		return -1;
	return 1;
}

int letter_count_since(struct db *db, const char *kind, int64_t since, struct err *err)
{
	int64_t count = 0;

	if (db_find_int(db, err, &count,
		    "SELECT count(*) FROM letter\n"
		    "WHERE kind = ? AND created_at >= ?",
		    SQL_TEXT(kind), SQL_INT(since)) < 0)
		return -1;
	return (int)count;
}

int letter_about(struct db *db, int64_t id, char **ret, struct err *err)
{
	stmt_auto q =
		stmt_open(db, "SELECT about FROM letter WHERE id = ?", SQL_INT(id));
	int r = stmt_step(&q, err);

	if (r == 1)
		*ret = stmt_copy(&q, 0);
	return r;
}

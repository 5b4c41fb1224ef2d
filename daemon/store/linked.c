#include "store/linked.h"

#include "base/json.h"
#include "store/blob.h"
#include "store/stmt.h"

void linked_deinit(struct linked *l)
{
	free(l->link);
	free(l->etag);
	free(l->last_modified);
	free(l->calendar);
	*l = LINKED_EMPTY;
}

int linked_next(struct db *db, int64_t now, struct linked *ret, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT k.link, k.etag, k.last_modified, s.calendar,\n"
		"  coalesce(k.asked_at, 0), k.tries\n"
		"FROM linked AS k\n"
		"JOIN meeting_file AS f ON f.link = k.link\n"
		"JOIN meeting AS m ON m.id = f.meeting_id\n"
		"LEFT JOIN source AS s ON s.id = m.source_id\n"
		"WHERE k.due_at <= ?1 AND m.starts_at > ?1 AND m.state <> 'cancelled'\n"
		"ORDER BY k.due_at\n"
		"LIMIT 1",
		SQL_INT(now));
	int r = stmt_step(&q, err);

	if (r != 1)
		return r;
	linked_deinit(ret);
	*ret = (struct linked){.link = stmt_copy(&q, 0),
		.etag = stmt_copy(&q, 1),
		.last_modified = stmt_copy(&q, 2),
		.calendar = stmt_copy(&q, 3),
		.asked_at = stmt_int(&q, 4),
		.tries = (int)stmt_int(&q, 5)};
	return 1;
}

int linked_next_at(struct db *db, int64_t now, int64_t *ret, struct err *err)
{
	return db_find_int(db, err, ret,
		"SELECT k.due_at\n"
		"FROM linked AS k\n"
		"JOIN meeting_file AS f ON f.link = k.link\n"
		"JOIN meeting AS m ON m.id = f.meeting_id\n"
		"WHERE m.starts_at > ? AND m.state <> 'cancelled'\n"
		"ORDER BY k.due_at\n"
		"LIMIT 1",
		SQL_INT(now));
}

int linked_keep(struct db *db, const char *link, const struct linked_bytes *got,
	int64_t due_at, int64_t now, struct err *err)
{
	tx_auto tx = TX_NONE;
	char sha256[65];

	if (tx_begin(&tx, db, err) < 0 ||
		blob_put(db, got->bytes, got->len, now, sha256, err) < 0 ||
		db_run(db, err,
			"UPDATE linked\n"
			"SET sha256 = ?1, media_type = ?2, etag = ?3, last_modified = "
			"?4,\n"
			"  asked_at = coalesce(asked_at, ?6), settled_at = ?6,\n"
			"  due_at = ?5, tries = 0, failing_since = NULL, why = NULL\n"
			"WHERE link = ?7",
			SQL_TEXT(sha256), SQL_TEXT(got->media_type),
			SQL_TEXT(got->etag), SQL_TEXT(got->last_modified),
			SQL_INT(due_at), SQL_INT(now), SQL_TEXT(link)) < 0)
		return -1;
	return tx_commit(&tx, err);
}

int linked_same(
	struct db *db, const char *link, int64_t due_at, int64_t now, struct err *err)
{
	return db_run(db, err,
		"UPDATE linked\n"
		"SET due_at = ?1, settled_at = ?2, tries = 0, failing_since = NULL,\n"
		"  why = NULL\n"
		"WHERE link = ?3",
		SQL_INT(due_at), SQL_INT(now), SQL_TEXT(link));
}

int linked_fail(struct db *db, const char *link, const char *why, bool is_settled,
	int64_t due_at, int64_t now, struct err *err)
{
	return db_run(db, err,
		"UPDATE linked\n"
		"SET asked_at = coalesce(asked_at, ?4), due_at = ?3, tries = tries + "
		"1,\n"
		"  failing_since = coalesce(failing_since, ?4), why = ?1,\n"
		"  settled_at = iif(?2, ?4, settled_at)\n"
		"WHERE link = ?5",
		SQL_TEXT(why), SQL_INT(is_settled), SQL_INT(due_at), SQL_INT(now),
		SQL_TEXT(link));
}

int linked_wait_until(struct db *db, int64_t meeting_id, int64_t wait, int64_t now,
	int64_t *ret, struct err *err)
{
	return db_find_int(db, err, ret,
		"SELECT iif(k.asked_at IS NULL, ?1 + max(?2, 1), k.asked_at + ?2)\n"
		"FROM meeting_file AS f\n"
		"JOIN linked AS k ON k.link = f.link\n"
		"WHERE f.meeting_id = ?3 AND k.settled_at IS NULL\n"
		"  AND f.link LIKE 'https://%'\n"
		"ORDER BY 1 DESC\n"
		"LIMIT 1",
		SQL_INT(now), SQL_INT(wait), SQL_INT(meeting_id));
}

json_t *linked_failing(struct db *db, int64_t now, struct err *err)
{
	json_auto_t *list = json_array();
	int r;
	stmt_auto q = stmt_open(db,
		"SELECT k.link, k.why, k.failing_since, m.title, min(m.starts_at)\n"
		"FROM linked AS k\n"
		"JOIN meeting_file AS f ON f.link = k.link\n"
		"JOIN meeting AS m ON m.id = f.meeting_id\n"
		"WHERE k.failing_since IS NOT NULL AND k.settled_at IS NOT NULL\n"
		"  AND k.sha256 IS NULL AND m.starts_at > ? AND m.state = 'planned'\n"
		"GROUP BY k.link\n"
		"ORDER BY 5",
		SQL_INT(now));

	while ((r = stmt_step(&q, err)) == 1) {
		json_t *one = json_object();
		json_put_str(one, "link", stmt_text(&q, 0));
		json_put_str(one, "why", stmt_text(&q, 1));
		json_put_int(one, "since", stmt_int(&q, 2));
		json_put_str(one, "title", stmt_text(&q, 3));
		json_put_int(one, "starts_at", stmt_int(&q, 4));
		json_array_append_new(list, one);
	}
	return r < 0 ? NULL : TAKE(list);
}

#include "store/source.h"

#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "store/stmt.h"

void source_deinit(struct source *s)
{
	free(s->calendar);
	free(s->path);
	free(s->sha256);
	free(s->broken);
	*s = SOURCE_EMPTY;
}

/* 1 found, 0 none, -1. */
static int load(struct db *db, int64_t id, struct source *ret, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT id, calendar, path, sha256, seen_at, is_new, gone_at IS NOT "
		"NULL,\n"
		"  broken, broken_since\n"
		"FROM source\n"
		"WHERE id = ?",
		SQL_INT(id));
	int r = stmt_step(&q, err);

	if (r != 1)
		return r;
	source_deinit(ret);
	*ret = (struct source){
		.id = stmt_int(&q, 0),
		.calendar = stmt_copy(&q, 1),
		.path = stmt_copy(&q, 2),
		.sha256 = stmt_copy(&q, 3),
		.seen_at = stmt_int(&q, 4),
		.is_new = stmt_int(&q, 5) != 0,
		.is_gone = stmt_int(&q, 6) != 0,
		.broken = stmt_copy(&q, 7),
		.broken_since = stmt_int(&q, 8),
	};
	return 1;
}

/* Only the newest bytes and the newest readable ones are kept. */
static int keep_bytes(struct db *db, int64_t id, const char *sha256, const void *bytes,
	size_t len, struct err *err)
{
	if (db_run(db, err,
		    "INSERT INTO source_bytes (source_id, sha256, bytes) VALUES (?, ?, "
		    "?)\n"
		    "ON CONFLICT (source_id, sha256) DO NOTHING",
		    SQL_INT(id), SQL_TEXT(sha256), SQL_BLOB(len ? bytes : "", len)) < 0)
		return -1;
	return db_run(db, err,
		"DELETE FROM source_bytes\n"
		"WHERE source_id = ?1 AND sha256 NOT IN (\n"
		"  SELECT sha256 FROM source WHERE id = ?1\n"
		"  UNION ALL\n"
		"  SELECT good_sha256 FROM source\n"
		"  WHERE id = ?1 AND good_sha256 IS NOT NULL)",
		SQL_INT(id));
}

int source_put(struct db *db, const char *calendar, const char *path, const void *bytes,
	size_t len, int64_t now, struct err *err)
{
	tx_auto tx = TX_NONE;
	char sha256[HASH_HEX_SIZE];
	int64_t id = 0;

	hash_hex(bytes, len, sha256);
	if (tx_begin(&tx, db, err) < 0)
		return -1;
	/* A file that was gone is news again with the same bytes. */
	int changed = db_find_int(db, err, &id,
		"INSERT INTO source (calendar, path, sha256, seen_at, is_new)\n"
		"VALUES (?, ?, ?, ?, 1)\n"
		"ON CONFLICT (calendar, path) DO UPDATE\n"
		"SET sha256 = excluded.sha256, seen_at = excluded.seen_at, is_new = "
		"1,\n"
		"  tries = 0, gone_at = NULL\n"
		"WHERE sha256 <> excluded.sha256 OR gone_at IS NOT NULL\n"
		"RETURNING id",
		SQL_TEXT(calendar), SQL_TEXT(path), SQL_TEXT(sha256), SQL_INT(now));
	if (changed != 1)
		return changed;
	if (keep_bytes(db, id, sha256, bytes, len, err) < 0 || tx_commit(&tx, err) < 0)
		return -1;
	return 1;
}

int source_put_gone(struct db *db, const char *calendar, const json_t *paths,
	int64_t now, struct err *err)
{
	str_auto *list = json_text(paths);

	if (db_run(db, err,
		    "UPDATE source\n"
		    "SET gone_at = ?, is_new = 1\n"
		    "WHERE calendar = ? AND gone_at IS NULL\n"
		    "  AND path NOT IN (SELECT value FROM json_each(?))",
		    SQL_INT(now), SQL_TEXT(calendar), SQL_TEXT(list)) < 0)
		return -1;
	return (int)db_changes(db);
}

json_t *source_etags(struct db *db, const char *calendar, struct err *err)
{
	json_auto_t *etags = json_object();
	int r;
	stmt_auto q = stmt_open(db,
		"SELECT path, coalesce(etag, '')\n"
		"FROM source\n"
		"WHERE calendar = ? AND gone_at IS NULL",
		SQL_TEXT(calendar));

	while ((r = stmt_step(&q, err)) == 1)
		json_put_str(etags, stmt_text(&q, 0), stmt_text(&q, 1));
	return r < 0 ? NULL : json_incref(etags);
}

int source_set_etag(struct db *db, const char *calendar, const char *path,
	const char *etag, struct err *err)
{
	return db_run(db, err,
		"UPDATE source SET etag = ? WHERE calendar = ? AND path = ?",
		SQL_TEXT(etag), SQL_TEXT(calendar), SQL_TEXT(path));
}

int source_each(struct db *db, source_fn fn, void *context, struct err *err)
{
	ids_auto ids = IDS_NONE;
	stmt_auto q = stmt_open(db, "SELECT id FROM source ORDER BY calendar, path");

	if (ids_collect(&ids, &q, err) < 0)
		return -1;
	stmt_close(&q);
	for (size_t i = 0; i < ids.count; i++) {
		source_auto s = SOURCE_EMPTY;
		if (load(db, ids.list[i], &s, err) < 0 || fn(&s, context) < 0)
			return -1;
	}
	return 0;
}

int source_renew_all(struct db *db, struct err *err)
{
	return db_run(db, err, "UPDATE source SET is_new = 1 WHERE is_new = 0");
}

int source_next(struct db *db, struct source *ret, struct err *err)
{
	int64_t id = 0;
	int r = db_find_int(db, err, &id,
		"SELECT id FROM source\n"
		"WHERE is_new = 1\n"
		"ORDER BY id\n"
		"LIMIT 1");

	return r == 1 ? load(db, id, ret, err) : r;
}

int source_read(struct db *db, int64_t id, struct buf *ret, struct err *err)
{
	int64_t row = 0;
	int r = db_find_int(db, err, &row,
		"SELECT b.id FROM source AS s\n"
		"JOIN source_bytes AS b ON b.source_id = s.id AND b.sha256 = s.sha256\n"
		"WHERE s.id = ?",
		SQL_INT(id));

	if (r == 0)
		return err_set(err, ERR_PERM, "no calendar %lld", (long long)id);
	return r < 0 ? -1 : db_read_blob(db, "source_bytes", "bytes", row, ret, err);
}

int source_read_good(struct db *db, int64_t id, struct buf *ret, struct err *err)
{
	int64_t row = 0;
	int r = db_find_int(db, err, &row,
		"SELECT b.id FROM source AS s\n"
		"JOIN source_bytes AS b ON b.source_id = s.id AND b.sha256 = "
		"s.good_sha256\n"
		"WHERE s.id = ?",
		SQL_INT(id));

	if (r != 1)
		return r;
	return db_read_blob(db, "source_bytes", "bytes", row, ret, err) < 0 ? -1 : 1;
}

/* About bytes that newer ones have replaced meanwhile nothing is noted: those come
 * next. */
int source_decide(struct db *db, int64_t id, const char *sha256, const char *broken,
	int64_t now, struct err *err)
{
	return db_run(db, err,
		"UPDATE source\n"
		"SET is_new = 0, tries = 0, broken = ?1,\n"
		"  broken_since = iif(?1 IS NULL, NULL, coalesce(broken_since, ?2)),\n"
		"  good_sha256 = iif(?1 IS NULL, sha256, good_sha256)\n"
		"WHERE id = ?3 AND sha256 = ?4",
		SQL_TEXT(broken), SQL_INT(now), SQL_INT(id), SQL_TEXT(sha256));
}

int source_count_try(struct db *db, int64_t id, int *ret_tries, struct err *err)
{
	int64_t tries = 0;
	int r = db_find_int(db, err, &tries,
		"UPDATE source\n"
		"SET tries = tries + 1\n"
		"WHERE id = ?\n"
		"RETURNING tries",
		SQL_INT(id));

	if (r == 0)
		return err_set(err, ERR_PERM, "no calendar %lld", (long long)id);
	*ret_tries = (int)tries;
	return r < 0 ? -1 : 0;
}

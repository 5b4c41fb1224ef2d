#include "store/blob.h"

#include "base/hash.h"
#include "store/stmt.h"

int blob_put(struct db *db, const void *bytes, size_t len, int64_t now,
	char ret_sha256[65], struct err *err)
{
	tx_auto tx = TX_NONE;

	hash_hex(bytes, len, ret_sha256);
	if (tx_begin(&tx, db, err) < 0)
		return -1;
	if (db_run(db, err,
		    "INSERT INTO blob (sha256, created_at, bytes) VALUES (?, ?, "
		    "zeroblob(?))\n"
		    "ON CONFLICT (sha256) DO NOTHING",
		    SQL_TEXT(ret_sha256), SQL_INT(now), SQL_INT(len)) < 0)
		return -1;
	if (!db_changes(db))
		return 0;
	if (db_write_blob(db, "blob", "bytes", db_last_id(db), bytes, len, err) < 0)
		return -1;
	return tx_commit(&tx, err);
}

int blob_has(struct db *db, const char *sha256, struct err *err)
{
	int64_t id = 0;

	return db_find_int(
		db, err, &id, "SELECT id FROM blob WHERE sha256 = ?", SQL_TEXT(sha256));
}

int blob_find(struct db *db, const char *sha256, struct buf *ret, struct err *err)
{
	int64_t id = 0;
	int r = db_find_int(
		db, err, &id, "SELECT id FROM blob WHERE sha256 = ?", SQL_TEXT(sha256));

	if (r <= 0)
		return r;
	return db_read_blob(db, "blob", "bytes", id, ret, err) < 0 ? -1 : 1;
}

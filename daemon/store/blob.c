#include "store/blob.h"

#include "base/hash.h"
#include "store/stmt.h"

int blob_put_content(struct db *db, const struct content *content, int64_t now,
	char ret_sha256[65], struct err *err)
{
	tx_auto tx = TX_NONE;

	if (content_hash(content, ret_sha256, err) < 0 || tx_begin(&tx, db, err) < 0)
		return -1;
	if (db_run(db, err,
		    "INSERT INTO blob (sha256, created_at, bytes) VALUES (?, ?, "
		    "zeroblob(?))\n"
		    "ON CONFLICT (sha256) DO NOTHING",
		    SQL_TEXT(ret_sha256), SQL_INT(now), SQL_INT(content->size)) < 0)
		return -1;
	if (!db_changes(db))
		return 0;
	if (db_write_blob(db, "blob", "bytes", db_last_id(db), content, err) < 0)
		return -1;
	return tx_commit(&tx, err);
}

int blob_put(struct db *db, const void *bytes, size_t len, int64_t now,
	char ret_sha256[65], struct err *err)
{
	const struct content content = CONTENT_OF(bytes, len);

	return blob_put_content(db, &content, now, ret_sha256, err);
}

int blob_has(struct db *db, const char *sha256, struct err *err)
{
	int64_t id = 0;

	return db_find_int(
		db, err, &id, "SELECT id FROM blob WHERE sha256 = ?", SQL_TEXT(sha256));
}

int blob_find(struct db *db, const char *sha256, struct blob *ret, struct err *err)
{
	stmt_auto q =
		stmt_open(db, "SELECT id, length(bytes) FROM blob WHERE sha256 = ?",
			SQL_TEXT(sha256));
	int r = stmt_step(&q, err);

	if (r == 1)
		*ret = (struct blob){.db = db,
			.id = stmt_int(&q, 0),
			.size = (uint64_t)stmt_int(&q, 1)};
	return r;
}

static int read_blob(void *source, uint64_t at, void *to, size_t size, struct err *err)
{
	const struct blob *b = source;

	return db_read_blob_at(
		b->db, "blob", "bytes", b->id, (int64_t)at, to, size, err);
}

struct content blob_content(struct blob *b)
{
	return (struct content){.size = b->size, .read = read_blob, .source = b};
}

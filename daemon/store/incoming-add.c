#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "store/incoming.h"
#include "store/stmt.h"

#define PIECE (64 * 1024)

/* What is registered: one mail at one place. */
struct arrival {
	const struct place *place;
	int64_t arrived_at;
	int64_t size;
	const char *sha256; /* NULL: too large */
	const char *from_address;
	const char *subject;
};

static int find_place(
	struct db *db, const struct place *p, int64_t *ret_id, struct err *err)
{
	return db_find_int(db, err, ret_id,
		"SELECT id FROM incoming\n"
		"WHERE account = ? AND folder = ? AND uidvalidity = ? AND uid = ?",
		SQL_TEXT(p->account), SQL_TEXT(p->folder), SQL_INT(p->uidvalidity),
		SQL_INT(p->uid));
}

/* The same mail under another uidvalidity of that folder; of several the first one. */
static int find_moved(
	struct db *db, const struct arrival *a, int64_t *ret_id, struct err *err)
{
	if (a->sha256)
		return db_find_int(db, err, ret_id,
			"SELECT id FROM incoming\n"
			"WHERE sha256 = ? AND arrived_at = ? AND account = ? AND "
			"folder = ?\n"
			"  AND uidvalidity <> ?\n"
			"ORDER BY uid\n"
			"LIMIT 1",
			SQL_TEXT(a->sha256), SQL_INT(a->arrived_at),
			SQL_TEXT(a->place->account), SQL_TEXT(a->place->folder),
			SQL_INT(a->place->uidvalidity));
	return db_find_int(db, err, ret_id,
		"SELECT id FROM incoming\n"
		"WHERE arrived_at = ? AND size = ? AND sha256 IS NULL\n"
		"  AND account = ? AND folder = ? AND uidvalidity <> ?\n"
		"ORDER BY uid\n"
		"LIMIT 1",
		SQL_INT(a->arrived_at), SQL_INT(a->size), SQL_TEXT(a->place->account),
		SQL_TEXT(a->place->folder), SQL_INT(a->place->uidvalidity));
}

static int update_place(
	struct db *db, int64_t id, const struct place *place, struct err *err)
{
	return db_run(db, err,
		"UPDATE incoming\n"
		"SET uidvalidity = ?, uid = ?\n"
		"WHERE id = ?",
		SQL_INT(place->uidvalidity), SQL_INT(place->uid), SQL_INT(id));
}

/* 1 known (by place, or moved, which is noted), 0 new, -1. */
static int find_known(
	struct db *db, const struct arrival *a, int64_t *ret_id, struct err *err)
{
	int r = find_place(db, a->place, ret_id, err);

	if (r)
		return r;
	r = find_moved(db, a, ret_id, err);
	if (r == 1 && update_place(db, *ret_id, a->place, err) < 0)
		return -1;
	return r;
}

/* The year's next number; under the write lock, so there are no gaps. */
static int next_number(struct db *db, int year, int64_t *ret, struct err *err)
{
	if (db_run(db, err,
		    "INSERT INTO register (year, last) VALUES (?, 1)\n"
		    "ON CONFLICT (year) DO UPDATE SET last = last + 1",
		    SQL_INT(year)) < 0)
		return -1;
	return db_find_int(db, err, ret, "SELECT last FROM register WHERE year = ?",
		SQL_INT(year));
}

static int insert_row(struct db *db, const struct arrival *a, int64_t now,
	int64_t *ret_id, struct err *err)
{
	int year = clock_local(a->arrived_at).tm_year + 1900;
	int64_t number = 0;

	if (next_number(db, year, &number, err) < 0)
		return -1;
	if (db_run(db, err,
		    "INSERT INTO incoming (account, folder, uidvalidity, uid, "
		    "register_year,\n"
		    "  register_number, arrived_at, stored_at, size, sha256, state,\n"
		    "  from_address, subject)\n"
		    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		    SQL_TEXT(a->place->account), SQL_TEXT(a->place->folder),
		    SQL_INT(a->place->uidvalidity), SQL_INT(a->place->uid),
		    SQL_INT(year), SQL_INT(number), SQL_INT(a->arrived_at),
		    SQL_INT(now), SQL_INT(a->size), SQL_TEXT(a->sha256),
		    SQL_TEXT(a->sha256 ? "new" : "too-large"),
		    SQL_TEXT(a->from_address), SQL_TEXT(a->subject)) < 0)
		return -1;
	*ret_id = db_last_id(db);
	return 0;
}

/* A whole piece but at the end; 0 at the end. */
static ssize_t read_piece(int fd, char piece[PIECE], int64_t at, struct err *err)
{
	size_t len = 0;

	while (len < PIECE) {
		ssize_t n = pread(fd, piece + len, PIECE - len, at + (off_t)len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, ERR_TEMP, "spool: %s", strerror(errno));
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

/* Each piece of the spool to the hash, to the blob, or to both. */
static int pass_spool(
	int fd, int64_t size, struct hash *h, sqlite3_blob *to, struct err *err)
{
	str_auto *piece = xmalloc(PIECE);

	for (int64_t at = 0; at < size;) {
		ssize_t n = read_piece(fd, piece, at, err);
		if (n < 0)
			return -1;
		if (n == 0)
			return err_set(err, ERR_TEMP,
				"spool: ends at %lld of %lld bytes", (long long)at,
				(long long)size);
		if (n > size - at)
			n = (ssize_t)(size - at);
		if (h)
			hash_add(h, piece, (size_t)n);
		if (to && sqlite3_blob_write(to, piece, (int)n, (int)at))
			return 1;
		at += n;
	}
	return 0;
}

static int hash_spool(
	int fd, int64_t size, char ret_hex[HASH_HEX_SIZE], struct err *err)
{
	struct hash *h = hash_new();

	if (pass_spool(fd, size, h, NULL, err) < 0) {
		hash_free(h);
		return -1;
	}
	hash_end(h, ret_hex);
	return 0;
}

/* The bytes again on their way into the store must be those that were hashed. */
static int write_pieces(struct db *db, sqlite3_blob *to, int fd,
	const struct arrival *a, struct err *err)
{
	char hex[HASH_HEX_SIZE];
	struct hash *h = hash_new();
	int r = pass_spool(fd, a->size, h, to, err);

	if (r) {
		hash_free(h);
		return r < 0 ? -1 : db_error(db, sqlite3_errcode(db_handle(db)), err);
	}
	hash_end(h, hex);
	if (strcmp(hex, a->sha256) != 0)
		return err_set(err, ERR_TEMP, "spool: changed while it was read");
	return 0;
}

static int write_raw(
	struct db *db, int64_t id, int fd, const struct arrival *a, struct err *err)
{
	sqlite3_blob *to = NULL;

	if (db_run(db, err,
		    "INSERT INTO incoming_raw (incoming_id, bytes) VALUES (?, ?)",
		    SQL_INT(id), SQL_ZEROS(a->size)) < 0)
		return -1;
	int rc = sqlite3_blob_open(
		db_handle(db), "main", "incoming_raw", "bytes", id, 1, &to);
	if (rc)
		return db_error(db, rc, err);
	int r = write_pieces(db, to, fd, a, err);
	rc = sqlite3_blob_close(to);
	if (!r && rc)
		return db_error(db, rc, err);
	return r;
}

/* spool_fd -1: without bytes. 1 stored, 0 known, -1. */
static int add(struct db *db, const struct arrival *a, int spool_fd, int64_t now,
	int64_t *ret_id, struct err *err)
{
	tx_auto tx = TX_NONE;

	if (tx_begin(&tx, db, err) < 0)
		return -1;
	int known = find_known(db, a, ret_id, err);
	if (known < 0)
		return -1;
	if (known)
		return tx_commit(&tx, err);
	if (insert_row(db, a, now, ret_id, err) < 0)
		return -1;
	if (spool_fd >= 0 && write_raw(db, *ret_id, spool_fd, a, err) < 0)
		return -1;
	return tx_commit(&tx, err) < 0 ? -1 : 1;
}

int incoming_add(struct db *db, const struct place *place, int64_t arrived_at,
	int spool_fd, int64_t size, int64_t now, int64_t *ret_id, struct err *err)
{
	char sha256[HASH_HEX_SIZE];
	int known = find_place(db, place, ret_id, err);

	if (known)
		return known < 0 ? -1 : 0;
	if (hash_spool(spool_fd, size, sha256, err) < 0)
		return -1;
	struct arrival a = {.place = place,
		.arrived_at = arrived_at,
		.size = size,
		.sha256 = sha256};
	return add(db, &a, spool_fd, now, ret_id, err);
}

int incoming_add_too_large(struct db *db, const struct place *place, int64_t arrived_at,
	int64_t size, const char *from_address, const char *subject, int64_t now,
	int64_t *ret_id, struct err *err)
{
	struct arrival a = {.place = place,
		.arrived_at = arrived_at,
		.size = size,
		.from_address = from_address,
		.subject = subject};

	return add(db, &a, -1, now, ret_id, err);
}

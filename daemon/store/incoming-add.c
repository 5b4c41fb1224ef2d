#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "store/incoming.h"
#include "store/stmt.h"

/* A larger mail is kept in pieces of this size, so that memory does not grow. */
#define PIECE (1024 * 1024)

/* What is registered: one mail at one place. */
struct arrival {
	const struct place *place;
	int64_t arrived_at;
	int64_t size;
	const char *sha256; /* NULL: too large */
	bool is_machine;
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

/* The same mail under another uidvalidity of that folder; of several the first one. By
 * itself SQLite would look at all mails of the folder, at each that comes. */
static int find_moved(
	struct db *db, const struct arrival *a, int64_t *ret_id, struct err *err)
{
	if (a->sha256)
		return db_find_int(db, err, ret_id,
			"SELECT id FROM incoming INDEXED BY incoming_sha256\n"
			"WHERE sha256 = ? AND arrived_at = ? AND account = ? AND "
			"folder = ?\n"
			"  AND uidvalidity <> ?\n"
			"ORDER BY uid\n"
			"LIMIT 1",
			SQL_TEXT(a->sha256), SQL_INT(a->arrived_at),
			SQL_TEXT(a->place->account), SQL_TEXT(a->place->folder),
			SQL_INT(a->place->uidvalidity));
	return db_find_int(db, err, ret_id,
		"SELECT id FROM incoming INDEXED BY incoming_arrived_at\n"
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
		    "  is_machine, from_address, subject)\n"
		    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		    SQL_TEXT(a->place->account), SQL_TEXT(a->place->folder),
		    SQL_INT(a->place->uidvalidity), SQL_INT(a->place->uid),
		    SQL_INT(year), SQL_INT(number), SQL_INT(a->arrived_at),
		    SQL_INT(now), SQL_INT(a->size), SQL_TEXT(a->sha256),
		    SQL_TEXT(a->sha256 ? "new" : "too-large"), SQL_INT(a->is_machine),
		    SQL_TEXT(a->from_address), SQL_TEXT(a->subject)) < 0)
		return -1;
	*ret_id = db_last_id(db);
	return 0;
}

/* All len bytes, or -1. */
static int read_piece(const struct incoming_bytes *b, char *piece, size_t len,
	int64_t at, struct err *err)
{
	for (size_t have = 0; have < len;) {
		ssize_t n = pread(b->fd, piece + have, len - have,
			(off_t)(b->at + at) + (off_t)have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, ERR_TEMP, "spool: %s", strerror(errno));
		if (n == 0)
			return err_set(err, ERR_TEMP,
				"spool: ends at %lld of %lld bytes",
				(long long)at + (long long)have, (long long)b->size);
		have += (size_t)n;
	}
	return 0;
}

static size_t piece_len(const struct incoming_bytes *b, int64_t at)
{
	return (size_t)(b->size - at < PIECE ? b->size - at : PIECE);
}

/* A small mail is in piece afterwards. */
static int hash_bytes(const struct incoming_bytes *b, char *piece,
	char ret_hex[HASH_HEX_SIZE], struct err *err)
{
	struct hash *h = hash_new();

	for (int64_t at = 0; at < b->size; at += PIECE) {
		if (read_piece(b, piece, piece_len(b, at), at, err) < 0) {
			hash_free(h);
			return -1;
		}
		hash_add(h, piece, piece_len(b, at));
	}
	hash_end(h, ret_hex);
	return 0;
}

/*
 * Bound whole: a blob that is opened and written to after its row is written twice, and
 * takes the time of that. Measured with 20 mails of 25 MB.
 */
static int write_raw(struct db *db, int64_t id, const struct incoming_bytes *b,
	char *piece, struct err *err)
{
	if (b->size <= PIECE)
		return db_run(db, err,
			"INSERT INTO incoming_raw (incoming_id, bytes) VALUES (?, ?)",
			SQL_INT(id), SQL_BLOB(piece, (size_t)b->size));
	for (int64_t at = 0; at < b->size; at += PIECE)
		if (read_piece(b, piece, piece_len(b, at), at, err) < 0 ||
			db_run(db, err,
				"INSERT INTO incoming_piece (incoming_id, position, "
				"bytes)\n"
				"VALUES (?, ?, ?)",
				SQL_INT(id), SQL_INT(at / PIECE),
				SQL_BLOB(piece, piece_len(b, at))) < 0)
			return -1;
	return 0;
}

/* b NULL: without bytes. 1 stored, 0 known, -1. */
static int add(struct db *db, const struct arrival *a, const struct incoming_bytes *b,
	char *piece, int64_t now, int64_t *ret_id, struct err *err)
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
	if (b && write_raw(db, *ret_id, b, piece, err) < 0)
		return -1;
	return tx_commit(&tx, err) < 0 ? -1 : 1;
}

int incoming_add(struct db *db, const struct place *place,
	const struct incoming_bytes *bytes, int64_t now, int64_t *ret_id,
	struct err *err)
{
	char sha256[HASH_HEX_SIZE];
	int known = find_place(db, place, ret_id, err);

	if (known)
		return known < 0 ? -1 : 0;
	str_auto *piece =
		xmalloc(bytes->size < PIECE ? (size_t)bytes->size + 1 : PIECE);
	if (hash_bytes(bytes, piece, sha256, err) < 0)
		return -1;
	struct arrival a = {.place = place,
		.arrived_at = bytes->arrived_at,
		.size = bytes->size,
		.sha256 = sha256,
		.is_machine = bytes->is_machine};
	return add(db, &a, bytes, piece, now, ret_id, err);
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

	return add(db, &a, NULL, NULL, now, ret_id, err);
}

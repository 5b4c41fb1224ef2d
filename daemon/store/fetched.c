#include "store/fetched.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "store/stmt.h"

void fetched_deinit(struct fetched *f)
{
	free(f->etag);
	free(f->last_modified);
	free(f->collection);
	free(f->sync_token);
	*f = FETCHED_EMPTY;
}

int fetched_get(struct db *db, const char *calendar, const char *address,
	struct fetched *ret, struct err *err)
{
	char sha256[HASH_HEX_SIZE];

	hash_hex(address, strlen(address), sha256);
	stmt_auto q = stmt_open(db,
		"SELECT etag, last_modified, collection, sync_token\n"
		"FROM fetched\n"
		"WHERE calendar = ? AND address_sha256 = ?",
		SQL_TEXT(calendar), SQL_TEXT(sha256));
	int r = stmt_step(&q, err);

	fetched_deinit(ret);
	if (r == 1)
		*ret = (struct fetched){
			.etag = stmt_copy(&q, 0),
			.last_modified = stmt_copy(&q, 1),
			.collection = stmt_copy(&q, 2),
			.sync_token = stmt_copy(&q, 3),
		};
	return r;
}

/* 1 it fails, 0, -1. */
static int is_failing(struct db *db, const char *calendar, struct err *err)
{
	int64_t since = 0;

	return db_find_int(db, err, &since,
		"SELECT failed_since FROM fetched\n"
		"WHERE calendar = ? AND failed_since IS NOT NULL",
		SQL_TEXT(calendar));
}

static int put(struct db *db, const char *calendar, const char *address,
	const struct fetched *f, int64_t now, struct err *err)
{
	char sha256[HASH_HEX_SIZE];

	hash_hex(address, strlen(address), sha256);
	return db_run(db, err,
		"INSERT INTO fetched (calendar, address_sha256, etag, last_modified,\n"
		"  collection, sync_token, good_at)\n"
		"VALUES (?, ?, ?, ?, ?, ?, ?)\n"
		"ON CONFLICT (calendar) DO UPDATE\n"
		"SET address_sha256 = excluded.address_sha256, etag = excluded.etag,\n"
		"  last_modified = excluded.last_modified,\n"
		"  collection = excluded.collection,\n"
		"  sync_token = excluded.sync_token, good_at = excluded.good_at,\n"
		"  failed = NULL, failed_since = NULL",
		SQL_TEXT(calendar), SQL_TEXT(sha256), SQL_TEXT(f->etag),
		SQL_TEXT(f->last_modified), SQL_TEXT(f->collection),
		SQL_TEXT(f->sync_token), SQL_INT(now));
}

int fetched_put(struct db *db, const char *calendar, const char *address,
	const struct fetched *f, int64_t now, struct err *err)
{
	tx_auto tx = TX_NONE;

	if (tx_begin(&tx, db, err) < 0)
		return -1;
	int failed = is_failing(db, calendar, err);
	if (failed < 0 || put(db, calendar, address, f, now, err) < 0 ||
		tx_commit(&tx, err) < 0)
		return -1;
	return failed;
}

static int fail(struct db *db, const char *calendar, const char *address,
	const char *why, int64_t now, struct err *err)
{
	char sha256[HASH_HEX_SIZE];

	hash_hex(address, strlen(address), sha256);
	return db_run(db, err,
		"INSERT INTO fetched (calendar, address_sha256, failed, failed_since)\n"
		"VALUES (?, ?, ?, ?)\n"
		"ON CONFLICT (calendar) DO UPDATE\n"
		"SET failed = excluded.failed,\n"
		"  failed_since = coalesce(failed_since, excluded.failed_since)",
		SQL_TEXT(calendar), SQL_TEXT(sha256), SQL_TEXT(why), SQL_INT(now));
}

int fetched_fail(struct db *db, const char *calendar, const char *address,
	const char *why, int64_t now, struct err *err)
{
	tx_auto tx = TX_NONE;

	if (tx_begin(&tx, db, err) < 0)
		return -1;
	int failed = is_failing(db, calendar, err);
	if (failed < 0 || fail(db, calendar, address, why, now, err) < 0 ||
		tx_commit(&tx, err) < 0)
		return -1;
	return !failed;
}

int fetched_keep_only(struct db *db, const json_t *calendars, struct err *err)
{
	str_auto *list = json_text(calendars);

	return db_run(db, err,
		"DELETE FROM fetched\n"
		"WHERE calendar NOT IN (SELECT value FROM json_each(?))",
		SQL_TEXT(list));
}

json_t *fetched_failing(struct db *db, struct err *err)
{
	json_auto_t *list = json_array();
	int r;
	stmt_auto q = stmt_open(db,
		"SELECT calendar, failed, failed_since, coalesce(good_at, 0)\n"
		"FROM fetched\n"
		"WHERE failed_since IS NOT NULL\n"
		"ORDER BY calendar");

	while ((r = stmt_step(&q, err)) == 1) {
		json_t *row = json_object();
		json_put_str(row, "calendar", stmt_text(&q, 0));
		json_put_str(row, "why", stmt_text(&q, 1));
		json_put_int(row, "since", stmt_int(&q, 2));
		json_put_int(row, "good_at", stmt_int(&q, 3));
		json_array_append_new(list, row);
	}
	return r < 0 ? NULL : json_incref(list);
}

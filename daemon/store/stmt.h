/*
 * Private to store/: one prepared statement with its values bound, closed by itself.
 * Statements are kept prepared under the address of their SQL literal. Errors are
 * mapped in one place: what may pass (lock, full disk, I/O, read-only) is ERR_TEMP, all
 * else ERR_PERM.
 */
#pragma once

#include <jansson.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/content.h"
#include "base/err.h"
#include "store/db.h"

struct value {
	enum { VALUE_END, VALUE_NULL, VALUE_INT, VALUE_TEXT, VALUE_BLOB } type;
	int64_t number; /* the integer, or a length in bytes */
	const void *bytes;
};

/* Pointers are borrowed until the statement is closed. NULL text is SQL NULL. */
#define SQL_INT(n) ((struct value){VALUE_INT, (n), NULL})
#define SQL_TEXT(s) value_of_text(s)
#define SQL_BLOB(p, len) value_of_blob(p, len)
/* A row id, or a time: 0 is SQL NULL. */
#define SQL_ID(n) value_of_id(n)
#define SQL_END ((struct value){VALUE_END, 0, NULL})

struct value value_of_text(const char *s);
struct value value_of_blob(const void *bytes, size_t len);
struct value value_of_id(int64_t id);

struct stmt {
	struct db *db;
	sqlite3_stmt *handle;
	int slot; /* in the db's cache; -1: not kept */
	int rc;	  /* of preparing and binding, reported by the first step */
};

/* sql must be a string literal. Fails at the first step, not here. */
struct stmt stmt_prepare(struct db *db, const char *sql, const struct value *values);
#define stmt_open(db, sql, ...)                                                        \
	stmt_prepare(db, "" sql,                                                       \
		(const struct value[]){__VA_ARGS__ __VA_OPT__(, ) SQL_END})
/* 1 a row, 0 no more, -1. */
int stmt_step(struct stmt *q, struct err *err);
int64_t stmt_int(const struct stmt *q, int column);
/* Borrowed until the next step; NULL for SQL NULL. */
const char *stmt_text(const struct stmt *q, int column);
/* The caller frees; NULL for SQL NULL. */
char *stmt_copy(const struct stmt *q, int column);
/* Adds the bytes of a BLOB to ret; nothing for SQL NULL. */
void stmt_add_blob(const struct stmt *q, int column, struct buf *ret);
void stmt_close(struct stmt *q);
#define stmt_auto __attribute__((cleanup(stmt_close))) struct stmt

/* Steps to the end: 0 or -1. */
int stmt_run(
	struct db *db, struct err *err, const char *sql, const struct value *values);
#define db_run(db, err, sql, ...)                                                      \
	stmt_run(db, err, "" sql,                                                      \
		(const struct value[]){__VA_ARGS__ __VA_OPT__(, ) SQL_END})
/* The first row's first column: 1 found, 0 no row, -1. */
int stmt_run_int(struct db *db, struct err *err, int64_t *ret, const char *sql,
	const struct value *values);
#define db_find_int(db, err, ret, sql, ...)                                            \
	stmt_run_int(db, err, ret, "" sql,                                             \
		(const struct value[]){__VA_ARGS__ __VA_OPT__(, ) SQL_END})

/* Rows that the last INSERT, UPDATE or DELETE touched; id of the last INSERT. */
int64_t db_changes(const struct db *db);
int64_t db_last_id(const struct db *db);
/* Adds the content of one BLOB column of one row to ret, in pieces. */
int db_read_blob(struct db *db, const char *table, const char *column, int64_t rowid,
	struct buf *ret, struct err *err);
/* Exactly size bytes of it, from at on. */
int db_read_blob_at(struct db *db, const char *table, const char *column, int64_t rowid,
	int64_t at, void *to, size_t size, struct err *err);
/* Fills a zeroblob of that size, so that no copy of the row is made of a large one. */
int db_write_blob(struct db *db, const char *table, const char *column, int64_t rowid,
	const struct content *content, struct err *err);
/* Fills err from the connection. Returns -1. */
int db_error(const struct db *db, int rc, struct err *err);
sqlite3 *db_handle(const struct db *db);

/* A transaction of one's own, or the caller's where one is open. */
struct tx {
	struct db *db;
	bool is_own;
};
int tx_begin(struct tx *tx, struct db *db, struct err *err);
int tx_commit(struct tx *tx, struct err *err);
/* Rolls back one's own that was not committed. */
void tx_end(struct tx *tx);
#define tx_auto __attribute__((cleanup(tx_end))) struct tx
#define TX_NONE ((struct tx){NULL, false})

/* Takes column 0 of every row: an array of strings, a new reference; NULL on error. */
json_t *stmt_strings(struct stmt *q, struct err *err);

/* Row ids collected first, so that no statement is open while a callback runs. */
struct ids {
	int64_t *list;
	size_t count;
};
/* Takes column 0 of every row. */
int ids_collect(struct ids *ids, struct stmt *q, struct err *err);
void ids_deinit(struct ids *ids);
#define ids_auto __attribute__((cleanup(ids_deinit))) struct ids
#define IDS_NONE ((struct ids){NULL, 0})

/* A key of decimal digits only, as a row id: 0 where it is none. */
int64_t key_as_id(const char *key);
/* "<...>" as it is, otherwise with angle brackets put around; the caller frees. */
char *key_as_message_id(const char *key);

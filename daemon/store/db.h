/*
 * The one SQLite file of a municipality: opening, migrating, transactions. All SQL is
 * in store/, each statement inside the function that uses it.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"

struct db;

/*
 * Opens or creates the file (mode 0600; WAL, synchronous=FULL, foreign_keys,
 * trusted_schema off) and brings its schema up to date. NULL with err: ERR_PERM for a
 * database of a newer program or a damaged one, ERR_TEMP for a full disk, a lock, a
 * read-only file system.
 */
struct db *db_open(const char *path, struct err *err);
/* The same file for reading only; it must exist and be of this program's version. */
struct db *db_open_readonly(const char *path, struct err *err);

/* BEGIN IMMEDIATE. No network call between these. */
int db_begin(struct db *db, struct err *err);
int db_commit(struct db *db, struct err *err);
/* Also what a failed db_commit needs. Does nothing outside a transaction. */
void db_rollback(struct db *db);

/* A part of a transaction that can be undone alone. A failed undo means that the whole
 * transaction is gone already, as after a full disk. */
int db_step_begin(struct db *db, struct err *err);
int db_step_end(struct db *db, struct err *err);
int db_step_undo(struct db *db, struct err *err);

void db_free(struct db *db);
DEFINE_FREEP(db, struct db, db_free)
#define db_auto __attribute__((cleanup(db_freep))) struct db

#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/db-private.h"
#include "store/migrations.h"
#include "store/stmt.h"

#define APPLICATION_ID                                                                 \
	0x7574736b /* "utsk", so that a foreign file is known as such                  \
		    */
#define BUSY_MS 10000
#define WAL_PAUSE_MS 20

static enum err_kind kind_of(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PROTOCOL:
	case SQLITE_NOMEM:
		return ERR_TEMP;
	default:
		return ERR_PERM;
	}
}

int db_error(const struct db *db, int rc, struct err *err)
{
	return err_set(err, kind_of(rc), "store: %s", sqlite3_errmsg(db->handle));
}

static int error_of_errno(const char *path, struct err *err)
{
	enum err_kind kind = errno == ENOENT || errno == ENOTDIR ? ERR_PERM : ERR_TEMP;

	return err_set(err, kind, "%s: %s", path, strerror(errno));
}

/*
 * A file is 0600 before its first byte; SQLite gives -wal and -shm the same mode. Looks
 * by stat, as closing a descriptor of the file would drop SQLite's locks of this
 * process.
 */
static int prepare_file(const char *path, struct err *err)
{
	struct stat st;

	if (stat(path, &st) == 0) {
		if (!S_ISREG(st.st_mode))
			return err_set(err, ERR_PERM, "%s: not a regular file", path);
		if ((st.st_mode & 077) && st.st_uid == geteuid())
			(void)chmod(path, 0600);
		return 0;
	}
	if (errno != ENOENT)
		return error_of_errno(path, err);
	fd_auto fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0 && errno != EEXIST)
		return error_of_errno(path, err);
	return 0;
}

/* Another process writes, mostly for a few milliseconds. SQLite's own handler soon
 * sleeps a tenth of a second at a time, while the next transaction of the other
 * begins. */
static int wait_for_lock(void *unused, int waited_ms)
{
	(void)unused;
	return waited_ms < BUSY_MS && sqlite3_sleep(1) > 0;
}

static int set_up(struct db *db, struct err *err)
{
	sqlite3_busy_handler(db->handle, wait_for_lock, NULL);
	sqlite3_extended_result_codes(db->handle, 1);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	/* page_size: for a new file only. temp_store: nothing of a mail in /tmp. */
	int rc = sqlite3_exec(db->handle,
		"PRAGMA page_size = 8192;"
		"PRAGMA temp_store = MEMORY;"
		"PRAGMA synchronous = FULL;"
		"PRAGMA foreign_keys = ON;"
		"PRAGMA cell_size_check = ON;"
		"PRAGMA journal_size_limit = 16777216;",
		NULL, NULL, NULL);
	return rc ? db_error(db, rc, err) : 0;
}

static struct db *open_handle(const char *path, int flags, struct err *err)
{
	/* Its count of memory costs a lock at each allocation; refused once it runs. */
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	db_auto *db = xcalloc(1, sizeof(*db));
	int rc = sqlite3_open_v2(path, &db->handle,
		flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);

	if (rc) {
		db_error(db, rc, err);
		err_prefix(err, "%s", path);
		return NULL;
	}
	if (set_up(db, err) < 0) {
		err_prefix(err, "%s", path);
		return NULL;
	}
	return TAKE(db);
}

/* 0 it is WAL now, or -1 with the connection's result code through ret_rc. */
static int try_wal(struct db *db, int *ret_rc, struct err *err)
{
	stmt_auto q = stmt_open(db, "PRAGMA journal_mode");
	int r = stmt_step(&q, err);

	if (r == 1 && strcmp(stmt_text(&q, 0), "wal") == 0)
		return 0;
	if (r == 1) {
		stmt_close(&q);
		r = db_run(db, err, "PRAGMA journal_mode = WAL");
	}
	*ret_rc = sqlite3_errcode(db->handle);
	return r;
}

/* SQLite does not wait for others here (they may be about to do the same): we do. */
static int use_wal(struct db *db, struct err *err)
{
	for (int waited_ms = 0;; waited_ms += WAL_PAUSE_MS) {
		int rc = SQLITE_OK;
		if (try_wal(db, &rc, err) == 0)
			return 0;
		if ((rc & 0xff) != SQLITE_BUSY || waited_ms >= BUSY_MS)
			return -1;
		sqlite3_sleep(WAL_PAUSE_MS);
	}
}

static int get_version(struct db *db, int64_t *ret, struct err *err)
{
	return db_find_int(db, err, ret, "PRAGMA user_version") < 0 ? -1 : 0;
}

/* Ours, or an empty one. */
static int check_owner(struct db *db, struct err *err)
{
	int64_t id = 0;
	int64_t tables = 0;

	if (db_find_int(db, err, &id, "PRAGMA application_id") < 0 ||
		db_find_int(db, err, &tables, "SELECT count(*) FROM sqlite_schema") < 0)
		return -1;
	if (id == APPLICATION_ID || (id == 0 && tables == 0))
		return 0;
	return err_set(err, ERR_PERM, "this SQLite file is not a database of utskick");
}

static int check_not_newer(int64_t version, struct err *err)
{
	if (version <= migration_count())
		return 0;
	return err_set(err, ERR_PERM,
		"the database is of a newer utskick (its schema is %lld, this program "
		"knows "
		"%d): install that version or restore a backup",
		(long long)version, migration_count());
}

static int run_migration(struct db *db, int64_t index, struct err *err)
{
	str_auto *mark =
		xasprintf("PRAGMA application_id = %d; PRAGMA user_version = %d;",
			APPLICATION_ID, (int)index + 1);

	/* A migration, and nothing else, may change the text of the schema. */
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
	int rc =
		sqlite3_exec(db->handle, migration_at((size_t)index), NULL, NULL, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	if (!rc)
		rc = sqlite3_exec(db->handle, mark, NULL, NULL, NULL);
	return rc ? db_error(db, rc, err) : 0;
}

/* One step in a transaction: 1 done, 0 nothing left, -1. Another process may be at it.
 */
static int migrate_once(struct db *db, struct err *err)
{
	tx_auto tx = TX_NONE;
	int64_t version = 0;

	if (tx_begin(&tx, db, err) < 0 || get_version(db, &version, err) < 0)
		return -1;
	if (version == 0 && check_owner(db, err) < 0)
		return -1;
	if (version >= migration_count())
		return 0;
	if (run_migration(db, version, err) < 0 || tx_commit(&tx, err) < 0)
		return -1;
	return 1;
}

/* In WAL a commit that the disk was not waited for is whole or not there: what a power
 * cut takes away of this is done again. */
static int migrate(struct db *db, struct err *err)
{
	int r = 1;

	if (db_run(db, err, "PRAGMA synchronous = NORMAL") < 0)
		return -1;
	while (r == 1)
		r = migrate_once(db, err);
	return r < 0 ? -1 : db_run(db, err, "PRAGMA synchronous = FULL");
}

static int bring_up_to_date(struct db *db, struct err *err)
{
	int64_t version = 0;

	if (get_version(db, &version, err) < 0 || check_owner(db, err) < 0 ||
		check_not_newer(version, err) < 0 || use_wal(db, err) < 0)
		return -1;
	return version < migration_count() ? migrate(db, err) : 0;
}

struct db *db_open(const char *path, struct err *err)
{
	if (prepare_file(path, err) < 0)
		return NULL;
	db_auto *db = open_handle(path, SQLITE_OPEN_READWRITE, err);
	if (!db)
		return NULL;
	if (bring_up_to_date(db, err) < 0) {
		err_prefix(err, "%s", path);
		return NULL;
	}
	return TAKE(db);
}

static int check_version(struct db *db, struct err *err)
{
	int64_t version = 0;

	if (get_version(db, &version, err) < 0 || check_owner(db, err) < 0 ||
		check_not_newer(version, err) < 0)
		return -1;
	if (version == migration_count())
		return 0;
	return err_set(err, ERR_PERM,
		"the database is of an older utskick (its schema is %lld, this program "
		"needs %d): start utskickd once to bring it up to date",
		(long long)version, migration_count());
}

struct db *db_open_readonly(const char *path, struct err *err)
{
	if (access(path, F_OK) < 0) {
		error_of_errno(path, err);
		return NULL;
	}
	db_auto *db = open_handle(path, SQLITE_OPEN_READONLY, err);
	if (!db)
		return NULL;
	if (check_version(db, err) < 0) {
		err_prefix(err, "%s", path);
		return NULL;
	}
	return TAKE(db);
}

int db_begin(struct db *db, struct err *err)
{
	return db_run(db, err, "BEGIN IMMEDIATE");
}

int db_commit(struct db *db, struct err *err)
{
	return db_run(db, err, "COMMIT");
}

void db_rollback(struct db *db)
{
	if (!sqlite3_get_autocommit(db->handle))
		(void)db_run(db, NULL, "ROLLBACK");
}

int db_step_begin(struct db *db, struct err *err)
{
	return db_run(db, err, "SAVEPOINT step");
}

int db_step_end(struct db *db, struct err *err)
{
	return db_run(db, err, "RELEASE step");
}

int db_step_undo(struct db *db, struct err *err)
{
	if (db_run(db, err, "ROLLBACK TO step") < 0)
		return -1;
	return db_run(db, err, "RELEASE step");
}

void db_free(struct db *db)
{
	if (!db)
		return;
	for (size_t i = 0; i < db->kept_count; i++)
		sqlite3_finalize(db->kept[i].handle);
	free(db->kept);
	sqlite3_close(db->handle);
	free(db);
}

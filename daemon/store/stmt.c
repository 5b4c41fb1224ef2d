#include "store/stmt.h"

#include <assert.h>
#include <string.h>

#include "base/json.h"
#include "store/db-private.h"

#define BLOB_PIECE (64 * 1024)

struct value value_of_text(const char *s)
{
	if (!s)
		return (struct value){VALUE_NULL, 0, NULL};
	return (struct value){VALUE_TEXT, (int64_t)strlen(s), s};
}

struct value value_of_blob(const void *bytes, size_t len)
{
	if (!bytes)
		return (struct value){VALUE_NULL, 0, NULL};
	return (struct value){VALUE_BLOB, (int64_t)len, bytes};
}

struct value value_of_id(int64_t id)
{
	return (struct value){id ? VALUE_INT : VALUE_NULL, id, NULL};
}

static int bind_one(sqlite3_stmt *s, int index, const struct value *v)
{
	switch (v->type) {
	case VALUE_END:
	case VALUE_NULL:
		return sqlite3_bind_null(s, index);
	case VALUE_INT:
		return sqlite3_bind_int64(s, index, v->number);
	case VALUE_TEXT:
		return sqlite3_bind_text64(s, index, v->bytes,
			(sqlite3_uint64)v->number, SQLITE_STATIC, SQLITE_UTF8);
	case VALUE_BLOB:
		return sqlite3_bind_blob64(
			s, index, v->bytes, (sqlite3_uint64)v->number, SQLITE_STATIC);
	}
	return SQLITE_MISUSE;
}

static int bind_all(sqlite3_stmt *s, const struct value *values)
{
	int count = 0;

	for (; values[count].type != VALUE_END; count++) {
		int rc = bind_one(s, count + 1, &values[count]);
		if (rc)
			return rc;
	}
	assert(count == sqlite3_bind_parameter_count(s));
	return SQLITE_OK;
}

/* The kept statement of that literal, marked busy; NULL where it is in use or not
 * there. */
static sqlite3_stmt *cache_take(struct db *db, const char *sql, int *ret_slot)
{
	for (size_t i = 0; i < db->kept_count; i++) {
		struct kept *k = &db->kept[i];
		if (k->sql != sql || k->is_busy)
			continue;
		k->is_busy = true;
		*ret_slot = (int)i;
		return k->handle;
	}
	return NULL;
}

static int cache_add(struct db *db, const char *sql, sqlite3_stmt *handle)
{
	db->kept = xrealloc(db->kept, (db->kept_count + 1) * sizeof(*db->kept));
	db->kept[db->kept_count] = (struct kept){sql, handle, true};
	return (int)db->kept_count++;
}

struct stmt stmt_prepare(struct db *db, const char *sql, const struct value *values)
{
	struct stmt q = {.db = db, .slot = -1};

	q.handle = cache_take(db, sql, &q.slot);
	if (!q.handle) {
		q.rc = sqlite3_prepare_v3(db->handle, sql, -1,
			SQLITE_PREPARE_PERSISTENT, &q.handle, NULL);
		if (q.rc)
			return q;
		q.slot = cache_add(db, sql, q.handle);
	}
	q.rc = bind_all(q.handle, values);
	return q;
}

int stmt_step(struct stmt *q, struct err *err)
{
	int rc = q->rc;

	if (!rc)
		rc = sqlite3_step(q->handle);
	if (rc == SQLITE_ROW)
		return 1;
	if (rc == SQLITE_DONE)
		return 0;
	return db_error(q->db, rc, err);
}

int64_t stmt_int(const struct stmt *q, int column)
{
	return sqlite3_column_int64(q->handle, column);
}

const char *stmt_text(const struct stmt *q, int column)
{
	return (const char *)sqlite3_column_text(q->handle, column);
}

char *stmt_copy(const struct stmt *q, int column)
{
	return xstrdup_or_null(stmt_text(q, column));
}

void stmt_add_blob(const struct stmt *q, int column, struct buf *ret)
{
	const void *bytes = sqlite3_column_blob(q->handle, column);

	if (bytes)
		buf_add(ret, bytes, (size_t)sqlite3_column_bytes(q->handle, column));
}

void stmt_close(struct stmt *q)
{
	if (q->slot < 0)
		return;
	sqlite3_reset(q->handle);
	sqlite3_clear_bindings(q->handle);
	q->db->kept[q->slot].is_busy = false;
	q->slot = -1;
}

int stmt_run(
	struct db *db, struct err *err, const char *sql, const struct value *values)
{
	stmt_auto q = stmt_prepare(db, sql, values);
	int r;

	do
		r = stmt_step(&q, err);
	while (r == 1);
	return r;
}

int stmt_run_int(struct db *db, struct err *err, int64_t *ret, const char *sql,
	const struct value *values)
{
	stmt_auto q = stmt_prepare(db, sql, values);
	int r = stmt_step(&q, err);

	if (r != 1)
		return r;
	*ret = stmt_int(&q, 0);
	/* To its end: a statement that changes rows is committed there. */
	do
		r = stmt_step(&q, err);
	while (r == 1);
	return r < 0 ? -1 : 1;
}

int64_t db_changes(const struct db *db)
{
	return sqlite3_changes64(db->handle);
}

int64_t db_last_id(const struct db *db)
{
	return sqlite3_last_insert_rowid(db->handle);
}

sqlite3 *db_handle(const struct db *db)
{
	return db->handle;
}

static void blob_closep(sqlite3_blob **b)
{
	sqlite3_blob_close(*b);
}

int db_read_blob(struct db *db, const char *table, const char *column, int64_t rowid,
	struct buf *ret, struct err *err)
{
	__attribute__((cleanup(blob_closep))) sqlite3_blob *b = NULL;
	int rc = sqlite3_blob_open(db->handle, "main", table, column, rowid, 0, &b);

	if (rc)
		return db_error(db, rc, err);
	int size = sqlite3_blob_bytes(b);
	char *to = buf_reserve(ret, (size_t)size);
	for (int at = 0; at < size; at += BLOB_PIECE) {
		int len = size - at < BLOB_PIECE ? size - at : BLOB_PIECE;
		rc = sqlite3_blob_read(b, to + at, len, at);
		if (rc)
			return db_error(db, rc, err);
	}
	ret->len += (size_t)size;
	ret->data[ret->len] = '\0';
	return 0;
}

int db_read_blob_at(struct db *db, const char *table, const char *column, int64_t rowid,
	int64_t at, void *to, size_t size, struct err *err)
{
	__attribute__((cleanup(blob_closep))) sqlite3_blob *b = NULL;
	int rc = sqlite3_blob_open(db->handle, "main", table, column, rowid, 0, &b);

	if (!rc)
		rc = sqlite3_blob_read(b, to, (int)size, (int)at);
	return rc ? db_error(db, rc, err) : 0;
}

int db_write_blob(struct db *db, const char *table, const char *column, int64_t rowid,
	const struct content *content, struct err *err)
{
	__attribute__((cleanup(blob_closep))) sqlite3_blob *b = NULL;
	content_walk_auto w = {.of = content};
	int rc = sqlite3_blob_open(db->handle, "main", table, column, rowid, 1, &b);
	int got = 0;

	while (!rc && (got = content_next(&w, err)) > 0)
		rc = sqlite3_blob_write(
			b, w.piece.data, (int)w.piece.len, (int)(w.at - w.piece.len));
	return rc ? db_error(db, rc, err) : got;
}

int tx_begin(struct tx *tx, struct db *db, struct err *err)
{
	*tx = (struct tx){db, sqlite3_get_autocommit(db->handle) != 0};
	if (!tx->is_own || db_begin(db, err) == 0)
		return 0;
	*tx = TX_NONE;
	return -1;
}

int tx_commit(struct tx *tx, struct err *err)
{
	if (tx->is_own && db_commit(tx->db, err) < 0)
		return -1;
	*tx = TX_NONE;
	return 0;
}

void tx_end(struct tx *tx)
{
	if (tx->db && tx->is_own)
		db_rollback(tx->db);
}

int ids_collect(struct ids *ids, struct stmt *q, struct err *err)
{
	size_t size = 0;
	int r;

	while ((r = stmt_step(q, err)) == 1) {
		if (ids->count == size) {
			size = size ? size * 2 : 64;
			ids->list = xrealloc(ids->list, size * sizeof(*ids->list));
		}
		ids->list[ids->count++] = stmt_int(q, 0);
	}
	return r;
}

json_t *stmt_strings(struct stmt *q, struct err *err)
{
	json_auto_t *list = json_array();
	int r;

	while ((r = stmt_step(q, err)) == 1)
		json_array_append_new(list, json_string(stmt_text(q, 0)));
	return r < 0 ? NULL : TAKE(list);
}

void ids_deinit(struct ids *ids)
{
	free(ids->list);
	*ids = IDS_NONE;
}

int64_t key_as_id(const char *key)
{
	int64_t id = 0;

	for (const char *c = key; *c; c++) {
		if (*c < '0' || *c > '9' || id > INT64_MAX / 10 - 1)
			return 0;
		id = id * 10 + (*c - '0');
	}
	return id;
}

char *key_as_message_id(const char *key)
{
	return *key == '<' ? xstrdup(key) : xasprintf("<%s>", key);
}

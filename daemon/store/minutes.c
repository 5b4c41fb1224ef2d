#include "store/minutes.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "store/stmt.h"

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The set of files in one line: the SHA-256 of each, sorted; the caller frees. */
static char *files_key(const json_t *files)
{
	size_t count = json_array_size(files);
	const char **hashes = xcalloc(count, sizeof(*hashes));
	buf_auto key = BUF_EMPTY;

	for (size_t i = 0; i < count; i++) {
		const char *sha256 = json_str(json_array_get(files, i), "sha256");
		hashes[i] = sha256 ? sha256 : "";
	}
	qsort(hashes, count, sizeof(*hashes), compare_names);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || strcmp(hashes[i], hashes[i - 1]) != 0)
			buf_addf(&key, "%s%s", i ? " " : "", hashes[i]);
	free((void *)hashes);
	return buf_steal(&key);
}

static int add_file(struct db *db, int64_t minutes_id, size_t position,
	const json_t *file, struct err *err)
{
	return db_run(db, err,
		"INSERT INTO minutes_file (minutes_id, position, name, media_type, "
		"size,\n"
		"  sha256)\n"
		"VALUES (?, ?, ?, ?, ?, ?)",
		SQL_INT(minutes_id), SQL_INT((int64_t)position),
		SQL_TEXT(json_str(file, "name")),
		SQL_TEXT(json_str(file, "media_type")),
		SQL_INT(json_int_or(file, "size", 0)),
		SQL_TEXT(json_str(file, "sha256")));
}

int minutes_add(struct db *db, int64_t meeting_id, int64_t incoming_id,
	const char *from_address, const char *from_name, const json_t *files,
	int64_t now, int64_t *ret_id, int *ret_version, struct err *err)
{
	tx_auto tx = TX_NONE;
	str_auto *key = files_key(files);
	int64_t version = 0;

	if (tx_begin(&tx, db, err) < 0)
		return -1;
	if (db_find_int(db, err, &version,
		    "SELECT coalesce(max(version), 0) + 1 FROM minutes\n"
		    "WHERE meeting_id = ?",
		    SQL_INT(meeting_id)) < 0)
		return -1;
	if (db_run(db, err,
		    "INSERT INTO minutes (meeting_id, version, incoming_id, "
		    "from_address,\n"
		    "  from_name, files_key, at)\n"
		    "VALUES (?, ?, ?, ?, ?, ?, ?)",
		    SQL_INT(meeting_id), SQL_INT(version), SQL_ID(incoming_id),
		    SQL_TEXT(from_address), SQL_TEXT(from_name), SQL_TEXT(key),
		    SQL_INT(now)) < 0)
		return -1;
	*ret_id = db_last_id(db);
	*ret_version = (int)version;
	for (size_t i = 0; i < json_array_size(files); i++)
		if (add_file(db, *ret_id, i, json_array_get(files, i), err) < 0)
			return -1;
	return tx_commit(&tx, err);
}

static json_t *files_of(struct db *db, int64_t minutes_id, struct err *err)
{
	json_auto_t *list = json_array();
	int r;
	stmt_auto q = stmt_open(db,
		"SELECT name, media_type, size, sha256 FROM minutes_file\n"
		"WHERE minutes_id = ?\n"
		"ORDER BY position",
		SQL_INT(minutes_id));

	while ((r = stmt_step(&q, err)) == 1) {
		json_t *file = json_object();
		json_put_str(file, "name", stmt_text(&q, 0));
		json_put_str(file, "media_type", stmt_text(&q, 1));
		json_put_int(file, "size", stmt_int(&q, 2));
		json_put_str(file, "sha256", stmt_text(&q, 3));
		json_array_append_new(list, file);
	}
	return r < 0 ? NULL : TAKE(list);
}

static json_t *list_of(
	struct db *db, int64_t meeting_id, bool is_standing, struct err *err)
{
	json_auto_t *list = json_array();
	int r;
	stmt_auto q = stmt_open(db,
		"SELECT id, version, incoming_id, from_address, from_name, at,\n"
		"  withdrawn_at\n"
		"FROM minutes\n"
		"WHERE meeting_id = ?1 AND (NOT ?2 OR withdraw_asked_at IS NULL)\n"
		"ORDER BY version",
		SQL_INT(meeting_id), SQL_INT(is_standing));

	while ((r = stmt_step(&q, err)) == 1) {
		json_t *files = files_of(db, stmt_int(&q, 0), err);
		if (!files)
			return NULL;
		json_t *row = json_object();
		json_put_int(row, "id", stmt_int(&q, 0));
		json_put_int(row, "version", stmt_int(&q, 1));
		json_put_int(row, "incoming_id", stmt_int(&q, 2));
		json_put_str(row, "from_address", stmt_text(&q, 3));
		json_put_str(row, "from_name", stmt_text(&q, 4));
		json_put_int(row, "at", stmt_int(&q, 5));
		if (stmt_int(&q, 6))
			json_put_int(row, "withdrawn_at", stmt_int(&q, 6));
		json_object_set_new(row, "files", files);
		json_array_append_new(list, row);
	}
	return r < 0 ? NULL : TAKE(list);
}

json_t *minutes_list(struct db *db, int64_t meeting_id, struct err *err)
{
	return list_of(db, meeting_id, false, err);
}

json_t *minutes_standing(struct db *db, int64_t meeting_id, struct err *err)
{
	return list_of(db, meeting_id, true, err);
}

int minutes_has_files(
	struct db *db, int64_t meeting_id, const json_t *files, struct err *err)
{
	str_auto *key = files_key(files);
	int64_t id = 0;

	return db_find_int(db, err, &id,
		"SELECT id FROM minutes\n"
		"WHERE meeting_id = ? AND files_key = ? AND withdraw_asked_at IS NULL\n"
		"LIMIT 1",
		SQL_INT(meeting_id), SQL_TEXT(key));
}

/* ---- withdrawing ---- */

void minutes_withdrawal_deinit(struct minutes_withdrawal *w)
{
	free(w->from_address);
	free(w->from_name);
	free(w->by);
	*w = (struct minutes_withdrawal){0};
}

int minutes_ask_withdraw(struct db *db, int64_t meeting_id, int version,
	int64_t right_meeting_id, const char *by, int64_t now, int *ret_version,
	struct err *err)
{
	tx_auto tx = TX_NONE;
	int64_t found = 0;

	if (tx_begin(&tx, db, err) < 0)
		return -1;
	int r = db_find_int(db, err, &found,
		"SELECT version FROM minutes\n"
		"WHERE meeting_id = ?1 AND withdraw_asked_at IS NULL\n"
		"  AND (?2 = 0 OR version = ?2)\n"
		"ORDER BY version DESC\n"
		"LIMIT 1",
		SQL_INT(meeting_id), SQL_INT(version));
	if (r <= 0)
		return r;
	*ret_version = (int)found;
	if (db_run(db, err,
		    "UPDATE minutes\n"
		    "SET withdraw_asked_at = ?, withdraw_by = ?, right_meeting_id = ?\n"
		    "WHERE meeting_id = ? AND version = ?",
		    SQL_INT(now), SQL_TEXT(by), SQL_ID(right_meeting_id),
		    SQL_INT(meeting_id), SQL_INT(found)) < 0)
		return -1;
	return tx_commit(&tx, err) < 0 ? -1 : 1;
}

int minutes_next_withdrawal(
	struct db *db, struct minutes_withdrawal *ret, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT id, meeting_id, version, from_address, from_name, "
		"withdraw_by,\n"
		"  right_meeting_id\n"
		"FROM minutes\n"
		"WHERE withdraw_asked_at IS NOT NULL AND withdrawn_at IS NULL\n"
		"ORDER BY id\n"
		"LIMIT 1");
	int r = stmt_step(&q, err);

	if (r != 1)
		return r;
	*ret = (struct minutes_withdrawal){
		.id = stmt_int(&q, 0),
		.meeting_id = stmt_int(&q, 1),
		.version = (int)stmt_int(&q, 2),
		.from_address = stmt_copy(&q, 3),
		.from_name = stmt_copy(&q, 4),
		.by = stmt_copy(&q, 5),
		.right_meeting_id = stmt_int(&q, 6),
	};
	return 1;
}

int minutes_set_withdrawn(struct db *db, int64_t id, int64_t now, struct err *err)
{
	return db_run(db, err,
		"UPDATE minutes\n"
		"SET withdrawn_at = ?\n"
		"WHERE id = ? AND withdrawn_at IS NULL",
		SQL_INT(now), SQL_INT(id));
}

#include "store/meeting.h"

#include "base/json.h"
#include "store/look.h"
#include "store/stmt.h"

int meeting_role_add(struct db *db, int64_t meeting_id, const char *role,
	const char *name, const char *address, struct err *err)
{
	return db_run(db, err,
		"INSERT INTO meeting_role (meeting_id, role, name, address)\n"
		"VALUES (?, ?, ?, ?)",
		SQL_INT(meeting_id), SQL_TEXT(role), SQL_TEXT(name), SQL_TEXT(address));
}

/* An insert has no trigger that would set it, see look_add. */
static int look_if_changed(struct db *db, int64_t meeting_id, struct err *err)
{
	return db_changes(db) > 0 ? look_set(db, meeting_id, 0, err) : 0;
}

int meeting_role_put(struct db *db, int64_t meeting_id, const char *role,
	const char *name, const char *address, struct err *err)
{
	tx_auto tx = TX_NONE;

	if (tx_begin(&tx, db, err) < 0 ||
		db_run(db, err,
			"INSERT INTO meeting_role (meeting_id, role, name, address)\n"
			"VALUES (?, ?, ?, ?)\n"
			"ON CONFLICT (meeting_id, role)\n"
			"DO UPDATE SET name = excluded.name, address = "
			"excluded.address\n"
			"WHERE appointed_by IS NULL\n"
			"  AND (name, address) IS NOT (excluded.name, "
			"excluded.address)",
			SQL_INT(meeting_id), SQL_TEXT(role), SQL_TEXT(name),
			SQL_TEXT(address)) < 0 ||
		look_if_changed(db, meeting_id, err) < 0)
		return -1;
	return tx_commit(&tx, err);
}

int meeting_role_appoint(struct db *db, int64_t meeting_id, const char *role,
	const char *name, const char *address, const char *by, struct err *err)
{
	tx_auto tx = TX_NONE;

	if (tx_begin(&tx, db, err) < 0 ||
		db_run(db, err,
			"INSERT INTO meeting_role (meeting_id, role, name, address,\n"
			"  appointed_by)\n"
			"VALUES (?, ?, ?, ?, ?)\n"
			"ON CONFLICT (meeting_id, role)\n"
			"DO UPDATE SET name = excluded.name, address = "
			"excluded.address,\n"
			"  appointed_by = excluded.appointed_by",
			SQL_INT(meeting_id), SQL_TEXT(role), SQL_TEXT(name),
			SQL_TEXT(address), SQL_TEXT(by)) < 0 ||
		look_if_changed(db, meeting_id, err) < 0)
		return -1;
	return tx_commit(&tx, err);
}

int meeting_role_drop(
	struct db *db, int64_t meeting_id, const char *role, struct err *err)
{
	return db_run(db, err,
		"DELETE FROM meeting_role\n"
		"WHERE meeting_id = ? AND role = ? AND appointed_by IS NULL",
		SQL_INT(meeting_id), SQL_TEXT(role));
}

json_t *meeting_roles(struct db *db, int64_t meeting_id, struct err *err)
{
	json_auto_t *list = json_array();
	int r;
	stmt_auto q = stmt_open(db,
		"SELECT role, name, address, appointed_by FROM meeting_role\n"
		"WHERE meeting_id = ?\n"
		"ORDER BY role",
		SQL_INT(meeting_id));

	while ((r = stmt_step(&q, err)) == 1) {
		json_t *row = json_object();
		json_put_str(row, "role", stmt_text(&q, 0));
		json_put_str(row, "name", stmt_text(&q, 1));
		json_put_str(row, "address", stmt_text(&q, 2));
		json_put_str(row, "appointed_by", stmt_text(&q, 3));
		json_array_append_new(list, row);
	}
	return r < 0 ? NULL : TAKE(list);
}

/* The first column of every row; takes over the statement's errors. */
static json_t *ids_as_json(struct stmt *q, struct err *err)
{
	json_auto_t *list = json_array();
	int r;

	while ((r = stmt_step(q, err)) == 1)
		json_array_append_new(list, json_integer(stmt_int(q, 0)));
	return r < 0 ? NULL : TAKE(list);
}

json_t *meeting_ids_by_role(
	struct db *db, const char *address, int64_t from, int64_t to, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT DISTINCT m.id FROM meeting_role AS r\n"
		"JOIN meeting AS m ON m.id = r.meeting_id\n"
		"WHERE r.address = ? AND m.starts_at >= ? AND m.starts_at < ?\n"
		"ORDER BY m.starts_at, m.id",
		SQL_TEXT(address), SQL_INT(from), SQL_INT(to));

	return ids_as_json(&q, err);
}

#include "store/look.h"

#include "store/stmt.h"

int look_begin(struct db *db, const char *key, struct err *err)
{
	tx_auto tx = TX_NONE;
	int64_t is_same = 0;

	int found = db_find_int(db, err, &is_same,
		"SELECT 1 FROM look_key WHERE key = ?", SQL_TEXT(key));
	if (found != 0)
		return found < 0 ? -1 : 0;
	if (tx_begin(&tx, db, err) < 0 ||
		db_run(db, err,
			"INSERT INTO look_key (id, key) VALUES (1, ?1)\n"
			"ON CONFLICT (id) DO UPDATE SET key = ?1",
			SQL_TEXT(key)) < 0 ||
		db_run(db, err, "UPDATE look SET at = 0 WHERE at > 0") < 0)
		return -1;
	return tx_commit(&tx, err);
}

json_t *look_due(struct db *db, int64_t now, struct err *err)
{
	json_auto_t *ids = json_array();
	int r;
	/* CROSS: never all meetings in order of time, most of which are not due. */
	stmt_auto q = stmt_open(db,
		"SELECT m.id FROM look AS l\n"
		"CROSS JOIN meeting AS m ON m.id = l.meeting_id\n"
		"WHERE l.at <= ?\n"
		"ORDER BY m.starts_at, m.id",
		SQL_INT(now));

	while ((r = stmt_step(&q, err)) == 1)
		json_array_append_new(ids, json_integer(stmt_int(&q, 0)));
	return r < 0 ? NULL : TAKE(ids);
}

int look_add(struct db *db, int64_t meeting_id, struct err *err)
{
	return db_run(db, err, "INSERT INTO look (meeting_id, at) VALUES (?, 0)",
		SQL_INT(meeting_id));
}

int look_set(struct db *db, int64_t meeting_id, int64_t at, struct err *err)
{
	return db_run(db, err, "UPDATE look SET at = ? WHERE meeting_id = ?",
		SQL_INT(at), SQL_INT(meeting_id));
}

int look_next_at(struct db *db, int64_t now, int64_t *ret, struct err *err)
{
	return db_find_int(db, err, ret,
		"SELECT at FROM look\n"
		"WHERE at > ?1 AND at < ?2\n"
		"ORDER BY at\n"
		"LIMIT 1",
		SQL_INT(now), SQL_INT(LOOK_NEVER));
}

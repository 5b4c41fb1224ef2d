#include "store/daily.h"

#include "base/json.h"
#include "base/mem.h"
#include "store/stmt.h"

int daily_is_made(struct db *db, const char *day, struct err *err)
{
	int64_t id = 0;

	return db_find_int(
		db, err, &id, "SELECT id FROM daily WHERE day = ?", SQL_TEXT(day));
}

static int add_items(struct db *db, int64_t id, const json_t *items, struct err *err)
{
	size_t i;
	json_t *item;

	json_array_foreach (items, i, item) {
		str_auto *data = json_text(item);
		if (db_run(db, err,
			    "INSERT INTO daily_item (daily_id, number, kind, key, "
			    "data)\n"
			    "VALUES (?, ?, ?, ?, ?)",
			    SQL_INT(id), SQL_INT((int64_t)i + 1),
			    SQL_TEXT(json_str(item, "kind")),
			    SQL_TEXT(json_str(item, "key")), SQL_TEXT(data)) < 0)
			return -1;
	}
	return 0;
}

int daily_add(struct db *db, const char *day, const json_t *items, int64_t now,
	int64_t *ret_id, struct err *err)
{
	tx_auto tx = TX_NONE;

	if (tx_begin(&tx, db, err) < 0)
		return -1;
	int made = daily_is_made(db, day, err);
	if (made)
		return made < 0 ? -1 : 0;
	if (db_run(db, err, "INSERT INTO daily (day, at) VALUES (?, ?)", SQL_TEXT(day),
		    SQL_INT(now)) < 0)
		return -1;
	*ret_id = db_last_id(db);
	if (add_items(db, *ret_id, items, err) < 0)
		return -1;
	return tx_commit(&tx, err) < 0 ? -1 : 1;
}

int daily_find(struct db *db, int64_t id, int64_t *ret_at, struct err *err)
{
	return db_find_int(
		db, err, ret_at, "SELECT at FROM daily WHERE id = ?", SQL_INT(id));
}

int daily_item(struct db *db, int64_t id, int64_t number, json_t **ret, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT data FROM daily_item WHERE daily_id = ? AND number = ?",
		SQL_INT(id), SQL_INT(number));
	int r = stmt_step(&q, err);

	if (r == 1)
		*ret = json_loads(stmt_text(&q, 0), 0, NULL);
	return r;
}

int daily_put_off(struct db *db, const char *key, int64_t until, const char *by,
	int64_t now, struct err *err)
{
	return db_run(db, err,
		"INSERT INTO put_off (key, until, by, at)\n"
		"VALUES (?, ?, ?, ?)\n"
		"ON CONFLICT (key) DO UPDATE\n"
		"SET until = excluded.until, by = excluded.by, at = excluded.at",
		SQL_TEXT(key), SQL_ID(until), SQL_TEXT(by), SQL_INT(now));
}

int daily_is_put_off(struct db *db, const char *key, int64_t now, struct err *err)
{
	int64_t at = 0;

	return db_find_int(db, err, &at,
		"SELECT at FROM put_off\n"
		"WHERE key = ? AND (until IS NULL OR until > ?)",
		SQL_TEXT(key), SQL_INT(now));
}

#include "store/absence.h"

#include "base/json.h"
#include "store/stmt.h"

int absence_add(struct db *db, const struct absence *a, int64_t now, struct err *err)
{
	if (db_run(db, err,
		    "INSERT INTO absence (incoming_id, person, address, from_at, "
		    "until,\n"
		    "  is_return, at)\n"
		    "SELECT ?1,\n"
		    "  (SELECT person FROM person_address WHERE address = ?2\n"
		    "    ORDER BY person LIMIT 1),\n"
		    "  ?2, ?3, ?4, ?5, ?6\n"
		    "WHERE true\n"
		    "ON CONFLICT DO NOTHING",
		    SQL_INT(a->incoming_id), SQL_TEXT(a->address), SQL_INT(a->from_at),
		    SQL_TEXT(a->until), SQL_INT(a->is_return), SQL_INT(now)) < 0)
		return -1;
	return db_changes(db) > 0;
}

static json_t *row_of(const struct stmt *q)
{
	json_t *row = json_object();

	json_put_str(row, "person", stmt_text(q, 0));
	json_put_str(row, "name", stmt_text(q, 1));
	json_put_str(row, "address", stmt_text(q, 2));
	json_put_str(row, "until", stmt_text(q, 3));
	json_object_set_new(row, "is_return", json_boolean(stmt_int(q, 4)));
	json_put_int(row, "at", stmt_int(q, 5));
	json_put_str(row, "register", stmt_text(q, 6));
	return row;
}

json_t *absence_list(struct db *db, const char *day, struct err *err)
{
	json_auto_t *list = json_array();
	int r;
	stmt_auto q = stmt_open(db,
		"SELECT a.person, p.name, a.address, a.until, a.is_return, a.from_at,\n"
		"  printf('%04d-%06d', i.register_year, i.register_number)\n"
		"FROM absence AS a\n"
		"JOIN incoming AS i ON i.id = a.incoming_id\n"
		"LEFT JOIN person AS p ON p.id = a.person\n"
		"WHERE a.id = (SELECT max(id) FROM absence WHERE address = a.address)\n"
		"  AND date(a.from_at, 'unixepoch', 'localtime') <= ?1\n"
		"  AND iif(a.until IS NULL,\n"
		"    date(a.from_at, 'unixepoch', 'localtime', '+7 days') > ?1,\n"
		"    iif(a.is_return, a.until > ?1, a.until >= ?1))\n"
		"ORDER BY coalesce(p.name, a.address), a.id",
		SQL_TEXT(day));

	while ((r = stmt_step(&q, err)) == 1)
		json_array_append_new(list, row_of(&q));
	return r < 0 ? NULL : TAKE(list);
}

#include "base/json.h"
#include "store/directory.h"
#include "store/stmt.h"

/* Puts one member of an array of the file, the position-th. */
typedef int (*put_fn)(
	struct db *db, const json_t *one, int64_t position, struct err *err);

static int put_all(struct db *db, const json_t *list, put_fn put, struct err *err)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (put(db, json_array_get(list, i), (int64_t)i, err) < 0)
			return -1;
	return 0;
}

/* Names stay readable after their entry left the file; what follows from them does not.
 */
static int clear(struct db *db, struct err *err)
{
	if (db_run(db, err, "UPDATE council SET in_file = 0") < 0 ||
		db_run(db, err, "UPDATE committee SET in_file = 0") < 0 ||
		db_run(db, err, "UPDATE person SET in_file = 0") < 0 ||
		db_run(db, err, "DELETE FROM council_owes") < 0)
		return -1;
	return db_run(db, err, "DELETE FROM membership");
}

static int put_address(struct db *db, const char *person, size_t position,
	const json_t *address, struct err *err)
{
	return db_run(db, err,
		"INSERT INTO person_address (person, position, address) VALUES (?, ?, "
		"?)",
		SQL_TEXT(person), SQL_INT((int64_t)position),
		SQL_TEXT(json_string_value(address)));
}

static int put_person(
	struct db *db, const json_t *one, int64_t position, struct err *err)
{
	const char *id = json_str(one, "id");
	const json_t *addresses = json_object_get(one, "addresses");
	size_t i;
	json_t *address;

	if (db_run(db, err,
		    "INSERT INTO person (id, position, name, language, protected, "
		    "in_file)\n"
		    "VALUES (?, ?, ?, ?, ?, 1)\n"
		    "ON CONFLICT (id) DO UPDATE\n"
		    "SET position = excluded.position, name = excluded.name,\n"
		    "  language = excluded.language, protected = "
		    "excluded.protected,\n"
		    "  in_file = 1",
		    SQL_TEXT(id), SQL_INT(position), SQL_TEXT(json_str(one, "name")),
		    SQL_TEXT(json_str(one, "language")),
		    SQL_INT(json_bool_or(one, "protected", false))) < 0 ||
		db_run(db, err, "DELETE FROM person_address WHERE person = ?",
			SQL_TEXT(id)) < 0)
		return -1;
	json_array_foreach (addresses, i, address)
		if (put_address(db, id, i, address, err) < 0)
			return -1;
	return 0;
}

static int put_members(
	struct db *db, const char *body, const json_t *members, struct err *err)
{
	size_t i;
	json_t *one;

	json_array_foreach (members, i, one)
		if (db_run(db, err,
			    "INSERT INTO membership (person, body, role, "
			    "valid_from, valid_to)\n"
			    "VALUES (?, ?, ?, ?, ?)",
			    SQL_TEXT(json_str(one, "person")), SQL_TEXT(body),
			    SQL_TEXT(json_str(one, "role")),
			    SQL_TEXT(json_str(one, "from")),
			    SQL_TEXT(json_str(one, "to"))) < 0)
			return -1;
	return 0;
}

static int put_committee(
	struct db *db, const json_t *one, int64_t position, struct err *err)
{
	const char *id = json_str(one, "id");

	if (db_run(db, err,
		    "INSERT INTO committee (id, position, name, in_file)\n"
		    "VALUES (?, ?, ?, 1)\n"
		    "ON CONFLICT (id) DO UPDATE\n"
		    "SET position = excluded.position, name = excluded.name, in_file = "
		    "1",
		    SQL_TEXT(id), SQL_INT(position),
		    SQL_TEXT(json_str(one, "name"))) < 0)
		return -1;
	return put_members(db, id, json_object_get(one, "members"), err);
}

static int put_council_row(
	struct db *db, const json_t *one, int64_t position, struct err *err)
{
	return db_run(db, err,
		"INSERT INTO council (id, position, code, name, valid_from, valid_to,\n"
		"  in_file)\n"
		"VALUES (?, ?, ?, ?, ?, ?, 1)\n"
		"ON CONFLICT (id) DO UPDATE\n"
		"SET position = excluded.position, code = excluded.code,\n"
		"  name = excluded.name, valid_from = excluded.valid_from,\n"
		"  valid_to = excluded.valid_to, in_file = 1",
		SQL_TEXT(json_str(one, "id")), SQL_INT(position),
		SQL_TEXT(json_str(one, "code")), SQL_TEXT(json_str(one, "name")),
		SQL_TEXT(json_str(one, "from")), SQL_TEXT(json_str(one, "to")));
}

static int put_council(
	struct db *db, const json_t *one, int64_t position, struct err *err)
{
	const char *id = json_str(one, "id");
	const json_t *owed = json_object_get(one, "committees");
	size_t i;
	json_t *committee;

	if (put_council_row(db, one, position, err) < 0)
		return -1;
	json_array_foreach (owed, i, committee)
		if (db_run(db, err,
			    "INSERT INTO council_owes (council, committee) VALUES (?, "
			    "?)",
			    SQL_TEXT(id), SQL_TEXT(json_string_value(committee))) < 0)
			return -1;
	return put_members(db, id, json_object_get(one, "members"), err);
}

int directory_mirror(
	struct db *db, const json_t *directory, int64_t now, struct err *err)
{
	tx_auto tx = TX_NONE;

	(void)now;
	if (tx_begin(&tx, db, err) < 0 || clear(db, err) < 0 ||
		put_all(db, json_object_get(directory, "people"), put_person, err) <
			0 ||
		put_all(db, json_object_get(directory, "committees"), put_committee,
			err) < 0 ||
		put_all(db, json_object_get(directory, "councils"), put_council, err) <
			0)
		return err_prefix(err, "directory");
	return tx_commit(&tx, err);
}

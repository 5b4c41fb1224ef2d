#include "store/directory.h"

#include <string.h>

#include "base/json.h"
#include "store/stmt.h"

void recipients_deinit(struct recipients *r)
{
	for (size_t i = 0; i < r->count; i++) {
		struct recipient *one = &r->list[i];
		free(one->person);
		free(one->name);
		free(one->address);
		free(one->language);
		free(one->committee);
		free(one->committee_name);
		free(one->role);
	}
	free(r->list);
	*r = RECIPIENTS_NONE;
}

static void add_recipient(struct recipients *r, const struct stmt *q)
{
	r->list = xrealloc(r->list, (r->count + 1) * sizeof(*r->list));
	r->list[r->count++] = (struct recipient){
		.person = stmt_copy(q, 0),
		.name = stmt_copy(q, 1),
		.address = stmt_copy(q, 2),
		.language = stmt_copy(q, 3),
		.committee = stmt_copy(q, 4),
		.committee_name = stmt_copy(q, 5),
		.role = stmt_copy(q, 6),
	};
}

static bool has_person(const struct recipients *r, const char *person)
{
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->list[i].person, person) == 0)
			return true;
	return false;
}

/* Rows come in the directory's order; of a person's the first is taken. */
static int collect(struct recipients *r, struct stmt *q, struct err *err)
{
	int step;

	while ((step = stmt_step(q, err)) == 1)
		if (!has_person(r, stmt_text(q, 0)))
			add_recipient(r, q);
	return step;
}

static int add_owed(struct db *db, const char *council, const char *day,
	struct recipients *r, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT p.id, p.name, a.address, p.language, c.id, c.name, m.role\n"
		"FROM council_owes AS o\n"
		"JOIN committee AS c ON c.id = o.committee\n"
		"JOIN membership AS m ON m.body = c.id\n"
		"JOIN person AS p ON p.id = m.person\n"
		"JOIN person_address AS a ON a.person = p.id AND a.position = 0\n"
		"WHERE o.council = ?1\n"
		"  AND (m.valid_from IS NULL OR m.valid_from <= ?2)\n"
		"  AND (m.valid_to IS NULL OR m.valid_to >= ?2)\n"
		"ORDER BY c.position, m.id",
		SQL_TEXT(council), SQL_TEXT(day));

	return collect(r, &q, err);
}

static int add_own(struct db *db, const char *council, const char *day,
	struct recipients *r, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT p.id, p.name, a.address, p.language, NULL, NULL, m.role\n"
		"FROM membership AS m\n"
		"JOIN person AS p ON p.id = m.person\n"
		"JOIN person_address AS a ON a.person = p.id AND a.position = 0\n"
		"WHERE m.body = ?1\n"
		"  AND (m.valid_from IS NULL OR m.valid_from <= ?2)\n"
		"  AND (m.valid_to IS NULL OR m.valid_to >= ?2)\n"
		"ORDER BY m.id",
		SQL_TEXT(council), SQL_TEXT(day));

	return collect(r, &q, err);
}

int directory_recipients(struct db *db, const char *council, const char *day,
	bool with_council, struct recipients *ret, struct err *err)
{
	recipients_deinit(ret);
	if (add_owed(db, council, day, ret, err) < 0)
		return -1;
	return with_council ? add_own(db, council, day, ret, err) : 0;
}

json_t *directory_empty_committees(
	struct db *db, const char *council, const char *day, struct err *err)
{
	json_auto_t *list = json_array();
	int r;
	stmt_auto q = stmt_open(db,
		"SELECT c.id, c.name FROM council_owes AS o\n"
		"JOIN committee AS c ON c.id = o.committee\n"
		"WHERE o.council = ?1 AND NOT EXISTS (\n"
		"  SELECT 1 FROM membership AS m\n"
		"  WHERE m.body = c.id\n"
		"    AND (m.valid_from IS NULL OR m.valid_from <= ?2)\n"
		"    AND (m.valid_to IS NULL OR m.valid_to >= ?2))\n"
		"ORDER BY c.position",
		SQL_TEXT(council), SQL_TEXT(day));

	while ((r = stmt_step(&q, err)) == 1) {
		json_t *row = json_object();
		json_put_str(row, "id", stmt_text(&q, 0));
		json_put_str(row, "name", stmt_text(&q, 1));
		json_array_append_new(list, row);
	}
	return r < 0 ? NULL : TAKE(list);
}

int directory_person_by_address(struct db *db, const char *address, char **ret_person,
	char **ret_name, struct err *err)
{
	/* Who is in the file goes before one who left: an address may be given on. */
	stmt_auto q = stmt_open(db,
		"SELECT p.id, p.name FROM person_address AS a\n"
		"JOIN person AS p ON p.id = a.person\n"
		"WHERE a.address = ?\n"
		"ORDER BY p.in_file DESC, p.position\n"
		"LIMIT 1",
		SQL_TEXT(address));
	int r = stmt_step(&q, err);

	if (r == 1) {
		*ret_person = stmt_copy(&q, 0);
		*ret_name = stmt_copy(&q, 1);
	}
	return r;
}

int directory_language_of(
	struct db *db, const char *address, char **ret_language, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT p.language FROM person_address AS a\n"
		"JOIN person AS p ON p.id = a.person\n"
		"WHERE a.address = ?\n"
		"ORDER BY p.in_file DESC, p.position\n"
		"LIMIT 1",
		SQL_TEXT(address));
	int r = stmt_step(&q, err);

	if (r == 1)
		*ret_language = stmt_copy(&q, 0);
	return r;
}

json_t *directory_addresses(struct db *db, const char *person, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT address FROM person_address\n"
		"WHERE person = ?\n"
		"ORDER BY position",
		SQL_TEXT(person));

	return stmt_strings(&q, err);
}

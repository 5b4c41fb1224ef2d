#include "store/called.h"

#include "base/json.h"
#include "store/stmt.h"

int called_add(struct db *db, int64_t meeting_id, const char *person,
	const char *instead_of, int64_t now, struct err *err)
{
	if (db_run(db, err,
		    "INSERT INTO called (meeting_id, person, instead_of, at)\n"
		    "VALUES (?, ?, ?, ?)\n"
		    "ON CONFLICT DO NOTHING",
		    SQL_INT(meeting_id), SQL_TEXT(person), SQL_TEXT(instead_of),
		    SQL_INT(now)) < 0)
		return -1;
	return db_changes(db) > 0;
}

json_t *called_list(struct db *db, int64_t meeting_id, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT person FROM called\n"
		"WHERE meeting_id = ?\n"
		"ORDER BY id",
		SQL_INT(meeting_id));

	return stmt_strings(&q, err);
}

int called_clear(struct db *db, int64_t meeting_id, struct err *err)
{
	return db_run(db, err, "DELETE FROM called WHERE meeting_id = ?",
		SQL_INT(meeting_id));
}

static int load_deputies(struct stmt *q, struct recipients *ret, struct err *err)
{
	int r;

	while ((r = stmt_step(q, err)) == 1) {
		ret->list = xrealloc(ret->list, (ret->count + 1) * sizeof(*ret->list));
		ret->list[ret->count++] = (struct recipient){
			.person = stmt_copy(q, 0),
			.name = stmt_copy(q, 1),
			.address = stmt_copy(q, 2),
			.language = stmt_copy(q, 3),
			.committee = stmt_copy(q, 4),
			.committee_name = stmt_copy(q, 5),
			.role = xstrdup("deputy"),
		};
	}
	return r;
}

int called_deputies(struct db *db, const char *committee, const char *day,
	int64_t meeting_id, struct recipients *ret, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT p.id, p.name, a.address, p.language, c.id, c.name\n"
		"FROM membership AS m\n"
		"JOIN committee AS c ON c.id = m.body\n"
		"JOIN person AS p ON p.id = m.person\n"
		"JOIN person_address AS a ON a.person = p.id AND a.position = 0\n"
		"WHERE m.body = ?1 AND m.role = 'deputy'\n"
		"  AND (m.valid_from IS NULL OR m.valid_from <= ?2)\n"
		"  AND (m.valid_to IS NULL OR m.valid_to >= ?2)\n"
		"  AND NOT EXISTS (\n"
		"    SELECT 1 FROM answer AS s\n"
		"    JOIN person_address AS o ON o.address = s.attendee\n"
		"    WHERE s.meeting_id = ?3 AND s.is_current = 1\n"
		"      AND s.partstat IN ('DECLINED', 'DELEGATED')\n"
		"      AND o.person = p.id)\n"
		"ORDER BY m.id",
		SQL_TEXT(committee), SQL_TEXT(day), SQL_INT(meeting_id));

	recipients_deinit(ret);
	return load_deputies(&q, ret, err);
}

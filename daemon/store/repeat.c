#include "store/repeat.h"

#include "store/stmt.h"

#define DAY_S 86400

int repeat_count(struct db *db, const char *sender, const char *content, int64_t at,
	struct err *err)
{
	int64_t count = 0;

	if (db_find_int(db, err, &count,
		    "SELECT count(*) FROM repeat\n"
		    "WHERE sender = ? AND content = ? AND at > ? AND at <= ?",
		    SQL_TEXT(sender), SQL_TEXT(content), SQL_INT(at - DAY_S),
		    SQL_INT(at)) < 0)
		return -1;
	return (int)count;
}

int repeat_note(struct db *db, const char *sender, const char *content,
	int64_t incoming_id, int64_t at, struct err *err)
{
	if (db_run(db, err, "DELETE FROM repeat WHERE at <= ?", SQL_INT(at - DAY_S)) <
		0)
		return -1;
	return db_run(db, err,
		"INSERT INTO repeat (incoming_id, sender, content, at)\n"
		"VALUES (?, ?, ?, ?)\n"
		"ON CONFLICT DO NOTHING",
		SQL_INT(incoming_id), SQL_TEXT(sender), SQL_TEXT(content), SQL_INT(at));
}

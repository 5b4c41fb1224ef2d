#include "store/command-mail.h"

#include "base/json.h"
#include "base/mem.h"
#include "store/stmt.h"

int command_mail_add(struct db *db, int64_t incoming_id, const char *about,
	const json_t *lines, int64_t now, struct err *err)
{
	str_auto *text = json_text(lines);

	return db_run(db, err,
		"INSERT INTO command_mail (incoming_id, about, lines, at)\n"
		"VALUES (?, ?, ?, ?)\n"
		"ON CONFLICT (incoming_id) DO UPDATE\n"
		"SET about = excluded.about, lines = excluded.lines,\n"
		"  at = excluded.at, told_at = NULL",
		SQL_INT(incoming_id), SQL_TEXT(about), SQL_TEXT(text), SQL_INT(now));
}

int command_mail_next(struct db *db, int64_t after, int64_t *ret_incoming_id,
	json_t **ret_lines, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT incoming_id, lines FROM command_mail\n"
		"WHERE told_at IS NULL AND incoming_id > ?\n"
		"ORDER BY incoming_id\n"
		"LIMIT 1",
		SQL_INT(after));
	int r = stmt_step(&q, err);

	if (r != 1)
		return r;
	*ret_incoming_id = stmt_int(&q, 0);
	*ret_lines = json_loads(stmt_text(&q, 1), 0, NULL);
	return 1;
}

int command_mail_set_told(
	struct db *db, int64_t incoming_id, int64_t now, struct err *err)
{
	return db_run(db, err,
		"UPDATE command_mail SET told_at = ? WHERE incoming_id = ?",
		SQL_INT(now), SQL_INT(incoming_id));
}

int command_mail_is_replay(struct db *db, const char *message_id, struct err *err)
{
	int64_t id = 0;

	return db_find_int(db, err, &id,
		"SELECT i.id FROM incoming AS i\n"
		"JOIN command_mail AS c ON c.incoming_id = i.id\n"
		"WHERE i.message_id = ? AND i.class = 'command'",
		SQL_TEXT(message_id));
}

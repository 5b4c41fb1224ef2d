#include "store/question.h"

#include "base/json.h"
#include "store/stmt.h"

void question_deinit(struct question *q)
{
	free(q->asker);
	free(q->asker_name);
	free(q->contact);
	free(q->subject);
	*q = QUESTION_EMPTY;
}

int question_add(struct db *db, const struct question *q, int64_t now, int64_t *ret_id,
	struct err *err)
{
	if (db_run(db, err,
		    "INSERT INTO question (meeting_id, asker, asker_name, contact, "
		    "subject,\n"
		    "  state, asked_at)\n"
		    "VALUES (?, ?, ?, ?, ?, 'open', ?)",
		    SQL_ID(q->meeting_id), SQL_TEXT(q->asker), SQL_TEXT(q->asker_name),
		    SQL_TEXT(q->contact), SQL_TEXT(q->subject), SQL_INT(now)) < 0)
		return -1;
	*ret_id = db_last_id(db);
	return 0;
}

int question_add_mail(struct db *db, int64_t id, int64_t incoming_id,
	const char *sender, bool is_answer, int64_t now, struct err *err)
{
	if (db_run(db, err,
		    "INSERT INTO question_mail (incoming_id, question_id, sender, "
		    "is_answer,\n"
		    "  at)\n"
		    "VALUES (?, ?, ?, ?, ?)",
		    SQL_INT(incoming_id), SQL_INT(id), SQL_TEXT(sender),
		    SQL_INT(is_answer), SQL_INT(now)) < 0)
		return -1;
	if (is_answer)
		return db_run(db, err,
			"UPDATE question\n"
			"SET state = 'answered', ended_at = ?, ended_by = ?\n"
			"WHERE id = ?",
			SQL_INT(now), SQL_TEXT(sender), SQL_INT(id));
	/* A question that waits keeps the day since when it does. */
	return db_run(db, err,
		"UPDATE question\n"
		"SET state = 'open', ended_at = NULL, ended_by = NULL,\n"
		"  reminded_at = iif(state = 'open', reminded_at, NULL),\n"
		"  asked_at = iif(state = 'open', asked_at, ?)\n"
		"WHERE id = ?",
		SQL_INT(now), SQL_INT(id));
}

int question_get(struct db *db, int64_t id, struct question *ret, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT id, meeting_id, asker, asker_name, contact, subject,\n"
		"  state = 'open', asked_at, reminded_at\n"
		"FROM question\n"
		"WHERE id = ?",
		SQL_INT(id));
	int r = stmt_step(&q, err);

	if (r != 1)
		return r;
	question_deinit(ret);
	*ret = (struct question){
		.id = stmt_int(&q, 0),
		.meeting_id = stmt_int(&q, 1),
		.asker = stmt_copy(&q, 2),
		.asker_name = stmt_copy(&q, 3),
		.contact = stmt_copy(&q, 4),
		.subject = stmt_copy(&q, 5),
		.is_open = stmt_int(&q, 6) != 0,
		.asked_at = stmt_int(&q, 7),
		.reminded_at = stmt_int(&q, 8),
	};
	return 1;
}

int question_of_delivery(
	struct db *db, int64_t delivery_id, struct question *ret, struct err *err)
{
	int64_t id = 0;
	/* "question:12", "question:12:incoming:57": the cast takes the number. */
	int r = db_find_int(db, err, &id,
		"SELECT CAST(substr(l.about, 10) AS INTEGER)\n"
		"FROM delivery AS d\n"
		"JOIN letter AS l ON l.id = d.letter_id\n"
		"WHERE d.id = ? AND l.about LIKE 'question:%'\n"
		"  AND l.kind IN ('question', 'question-answer', 'question-reminder')",
		SQL_INT(delivery_id));

	return r == 1 ? question_get(db, id, ret, err) : r;
}

int question_of_message(
	struct db *db, const char *message_id, struct question *ret, struct err *err)
{
	int64_t id = 0;
	int r = db_find_int(db, err, &id,
		"SELECT m.question_id\n"
		"FROM incoming AS i\n"
		"JOIN question_mail AS m ON m.incoming_id = i.id\n"
		"WHERE i.message_id = ?\n"
		"ORDER BY i.id DESC\n"
		"LIMIT 1",
		SQL_TEXT(message_id));

	return r == 1 ? question_get(db, id, ret, err) : r;
}

int question_close(
	struct db *db, int64_t id, const char *by, int64_t now, struct err *err)
{
	if (db_run(db, err,
		    "UPDATE question\n"
		    "SET state = 'closed', ended_at = ?, ended_by = ?\n"
		    "WHERE id = ? AND state = 'open'",
		    SQL_INT(now), SQL_TEXT(by), SQL_INT(id)) < 0)
		return -1;
	return db_changes(db) > 0;
}

int question_set_reminded(struct db *db, int64_t id, int64_t now, struct err *err)
{
	return db_run(db, err, "UPDATE question SET reminded_at = ? WHERE id = ?",
		SQL_INT(now), SQL_INT(id));
}

int question_count_from(
	struct db *db, const char *sender, int64_t since, struct err *err)
{
	int64_t count = 0;

	if (db_find_int(db, err, &count,
		    "SELECT count(*) FROM question_mail\n"
		    "WHERE sender = ? AND at >= ?",
		    SQL_TEXT(sender), SQL_INT(since)) < 0)
		return -1;
	return (int)count;
}

/* The first row's first column as text; NULL where there is none. */
static int take_text(struct stmt *q, char **ret, struct err *err)
{
	int r = stmt_step(q, err);

	*ret = r == 1 ? stmt_copy(q, 0) : NULL;
	return r < 0 ? -1 : 0;
}

int question_last_mail(struct db *db, int64_t id, bool is_answer, char **ret_message_id,
	struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT i.message_id\n"
		"FROM question_mail AS m\n"
		"JOIN incoming AS i ON i.id = m.incoming_id\n"
		"WHERE m.question_id = ? AND m.is_answer = ?\n"
		"ORDER BY i.id DESC\n"
		"LIMIT 1",
		SQL_INT(id), SQL_INT(is_answer));

	return take_text(&q, ret_message_id, err);
}

int question_last_letter(
	struct db *db, int64_t id, char **ret_message_id, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT d.message_id\n"
		"FROM letter AS l\n"
		"JOIN delivery AS d ON d.letter_id = l.id\n"
		"WHERE l.kind = 'question'\n"
		"  AND (l.about = printf('question:%d', ?1)\n"
		"    OR l.about LIKE printf('question:%d:%%', ?1))\n"
		"ORDER BY d.id DESC\n"
		"LIMIT 1",
		SQL_INT(id));

	return take_text(&q, ret_message_id, err);
}

int question_text(struct db *db, int64_t id, char **ret_text, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT json_extract(i.detail, '$.text')\n"
		"FROM question_mail AS m\n"
		"JOIN incoming AS i ON i.id = m.incoming_id\n"
		"WHERE m.question_id = ? AND m.is_answer = 0\n"
		"ORDER BY i.id DESC\n"
		"LIMIT 1",
		SQL_INT(id));

	return take_text(&q, ret_text, err);
}

static json_t *open_row(const struct stmt *q)
{
	static const char *const texts[] = {"register", "meeting", "title", "from",
		"from_name", "contact", "subject"};
	json_t *row = json_object();

	json_put_int(row, "id", stmt_int(q, 0));
	for (int i = 0; i < (int)(sizeof(texts) / sizeof(*texts)); i++)
		json_put_str(row, texts[i], stmt_text(q, i + 1));
	json_put_int(row, "asked_at", stmt_int(q, 8));
	if (stmt_int(q, 9))
		json_put_int(row, "reminded_at", stmt_int(q, 9));
	if (stmt_int(q, 10))
		json_put_int(row, "meeting_id", stmt_int(q, 10));
	return row;
}

json_t *question_open_list(struct db *db, struct err *err)
{
	json_auto_t *list = json_array();
	int r;
	stmt_auto q = stmt_open(db,
		"SELECT q.id,\n"
		"  (SELECT printf('%04d-%06d', i.register_year, i.register_number)\n"
		"    FROM question_mail AS n JOIN incoming AS i ON i.id = "
		"n.incoming_id\n"
		"    WHERE n.question_id = q.id AND n.is_answer = 0\n"
		"    ORDER BY i.id DESC LIMIT 1),\n"
		"  m.code, m.title, q.asker, nullif(q.asker_name, ''), q.contact, "
		"q.subject,\n"
		"  q.asked_at, q.reminded_at, q.meeting_id\n"
		"FROM question AS q\n"
		"LEFT JOIN meeting AS m ON m.id = q.meeting_id\n"
		"WHERE q.state = 'open'\n"
		"ORDER BY q.asked_at, q.id");

	while ((r = stmt_step(&q, err)) == 1)
		json_array_append_new(list, open_row(&q));
	return r < 0 ? NULL : TAKE(list);
}

#include "store/delivery.h"

#include <assert.h>
#include <string.h>

#include "base/json.h"
#include "store/delivery-private.h"
#include "store/journal.h"
#include "store/stmt.h"

#define BODY_LARGE ((uint64_t)256 << 10) /* bytes */

static const char *const state_names[] = {
	[DELIVERY_DUE] = "due",
	[DELIVERY_SENDING] = "sending",
	[DELIVERY_UNKNOWN] = "unknown",
	[DELIVERY_DEFERRED] = "deferred",
	[DELIVERY_SENT] = "sent",
	[DELIVERY_FAILED] = "failed",
	[DELIVERY_WITHDRAWN] = "withdrawn",
	[DELIVERY_DELIVERED] = "delivered",
	[DELIVERY_BOUNCED] = "bounced",
	[DELIVERY_ANSWERED] = "answered",
	[DELIVERY_RESTING] = "resting",
};
#define STATE_COUNT (sizeof(state_names) / sizeof(*state_names))

const char *delivery_state_name(enum delivery_state state)
{
	assert((size_t)state < STATE_COUNT);
	return state_names[state];
}

enum delivery_state delivery_state_of(const char *name)
{
	size_t i = 0;

	while (i < STATE_COUNT && strcmp(state_names[i], name) != 0)
		i++;
	assert(i < STATE_COUNT);
	return (enum delivery_state)i;
}

bool delivery_state_is_served(enum delivery_state state)
{
	switch (state) {
	case DELIVERY_FAILED:
	case DELIVERY_WITHDRAWN:
	case DELIVERY_BOUNCED:
	case DELIVERY_RESTING:
		return false;
	case DELIVERY_DUE:
	case DELIVERY_SENDING:
	case DELIVERY_UNKNOWN:
	case DELIVERY_DEFERRED:
	case DELIVERY_SENT:
	case DELIVERY_DELIVERED:
	case DELIVERY_ANSWERED:
		return true;
	}
	return false;
}

void delivery_deinit(struct delivery *d)
{
	free(d->kind);
	free(d->address);
	free(d->name);
	free(d->person);
	free(d->committee);
	free(d->message_id);
	free(d->subject);
	free(d->reply);
	*d = DELIVERY_EMPTY;
}

static struct delivery row_of(const struct stmt *q)
{
	return (struct delivery){
		.id = stmt_int(q, 0),
		.letter_id = stmt_int(q, 1),
		.kind = stmt_copy(q, 2),
		.meeting_id = stmt_int(q, 3),
		.version = (int)stmt_int(q, 4),
		.state = delivery_state_of(stmt_text(q, 5)),
		.address = stmt_copy(q, 6),
		.name = stmt_copy(q, 7),
		.person = stmt_copy(q, 8),
		.committee = stmt_copy(q, 9),
		.message_id = stmt_copy(q, 10),
		.subject = stmt_copy(q, 11),
		.priority = (int)stmt_int(q, 12),
		.due_at = stmt_int(q, 13),
		.first_try_at = stmt_int(q, 14),
		.tries = (int)stmt_int(q, 15),
		.reply = stmt_copy(q, 16),
		.sent_at = stmt_int(q, 17),
	};
}

int delivery_load(struct db *db, int64_t id, struct delivery *ret, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT d.id, d.letter_id, l.kind, l.meeting_id, l.version,\n"
		"  iif(d.rests, 'resting', d.state), d.address, d.name, d.person, "
		"d.committee, d.message_id, l.subject,\n"
		"  d.priority, d.due_at, d.first_try_at, d.tries, d.reply, d.sent_at\n"
		"FROM delivery AS d\n"
		"JOIN letter AS l ON l.id = d.letter_id\n"
		"WHERE d.id = ?",
		SQL_INT(id));
	int r = stmt_step(&q, err);

	if (r == 1) {
		delivery_deinit(ret);
		*ret = row_of(&q);
	}
	return r;
}

int delivery_journal(struct db *db, int64_t id, enum delivery_state state,
	const char *who, const char *why, const char *reply, int64_t now,
	struct err *err)
{
	const struct journal_entry entry = {.who = who,
		.what = delivery_state_name(state),
		.why = why,
		.detail = reply,
		.delivery_id = id};

	return journal_add(db, &entry, now, err);
}

int delivery_add(struct db *db, const struct delivery *d, int64_t now, int64_t *ret_id,
	struct err *err)
{
	tx_auto tx = TX_NONE;

	if (tx_begin(&tx, db, err) < 0)
		return -1;
	int found = db_find_int(db, err, ret_id,
		"SELECT id FROM delivery WHERE letter_id = ? AND address = ?",
		SQL_INT(d->letter_id), SQL_TEXT(d->address));
	if (found)
		return found < 0 ? -1 : 0;
	if (db_run(db, err,
		    "INSERT INTO delivery (letter_id, address, name, person, "
		    "committee,\n"
		    "  state, priority, due_at, created_at, changed_at)\n"
		    "VALUES (?1, ?2, ?3, ?4, ?5, 'due', ?6, ?7, ?8, ?8)",
		    SQL_INT(d->letter_id), SQL_TEXT(d->address), SQL_TEXT(d->name),
		    SQL_TEXT(d->person), SQL_TEXT(d->committee), SQL_INT(d->priority),
		    SQL_INT(d->due_at), SQL_INT(now)) < 0)
		return -1;
	*ret_id = db_last_id(db);
	return tx_commit(&tx, err) < 0 ? -1 : 1;
}

/* A large one is filled in afterwards, as a row that is made of it would be a copy. */
static int put_content(struct db *db, int64_t id, const void *head, size_t head_len,
	const struct content *body, struct err *err)
{
	buf_auto bytes = BUF_EMPTY;

	if (body && body->size > BODY_LARGE)
		return db_run(db, err,
			       "INSERT INTO delivery_content (delivery_id, head, "
			       "body)\n"
			       "VALUES (?, ?, zeroblob(?))",
			       SQL_INT(id), SQL_BLOB(head, head_len),
			       SQL_INT(body->size)) < 0
			       ? -1
			       : db_write_blob(
					 db, "delivery_content", "body", id, body, err);
	if (body && body->size && content_join(body, &bytes, err) < 0)
		return -1;
	return db_run(db, err,
		"INSERT INTO delivery_content (delivery_id, head, body)\n"
		"VALUES (?, ?, ?)",
		SQL_INT(id), SQL_BLOB(head, head_len), SQL_BLOB(bytes.data, bytes.len));
}

int delivery_freeze(struct db *db, int64_t id, const char *message_id, const void *head,
	size_t head_len, const struct content *body, struct err *err)
{
	tx_auto tx = TX_NONE;

	if (tx_begin(&tx, db, err) < 0)
		return -1;
	/* Frozen once: a second head meets the primary key. */
	if (put_content(db, id, head, head_len, body, err) < 0 ||
		db_run(db, err, "UPDATE delivery SET message_id = ? WHERE id = ?",
			SQL_TEXT(message_id), SQL_INT(id)) < 0)
		return -1;
	return tx_commit(&tx, err);
}

/* Which body a delivery has: its own, or the letter's. */
static int has_own_body(struct db *db, int64_t id, int64_t *ret_own,
	int64_t *ret_letter, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT c.body IS NOT NULL, d.letter_id FROM delivery_content AS c\n"
		"JOIN delivery AS d ON d.id = c.delivery_id\n"
		"WHERE c.delivery_id = ?",
		SQL_INT(id));
	int r = stmt_step(&q, err);

	if (r == 1) {
		*ret_own = stmt_int(&q, 0);
		*ret_letter = stmt_int(&q, 1);
	}
	return r;
}

int delivery_read(struct db *db, int64_t id, struct buf *ret, struct err *err)
{
	int64_t own = 0;
	int64_t letter_id = 0;
	int r = has_own_body(db, id, &own, &letter_id, err);

	if (r == 0)
		return err_set(err, ERR_PERM,
			"delivery %lld has no content: not frozen", (long long)id);
	if (r < 0 || db_read_blob(db, "delivery_content", "head", id, ret, err) < 0)
		return -1;
	if (own)
		return db_read_blob(db, "delivery_content", "body", id, ret, err);
	return db_read_blob(db, "letter_body", "bytes", letter_id, ret, err);
}

int delivery_text_find(struct db *db, int64_t id, size_t small,
	struct delivery_text *ret, struct buf *ret_all, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT letter_id, head_size, size,\n"
		"  CASE WHEN size <= ?2 THEN head END,\n"
		"  CASE WHEN size <= ?2 THEN coalesce(body, bytes) END\n"
		"FROM (SELECT iif(c.body IS NULL, d.letter_id, 0) AS letter_id,\n"
		"    length(c.head) AS head_size, c.head, c.body, b.bytes,\n"
		"    length(c.head) + coalesce(length(c.body), length(b.bytes)) AS "
		"size\n"
		"  FROM delivery AS d\n"
		"  JOIN delivery_content AS c ON c.delivery_id = d.id\n"
		"  LEFT JOIN letter_body AS b ON b.letter_id = d.letter_id\n"
		"  WHERE d.id = ?1)",
		SQL_INT(id), SQL_INT((int64_t)small));
	int r = stmt_step(&q, err);

	if (r == 0)
		return err_set(err, ERR_PERM,
			"delivery %lld has no content: not frozen", (long long)id);
	if (r < 0)
		return -1;
	*ret = (struct delivery_text){.id = id,
		.letter_id = stmt_int(&q, 0),
		.head_size = stmt_int(&q, 1),
		.size = stmt_int(&q, 2)};
	stmt_add_blob(&q, 3, ret_all);
	stmt_add_blob(&q, 4, ret_all);
	return 0;
}

static int read_body(struct db *db, const struct delivery_text *text, int64_t at,
	void *to, size_t size, struct err *err)
{
	if (text->letter_id)
		return db_read_blob_at(
			db, "letter_body", "bytes", text->letter_id, at, to, size, err);
	return db_read_blob_at(
		db, "delivery_content", "body", text->id, at, to, size, err);
}

int delivery_text_read(struct db *db, const struct delivery_text *text, int64_t at,
	void *to, size_t size, struct err *err)
{
	size_t in_head = at < text->head_size ? (size_t)(text->head_size - at) : 0;

	if (in_head > size)
		in_head = size;
	if (in_head && db_read_blob_at(db, "delivery_content", "head", text->id, at, to,
			       in_head, err) < 0)
		return -1;
	if (in_head == size)
		return 0;
	return read_body(db, text, at + (int64_t)in_head - text->head_size,
		(char *)to + in_head, size - in_head, err);
}

static int find_id(struct db *db, const char *key, int64_t *ret_id, struct err *err)
{
	*ret_id = key_as_id(key);
	if (*ret_id)
		return 1;
	str_auto *message_id = key_as_message_id(key);
	return db_find_int(db, err, ret_id,
		"SELECT id FROM delivery WHERE message_id = ?", SQL_TEXT(message_id));
}

int delivery_find(struct db *db, const char *key, struct delivery *ret, struct err *err)
{
	int64_t id = 0;
	int r = find_id(db, key, &id, err);

	return r == 1 ? delivery_load(db, id, ret, err) : r;
}

/* Closes q and calls fn for each row's delivery; fn may change the store. */
static int call_for_all(
	struct db *db, struct stmt *q, delivery_fn fn, void *context, struct err *err)
{
	ids_auto ids = IDS_NONE;

	if (ids_collect(&ids, q, err) < 0)
		return -1;
	stmt_close(q);
	for (size_t i = 0; i < ids.count; i++) {
		delivery_auto d = DELIVERY_EMPTY;
		if (delivery_load(db, ids.list[i], &d, err) < 0 || fn(&d, context) < 0)
			return -1;
	}
	return 0;
}

int delivery_each(struct db *db, int64_t meeting_id, delivery_fn fn, void *context,
	struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT d.id FROM letter AS l\n"
		"JOIN delivery AS d ON d.letter_id = l.id\n"
		"WHERE coalesce(l.meeting_id, 0) = ?\n"
		"ORDER BY l.kind, l.version, d.name, d.id",
		SQL_INT(meeting_id));

	return call_for_all(db, &q, fn, context, err);
}

int delivery_each_untold(struct db *db, delivery_fn fn, void *context, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT id FROM delivery INDEXED BY delivery_untold\n"
		"WHERE state IN ('failed', 'bounced') AND told_at IS NULL\n"
		"ORDER BY id");

	return call_for_all(db, &q, fn, context, err);
}

int delivery_set_told(struct db *db, int64_t id, int64_t now, struct err *err)
{
	return db_run(db, err, "UPDATE delivery SET told_at = ? WHERE id = ?",
		SQL_INT(now), SQL_INT(id));
}

int delivery_oldest_untold_at(struct db *db, int64_t *ret_at, struct err *err)
{
	*ret_at = 0;
	return db_find_int(db, err, ret_at,
		       "SELECT coalesce(min(changed_at), 0)\n"
		       "FROM delivery INDEXED BY delivery_untold\n"
		       "WHERE state IN ('failed', 'bounced') AND told_at IS NULL") < 0
		       ? -1
		       : 0;
}

int delivery_each_late(struct db *db, int64_t first_try_before, int64_t due_before,
	delivery_fn fn, void *context, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT id FROM delivery\n"
		"WHERE told_late_at IS NULL AND (\n"
		"  (state = 'deferred' AND first_try_at < ?1)\n"
		"  OR (state = 'due' AND coalesce(first_try_at, due_at) < ?2))\n"
		"ORDER BY id",
		SQL_INT(first_try_before), SQL_INT(due_before));

	return call_for_all(db, &q, fn, context, err);
}

int delivery_set_told_late(struct db *db, int64_t id, int64_t now, struct err *err)
{
	return db_run(db, err, "UPDATE delivery SET told_late_at = ? WHERE id = ?",
		SQL_INT(now), SQL_INT(id));
}

json_t *delivery_counts(struct db *db, struct err *err)
{
	json_auto_t *counts = json_object();
	int r;
	stmt_auto q = stmt_open(db,
		"SELECT state, count(*) FROM delivery GROUP BY state\n"
		"UNION ALL\n"
		"SELECT 'resting', count(*) FROM delivery WHERE rests = 1");
	int64_t resting = 0;

	for (size_t i = 0; i < STATE_COUNT; i++)
		json_object_set_new(counts, state_names[i], json_integer(0));
	while ((r = stmt_step(&q, err)) == 1)
		json_object_set_new(
			counts, stmt_text(&q, 0), json_integer(stmt_int(&q, 1)));
	resting = json_int_or(counts, "resting", 0);
	json_put_int(counts, "failed", json_int_or(counts, "failed", 0) - resting);
	return r < 0 ? NULL : TAKE(counts);
}

int delivery_count_kind(struct db *db, const char *kind, const char *address,
	int64_t since, struct err *err)
{
	int64_t count = 0;

	if (db_find_int(db, err, &count,
		    "SELECT count(*) FROM delivery AS d\n"
		    "JOIN letter AS l ON l.id = d.letter_id\n"
		    "WHERE d.address = ? AND d.created_at >= ? AND l.kind = ?",
		    SQL_TEXT(address), SQL_INT(since), SQL_TEXT(kind)) < 0)
		return -1;
	return (int)count;
}

int delivery_count_to(
	struct db *db, const char *address, int64_t since, struct err *err)
{
	int64_t count = 0;

	if (db_find_int(db, err, &count,
		    "SELECT count(*) FROM delivery AS d\n"
		    "JOIN letter AS l ON l.id = d.letter_id\n"
		    "WHERE d.address = ? AND d.created_at >= ?\n"
		    "  AND d.state NOT IN ('failed', 'withdrawn')\n"
		    "  AND l.kind NOT IN ('invitation', 'update', 'cancellation', "
		    "'withdrawal',\n"
		    "    'reminder', 'minutes-request', 'minutes', 'question',\n"
		    "    'question-answer', 'question-reminder', "
		    "'meeting-answer')",
		    SQL_TEXT(address), SQL_INT(since)) < 0)
		return -1;
	return (int)count;
}

#include "store/delivery-move.h"

#include <assert.h>

#include "store/delivery-private.h"
#include "store/mailbox-request.h"
#include "store/stmt.h"

/* The smallest priority above `above` that anything waits with. 1, 0, -1. */
static int find_priority(
	struct db *db, int64_t above, int64_t *ret_priority, struct err *err)
{
	return db_find_int(db, err, ret_priority,
		"SELECT priority FROM delivery INDEXED BY delivery_queue\n"
		"WHERE state IN ('due', 'deferred') AND priority > ?\n"
		"ORDER BY priority\n"
		"LIMIT 1",
		SQL_INT(above));
}

/*
 * The first in the queue: per priority two looks into the index, however many of a
 * smaller priority wait for a later hour. One recursive statement would make a table
 * for it each time, which costs more than all else that a claim does.
 */
static int find_next(struct db *db, int64_t now, int64_t *ret_id, struct err *err)
{
	int64_t priority = INT64_MIN;
	int found;

	while ((found = find_priority(db, priority, &priority, err)) == 1) {
		int due = db_find_int(db, err, ret_id,
			"SELECT id FROM delivery INDEXED BY delivery_queue\n"
			"WHERE state IN ('due', 'deferred') AND priority = ?\n"
			"  AND due_at <= ?\n"
			"ORDER BY due_at, id\n"
			"LIMIT 1",
			SQL_INT(priority), SQL_INT(now));
		if (due)
			return due;
	}
	return found;
}

int delivery_is_due(struct db *db, int64_t now, struct err *err)
{
	int64_t id = 0;

	return find_next(db, now, &id, err);
}

/* 1 what calls to a meeting that has begun, 0, -1. */
static int is_too_late(struct db *db, int64_t id, int64_t now, struct err *err)
{
	int64_t found = 0;

	return db_find_int(db, err, &found,
		"SELECT d.id FROM delivery AS d\n"
		"JOIN letter AS l ON l.id = d.letter_id\n"
		"JOIN meeting AS m ON m.id = l.meeting_id\n"
		"WHERE d.id = ? AND m.starts_at <= ?\n"
		"  AND (l.kind = 'invitation' OR l.kind = 'invitation-again'\n"
		"    OR l.kind = 'update' OR l.kind = 'reminder')",
		SQL_INT(id), SQL_INT(now));
}

/* Said aloud as every failure is: somebody did not get it. */
static int fail_too_late(struct db *db, int64_t id, int64_t now, struct err *err)
{
	static const char words[] = "not sent: the meeting had begun by then";

	if (db_run(db, err,
		    "UPDATE delivery\n"
		    "SET state = 'failed', reply = ?1, changed_at = ?2\n"
		    "WHERE id = ?3",
		    SQL_TEXT(words), SQL_INT(now), SQL_INT(id)) < 0)
		return -1;
	return delivery_journal(db, id, DELIVERY_FAILED, "dispatch",
		"meeting-has-begun", words, now, err);
}

static int set_sending(struct db *db, int64_t id, int64_t now, struct err *err)
{
	return db_run(db, err,
		"UPDATE OR FAIL delivery\n"
		"SET state = 'sending', tries = tries + 1, changed_at = ?1,\n"
		"  first_try_at = coalesce(first_try_at, ?1)\n"
		"WHERE id = ?2",
		SQL_INT(now), SQL_INT(id));
}

int delivery_claim(struct db *db, int64_t now, struct delivery *ret, struct err *err)
{
	tx_auto tx = TX_NONE;
	int64_t id = 0;

	if (tx_begin(&tx, db, err) < 0)
		return -1;
	int found = find_next(db, now, &id, err);
	if (found != 1)
		return found;
	int late = is_too_late(db, id, now, err);
	int done = late < 0 ? -1
		   : late   ? fail_too_late(db, id, now, err)
			    : set_sending(db, id, now, err);
	if (done < 0 || delivery_load(db, id, ret, err) < 0 || tx_commit(&tx, err) < 0)
		return -1;
	return late ? DELIVERY_CAME_TOO_LATE : 1;
}

static int set_unknown(
	struct db *db, int64_t id, int64_t due_at, int64_t now, struct err *err)
{
	if (db_run(db, err,
		    "UPDATE delivery\n"
		    "SET state = 'unknown', due_at = ?, changed_at = ?\n"
		    "WHERE id = ?",
		    SQL_INT(due_at), SQL_INT(now), SQL_INT(id)) < 0)
		return -1;
	return delivery_journal(db, id, DELIVERY_UNKNOWN, "dispatch", "outcome-unknown",
		NULL, now, err);
}

int delivery_find_interrupted(
	struct db *db, int64_t now, int64_t grace, struct err *err)
{
	tx_auto tx = TX_NONE;
	ids_auto ids = IDS_NONE;

	if (tx_begin(&tx, db, err) < 0)
		return -1;
	stmt_auto q = stmt_open(
		db, "SELECT id FROM delivery WHERE state = 'sending' ORDER BY id");
	if (ids_collect(&ids, &q, err) < 0)
		return -1;
	stmt_close(&q);
	for (size_t i = 0; i < ids.count; i++)
		if (set_unknown(db, ids.list[i], now + grace, now, err) < 0)
			return -1;
	return tx_commit(&tx, err) < 0 ? -1 : (int)ids.count;
}

static const char *why_of_result(enum delivery_state state)
{
	switch (state) {
	case DELIVERY_SENT:
		return "server-accepted";
	case DELIVERY_DEFERRED:
		return "server-deferred";
	case DELIVERY_FAILED:
		return "server-refused";
	case DELIVERY_UNKNOWN:
		return "outcome-unknown";
	case DELIVERY_DUE:
	case DELIVERY_SENDING:
	case DELIVERY_WITHDRAWN:
	case DELIVERY_DELIVERED:
	case DELIVERY_BOUNCED:
	case DELIVERY_ANSWERED:
	case DELIVERY_RESTING:
		return NULL;
	}
	return NULL;
}

static int update_result(struct db *db, int64_t id, const struct delivery_result *r,
	int64_t now, struct err *err)
{
	bool waits = r->state == DELIVERY_DEFERRED || r->state == DELIVERY_UNKNOWN;
	bool is_sent = r->state == DELIVERY_SENT;

	if (db_run(db, err,
		    "UPDATE OR FAIL delivery\n"
		    "SET state = ?1, reply = ?2, changed_at = ?3,\n"
		    "  due_at = coalesce(?4, due_at), sent_at = coalesce(?5, "
		    "sent_at),\n"
		    "  tries = tries - ?6\n"
		    "WHERE id = ?7 AND state = 'sending'",
		    SQL_TEXT(delivery_state_name(r->state)), SQL_TEXT(r->reply),
		    SQL_INT(now), waits ? SQL_INT(r->due_at) : SQL_ID(0),
		    is_sent ? SQL_INT(now) : SQL_ID(0), SQL_INT(r->keeps_tries),
		    SQL_INT(id)) < 0)
		return -1;
	if (db_changes(db) == 0)
		return err_set(err, ERR_PERM, "delivery %lld is not being sent",
			(long long)id);
	return 0;
}

int delivery_record(struct db *db, int64_t id, const struct delivery_result *result,
	int64_t now, struct err *err)
{
	tx_auto tx = TX_NONE;
	const char *why = why_of_result(result->state);

	assert(why);
	if (tx_begin(&tx, db, err) < 0 || update_result(db, id, result, now, err) < 0 ||
		delivery_journal(db, id, result->state, "dispatch", why, result->reply,
			now, err) < 0)
		return -1;
	if (result->state == DELIVERY_SENT && result->with_sent_copy &&
		mailbox_request_add(db, MAILBOX_APPEND, 0, id, "", now, err) < 0)
		return -1;
	return tx_commit(&tx, err);
}

int delivery_next_unknown(
	struct db *db, int64_t now, struct delivery *ret, struct err *err)
{
	int64_t id = 0;
	int r = db_find_int(db, err, &id,
		"SELECT id FROM delivery\n"
		"WHERE state = 'unknown' AND due_at <= ?\n"
		"ORDER BY due_at, id\n"
		"LIMIT 1",
		SQL_INT(now));

	return r == 1 ? delivery_load(db, id, ret, err) : r;
}

int delivery_set_due(struct db *db, int64_t id, int64_t due_at, struct err *err)
{
	return db_run(db, err,
		"UPDATE delivery\n"
		"SET due_at = ?\n"
		"WHERE id = ? AND state IN ('due', 'deferred', 'unknown')",
		SQL_INT(due_at), SQL_INT(id));
}

int delivery_clock_went_back(struct db *db, int64_t now, struct err *err)
{
	return db_run(db, err,
		"UPDATE delivery\n"
		"SET due_at = min(due_at, ?1), first_try_at = min(first_try_at, ?1),\n"
		"  changed_at = ?1\n"
		"WHERE state IN ('due', 'deferred', 'unknown') AND changed_at > ?1",
		SQL_INT(now));
}

int delivery_next_due_at(struct db *db, int64_t *ret_at, struct err *err)
{
	*ret_at = 0;
	return db_find_int(db, err, ret_at,
		       "SELECT coalesce(min(at), 0) FROM (\n"
		       "  SELECT min(due_at) AS at FROM delivery WHERE state = 'due'\n"
		       "  UNION ALL\n"
		       "  SELECT min(due_at) FROM delivery WHERE state = 'deferred'\n"
		       "  UNION ALL\n"
		       "  SELECT min(due_at) FROM delivery WHERE state = 'unknown')") <
			       0
		       ? -1
		       : 0;
}

/* A move that evidence or the office may make, who makes it and why. */
struct move {
	enum delivery_state from;
	enum delivery_state to;
	const char *who;
	const char *why;
};

/* Evidence of arrival settles an unknown outcome; an answer outweighs a bounce. */
static const struct move moves[] = {
	{DELIVERY_SENT, DELIVERY_DELIVERED, "office", "delivered"},
	{DELIVERY_UNKNOWN, DELIVERY_DELIVERED, "office", "delivered"},
	{DELIVERY_SENT, DELIVERY_BOUNCED, "office", "bounced"},
	{DELIVERY_UNKNOWN, DELIVERY_BOUNCED, "office", "bounced"},
	{DELIVERY_DELIVERED, DELIVERY_BOUNCED, "office", "bounced"},
	{DELIVERY_SENT, DELIVERY_ANSWERED, "office", "answered"},
	{DELIVERY_UNKNOWN, DELIVERY_ANSWERED, "office", "answered"},
	{DELIVERY_DELIVERED, DELIVERY_ANSWERED, "office", "answered"},
	{DELIVERY_BOUNCED, DELIVERY_ANSWERED, "office", "answered"},
	{DELIVERY_DUE, DELIVERY_WITHDRAWN, "office", "no-longer-owed"},
	{DELIVERY_DEFERRED, DELIVERY_WITHDRAWN, "office", "no-longer-owed"},
	{DELIVERY_DUE, DELIVERY_RESTING, "office", "address-resting"},
	{DELIVERY_DEFERRED, DELIVERY_RESTING, "office", "address-resting"},
	{DELIVERY_RESTING, DELIVERY_DUE, "office", "rest-over"},
	{DELIVERY_RESTING, DELIVERY_WITHDRAWN, "office", "no-longer-owed"},
	{DELIVERY_WITHDRAWN, DELIVERY_DUE, "office", "minutes-stand-again"},
	{DELIVERY_UNKNOWN, DELIVERY_SENT, "dispatch", "evidence-found"},
	{DELIVERY_UNKNOWN, DELIVERY_DUE, "dispatch", "sent-again"},
	{DELIVERY_DUE, DELIVERY_FAILED, "dispatch", "tried-too-long"},
	{DELIVERY_DEFERRED, DELIVERY_FAILED, "dispatch", "tried-too-long"},
};

static const struct move *find_move(enum delivery_state from, enum delivery_state to)
{
	for (size_t i = 0; i < sizeof(moves) / sizeof(*moves); i++)
		if (moves[i].from == from && moves[i].to == to)
			return &moves[i];
	return NULL;
}

/* What is known to have gone has a time: the evidence's, where nobody recorded one.
 * What rests has failed without a try, and needs no notice. */
static int update_moved(struct db *db, int64_t id, enum delivery_state to,
	const char *reply, int64_t now, struct err *err)
{
	return db_run(db, err,
		"UPDATE delivery\n"
		"SET state = iif(?1 = 'resting', 'failed', ?1),\n"
		"  rests = (?1 = 'resting'), reply = coalesce(?2, reply),\n"
		"  told_at = CASE ?1 WHEN 'resting' THEN ?3 WHEN 'due' THEN NULL\n"
		"    ELSE told_at END,\n"
		"  changed_at = ?3,\n"
		"  due_at = CASE ?1 WHEN 'due' THEN ?3 ELSE due_at END,\n"
		"  sent_at = CASE WHEN ?1 IN ('sent', 'delivered', 'bounced', "
		"'answered')\n"
		"    THEN coalesce(sent_at, ?3) ELSE sent_at END\n"
		"WHERE id = ?4",
		SQL_TEXT(delivery_state_name(to)), SQL_TEXT(reply), SQL_INT(now),
		SQL_INT(id));
}

int delivery_move(struct db *db, int64_t id, enum delivery_state state,
	const char *reply, int64_t now, struct err *err)
{
	tx_auto tx = TX_NONE;
	delivery_auto d = DELIVERY_EMPTY;

	if (tx_begin(&tx, db, err) < 0)
		return -1;
	int found = delivery_load(db, id, &d, err);
	if (found < 1)
		return found;
	const struct move *move = find_move(d.state, state);
	if (!move)
		return 0;
	if (update_moved(db, id, state, reply, now, err) < 0 ||
		delivery_journal(db, id, state, move->who, move->why, reply, now, err) <
			0 ||
		tx_commit(&tx, err) < 0)
		return -1;
	return 1;
}

int delivery_prove(struct db *db, int64_t id, enum delivery_state state,
	const char *reply, bool with_sent_copy, int64_t now, struct err *err)
{
	tx_auto tx = TX_NONE;
	delivery_auto d = DELIVERY_EMPTY;

	if (tx_begin(&tx, db, err) < 0)
		return -1;
	int found = delivery_load(db, id, &d, err);
	if (found < 1)
		return found;
	int moved = delivery_move(db, id, state, reply, now, err);
	if (moved < 1)
		return moved;
	if (d.state == DELIVERY_UNKNOWN && with_sent_copy &&
		mailbox_request_add(db, MAILBOX_APPEND, 0, id, "", now, err) < 0)
		return -1;
	return tx_commit(&tx, err) < 0 ? -1 : 1;
}

int delivery_send_again(
	struct db *db, int64_t id, const char *by, int64_t now, struct err *err)
{
	tx_auto tx = TX_NONE;

	if (tx_begin(&tx, db, err) < 0)
		return -1;
	int late = is_too_late(db, id, now, err);
	if (late != 0)
		return late < 0 ? -1 : 0;
	if (db_run(db, err,
		    "UPDATE delivery AS d\n"
		    "SET state = 'due', due_at = ?1, changed_at = ?1, tries = 0,\n"
		    "  first_try_at = NULL, told_at = NULL, told_late_at = NULL\n"
		    "WHERE id = ?2 AND state IN ('failed', 'bounced') AND rests = 0\n"
		    "  AND NOT EXISTS (SELECT 1 FROM letter AS l\n"
		    "    JOIN letter AS l2 ON l2.meeting_id = l.meeting_id\n"
		    "      AND l2.version > l.version\n"
		    "      AND (l2.kind = l.kind\n"
		    "        OR (l2.kind IN ('invitation', 'update', 'cancellation')\n"
		    "          AND l.kind IN ('invitation', 'update', "
		    "'cancellation')))\n"
		    "    JOIN delivery AS d2 ON d2.letter_id = l2.id\n"
		    "    WHERE l.id = d.letter_id AND d2.address = d.address)",
		    SQL_INT(now), SQL_INT(id)) < 0)
		return -1;
	if (db_changes(db) == 0)
		return 0;
	return delivery_journal(
		       db, id, DELIVERY_DUE, by, "again-by-word", NULL, now, err) < 0 ||
			       tx_commit(&tx, err) < 0
		       ? -1
		       : 1;
}

/* The journal has each sending, also a second one of the same delivery. */
int delivery_count_sent(struct db *db, int64_t since, int64_t *ret, struct err *err)
{
	return db_find_int(db, err, ret,
		       "SELECT count(*) FROM journal INDEXED BY journal_at\n"
		       "WHERE at > ? AND who = 'dispatch' AND what = 'sent'",
		       SQL_INT(since)) < 0
		       ? -1
		       : 0;
}

int delivery_sent_at(
	struct db *db, int64_t since, int64_t n, int64_t *ret_at, struct err *err)
{
	*ret_at = 0;
	return db_find_int(db, err, ret_at,
		       "SELECT at FROM journal INDEXED BY journal_at\n"
		       "WHERE at > ? AND who = 'dispatch' AND what = 'sent'\n"
		       "ORDER BY at, id\n"
		       "LIMIT 1 OFFSET ?",
		       SQL_INT(since), SQL_INT(n)) < 0
		       ? -1
		       : 0;
}

int delivery_fail_overdue(struct db *db, int64_t before, const char *words, int limit,
	int64_t now, struct err *err)
{
	tx_auto tx = TX_NONE;
	ids_auto ids = IDS_NONE;

	if (tx_begin(&tx, db, err) < 0)
		return -1;
	stmt_auto q = stmt_open(db,
		"SELECT id FROM delivery INDEXED BY delivery_queue\n"
		"WHERE state IN ('due', 'deferred')\n"
		"  AND coalesce(first_try_at, due_at) <= ?\n"
		"ORDER BY priority, due_at, id\n"
		"LIMIT ?",
		SQL_INT(before), SQL_INT(limit));
	if (ids_collect(&ids, &q, err) < 0)
		return -1;
	stmt_close(&q);
	for (size_t i = 0; i < ids.count; i++)
		if (delivery_move(db, ids.list[i], DELIVERY_FAILED, words, now, err) <
			0)
			return -1;
	return tx_commit(&tx, err) < 0 ? -1 : (int)ids.count;
}

int delivery_has_come_back(struct db *db, const struct delivery *d, struct err *err)
{
	int64_t id = 0;

	return db_find_int(db, err, &id,
		"SELECT id FROM incoming WHERE message_id = ? AND class = 'own' LIMIT "
		"1",
		SQL_TEXT(d->message_id));
}

int delivery_note(
	struct db *db, int64_t id, const char *why, int64_t now, struct err *err)
{
	return delivery_journal(
		db, id, DELIVERY_UNKNOWN, "dispatch", why, NULL, now, err);
}

#include "dispatch/unknown.h"

#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "store/db.h"
#include "store/delivery-move.h"
#include "store/delivery.h"
#include "store/journal.h"
#include "store/mailbox-request.h"

#define HOUR 3600
/* How long one search may take before it is looked at again, at least. */
#define SEARCH_PATIENCE 60

/* Ends a transaction that was not committed. */
static void rollbackp(struct db **db)
{
	if (*db)
		db_rollback(*db);
}

/* How often the connection ended behind the final dot; -1. Our own deaths do not count.
 */
static int count_unanswered(struct db *db, int64_t id, struct err *err)
{
	json_auto_t *entries = journal_about(db, 0, 0, id, err);
	const json_t *entry;
	size_t i;
	int count = 0;

	if (!entries)
		return -1;
	json_array_foreach (entries, i, entry) {
		const char *why = json_str(entry, "why");

		if (why && !strcmp(why, "outcome-unknown") && json_str(entry, "detail"))
			count++;
	}
	return count;
}

/* Unknown to failed goes by way of due, as nothing is known of it but that nothing is.
 */
static int give_up(
	struct db *db, int64_t id, const char *words, int64_t now, struct err *err)
{
	__attribute__((cleanup(rollbackp))) struct db *open = db;

	if (db_begin(db, err) < 0 ||
		delivery_move(db, id, DELIVERY_DUE, NULL, now, err) < 0 ||
		delivery_move(db, id, DELIVERY_FAILED, words, now, err) < 0 ||
		db_commit(db, err) < 0)
		return -1;
	open = NULL;
	log_event(LOG_LEVEL_WARNING, "failed", "delivery=%lld why=outcome-unknown",
		(long long)id);
	return 1;
}

/* The evidence, or the lack of it, and what follows from it, as one step. 1 or -1. */
static int move_because(struct db *db, int64_t id, enum delivery_state state,
	const char *why, bool with_sent_copy, int64_t now, struct err *err)
{
	__attribute__((cleanup(rollbackp))) struct db *open = db;

	if (db_begin(db, err) < 0 || delivery_note(db, id, why, now, err) < 0 ||
		delivery_prove(db, id, state, NULL, with_sent_copy, now, err) < 0 ||
		db_commit(db, err) < 0)
		return -1;
	open = NULL;
	return 1;
}

/* why: what looking for evidence came to. */
static int send_again(struct db *db, const struct delivery *d, const struct settings *s,
	const char *why, int64_t now, struct err *err)
{
	int unanswered = count_unanswered(db, d->id, err);

	if (unanswered < 0)
		return -1;
	if (unanswered >= UNKNOWN_SENDS_MAX)
		return give_up(db, d->id,
			"the server ended the connection each time without an answer; "
			"whether the mail arrived is not known",
			now, err);
	if (d->first_try_at &&
		now - d->first_try_at >= (int64_t)s->smtp.retry_hours * HOUR)
		return give_up(db, d->id,
			"tried for too long; whether the mail arrived is not known",
			now, err);
	log_event(
		LOG_LEVEL_INFO, "again", "delivery=%lld why=%s", (long long)d->id, why);
	return move_because(db, d->id, DELIVERY_DUE, why, false, now, err);
}

/* Asks intake once per send. 1 asked now, 0 was asked, -1. */
static int ask_once(
	struct db *db, const struct delivery *d, int64_t now, struct err *err)
{
	__attribute__((cleanup(rollbackp))) struct db *open = db;
	str_auto *key = xasprintf("search:%lld:%d", (long long)d->id, d->tries);

	if (db_begin(db, err) < 0)
		return -1;
	int first = told_once(db, key, now, err);
	if (first < 0 || (first && (mailbox_request_add(db, MAILBOX_SEARCH, 0, d->id,
					    "", now, err) < 0 ||
					   delivery_note(db, d->id, "looked-in-sent",
						   now, err) < 0)))
		return -1;
	if (db_commit(db, err) < 0)
		return -1;
	open = NULL;
	return first;
}

static int wait_for_answer(struct db *db, const struct delivery *d,
	const struct settings *s, const struct wake *wake, int64_t now, struct err *err)
{
	int64_t patience = s->smtp.unknown_grace_seconds > SEARCH_PATIENCE
				   ? s->smtp.unknown_grace_seconds
				   : SEARCH_PATIENCE;

	if (delivery_set_due(db, d->id, now + patience, err) < 0)
		return -1;
	wake_up(wake, WORKER_INTAKE);
	return 1;
}

/* Only a server that files sent mail itself leaves evidence: our own copy comes after
 * the record. */
static int look_for_evidence(struct db *db, const struct delivery *d,
	const struct settings *s, const struct wake *wake, int64_t now, struct err *err)
{
	int first = ask_once(db, d, now, err);
	int found = first ? 2 : mailbox_search_result(db, d->id, err);

	if (first < 0 || found < 0)
		return -1;
	if (found == 2)
		return wait_for_answer(db, d, s, wake, now, err);
	if (found == 0)
		return send_again(db, d, s, "not-found-in-sent", now, err);
	return move_because(db, d->id, DELIVERY_SENT, "found-in-sent", false, now, err);
}

int unknown_step(struct db *db, const struct settings *s, const struct wake *wake,
	int64_t now, struct err *err)
{
	delivery_auto d = DELIVERY_EMPTY;
	int found = delivery_next_unknown(db, now, &d, err);

	if (found < 1)
		return found;
	int came = s->smtp.copy_to_self ? delivery_has_come_back(db, &d, err) : 0;
	if (came < 0)
		return -1;
	/* What went once before, and came back, is found wherever one looks. */
	if (d.sent_at)
		return send_again(db, &d, s, "no-evidence-possible", now, err);
	if (came)
		return move_because(db, d.id, DELIVERY_SENT, "found-in-mailbox",
			s->imap.sent_copy, now, err);
	if (s->imap.sent_copy)
		return send_again(db, &d, s,
			s->smtp.copy_to_self ? "no-copy-came" : "no-evidence-possible",
			now, err);
	return look_for_evidence(db, &d, s, wake, now, err);
}

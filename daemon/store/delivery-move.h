/*
 * The life of a delivery: claimed and sent by dispatch, then moved on as evidence
 * comes. Every move but the claim is an entry in the journal.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "store/delivery.h"

/*
 * The next due or deferred one with due_at <= now by priority, then due_at; becomes
 * `sending`, tries + 1. DELIVERY_CAME_TOO_LATE: it calls to a meeting that has begun,
 * and became `failed` instead. In a transaction of its own where none is open. 1, 0
 * none, -1.
 */
#define DELIVERY_CAME_TOO_LATE 2
int delivery_claim(struct db *db, int64_t now, struct delivery *ret, struct err *err);
/* Whether delivery_claim would find one: 1, 0, -1. */
int delivery_is_due(struct db *db, int64_t now, struct err *err);
/* At the start of dispatch: every `sending` becomes `unknown`, due again (to be looked
 * into) after grace seconds. Count or -1. */
int delivery_find_interrupted(
	struct db *db, int64_t now, int64_t grace, struct err *err);
/* What the server said. due_at only for DEFERRED and UNKNOWN. With SENT and
 * with_sent_copy a mailbox request `append` is left for intake in the same transaction.
 */
struct delivery_result {
	enum delivery_state state; /* SENT, DEFERRED, FAILED, UNKNOWN */
	const char *reply;
	int64_t due_at;
	bool with_sent_copy;
	bool keeps_tries; /* a lane problem, not the mail's: the try is not counted */
};
int delivery_record(struct db *db, int64_t id, const struct delivery_result *result,
	int64_t now, struct err *err);
/* unknown ones whose due_at <= now: 1, 0, -1. */
int delivery_next_unknown(
	struct db *db, int64_t now, struct delivery *ret, struct err *err);
/* A due, deferred or unknown one waits until due_at: the next look at an unknown one.
 */
int delivery_set_due(struct db *db, int64_t id, int64_t due_at, struct err *err);
/* How many mails the server took from since on. */
int delivery_count_sent(struct db *db, int64_t since, int64_t *ret, struct err *err);
/* When the n-th of those (from 0) was taken; 0 where there are fewer. */
int delivery_sent_at(
	struct db *db, int64_t since, int64_t n, int64_t *ret_at, struct err *err);
/* Due and deferred ones that waited since `before` or longer fail with these words, at
 * most limit of them at once. Count or -1. */
int delivery_fail_overdue(struct db *db, int64_t before, const char *words, int limit,
	int64_t now, struct err *err);
/* The mail itself came into the mailbox (a copy to us): 1, 0, -1. */
int delivery_has_come_back(struct db *db, const struct delivery *d, struct err *err);
/* One that failed or bounced is due again, as somebody (by) has decided: all tries
 * anew, under its Message-ID. 1; 0: it is none of these, its address rests, what it
 * calls to has begun, or a later word on the same took its place. */
int delivery_send_again(
	struct db *db, int64_t id, const char *by, int64_t now, struct err *err);
/* A step in looking for evidence, for the journal: a reason code. */
int delivery_note(
	struct db *db, int64_t id, const char *why, int64_t now, struct err *err);
/* Nothing waits for an hour that a clock which was ahead has named. */
int delivery_clock_went_back(struct db *db, int64_t now, struct err *err);
/* When the earliest due, deferred or unknown one falls due; 0 where none waits. */
int delivery_next_due_at(struct db *db, int64_t *ret_at, struct err *err);

/* ---- evidence ---- */

/* Moves a sent or unknown one to DELIVERED, BOUNCED or ANSWERED (a delivered one to the
 * latter two, a bounced one to ANSWERED), a due or deferred one to WITHDRAWN or FAILED
 * (tried for too long), an unknown one to SENT (found) or DUE (one more send, now), a
 * due or deferred one to RESTING and that back to DUE or to WITHDRAWN; a withdrawn one
 * to DUE (minutes whose newer version is withdrawn); other moves are refused with 0. 1
 * moved. Every move is in the journal. reply may be NULL. */
int delivery_move(struct db *db, int64_t id, enum delivery_state state,
	const char *reply, int64_t now, struct err *err);
/* As delivery_move, to what evidence of arrival shows. Of one whose sending nobody
 * recorded, the copy for the Sent folder is asked for as well, if there is to be one.
 */
int delivery_prove(struct db *db, int64_t id, enum delivery_state state,
	const char *reply, bool with_sent_copy, int64_t now, struct err *err);

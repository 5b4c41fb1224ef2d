/*
 * What the office and dispatch ask intake to do in the mailbox: rows left in the store,
 * each done once.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct db;

enum mailbox_request_kind {
	MAILBOX_MOVE,	/* the incoming mail to folder */
	MAILBOX_APPEND, /* the delivery's mail to folder (Sent), flagged seen */
	MAILBOX_SEARCH, /* is the delivery's Message-ID in folder? evidence for
			   `unknown` */
};

struct mailbox_request {
	int64_t id;
	enum mailbox_request_kind kind;
	int64_t incoming_id;
	int64_t delivery_id;
	char *folder; /* UTF-8 name, "/" between levels; "": the configured one (Sent)
		       */
	int tries; /* begun before this one: an append may be there already, look first
		    */
};

void mailbox_request_deinit(struct mailbox_request *r);
#define mailbox_request_auto                                                           \
	__attribute__((cleanup(mailbox_request_deinit))) struct mailbox_request
#define MAILBOX_REQUEST_EMPTY ((struct mailbox_request){0})

/* Once per (kind, incoming or delivery, folder); a repeated SEARCH is asked anew. */
int mailbox_request_add(struct db *db, enum mailbox_request_kind kind,
	int64_t incoming_id, int64_t delivery_id, const char *folder, int64_t now,
	struct err *err);
/* The next open one that is due; counts the try, in a transaction of its own. 1, 0, -1.
 */
int mailbox_request_claim(
	struct db *db, int64_t now, struct mailbox_request *ret, struct err *err);
/* The same of moves to one folder that were never tried, at most max, all counted in
 * one transaction: what was tried is done alone. Count, 0 where the next one is none of
 * these or is alone, -1. */
int mailbox_request_claim_moves(struct db *db, int64_t now, int max,
	struct mailbox_request *ret, struct err *err);
/* Done. For a SEARCH found says what was seen, kept for the office or dispatch to read.
 */
int mailbox_request_done(
	struct db *db, int64_t id, bool found, int64_t now, struct err *err);
/* Could not be done now: due again at due_at. */
#define MAILBOX_REQUEST_LONGEST_PAUSE 3600
int mailbox_request_defer(
	struct db *db, int64_t id, int64_t due_at, const char *why, struct err *err);
/* Nothing waits for an hour that a clock which was ahead has named. */
int mailbox_request_clock_went_back(struct db *db, int64_t now, struct err *err);
/* Answer to the newest SEARCH for a delivery: 1 found, 0 not found, 2 not answered yet,
 * -1. */
int mailbox_search_result(struct db *db, int64_t delivery_id, struct err *err);
int mailbox_request_next_due_at(struct db *db, int64_t *ret_at, struct err *err);

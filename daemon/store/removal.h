/*
 * What is removed by decision (gallring): the bytes of a registered mail and what was
 * read from them. Its row in the register stays. Triggers let nothing else be deleted,
 * and refuse mail that is undecided, waits for a yes, belongs to an open question or to
 * a meeting that is not over.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"

struct db;

struct removal {
	const char *class;
	const char *decision;
	int64_t arrived_before;
};

/* The mails that may go now and are still there, oldest first, at most limit:
 * [{id, register, class, arrived_at (UTC seconds), size}]; new reference. */
json_t *removal_due(struct db *db, const struct removal *r, int64_t limit, int64_t now,
	struct err *err);
/* Removes one of them, in one transaction with its entry in the journal. */
int removal_do(struct db *db, const struct removal *r, int64_t incoming_id, int64_t now,
	struct err *err);
/* By whose decision a mail was removed (caller frees), and when. 1, 0 it is there, -1.
 */
int removal_find(struct db *db, int64_t incoming_id, char **ret_decision,
	int64_t *ret_at, struct err *err);
/* How many were removed so far. -1. */
int64_t removal_count(struct db *db, struct err *err);

/*
 * Trouble that passes by itself: a server that is away, a full disk. Said once in log
 * and journal, retried after growing pauses, and said once more when it is over.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct db;

struct trouble {
	const char *who;  /* worker */
	const char *what; /* "imap", "smtp", "store", "calendars" */
	int first;	  /* seconds of the first pause */
	int longest;	  /* of the last */
	int pause;	  /* the running one; 0: no trouble */
	int64_t since;
	int64_t retry_at;
	enum err_kind said; /* the kind that was said last */
};

/* It happened (again): grows the pause. db may be NULL; a journal that cannot be
 * written is passed over. */
void trouble_met(struct trouble *t, struct db *db, const struct err *why, int64_t now);
/* At the start of a worker: goes on with the trouble that it had a short while ago, so
 * that a restart does not hide how long it lasts. */
void trouble_resume(struct trouble *t, struct db *db, int64_t now);
/* Nothing is known of it any more: at the start of a worker whose store opened, where
 * nothing waits for the server. */
void trouble_begin_anew(struct trouble *t, struct db *db);
/* It went well. */
void trouble_over(struct trouble *t, struct db *db, int64_t now);
/* Seconds until the next try is due; 0 now. A clock set back makes it no longer than
 * the pause. */
int64_t trouble_left(const struct trouble *t, int64_t now);

/*
 * How fast the provider lets us: messages and recipients a minute, as token buckets,
 * and in any 24 hours, as the store counts them, so that a restart forgets nothing.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "config/settings.h"
#include "dispatch/bucket.h"

struct db;

struct pace {
	struct bucket messages;
	struct bucket recipients; /* per_minute 0: no limit */
	int recipients_each;	  /* of a message */
	int per_day;		  /* messages; 0: no limit */
	int64_t used;		  /* of the day, as far as counted */
	int64_t counted_at;	  /* UTC seconds; 0: never */
};

/* What went in the last minute before a restart counts. 0 or -1. */
int pace_start(struct pace *p, struct db *db, const struct smtp_settings *s,
	int64_t now, int64_t now_ms, struct err *err);
/* Milliseconds until one more message may go; 0 now. on_way: messages that are being
 * sent. 0 or -1. */
int pace_wait(struct pace *p, struct db *db, int on_way, int64_t now, int64_t now_ms,
	int64_t *ret_ms, struct err *err);
/* Takes what pace_wait has seen. */
void pace_take(struct pace *p);

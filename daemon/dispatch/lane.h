/*
 * One connection to the mail server and what is on its way over it: the mail at work
 * and the one whose envelope travels behind it. Lanes share nothing but the pace and
 * the store.
 */
#pragma once

#include "dispatch/cargo.h"
#include "net/smtp.h"

struct settings;

#define LANE_CARGO 2

struct lane {
	struct smtp *smtp;		 /* NULL: not connected */
	struct cargo *cargo[LANE_CARGO]; /* in the session's line, in its order */
	size_t count;
	struct cargo *claimed[LANE_CARGO]; /* not yet offered: being committed */
	size_t claimed_count;
	int carried; /* over this connection */
	bool was_open;
	bool is_noted; /* the trouble it ended with was */
	int pause;     /* seconds; grows while the server sends this lane away */
	int64_t retry_at;
};

/* Seconds until it may be used again; 0 now. A clock set back makes it no longer than
 * the pause. */
int64_t lane_pause_left(const struct lane *lane, int64_t now);
void lane_pause_grow(struct lane *lane, int64_t now);
bool lane_is_open(const struct lane *lane);
/* Mails it can be given once its result, if there is one, is taken. */
size_t lane_room(const struct lane *lane);
/* Hands what was claimed to the session. */
void lane_offer(struct lane *lane, const struct settings *s);
/* Takes out the first, which has a result. */
void lane_take(struct lane *lane);
void lane_drop_claimed(struct lane *lane);
void lane_close(struct lane *lane);

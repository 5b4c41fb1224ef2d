/*
 * One connection to the mail server, opened when there is something to send and kept
 * while there is more. Several lanes share nothing but the bucket and the store.
 */
#pragma once

#include "duty/trouble.h"
#include "net/smtp.h"

struct buf;
struct db;
struct delivery;
struct settings;

struct lane {
	struct smtp *smtp; /* NULL: not connected */
	struct trouble trouble;
};

#define LANE_NEW                                                                       \
	((struct lane){.trouble = {.who = "dispatch",                                  \
			       .what = "smtp",                                         \
			       .first = 5,                                             \
			       .longest = 300}})

/* Connects where needed. 0, or -1: said, and the lane pauses. */
int lane_open(struct lane *lane, struct db *db, const struct settings *s, int64_t now);
/* Sends over an open lane; notes trouble and its end, closes what has ended. */
void lane_send(struct lane *lane, struct db *db, const struct settings *s,
	const struct delivery *d, const struct buf *mail, int64_t now,
	struct smtp_reply *ret);
void lane_close(struct lane *lane);

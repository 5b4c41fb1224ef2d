/*
 * Deliveries: the promise to say a letter to one recipient. A delivery has its own head
 * (To, Message-ID) and, for a personal letter, its own body. A mail is head + (own body
 * or the letter's body): the head ends with the last header field's CRLF, the body
 * begins with its MIME header fields.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/content.h"
#include "base/err.h"

struct db;

enum delivery_state {
	DELIVERY_DUE,
	DELIVERY_SENDING,   /* handed over; committed before the first byte */
	DELIVERY_UNKNOWN,   /* the connection closed behind the final dot, or we died */
	DELIVERY_DEFERRED,  /* 4xx: again at due_at */
	DELIVERY_SENT,	    /* 250 recorded */
	DELIVERY_FAILED,    /* 5xx, or tried for too long */
	DELIVERY_WITHDRAWN, /* no longer owed before it went out */
	DELIVERY_DELIVERED, /* a success DSN said so */
	DELIVERY_BOUNCED,   /* a failure DSN said so */
	DELIVERY_ANSWERED,  /* the recipient answered */
	DELIVERY_RESTING,   /* not tried, as its address rests (store/rest.h) */
};

const char *delivery_state_name(enum delivery_state state);
/* False where the recipient has not got it and, as things stand, will not; true while
 * it is on its way. */
bool delivery_state_is_served(enum delivery_state state);

struct delivery {
	int64_t id;
	int64_t letter_id;
	char *kind;
	int64_t meeting_id;
	int version; /* the letter's */
	enum delivery_state state;
	char *address;
	char *name;
	char *person; /* id in the directory, NULL for others (secretary, coordinator)
		       */
	char *committee;  /* through which it is owed; NULL */
	char *message_id; /* with its angle brackets */
	char *subject;
	int priority; /* small goes first */
	int64_t due_at;
	int64_t first_try_at; /* 0: none yet */
	int tries;
	char *reply; /* what the server last said, "550 5.1.1 ..." */
	int64_t sent_at;
};

void delivery_deinit(struct delivery *d);
#define delivery_auto __attribute__((cleanup(delivery_deinit))) struct delivery
#define DELIVERY_EMPTY ((struct delivery){0})

/*
 * Reserves the id that the Message-ID's token needs: inserts letter x address once,
 * state due, and calls nothing else. 1 new (fill it with delivery_freeze in the same
 * transaction), 0 was there, -1. Takes letter_id, address, name, person, committee,
 * priority, due_at from d.
 */
int delivery_add(struct db *db, const struct delivery *d, int64_t now, int64_t *ret_id,
	struct err *err);
/* body empty or NULL: the letter's. */
int delivery_freeze(struct db *db, int64_t id, const char *message_id, const void *head,
	size_t head_len, const struct content *body, struct err *err);

/* The whole mail: head + body. */
int delivery_read(struct db *db, int64_t id, struct buf *ret, struct err *err);
/*
 * The same in pieces: where its two parts are, and any stretch of the whole. No row
 * stays open in between, so other work on the store goes on. A mail of at most `small`
 * bytes is added to ret_all at once.
 */
struct delivery_text {
	int64_t id;
	int64_t letter_id; /* whose body it is; 0: its own */
	int64_t head_size;
	int64_t size; /* of both */
};
int delivery_text_find(struct db *db, int64_t id, size_t small,
	struct delivery_text *ret, struct buf *ret_all, struct err *err);
int delivery_text_read(struct db *db, const struct delivery_text *text, int64_t at,
	void *to, size_t size, struct err *err);
/* By id in decimal or Message-ID. 1, 0, -1. */
int delivery_find(
	struct db *db, const char *key, struct delivery *ret, struct err *err);
/* Deliveries of a meeting (0: of none), ordered by kind, version, name; borrowed. */
typedef int (*delivery_fn)(const struct delivery *d, void *context);
int delivery_each(struct db *db, int64_t meeting_id, delivery_fn fn, void *context,
	struct err *err);
/* Failed or bounced ones that the coordinator does not know of; and that he does. */
int delivery_each_untold(struct db *db, delivery_fn fn, void *context, struct err *err);
int delivery_set_told(struct db *db, int64_t id, int64_t now, struct err *err);
/* When the oldest of those failed; 0 where there is none. */
int delivery_oldest_untold_at(struct db *db, int64_t *ret_at, struct err *err);
/* Those not told as late: deferred ones whose first try lies before first_try_before,
 * and (0: none) due ones that were due before due_before. */
int delivery_each_late(struct db *db, int64_t first_try_before, int64_t due_before,
	delivery_fn fn, void *context, struct err *err);
int delivery_set_told_late(struct db *db, int64_t id, int64_t now, struct err *err);
/* {due: n, sent: n, ...}; new reference. */
json_t *delivery_counts(struct db *db, struct err *err);
/* How many letters of automatic kinds (all but those that a meeting or a question owes)
 * went or wait for address since `since`. -1. */
int delivery_count_to(
	struct db *db, const char *address, int64_t since, struct err *err);
/* Deliveries of that kind of letter to address since then. Count, -1. */
int delivery_count_kind(struct db *db, const char *kind, const char *address,
	int64_t since, struct err *err);

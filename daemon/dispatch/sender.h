/*
 * Deliveries over several connections at once, none waiting for another: each is
 * claimed, committed as `sending`, sent, and what the server said committed, for all
 * lanes that have something to commit in one transaction.
 */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "config/settings.h"
#include "net/smtp.h"

struct db;
struct sender;

#define SENDER_LANES_MAX 20

/* A new session, being opened; NULL with err. */
typedef struct smtp *(*sender_open_fn)(void *context, struct err *err);

/* Borrows all it is given. NULL with err: the store. */
struct sender *sender_new(struct db *db, const struct settings *s, sender_open_fn open,
	void *context, int64_t now, struct err *err);

/*
 * All that can be done without waiting. 1 did something, 0 not, -1 the store (results
 * are kept, and no lane goes on, until a later turn could commit them). may_claim:
 * false to finish what is on its way and begin nothing.
 */
int sender_turn(struct sender *s, bool may_claim, int64_t now, struct err *err);
/* What to poll for, at most SENDER_LANES_MAX. Milliseconds until the next turn is
 * needed anyway; -1: none. */
int64_t sender_poll(
	struct sender *s, struct pollfd *fds, size_t *ret_count, int64_t now);
/* Something is on its way, or a result is not committed. */
bool sender_is_busy(const struct sender *s);
/* Milliseconds until one more may be sent, as far as server and pace go; -1 the store.
 */
int64_t sender_wait_ms(struct sender *s, int64_t now, struct err *err);
/* Ends the connections that nothing is on its way over. */
void sender_rest(struct sender *s);
/* The trouble with the server holds nothing up any more; what comes next meets it anew.
 */
void sender_forget_trouble(struct sender *s);

struct sender_tally {
	uint64_t results, copies; /* committed; with a copy to file */
	int trouble_pause;	  /* seconds the server is left alone; 0: all is well */
	enum err_kind trouble_kind;
	int64_t trouble_since;
};
struct sender_tally sender_tally(const struct sender *s);

void sender_free(struct sender *s);
DEFINE_FREEP(sender, struct sender, sender_free)
#define sender_auto __attribute__((cleanup(sender_freep))) struct sender

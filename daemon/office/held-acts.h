/*
 * What a yes and a no of the coordinator do: a table of acts. One is added as one entry
 * here, one file, and its words (held_what, held_on_yes, held_on_no in words.json of
 * both languages).
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"
#include "office/office.h"
#include "store/held.h"
#include "store/incoming.h"

/* What carrying out a decision came to. Codes with sentences in store/reason.c. */
struct held_result {
	const char *reason;    /* what was done */
	const char *waits_for; /* it could not be done: the matter waits again, for this
				*/
};

/* h->decision says which word it was; in: the mail that asks for it, NULL: none. */
typedef int (*held_act_fn)(struct office *o, const struct held *h,
	const struct incoming *in, int64_t now, struct held_result *ret,
	struct err *err);

struct held_act {
	const char *name;
	/* The yes, in the transaction that closes the matter. NULL (mails only): the
	 * handlers take the mail again, with is_released set. */
	held_act_fn yes;
	/* The no; NULL: nothing is done. */
	held_act_fn no;
	const char *no_reason; /* the reason of a no where `no` gives none */
	const char *describe;  /* one sentence for the manual and the log */
};

/* NULL: there are no more. */
const char *held_act_name(size_t index);
/* NULL: none is called so. */
const struct held_act *held_act_find(const char *name);

/*
 * Holds a matter that no mail asks for and tells the coordinator. h: key, title, act,
 * reason; meeting_id and data where there are such. facts: more for the notice,
 * [{label, value}] as in compose_order's extra; NULL: none. Inside a transaction. 1
 * new, 0 it is open already, -1.
 */
int held_ask(struct office *o, const struct held *h, const json_t *facts, int64_t now,
	struct err *err);
/* Carries out what was decided: count of matters, or -1. A transaction for each. */
int held_work(struct office *o, int64_t now, struct err *err);

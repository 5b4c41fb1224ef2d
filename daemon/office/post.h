/*
 * From an order to frozen rows: the letter, the delivery, its head and body. Called
 * inside a transaction.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "duty/compose.h"
#include "office/office.h"

/* Small goes out first. */
enum post_priority {
	POST_TODAY = 0, /* answers to somebody who waits, calls, cancellations */
	POST_NORMAL = 10,
	POST_BULK = 20, /* minutes to many */
};

struct post {
	struct compose_order order;
	int version;
	const char *about;  /* what else makes the letter one of its kind; NULL: "" */
	const char *reason; /* reason code for the journal */
	enum post_priority priority;
};

/*
 * Writes the letter in to's language unless it is there, and the delivery to `to`
 * unless that is. 1 new, 0 was there, -1.
 */
int post_to(struct office *o, const struct post *post, const struct recipient *to,
	int64_t now, struct err *err);
/* Fills ret, which borrows, where the meeting has a secretary with an address. */
bool post_secretary(const json_t *roles, struct recipient *ret);
/* To the coordinator. */
int post_to_coordinator(
	struct office *o, const struct post *post, int64_t now, struct err *err);

/*
 * Meetings that calendars no longer have: cancelled, or, where most of a calendar goes
 * at once, held for the coordinator's yes.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "office/held-acts.h"
#include "office/office.h"

/* Count of things done, -1. A transaction for each calendar. */
int calendar_loss_work(struct office *o, int64_t now, struct err *err);

/* The act "source": a yes cancels, a no lets the meetings stand. */
int calendar_loss_yes(struct office *o, const struct held *h, const struct incoming *in,
	int64_t now, struct held_result *ret, struct err *err);
int calendar_loss_no(struct office *o, const struct held *h, const struct incoming *in,
	int64_t now, struct held_result *ret, struct err *err);

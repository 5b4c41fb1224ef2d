/*
 * A meeting that another calendar seems to have too, under another UID: it does not go
 * out until the coordinator has said whether the two are one (store/twin.h).
 */
#pragma once

#include "base/err.h"
#include "office/held-acts.h"
#include "office/meeting-entry.h"
#include "office/office.h"
#include "store/meeting.h"

/*
 * Of a meeting that is about to be kept as planned: where it has a twin its state says
 * so. known: its row; 0. ret_same: the meeting that it is the same as; 0. 0, -1.
 */
int twins_check(struct office *o, const struct calendar_entry *e, struct meeting *m,
	int64_t known, int64_t now, int64_t *ret_same, struct err *err);
/* Asks about those that wait. Count of things done, -1. */
int twins_work(struct office *o, int64_t now, struct err *err);

/* The act "twin": a yes makes them one, a no two. */
int twins_yes(struct office *o, const struct held *h, const struct incoming *in,
	int64_t now, struct held_result *ret, struct err *err);
int twins_no(struct office *o, const struct held *h, const struct incoming *in,
	int64_t now, struct held_result *ret, struct err *err);

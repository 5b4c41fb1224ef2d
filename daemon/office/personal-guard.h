/*
 * Personal identity numbers in what goes out (A29): people wrote the calendar's text
 * and the minutes; where such a number stands in them, the coordinator decides first.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "office/handler.h"
#include "office/held-acts.h"
#include "store/meeting.h"

/*
 * Whether letters of the meeting wait: 0 no, 1 yes and the coordinator was asked now, 2
 * yes and he was before (also where he said no), -1. Asked once for each wording; what
 * is asked of another wording settles itself. Inside a transaction.
 */
int personal_guard_meeting(
	struct office *o, const struct meeting *m, int64_t now, struct err *err);
/* True where the text of the minutes on the table, their names, or what their letter
 * says of the meeting, holds a number. */
bool personal_guard_minutes(const struct mail_case *c, const struct meeting *m);

/* What a yes and a no do (act "personal-number"); the no tells the secretary. */
int personal_guard_yes(struct office *o, const struct held *h,
	const struct incoming *in, int64_t now, struct held_result *ret,
	struct err *err);
int personal_guard_no(struct office *o, const struct held *h, const struct incoming *in,
	int64_t now, struct held_result *ret, struct err *err);
/* The no to minutes that wait for this; nothing for others. */
int personal_guard_minutes_no(struct office *o, const struct held *h,
	const struct incoming *in, int64_t now, struct held_result *ret,
	struct err *err);

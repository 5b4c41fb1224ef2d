/*
 * Whoever was called and has not answered is reminded, once for each time that the
 * meeting is set to.
 */
#pragma once

#include "office/duty-letter.h"

/* Count of reminders, -1. */
int reminders_work(const struct duty *d, struct err *err);
/* Who has been called to m and has not answered. */
int reminders_silent(struct office *o, const struct meeting *m, int64_t now,
	struct recipients *ret, struct err *err);
/*
 * They are reminded once more, each at most once a day: the coordinator's word. Count
 * of reminders; names (an array) gets theirs. Inside a transaction. -1.
 */
int reminders_again(struct office *o, int64_t meeting_id, int64_t now, json_t *names,
	struct err *err);

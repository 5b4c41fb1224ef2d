/*
 * The coordinator's daily mail: all that is open, with a number for each, and what an
 * answer by number does. A kind of open matter is one entry in daily-kinds.c, a
 * function that finds them, and a section in the daily-mail templates.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"
#include "office/office.h"

struct daily_kind {
	/* Also the section in the templates, and names.words_for in words.json. */
	const char *name;
	/*
	 * Appends what is open: {"key", "data", ...}. key says which matter it is, for
	 * as long as it is the same; data is for the templates (compose_order's extra);
	 * beside them what `answer` has to know.
	 */
	int (*find)(struct office *o, int64_t now, json_t *items, struct err *err);
	/*
	 * A word of its own: 1 done (lines have what is told back), 0 that word is none
	 * of its, -1. NULL: it has none. "wait" and "done" put the matter off where it
	 * does not know them.
	 */
	int (*answer)(struct office *o, const json_t *item, const json_t *said,
		int64_t now, json_t *lines, struct err *err);
};

extern const struct daily_kind daily_held;
extern const struct daily_kind daily_late_minutes;
extern const struct daily_kind daily_no_secretary;
extern const struct daily_kind daily_unanswered;
extern const struct daily_kind daily_absent;
extern const struct daily_kind daily_unplaced;
extern const struct daily_kind daily_failure;
extern const struct daily_kind daily_question;
extern const struct daily_kind daily_server;
extern const struct daily_kind daily_set_aside;

/* All that is open and not put off: [{kind, key, data, ...}]; new reference, NULL with
 * err. */
json_t *daily_open(struct office *o, int64_t now, struct err *err);
/* One line of an answer to that daily mail: does what its numbers said. Appends to
 * lines. */
int daily_answer(struct office *o, int64_t daily_id, const json_t *said, int64_t now,
	json_t *lines, struct err *err);

/* Sends today's, where it is time for it. 1, 0, -1. Own transaction. */
int daily_work(struct office *o, int64_t now, struct err *err);
/* When the next one may go out; 0: never. */
int64_t daily_next_at(const struct office *o, int64_t now);
/* The first moment of the day of at on which it goes out; 0: not on that day. */
int64_t daily_time_on(const struct daily_settings *s, int64_t at);

/*
 * The starts that a rule names (RFC 5545, 3.3.10), from daily to yearly, with all its
 * BY parts. Counted by ourselves: libical's iterator looks for 30 February until 2582,
 * miscounts weeks that begin on Sunday, and asks ICU for every date.
 */
#pragma once

#include "calendar/recurrence.h"

/* Times of day that one date may be given by BYHOUR, BYMINUTE and BYSECOND. */
#define RULE_TIMES_MAX 24

/*
 * As recurrence_expand, range.to being the last that UNTIL allows; of a rule that
 * recurrence_refusal lets pass. Returns how many starts behind first it met, those
 * before range.from too where COUNT counts them.
 */
int64_t rule_days_expand(const struct icalrecurrencetype *rule,
	const struct moment *first, struct civil_range range, int64_t *steps,
	struct civil_list *ret);

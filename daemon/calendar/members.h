/*
 * The members of a series before its overrides (RFC 5545, 3.8.5): DTSTART, rules and
 * RDATE, and what EXDATE and EXRULE take away. libical's own merge takes an RDATE's
 * zone for UTC.
 */
#pragma once

#include "calendar/reading.h"
#include "calendar/recurrence.h"

struct period; /* a member that RDATE gives its own end (VALUE=PERIOD) */

struct members {
	struct civil_list starts;    /* local, sorted */
	struct civil_list gone;	     /* EXDATE and EXRULE: UTC seconds, sorted */
	struct civil_list gone_days; /* EXDATE of whole days, sorted */
	struct period *periods;	     /* sorted */
	size_t period_count;
	bool repeats; /* it has a rule or RDATE */
};

/* Those whose local start is in range; adds what is wrong to r->problems. */
void members_find(struct reading *r, struct zone_scope *scope,
	const struct event *master, struct civil_range range, struct members *ret);
bool members_are_gone(const struct members *m, const struct moment *start);
int64_t members_end(const struct members *m, const struct event *master,
	const struct moment *start);

/*
 * Which member the time names, in UTC: in the night of a change that is one moment,
 * whichever way its local time is written. A date names the member of that day.
 */
int64_t member_of(const struct event *master, const struct moment *m);

void members_deinit(struct members *m);
#define members_auto __attribute__((cleanup(members_deinit))) struct members

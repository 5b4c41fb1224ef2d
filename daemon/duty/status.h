/*
 * How things stand with a meeting: per recipient what was said to him, whether it
 * reached him, and what he answered. Computed from deliveries and answers, never kept.
 * Times are RFC 3339.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"
#include "config/settings.h"
#include "store/db.h"
#include "store/meeting.h"

/*
 * [{name, address, person, committee, committee_name, invited, invitation, answer,
 * minutes, absent, unserved}], by committee and name; new reference. NULL with err.
 * invitation, minutes: what counts of that sort (the highest version that was not
 * withdrawn): {delivery, letter, version, state, due_at, sent_at, tries, reply,
 * reached: "yes" | "no" | "not yet"}; where it is not written yet and will be: {due_at,
 * reached: "not yet"} (needs settings, which may be NULL) answer: {partstat, at,
 * comment} invited: false for whoever answered without being asked unserved: true where
 * one of the two did not reach him. absent: {until, is_return, register} where an
 * automatic answer said that he is away on the day of the meeting
 */
json_t *status_recipients(struct db *db, const struct settings *s,
	const struct meeting *m, int64_t now, struct err *err);
/* {"owed", "reached", "waiting", "unserved"} of what ("invitation", "minutes"); new
 * reference. */
json_t *status_counts(const json_t *recipients, const char *what);
/* Letters to others (secretary, sender, coordinator): [{name, address, and the members
 * of a delivery as above}]. */
json_t *status_others(struct db *db, int64_t meeting_id, struct err *err);

/*
 * What lies in the store as a whole: how much waits, what is late, who did not get
 * what. For people who ask; nothing is decided by it. Rows have `*_at` in UTC seconds
 * and leave out what is not known.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"

struct db;

/* All return a new reference, NULL with err. */

/*
 * {"incoming", "incoming_since", "held", "requests", "requests_since", "deliveries",
 * "deliveries_since"}: how many wait to be dealt with now, and since when the oldest
 * does.
 */
json_t *overview_waiting(struct db *db, int64_t now, struct err *err);
/* Broken and too large mail that arrived from since on: [{register, state, reason,
 * from, subject, arrived_at}]. */
json_t *overview_set_aside(struct db *db, int64_t since, struct err *err);
/*
 * Deliveries that failed or came back, unless a later version of the same for the same
 * meeting reached the address, newest first, at most limit: [{id, letter, meeting,
 * name, address, committee_name, state, reply, at}].
 */
json_t *overview_unserved(struct db *db, int64_t limit, struct err *err);
/* Deliveries tried first before `before` and not known to have gone; rows as above. */
json_t *overview_late(struct db *db, int64_t before, struct err *err);
/* What the workers are in trouble with now, the oldest first: [{who, what, why (in
 * whose words), at (since when), last_met_at}]. */
json_t *overview_trouble(struct db *db, struct err *err);
/* {"councils": {id: name}, "committees": {id: name}, "sources": {id: calendar}}, also
 * of those that left the directory or the settings. */
json_t *overview_names(struct db *db, struct err *err);

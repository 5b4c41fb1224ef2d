/*
 * What attendees answered, by RFC 5546: PARTSTAT with the SEQUENCE and DTSTAMP it
 * refers to.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct db;

struct answer {
	int64_t meeting_id;
	const char *attendee; /* lower-case address */
	const char *partstat; /* "ACCEPTED" */
	int sequence;
	int64_t dtstamp; /* 0: none was given */
	const char *comment;
	int64_t incoming_id;
	bool invited; /* false: a party crasher, shown but never counted (RFC
			 5546 3.2.3) */
};

enum answer_outcome { ANSWER_APPLIED, ANSWER_SAME, ANSWER_STALE };

/*
 * Records it, and makes it the attendee's answer unless its (sequence, dtstamp) is
 * older than his last one or its sequence older than what the meeting's attendees were
 * last told (STALE), or it is the very same (SAME). Without a dtstamp the later of two
 * with one sequence counts. RFC 5546 2.1.5.
 */
int answer_put(struct db *db, const struct answer *a, int64_t now,
	enum answer_outcome *ret_outcome, struct err *err);
/* A changed time or place: answers of that meeting no longer count. */
int answer_reset(struct db *db, int64_t meeting_id, int64_t now, struct err *err);
/* What counts now: [{attendee, partstat, sequence, at, comment, invited, earlier,
 * earlier_at}], times in UTC seconds; earlier: what he answered when he was still
 * invited, where he is not any more. New reference. */
json_t *answer_list(struct db *db, int64_t meeting_id, struct err *err);

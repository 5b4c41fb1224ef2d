/*
 * All meetings of a span of time in one pass, each with what came of it: for the
 * year's plan and for calendars that are published.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"
#include "store/meeting.h"

struct db;

struct timetable_row {
	struct meeting meeting; /* without source_uid, recurrence_id, source_id */
	int64_t created_at;	/* when it was first seen in the calendar */
	int64_t changed_at;
	int64_t invited_at; /* when the invitation was written; 0: never */
	int64_t minutes_at; /* when the first minutes were accepted; 0: none */
	int owed;	    /* addresses that an invitation or update was promised to */
	int reached;	    /* those of them that a server took one for */
	json_t *roles;	    /* [{role, name, address}] */
};

/*
 * Meetings of any state that start in [from, to), in that order; the row is borrowed.
 * fn may not use the store; where it returns -1, that ends it. 0, -1.
 */
typedef int (*timetable_fn)(const struct timetable_row *row, void *context);
int timetable_each(struct db *db, int64_t from, int64_t to, timetable_fn fn,
	void *context, struct err *err);
/* When the first of all meetings was seen; *ret_at is 0 where there is none. 0, -1. */
int timetable_begin(struct db *db, int64_t *ret_at, struct err *err);
/*
 * {"councils": [id], "committees": [{id, councils: [id]}]}: all there ever were, in the
 * directory's order, and whom each council owes its papers to; new reference, NULL with
 * err.
 */
json_t *timetable_bodies(struct db *db, struct err *err);

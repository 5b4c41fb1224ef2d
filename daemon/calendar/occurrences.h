/*
 * What takes place in a window of time.
 */
#pragma once

#include "calendar/reading.h"

struct occurrence {
	size_t component;    /* index in reading.components */
	size_t cancelled;    /* index of what calls it off; NOT_CANCELLED */
	const char *uid;     /* borrowed from there */
	char *recurrence_id; /* "" of a single one */
	int64_t starts;	     /* UTC seconds */
	int64_t ends;
	char *starts_at; /* the same in words where asked for, as the zones die with
			    their VCALENDAR */
	char *ends_at;
	bool all_day;
};

struct occurrences {
	struct occurrence *list;
	size_t count;
	size_t size;
};

#define OCCURRENCES_EMPTY ((struct occurrences){NULL, 0, 0})

/*
 * Adds those of the events of one VCALENDAR, one more than the limit at most; takes
 * what is wrong with them to r->problems. Puts the events in another order.
 */
void occurrences_find(
	struct reading *r, struct event *events, size_t count, struct occurrences *ret);
/* In order of time. */
void occurrences_sort(struct occurrences *o);
/* The first max; a new reference. */
json_t *occurrences_json(const struct occurrences *o, size_t max);

void occurrences_deinit(struct occurrences *o);
#define occurrences_auto __attribute__((cleanup(occurrences_deinit))) struct occurrences

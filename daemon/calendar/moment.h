/*
 * A DATE or DATE-TIME of a calendar as a moment in time (RFC
 * 5545, 3.3.4, 3.3.5, 3.2.19).
 */
#pragma once

#include <libical/ical.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calendar/zones.h"

#define MOMENT_MAX 253402300799 /* the end of the year 9999 */

/* The zones that count inside one VCALENDAR. */
struct zone_scope {
	icalcomponent *calendar;  /* borrowed */
	const struct zone *local; /* for floating times and dates */
	struct zone **own;	  /* made from its VTIMEZONEs when first met */
	size_t count;
};

/* zone is an Olson name; UTC where it is NULL or unknown. */
void zone_scope_init(struct zone_scope *s, icalcomponent *calendar, const char *zone);
void zone_scope_deinit(struct zone_scope *s);
#define zone_scope_auto __attribute__((cleanup(zone_scope_deinit))) struct zone_scope
/*
 * A system zone where tzid is the name of one (Olson's or Windows'), as others'
 * VTIMEZONEs are often wrong or of one year; else the calendar's own; NULL: none.
 */
const struct zone *zone_scope_find(struct zone_scope *s, const char *tzid);

struct moment {
	bool is_set;
	bool is_date;
	bool is_floating;
	int64_t civil; /* local date and time, counted as if it were UTC */
	int64_t at;    /* UTC seconds; a date's local midnight */
	const struct zone *zone;
};

enum moment_outcome {
	MOMENT_OK,
	MOMENT_NO_DATE, /* no such date or time */
	MOMENT_NO_ZONE, /* a zone nobody knows */
};

/* Sets ret only where the outcome is MOMENT_OK. */
enum moment_outcome moment_from_time(struct zone_scope *scope, struct icaltimetype time,
	const char *tzid, struct moment *ret);
/* Of a property that holds one time, with its TZID. */
enum moment_outcome moment_from_property(
	struct zone_scope *scope, icalproperty *property, struct moment *ret);
/* A problem's reason code, and what it means in words. */
const char *moment_reason(enum moment_outcome outcome);
const char *moment_words(enum moment_outcome outcome);
/* Another civil time in the zone and of the form of like. */
struct moment moment_at_civil(const struct moment *like, int64_t civil);
struct moment moment_at(const struct moment *like, int64_t at);

/* RFC 3339 with the zone's own offset, "Z" in UTC; the caller frees. */
char *moment_format(const struct zone *zone, int64_t at);
/* "20260914T160000Z", or "20260914" of a date; the caller frees. */
char *moment_recurrence_id(const struct moment *m);

/* Civil seconds of a date and time that is_valid. */
bool icaltime_is_real(struct icaltimetype t);
int64_t civil_from_icaltime(struct icaltimetype t);
struct icaltimetype civil_to_icaltime(int64_t civil, bool is_date);
int64_t civil_day(int64_t civil);

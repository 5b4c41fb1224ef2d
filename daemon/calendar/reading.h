/*
 * What is gathered while one calendar file is read.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calendar/calendar-read.h"
#include "calendar/moment.h"

/* Iterator steps for a whole file: about three seconds of libical's time. */
#define READING_STEPS 1000000
#define READING_STEPS_PER_MS 300

struct reading {
	const struct calendar_limits *limits;
	const struct calendar_window *window;
	bool in_full; /* else what planning needs of an entry */
	json_t *components;
	json_t *problems;
	size_t refused; /* components whose rule was refused */
	bool is_mailed; /* older versions of an entry are no mistake */
	int64_t steps;	/* left */
};

/* "P2DT1H" keeps its days whole across a change of the clock, seconds are exact. */
struct span {
	int64_t days;
	int64_t seconds;
};

/* What recurrence needs of a VEVENT. */
struct event {
	icalcomponent *component;
	size_t index;	 /* in reading.components */
	size_t content;	 /* of the one that says what it is like: itself, mostly */
	const char *uid; /* NULL: none */
	int sequence;
	int64_t dtstamp;
	struct moment start;
	struct span span;
	bool is_override;
	struct moment recurrence_id; /* not set where it cannot be read */
	int64_t member; /* the start it stands for, UTC seconds, as its master has it */
	bool and_future; /* RANGE=THISANDFUTURE */
	bool is_usable;
	struct zone_scope *scope; /* of its VCALENDAR */
	/* Where several mails tell of it (mailed.h): */
	size_t message; /* which of them */
	bool has_sequence;
	bool cancels;	  /* METHOD:CANCEL */
	size_t cancelled; /* index of the component that calls it off */
};

#define NOT_CANCELLED SIZE_MAX

/* Adds to problems; uid may be NULL. */
void reading_problem(struct reading *r, size_t index, const char *uid,
	const char *reason, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

struct span span_of_duration(struct icaldurationtype duration);
/* When a member that starts then ends. */
int64_t event_end(const struct event *e, const struct moment *start);

/*
 * Adds the component to r->components, and what is wrong with it to r->problems. Fills
 * ret_event, which borrows from both.
 */
void component_read(struct reading *r, struct zone_scope *scope, icalcomponent *c,
	const char *method, struct event *ret_event);
/*
 * {"secretary": {...}, ...} or NULL: what the entry says about the meeting; new
 * reference. ret_agenda: the description as plain text without the lines that say it;
 * the caller frees; NULL: none.
 */
json_t *utskick_read(icalcomponent *c, char **ret_agenda);
/* {address, cn, ...}; new reference. */
json_t *attendee_read(icalproperty *p);

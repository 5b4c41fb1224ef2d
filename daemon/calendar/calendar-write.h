/*
 * The calendar that goes out: one VEVENT to one recipient, METHOD REQUEST or CANCEL
 * (RFC 5546), with a short VTIMEZONE.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct calendar_event {
	const char *uid;
	int sequence;
	int64_t dtstamp;
	int64_t starts_at;
	int64_t ends_at;
	bool all_day; /* starts_at, ends_at are local midnights; ends_at exclusive */
	const char *zone;     /* "Europe/Stockholm" */
	const char *language; /* LANGUAGE of SUMMARY and the others; NULL */
	const char *summary;
	const char *location;
	const char *description;
	const char *organizer_name;
	const char *organizer_address;
	const char *attendee_name;
	const char *attendee_address;
	bool attendance; /* REQ-PARTICIPANT;RSVP=TRUE, else NON-PARTICIPANT;RSVP=FALSE
			  */
};

/* CRLF text, folded at 75 octets; the caller frees. NULL: a control byte in an address
 * or uid, unknown zone. */
char *calendar_write_request(const struct calendar_event *event, struct err *err);
char *calendar_write_cancel(const struct calendar_event *event, struct err *err);
/* METHOD DECLINECOUNTER (RFC 5546, 3.2.8): no to what the attendee put forward. */
char *calendar_write_decline_counter(
	const struct calendar_event *event, struct err *err);

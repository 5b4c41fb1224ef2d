/*
 * A calendar to read and subscribe to: many events in one file, METHOD PUBLISH (RFC
 * 5546, 3.2.1), nobody invited, one VTIMEZONE for all.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct calendar_entry {
	const char *uid;
	int sequence;
	int64_t changed_at; /* DTSTAMP too, so that the same calendar is the same file
			     */
	int64_t starts_at;
	int64_t ends_at;
	bool all_day; /* starts_at, ends_at are local midnights; ends_at exclusive */
	bool is_cancelled;
	const char *summary;
	const char *location;
	const char *description;
	const char *category; /* NULL: none */
};

struct calendar_publication {
	const char *name;     /* what readers call the calendar */
	const char *zone;     /* "Europe/Stockholm" */
	const char *language; /* NULL */
	const char *organizer_name;
	const char *organizer_address;
	const struct calendar_entry *const *entries; /* by their starts */
	size_t count;
	int64_t now; /* for the zone where there is no entry */
};

/*
 * CRLF text, folded at 75 octets; the caller frees. NULL: a control byte in a uid or an
 * address, an event that ends before it starts, an unknown zone.
 */
char *calendar_publish(const struct calendar_publication *publication, struct err *err);

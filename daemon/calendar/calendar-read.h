/*
 * iCalendar from outside as JSON (libical): components, and occurrences in a window.
 * Runs in the sealed reader only. What the JSON holds is in daemon/reader/PROTOCOL.md.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct calendar_limits {
	size_t size_max; /* bytes; more is refused */
	size_t line_max; /* one unfolded line (a 20 MB line takes libical 48 s) */
	int depth;	 /* nested BEGINs, 10 */
	int components_max;
	int occurrences_max; /* per calendar */
};

struct calendar_window {
	int64_t from; /* both 0: no occurrences wanted */
	int64_t to;
	const char *zone; /* for floating and all-day times; "Europe/Stockholm" */
	/* Entries in full, and occurrences' times for people to read; without it a
	 * window gets what planning needs (of what was mailed: all). */
	bool in_words;
	/* The VCALENDARs are what was mailed of the entry with this UID, in the order
	 * in which it came (calendar/mailed.h). NULL: they are calendars. */
	const char *uid;
};

/* Loads the time zones before the process is sealed. Once. */
void calendar_read_warm_up(void);

/* Adds the bytes with that SHA-256 that stand in an entry. 1, 0 none. */
int calendar_read_attachment(const void *bytes, size_t len,
	const struct calendar_limits *limits, const char *sha256, struct buf *ret);

/*
 * New reference. {"components": [...], "occurrences": [...]?, "problems": [...]?} or
 * {"broken": code, "what": words}. A component that cannot be understood is listed in
 * `problems` and does not lose the others.
 */
json_t *calendar_read(const void *bytes, size_t len,
	const struct calendar_limits *limits, const struct calendar_window *window);

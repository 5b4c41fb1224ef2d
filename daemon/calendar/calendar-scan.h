/*
 * A look at the bytes before libical gets them: sizes, depth and counts, BEGINs and
 * ENDs that fit, lines unfolded, and text that is UTF-8 without control characters. One
 * pass.
 */
#pragma once

#include <stddef.h>

#include "base/err.h"
#include "calendar/calendar-read.h"

enum scan_outcome {
	SCAN_OK,
	SCAN_LIMIT, /* larger than it may be */
	SCAN_PARSE, /* no whole calendar */
};

struct scan {
	char **calendars; /* the text of each VCALENDAR, one line each property */
	size_t count;
};

#define SCAN_EMPTY ((struct scan){NULL, 0})

/* err says why it is not SCAN_OK, with the line. */
enum scan_outcome calendar_scan(const void *bytes, size_t len,
	const struct calendar_limits *limits, struct scan *ret, struct err *err);

void scan_deinit(struct scan *s);
#define scan_auto __attribute__((cleanup(scan_deinit))) struct scan

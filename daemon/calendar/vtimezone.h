/*
 * A short VTIMEZONE (RFC 5545, 3.6.5) for one event: the rule of today's changes where
 * they follow one, else the changes around the event. libical's own lists every change
 * since 1879 under a name that other programs do not know.
 */
#pragma once

#include <libical/ical.h>
#include <stdbool.h>
#include <stdint.h>

#include "calendar/zones.h"

/* The caller frees (icalcomponent_free), or adds it to a calendar. */
icalcomponent *vtimezone_new(const struct zone *zone, int64_t at);
/* True where vtimezone_new for the first moment tells every local time up to the last.
 */
bool vtimezone_covers(const struct zone *zone, int64_t first, int64_t last);

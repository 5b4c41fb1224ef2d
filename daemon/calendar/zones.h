/*
 * Time zones: those of the system, and one that a calendar describes itself
 * (VTIMEZONE). Local times become UTC as RFC 5545, 3.3.5 says: a time that comes twice
 * is its first, one that is skipped counts in the offset before the gap. libical does
 * neither.
 */
#pragma once

#include <libical/ical.h>
#include <stdint.h>

#include "base/mem.h"

struct zone;

const struct zone *zone_utc(void);
/* By its Olson name, in any case of letters; lives as long as the process. NULL: none.
 */
const struct zone *zone_find(const char *name);
/* As zone_find, for what Windows calls it ("W. Europe Standard Time"). */
const struct zone *zone_find_windows(const char *name);
/*
 * As zone_find, for a name with something before it, as other programs write theirs:
 * "/freeassociation.sourceforge.net/Europe/Stockholm", "tzone://Microsoft/Utc".
 */
const struct zone *zone_find_suffix(const char *tzid);
/* Reads all the system's zones; zone_find reads no file afterwards. */
void zones_load(void);

/* NULL where the VTIMEZONE cannot be used. */
struct zone *zone_new_from_component(icalcomponent *vtimezone);
void zone_free(struct zone *z);
DEFINE_FREEP(zone, struct zone, zone_free)
#define zone_auto __attribute__((cleanup(zone_freep))) struct zone

/* The Olson name, "UTC", or the TZID of the calendar's own. */
const char *zone_name(const struct zone *z);
/* Seconds east of UTC. */
int zone_offset(const struct zone *z, int64_t at);
/* civil: the local date and time, counted as if it were UTC. */
int64_t zone_to_utc(const struct zone *z, int64_t civil);

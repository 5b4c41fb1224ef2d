/*
 * What each VEVENT that we write is made of, whether it is mailed or published. Private
 * to calendar/.
 */
#pragma once

#include <libical/ical.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"
#include "calendar/zones.h"

DEFINE_FREEP(component, icalcomponent, icalcomponent_free)
#define component_auto __attribute__((cleanup(component_freep))) icalcomponent

/* A VCALENDAR with its head; the caller frees. */
icalcomponent *part_calendar(icalproperty_method method);
/* CRLF text, folded; the caller frees. */
char *part_text(icalcomponent *calendar);

/*
 * -1 where address cannot stand in a mailto: URI as it is; what names the property.
 * libical writes an address as it gets it, so that a line end in it would begin
 * another.
 */
int part_check_address(const char *what, const char *address, struct err *err);
/* mailto: with what would be its syntax escaped (RFC 6068, 2); the caller frees. */
char *part_uri(const char *address);

void part_add_x(icalcomponent *to, const char *name, const char *value);
/* Without control characters; leaves out what is empty. language may be NULL. */
void part_add_text(icalcomponent *to, icalproperty_kind kind, const char *text,
	const char *language);
/* CN; leaves out what is empty. */
void part_add_name(icalproperty *to, const char *name);
/* Local time with TZID, a date, or UTC where that is the zone. */
void part_add_time(icalcomponent *to, icalproperty_kind kind, const struct zone *zone,
	bool is_date, int64_t at);
struct icaltimetype part_utc(int64_t at);

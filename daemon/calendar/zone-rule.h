/*
 * The rule that goes on for ever after the last change a zone file lists: a POSIX TZ
 * string with the extensions of RFC 8536, 3.3.1 ("CET-1CEST,M3.5.0,M10.5.0/3").
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct zone_day {
	enum { ZONE_DAY_WEEKDAY, ZONE_DAY_NO_LEAP, ZONE_DAY_FROM_ZERO } form;
	int month; /* 1 to 12, with week 1 to 5 (the last) and weekday 0 (Sunday) */
	int week;
	int weekday;
	int day;     /* of the year, in the other two forms */
	int seconds; /* local time of day, -167 to 167 hours */
};

struct zone_rule {
	int standard; /* seconds east of UTC */
	int daylight;
	bool has_daylight;
	struct zone_day starts;
	struct zone_day ends;
};

bool zone_rule_parse(const char *s, struct zone_rule *ret);
/* Seconds east of UTC at that moment. */
int zone_rule_offset(const struct zone_rule *rule, int64_t at);

/*
 * Whether a rule's BY parts name a day (RFC 5545, 3.3.10, the table of expanding and
 * limiting).
 */
#pragma once

#include <libical/ical.h>
#include <stdbool.h>
#include <stdint.h>

struct rule_date {
	int64_t number; /* days since 1970 */
	int year;
	int month; /* 1 to 12 */
	int day;
	int month_length;
	int weekday;  /* 1 Sunday ... 7, as libical counts */
	int year_day; /* 1 to 366 */
	int year_length;
};

struct rule_date rule_date_of(int64_t number);
struct rule_date rule_date_first_of(int year, int month);
/* Within the same month. */
void rule_date_next(struct rule_date *d);

bool rule_part_is_empty(const short *part);
bool rule_part_has(const short *part, int value);

/* The year that has the day's week (BYWEEKNO): at its ends not always the day's own. */
int rule_week_year(const struct icalrecurrencetype *rule, const struct rule_date *d);
/* first: where the rule does not say, its weekday or day of month counts. */
bool rule_fits(const struct icalrecurrencetype *rule, const struct rule_date *first,
	const struct rule_date *d);

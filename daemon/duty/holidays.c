#include "duty/holidays.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SATURDAY 6

/* When National Day took Whit Monday's place among the holidays (2004:1320). */
#define NATIONAL_DAY_SINCE 2005

/* Where in the year a holiday is: */
enum place {
	ON_DATE,	 /* day.month */
	FROM_EASTER,	 /* so many days after Easter Sunday */
	SATURDAY_FROM,	 /* the first Saturday from day.month on */
	DAY_BEFORE_THAT, /* the day before that Saturday */
};

struct rule {
	const char *key;
	enum holiday_kind kind;
	enum place place;
	int days, month;
	int first_year, last_year; /* 0: no limit */
};

static const struct rule rules[] = {
	{"new-years-day", HOLIDAY_LAW, ON_DATE, 1, 1, 0, 0},
	{"epiphany", HOLIDAY_LAW, ON_DATE, 6, 1, 0, 0},
	{"good-friday", HOLIDAY_LAW, FROM_EASTER, -2, 0, 0, 0},
	{"easter-eve", HOLIDAY_EVE, FROM_EASTER, -1, 0, 0, 0},
	{"easter-day", HOLIDAY_LAW, FROM_EASTER, 0, 0, 0, 0},
	{"easter-monday", HOLIDAY_LAW, FROM_EASTER, 1, 0, 0, 0},
	{"first-of-may", HOLIDAY_LAW, ON_DATE, 1, 5, 0, 0},
	{"ascension-day", HOLIDAY_LAW, FROM_EASTER, 39, 0, 0, 0},
	{"pentecost-eve", HOLIDAY_EVE, FROM_EASTER, 48, 0, 0, 0},
	{"pentecost-day", HOLIDAY_LAW, FROM_EASTER, 49, 0, 0, 0},
	{"whit-monday", HOLIDAY_LAW, FROM_EASTER, 50, 0, 0, NATIONAL_DAY_SINCE - 1},
	{"national-day", HOLIDAY_LAW, ON_DATE, 6, 6, NATIONAL_DAY_SINCE, 0},
	{"midsummer-eve", HOLIDAY_EVE, DAY_BEFORE_THAT, 20, 6, 0, 0},
	{"midsummer-day", HOLIDAY_LAW, SATURDAY_FROM, 20, 6, 0, 0},
	{"all-saints-day", HOLIDAY_LAW, SATURDAY_FROM, 31, 10, 0, 0},
	{"christmas-eve", HOLIDAY_EVE, ON_DATE, 24, 12, 0, 0},
	{"christmas-day", HOLIDAY_LAW, ON_DATE, 25, 12, 0, 0},
	{"boxing-day", HOLIDAY_LAW, ON_DATE, 26, 12, 0, 0},
	{"new-years-eve", HOLIDAY_EVE, ON_DATE, 31, 12, 0, 0},
};
#define RULE_COUNT (sizeof(rules) / sizeof(*rules))
_Static_assert(RULE_COUNT <= HOLIDAYS_MAX, "each has its place");

const char *holiday_kind_name(enum holiday_kind kind)
{
	static const char *const names[] = {
		[HOLIDAY_LAW] = "law", [HOLIDAY_EVE] = "eve"};

	return names[kind];
}

/* Days since 1970 of a date. */
static int64_t day_number(int year, int month, int day)
{
	struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};

	return (int64_t)timegm(&tm) / 86400;
}

/*
 * The first Sunday after the first full moon of the church's calendar on or after 21
 * March: the golden number gives the moon's age (the epact), corrected for the leap
 * days that the Gregorian calendar leaves out and for the moon's own drift.
 */
static int64_t easter(int year)
{
	int golden = year % 19;
	int century = year / 100;
	int left_out = century - century / 4;
	int drift = (8 * century + 13) / 25;
	int epact = (left_out - drift + 19 * golden + 15) % 30;
	/* The full moon's day counted from 21 March; two epacts are moved by a day. */
	int moon = epact - (epact == 29 || (epact == 28 && golden > 10));
	int64_t full = day_number(year, 3, 21) + moon;
	int weekday = (int)((full + 4) % 7 + 7) % 7; /* 0: Sunday */

	return full + 7 - weekday;
}

static int64_t saturday_from(int64_t day)
{
	int weekday = (int)((day + 4) % 7 + 7) % 7;

	return day + SATURDAY - weekday;
}

static int64_t day_of(const struct rule *rule, int year)
{
	switch (rule->place) {
	case ON_DATE:
		return day_number(year, rule->month, rule->days);
	case FROM_EASTER:
		return easter(year) + rule->days;
	case SATURDAY_FROM:
		return saturday_from(day_number(year, rule->month, rule->days));
	case DAY_BEFORE_THAT:
		return saturday_from(day_number(year, rule->month, rule->days)) - 1;
	}
	abort();
}

static int compare(const void *a, const void *b)
{
	const struct holiday *one = a;
	const struct holiday *other = b;
	int order = strcmp(one->day, other->day);

	return order ? order : (int)one->kind - (int)other->kind;
}

static bool is_in_force(const struct rule *rule, int year)
{
	return year >= rule->first_year &&
	       (!rule->last_year || year <= rule->last_year);
}

size_t holidays_of_year(int year, struct holiday ret[HOLIDAYS_MAX])
{
	size_t count = 0;

	assert(year >= HOLIDAYS_FIRST_YEAR && year <= HOLIDAYS_LAST_YEAR);
	for (size_t i = 0; i < RULE_COUNT; i++) {
		if (!is_in_force(&rules[i], year))
			continue;
		time_t midnight = (time_t)(day_of(&rules[i], year) * 86400);
		struct tm tm = {0};
		struct holiday *h = &ret[count++];
		*h = (struct holiday){.key = rules[i].key, .kind = rules[i].kind};
		strftime(h->day, sizeof(h->day), "%Y-%m-%d", gmtime_r(&midnight, &tm));
	}
	qsort(ret, count, sizeof(*ret), compare);
	return count;
}

const struct holiday *holidays_find(
	const struct holiday *list, size_t count, const char *day)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].day, day) == 0)
			return &list[i];
	return NULL;
}

#include "calendar/zone-rule.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

static bool eat(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

/* -1 where there is none up to max. */
static int number(const char **s, int max)
{
	int value = 0;

	if (!isdigit((unsigned char)**s))
		return -1;
	for (; isdigit((unsigned char)**s); (*s)++) {
		value = value * 10 + (**s - '0');
		if (value > max)
			return -1;
	}
	return value;
}

static bool skip_name(const char **s)
{
	const char *start = *s;

	if (eat(s, '<')) {
		*s += strcspn(*s, ">");
		return eat(s, '>');
	}
	while (isalpha((unsigned char)**s))
		(*s)++;
	return *s - start >= 3;
}

/* [+-]hh[:mm[:ss]] */
static bool parse_time(const char **s, int *ret)
{
	bool minus = eat(s, '-');

	if (!minus)
		eat(s, '+');
	int hours = number(s, 167);
	int minutes = eat(s, ':') ? number(s, 59) : 0;
	int seconds = eat(s, ':') ? number(s, 59) : 0;
	if (hours < 0 || minutes < 0 || seconds < 0)
		return false;
	*ret = (hours * 3600 + minutes * 60 + seconds) * (minus ? -1 : 1);
	return true;
}

/* The string counts west of Greenwich as positive. */
static bool parse_offset(const char **s, int *ret)
{
	if (!parse_time(s, ret))
		return false;
	*ret = -*ret;
	return true;
}

static bool parse_weekday(const char **s, struct zone_day *ret)
{
	ret->form = ZONE_DAY_WEEKDAY;
	ret->month = number(s, 12);
	if (ret->month < 1 || !eat(s, '.'))
		return false;
	ret->week = number(s, 5);
	if (ret->week < 1 || !eat(s, '.'))
		return false;
	ret->weekday = number(s, 6);
	return ret->weekday >= 0;
}

static bool parse_day(const char **s, struct zone_day *ret)
{
	*ret = (struct zone_day){.seconds = 2 * 3600};
	if (!eat(s, ','))
		return false;
	if (eat(s, 'M')) {
		if (!parse_weekday(s, ret))
			return false;
	} else {
		ret->form = eat(s, 'J') ? ZONE_DAY_NO_LEAP : ZONE_DAY_FROM_ZERO;
		ret->day = number(s, 365);
		if (ret->day < (ret->form == ZONE_DAY_NO_LEAP))
			return false;
	}
	return !eat(s, '/') || parse_time(s, &ret->seconds);
}

bool zone_rule_parse(const char *s, struct zone_rule *ret)
{
	*ret = (struct zone_rule){0};
	if (!skip_name(&s) || !parse_offset(&s, &ret->standard))
		return false;
	if (!*s)
		return true;
	ret->has_daylight = true;
	ret->daylight = ret->standard + 3600;
	if (!skip_name(&s))
		return false;
	if (*s && *s != ',' && !parse_offset(&s, &ret->daylight))
		return false;
	return parse_day(&s, &ret->starts) && parse_day(&s, &ret->ends) && !*s;
}

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Civil seconds of the nth weekday of a month, the fifth being the last. */
static int64_t weekday_of_month(const struct zone_day *d, int year)
{
	struct tm tm = {.tm_year = year - 1900, .tm_mon = d->month - 1, .tm_mday = 1};
	int64_t first = (int64_t)timegm(&tm);
	int day = 1 + (d->weekday - tm.tm_wday + 7) % 7 + (d->week - 1) * 7;
	struct tm next = {.tm_year = year - 1900, .tm_mon = d->month, .tm_mday = 1};
	int days = (int)(((int64_t)timegm(&next) - first) / 86400);

	while (day > days)
		day -= 7;
	return first + (int64_t)(day - 1) * 86400;
}

static int64_t day_in_year(const struct zone_day *d, int year)
{
	struct tm tm = {.tm_year = year - 1900, .tm_mday = 1};
	int64_t day = d->day;

	switch (d->form) {
	case ZONE_DAY_WEEKDAY:
		return weekday_of_month(d, year) + d->seconds;
	case ZONE_DAY_NO_LEAP:
		day = d->day - 1 + (is_leap(year) && d->day >= 60);
		break;
	case ZONE_DAY_FROM_ZERO:
		break;
	}
	return (int64_t)timegm(&tm) + day * 86400 + d->seconds;
}

int zone_rule_offset(const struct zone_rule *rule, int64_t at)
{
	time_t local = (time_t)(at + rule->standard);
	struct tm tm = {0};

	if (!rule->has_daylight)
		return rule->standard;
	gmtime_r(&local, &tm);
	int64_t starts = day_in_year(&rule->starts, tm.tm_year + 1900) - rule->standard;
	int64_t ends = day_in_year(&rule->ends, tm.tm_year + 1900) - rule->daylight;
	bool on = starts < ends ? at >= starts && at < ends : at >= starts || at < ends;
	return on ? rule->daylight : rule->standard;
}

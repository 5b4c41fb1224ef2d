#include "calendar/rule-fit.h"

#include "calendar/moment.h"

#define DAY 86400

static int weekday_of(int64_t number)
{
	int64_t since_sunday = (number + 4) % 7;

	return (int)(since_sunday < 0 ? since_sunday + 7 : since_sunday) + 1;
}

static int64_t number_of(int year, int month)
{
	struct icaltimetype t = {.year = year, .month = month, .day = 1, .is_date = 1};

	return civil_day(civil_from_icaltime(t));
}

static int length_of_year(int year)
{
	return 337 + icaltime_days_in_month(2, year);
}

struct rule_date rule_date_first_of(int year, int month)
{
	int64_t number = number_of(year, month);

	return (struct rule_date){.number = number,
		.year = year,
		.month = month,
		.day = 1,
		.month_length = icaltime_days_in_month(month, year),
		.weekday = weekday_of(number),
		.year_day = (int)(number - number_of(year, 1)) + 1,
		.year_length = length_of_year(year)};
}

struct rule_date rule_date_of(int64_t number)
{
	struct icaltimetype t = civil_to_icaltime(number * DAY, true);
	struct rule_date d = rule_date_first_of(t.year, t.month);

	d.number = number;
	d.day = t.day;
	d.year_day += t.day - 1;
	d.weekday = weekday_of(number);
	return d;
}

void rule_date_next(struct rule_date *d)
{
	d->number++;
	d->day++;
	d->year_day++;
	d->weekday = d->weekday % 7 + 1;
}

bool rule_part_is_empty(const short *part)
{
	return part[0] == ICAL_RECURRENCE_ARRAY_MAX;
}

bool rule_part_has(const short *part, int value)
{
	while (*part != ICAL_RECURRENCE_ARRAY_MAX && *part != value)
		part++;
	return *part == value;
}

/* By its number from the start or, below zero, from the end of so many. */
static bool has_either(const short *part, int number, int of)
{
	return rule_part_has(part, number) || rule_part_has(part, number - of - 1);
}

/* The week of a day: the year whose it is, its number, and how many that year has. */
struct week {
	int year;
	int number;
	int count;
};

/* Week 1 is the first with four days in the year: its fourth day tells whose it is. */
static struct week week_of(
	const struct icalrecurrencetype *rule, const struct rule_date *d)
{
	int starts = rule->week_start ? (int)rule->week_start : ICAL_MONDAY_WEEKDAY;
	int year_day = d->year_day - (d->weekday - starts + 7) % 7 + 3;
	int year = d->year;

	if (year_day < 1)
		year_day += length_of_year(--year);
	else if (year_day > d->year_length) {
		year_day -= d->year_length;
		year++;
	}
	int number = (year_day - 1) / 7 + 1;
	return (struct week){
		year, number, number + (length_of_year(year) - year_day) / 7};
}

static bool fits_week(const struct icalrecurrencetype *rule, const struct rule_date *d)
{
	struct week week = week_of(rule, d);

	return has_either(rule->by_week_no, week.number, week.count);
}

int rule_week_year(const struct icalrecurrencetype *rule, const struct rule_date *d)
{
	return week_of(rule, d).year;
}

/* 2MO, -1MO: counted in the month, or in the year where no month is named. */
static bool is_nth(
	const struct icalrecurrencetype *rule, const struct rule_date *d, int nth)
{
	bool in_year = rule->freq == ICAL_YEARLY_RECURRENCE &&
		       rule_part_is_empty(rule->by_month);
	int day = in_year ? d->year_day : d->day;
	int length = in_year ? d->year_length : d->month_length;

	return nth == (day - 1) / 7 + 1 || nth == -((length - day) / 7 + 1);
}

/* Only a month's or year's weekdays can be counted. */
static bool has_ordinals(const struct icalrecurrencetype *rule)
{
	return rule->freq == ICAL_MONTHLY_RECURRENCE ||
	       (rule->freq == ICAL_YEARLY_RECURRENCE &&
		       rule_part_is_empty(rule->by_week_no));
}

static bool fits_weekday(
	const struct icalrecurrencetype *rule, const struct rule_date *d)
{
	bool counts = has_ordinals(rule);

	for (const short *by = rule->by_day; *by != ICAL_RECURRENCE_ARRAY_MAX; by++) {
		int nth = icalrecurrencetype_day_position(*by);
		if ((int)icalrecurrencetype_day_day_of_week(*by) == d->weekday &&
			(!nth || !counts || is_nth(rule, d, nth)))
			return true;
	}
	return false;
}

/* What DTSTART says of the day where the rule does not (3.8.5.3). */
static bool fits_first(const struct icalrecurrencetype *rule,
	const struct rule_date *first, const struct rule_date *d)
{
	switch (rule->freq) {
	case ICAL_WEEKLY_RECURRENCE:
		return d->weekday == first->weekday;
	case ICAL_MONTHLY_RECURRENCE:
		return d->day == first->day;
	case ICAL_YEARLY_RECURRENCE:
		if (!rule_part_is_empty(rule->by_week_no))
			return d->weekday == first->weekday;
		return d->day == first->day && (!rule_part_is_empty(rule->by_month) ||
						       d->month == first->month);
	default:
		return true;
	}
}

bool rule_fits(const struct icalrecurrencetype *rule, const struct rule_date *first,
	const struct rule_date *d)
{
	bool by_month_day = !rule_part_is_empty(rule->by_month_day);
	bool by_year_day = !rule_part_is_empty(rule->by_year_day);
	bool by_day = !rule_part_is_empty(rule->by_day);

	if (!rule_part_is_empty(rule->by_month) &&
		!rule_part_has(rule->by_month, d->month))
		return false;
	if (!rule_part_is_empty(rule->by_week_no) && !fits_week(rule, d))
		return false;
	if (by_year_day && !has_either(rule->by_year_day, d->year_day, d->year_length))
		return false;
	if (by_month_day && !has_either(rule->by_month_day, d->day, d->month_length))
		return false;
	if (by_day)
		return fits_weekday(rule, d);
	return by_month_day || by_year_day || fits_first(rule, first, d);
}

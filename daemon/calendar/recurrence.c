#include "calendar/recurrence.h"

#include <stdlib.h>

#include "calendar/rule-days.h"

#define DAY 86400
#define END_OF_RULES 19000000000 /* in 2572 */

void civil_list_add(struct civil_list *list, int64_t civil)
{
	if (list->count == list->size) {
		list->size = list->size ? list->size * 2 : 16;
		list->at = xrealloc(list->at, list->size * sizeof(*list->at));
	}
	list->at[list->count++] = civil;
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

void civil_list_sort(struct civil_list *list)
{
	size_t kept = 0;

	if (!list->count)
		return;
	qsort(list->at, list->count, sizeof(*list->at), compare);
	for (size_t i = 1; i < list->count; i++)
		if (list->at[i] != list->at[kept])
			list->at[++kept] = list->at[i];
	list->count = kept + 1;
}

bool civil_list_has(const struct civil_list *sorted, int64_t civil)
{
	return sorted->count &&
	       bsearch(&civil, sorted->at, sorted->count, sizeof(*sorted->at), compare);
}

void civil_list_deinit(struct civil_list *list)
{
	free(list->at);
	*list = CIVIL_LIST_EMPTY;
}

static int by_count(const short *by)
{
	int n = 0;

	while (by[n] != ICAL_RECURRENCE_ARRAY_MAX)
		n++;
	return n;
}

static int or_one(int n)
{
	return n ? n : 1;
}

/* The longest the month can be; months of other calendars count as long. */
static int month_days(short month)
{
	return month == 2					       ? 29
	       : month == 4 || month == 6 || month == 9 || month == 11 ? 30
								       : 31;
}

static bool has_day_in_month(const short *days, short month)
{
	for (; *days != ICAL_RECURRENCE_ARRAY_MAX; days++)
		if (abs(*days) <= month_days(month))
			return true;
	return false;
}

/* 30 February. */
static bool has_real_month_day(const struct icalrecurrencetype *rule)
{
	if (!by_count(rule->by_month) || !by_count(rule->by_month_day))
		return true;
	for (const short *m = rule->by_month; *m != ICAL_RECURRENCE_ARRAY_MAX; m++)
		if (has_day_in_month(rule->by_month_day, *m))
			return true;
	return false;
}

/* A sixth Monday of a month. */
static bool has_real_weekday(const struct icalrecurrencetype *rule)
{
	bool monthly = rule->freq == ICAL_MONTHLY_RECURRENCE ||
		       (rule->freq == ICAL_YEARLY_RECURRENCE &&
			       by_count(rule->by_month) && !by_count(rule->by_week_no));

	if (!monthly || !by_count(rule->by_day))
		return true;
	for (const short *d = rule->by_day; *d != ICAL_RECURRENCE_ARRAY_MAX; d++)
		if (abs(icalrecurrencetype_day_position(*d)) <= 5)
			return true;
	return false;
}

const char *recurrence_refusal(const struct icalrecurrencetype *rule)
{
	if (rule->freq == ICAL_NO_RECURRENCE)
		return "the rule is not understood";
	if (rule->freq < ICAL_DAILY_RECURRENCE)
		return "it repeats more often than daily";
	if (rule->interval < 1)
		return "its interval is none";
	if (rule->rscale)
		return "it repeats by another calendar than the Gregorian (RSCALE)";
	if (or_one(by_count(rule->by_hour)) * or_one(by_count(rule->by_minute)) *
			or_one(by_count(rule->by_second)) >
		RULE_TIMES_MAX)
		return "it repeats at more than 24 times of a day";
	if (!has_real_month_day(rule))
		return "its months have no such day";
	if (!has_real_weekday(rule))
		return "no month has so many of that weekday";
	return NULL;
}

/* The last civil time the rule allows, range.to at the latest. */
static int64_t last_civil(
	const struct icalrecurrencetype *rule, const struct moment *first, int64_t to)
{
	int64_t last;

	if (icaltime_is_null_time(rule->until) || !icaltime_is_real(rule->until))
		return to;
	last = civil_from_icaltime(rule->until);
	if (rule->until.is_date)
		last += DAY - 1;
	else if (icaltime_is_utc(rule->until))
		last += zone_offset(first->zone, last);
	if (first->is_date)
		last = civil_day(last) * DAY;
	return last < to ? last : to;
}

/* Whether there is any at all: the calendar repeats after 400 years. */
static bool has_starts(const struct icalrecurrencetype *rule,
	const struct moment *first, int64_t *steps)
{
	const struct civil_range all = {first->civil, END_OF_RULES};
	civil_list_auto found = CIVIL_LIST_EMPTY;
	struct icalrecurrencetype once = *rule;

	once.count = 2;
	return rule_days_expand(&once, first, all, steps, &found) > 0;
}

int recurrence_expand(const struct icalrecurrencetype *rule, const struct moment *first,
	struct civil_range range, int64_t *steps, struct civil_list *ret)
{
	if (range.to > END_OF_RULES)
		range.to = END_OF_RULES;
	range.to = last_civil(rule, first, range.to);
	if (range.to < first->civil || range.to < range.from || rule->count == 1)
		return 0;
	if (rule_days_expand(rule, first, range, steps, ret) > 0)
		return 0;
	return has_starts(rule, first, steps) || *steps <= 0 ? 0 : -1;
}

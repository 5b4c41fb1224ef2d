#include "calendar/rule-days.h"

#include <stdlib.h>
#include <string.h>

#define DAY 86400
#define DAYS_MAX 366 /* of one period */

/* One repetition's days, counted from 1970, in the order they are found. */
struct days {
	int64_t list[DAYS_MAX];
	size_t count;
};

struct walk {
	const struct icalrecurrencetype *rule;
	const struct moment *first;
	int64_t first_day;
	struct icaltimetype start; /* first's date */
	struct civil_range range;
	struct civil_list *ret;
	int64_t left; /* of COUNT */
	int64_t met;
};

static bool is_empty(const short *by)
{
	return by[0] == ICAL_RECURRENCE_ARRAY_MAX;
}

static bool has(const short *by, int value)
{
	while (*by != ICAL_RECURRENCE_ARRAY_MAX && *by != value)
		by++;
	return *by == value;
}

/* 1 Sunday ... 7, as libical counts. */
static int weekday_of(int64_t day)
{
	int64_t since_sunday = (day + 4) % 7;

	return (int)(since_sunday < 0 ? since_sunday + 7 : since_sunday) + 1;
}

static bool has_ordinals(const struct icalrecurrencetype *rule)
{
	for (const short *d = rule->by_day; *d != ICAL_RECURRENCE_ARRAY_MAX; d++)
		if (icalrecurrencetype_day_position(*d))
			return true;
	return false;
}

bool rule_days_know(const struct icalrecurrencetype *rule)
{
	bool has_others = !is_empty(rule->by_second) || !is_empty(rule->by_minute) ||
			  !is_empty(rule->by_hour) || !is_empty(rule->by_year_day) ||
			  !is_empty(rule->by_week_no) || rule->rscale;
	bool has_positions = !is_empty(rule->by_set_pos);

	if (has_others || rule->interval < 1)
		return false;
	switch (rule->freq) {
	case ICAL_DAILY_RECURRENCE:
		return !has_positions && !has_ordinals(rule);
	case ICAL_WEEKLY_RECURRENCE:
		return is_empty(rule->by_month_day) && !has_ordinals(rule);
	case ICAL_MONTHLY_RECURRENCE:
		return is_empty(rule->by_month_day) || !has_ordinals(rule);
	case ICAL_YEARLY_RECURRENCE:
		/* Without a month, weekdays are those of the whole year. */
		return is_empty(rule->by_day) ||
		       (!is_empty(rule->by_month) &&
			       (is_empty(rule->by_month_day) || !has_ordinals(rule)));
	default:
		return false;
	}
}

/* ---- the days of one month ---- */

static int64_t month_begins(int year, int month)
{
	struct icaltimetype t = {.year = year, .month = month, .day = 1, .is_date = 1};

	return civil_day(civil_from_icaltime(t));
}

static bool is_month_day(const short *by, int day, int length)
{
	return has(by, day) || has(by, day - length - 1);
}

/* MO, 2MO, -1MO: day is the so-many-th of its month. */
static bool is_weekday(const short *by, int weekday, int day, int length)
{
	int nth = (day - 1) / 7 + 1;
	int from_last = (length - day) / 7 + 1;

	for (; *by != ICAL_RECURRENCE_ARRAY_MAX; by++) {
		int position = icalrecurrencetype_day_position(*by);
		if ((int)icalrecurrencetype_day_day_of_week(*by) == weekday &&
			(!position || position == nth || position == -from_last))
			return true;
	}
	return false;
}

static bool fits_month(const struct walk *w, int weekday, int day, int length)
{
	const struct icalrecurrencetype *rule = w->rule;

	if (is_empty(rule->by_month_day) && is_empty(rule->by_day))
		return day == w->start.day;
	return (is_empty(rule->by_month_day) ||
		       is_month_day(rule->by_month_day, day, length)) &&
	       (is_empty(rule->by_day) ||
		       is_weekday(rule->by_day, weekday, day, length));
}

static void add_month(const struct walk *w, int year, int month, struct days *days)
{
	int64_t begins = month_begins(year, month);
	int length = icaltime_days_in_month(month, year);
	int weekday = weekday_of(begins);

	for (int day = 1; day <= length; day++, weekday = weekday % 7 + 1)
		if (fits_month(w, weekday, day, length) && days->count < DAYS_MAX)
			days->list[days->count++] = begins + day - 1;
}

static bool has_month(const struct walk *w, int month)
{
	return is_empty(w->rule->by_month) || has(w->rule->by_month, month);
}

/* ---- the days of one repetition; false: it begins after the range ---- */

static int month_of(int64_t day)
{
	return civil_to_icaltime(day * DAY, true).month;
}

static int64_t add_day(const struct walk *w, int64_t n, struct days *days)
{
	const struct icalrecurrencetype *rule = w->rule;
	int64_t day = w->first_day + n * rule->interval;
	struct icaltimetype t = civil_to_icaltime(day * DAY, true);
	int length = icaltime_days_in_month(t.month, t.year);

	if (has_month(w, t.month) &&
		(is_empty(rule->by_month_day) ||
			is_month_day(rule->by_month_day, t.day, length)) &&
		(is_empty(rule->by_day) ||
			is_weekday(rule->by_day, weekday_of(day), t.day, length)))
		days->list[days->count++] = day;
	return day;
}

static int64_t add_week(const struct walk *w, int64_t n, struct days *days)
{
	const struct icalrecurrencetype *rule = w->rule;
	int starts = rule->week_start ? (int)rule->week_start : 2;
	int weekday = weekday_of(w->first_day);
	int64_t monday = w->first_day - (weekday - starts + 7) % 7;

	monday += n * rule->interval * 7;
	for (int64_t day = monday; day < monday + 7; day++) {
		int of_day = weekday_of(day);
		bool fits = is_empty(rule->by_day)
				    ? of_day == weekday
				    : is_weekday(rule->by_day, of_day, 1, 31);
		if (fits && (is_empty(rule->by_month) || has_month(w, month_of(day))))
			days->list[days->count++] = day;
	}
	return monday;
}

static int64_t add_months(const struct walk *w, int64_t n, struct days *days)
{
	int64_t month = w->start.month - 1 + n * w->rule->interval;
	int year = w->start.year + (int)(month / 12);

	month = month % 12 + 1;
	if (has_month(w, (int)month))
		add_month(w, year, (int)month, days);
	return month_begins(year, (int)month);
}

/* Without any BYMONTH it is first's month, but BYMONTHDAY is in all of them. */
static int64_t add_year(const struct walk *w, int64_t n, struct days *days)
{
	const struct icalrecurrencetype *rule = w->rule;
	int year = w->start.year + (int)(n * rule->interval);
	bool own_month = is_empty(rule->by_month) && is_empty(rule->by_month_day);

	for (int month = 1; month <= 12; month++)
		if (own_month ? month == w->start.month : has_month(w, month))
			add_month(w, year, month, days);
	return month_begins(year, 1);
}

static int64_t add_repetition(const struct walk *w, int64_t n, struct days *days)
{
	switch (w->rule->freq) {
	case ICAL_DAILY_RECURRENCE:
		return add_day(w, n, days);
	case ICAL_WEEKLY_RECURRENCE:
		return add_week(w, n, days);
	case ICAL_MONTHLY_RECURRENCE:
		return add_months(w, n, days);
	default:
		return add_year(w, n, days);
	}
}

/* ---- all of them ---- */

static bool is_chosen(const short *positions, size_t i, size_t count)
{
	return is_empty(positions) || has(positions, (int)i + 1) ||
	       has(positions, (int)i - (int)count);
}

static void take(struct walk *w, const struct days *days)
{
	int64_t time = w->first->civil - w->first_day * DAY;

	for (size_t i = 0; i < days->count && w->left > 0; i++) {
		int64_t civil = days->list[i] * DAY + time;
		if (civil > w->range.to)
			return;
		if (civil <= w->first->civil ||
			!is_chosen(w->rule->by_set_pos, i, days->count))
			continue;
		w->left--;
		w->met++;
		if (civil >= w->range.from)
			civil_list_add(w->ret, civil);
	}
}

/* The repetition that range begins in, or the one before; COUNT counts from the first.
 */
static int64_t first_repetition(const struct walk *w)
{
	static const int days_of[] = {[ICAL_DAILY_RECURRENCE] = 1,
		[ICAL_WEEKLY_RECURRENCE] = 7,
		[ICAL_MONTHLY_RECURRENCE] = 31,
		[ICAL_YEARLY_RECURRENCE] = 366};
	int64_t days = civil_day(w->range.from) - w->first_day;

	if (w->rule->count || days <= 0)
		return 0;
	return days / ((int64_t)days_of[w->rule->freq] * w->rule->interval);
}

int64_t rule_days_expand(const struct icalrecurrencetype *rule,
	const struct moment *first, struct civil_range range, int64_t *steps,
	struct civil_list *ret)
{
	struct walk w = {.rule = rule,
		.first = first,
		.first_day = civil_day(first->civil),
		.start = civil_to_icaltime(first->civil, true),
		.range = range,
		.ret = ret,
		.left = rule->count ? rule->count - 1 : INT64_MAX};
	struct days days;

	for (int64_t n = first_repetition(&w); w.left > 0 && *steps > 0; n++) {
		days.count = 0;
		if (add_repetition(&w, n, &days) * DAY > range.to)
			break;
		take(&w, &days);
		*steps -= 1 + (int64_t)days.count;
	}
	return w.met;
}

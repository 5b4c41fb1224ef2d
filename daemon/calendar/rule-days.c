#include "calendar/rule-days.h"

#include <stdlib.h>

#include "calendar/rule-fit.h"

#define DAY 86400
#define DAYS_MAX 371 /* of one repetition: 53 weeks */

/* One repetition's days, counted from 1970, in order. */
struct days {
	int64_t list[DAYS_MAX];
	size_t count;
};

struct walk {
	const struct icalrecurrencetype *rule;
	const struct moment *first;
	struct rule_date start;	       /* first's day */
	int64_t times[RULE_TIMES_MAX]; /* of each day: seconds, in order */
	size_t time_count;
	struct civil_range range;
	struct civil_list *ret;
	int64_t left; /* of COUNT */
	int64_t met;
};

/* ---- times of day ---- */

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The part's values, or the one of first. */
static size_t values_of(const short *part, int of_first, int ret[RULE_TIMES_MAX])
{
	size_t n = 0;

	for (; *part != ICAL_RECURRENCE_ARRAY_MAX && n < RULE_TIMES_MAX; part++)
		ret[n++] = *part;
	if (!n)
		ret[n++] = of_first;
	return n;
}

static void add_time(struct walk *w, int hour, int minute, int second)
{
	/* The sixtieth is a leap second: the next minute begins. */
	if (w->time_count < RULE_TIMES_MAX)
		w->times[w->time_count++] = (hour * 60 + minute) * 60 + second;
}

static void find_times(struct walk *w)
{
	int time = (int)(w->first->civil - w->start.number * DAY);
	int hours[RULE_TIMES_MAX];
	int minutes[RULE_TIMES_MAX];
	int seconds[RULE_TIMES_MAX];

	w->time_count = 0;
	/* What the rule says of the time of day is not for what has none. */
	if (w->first->is_date) {
		add_time(w, 0, 0, 0);
		return;
	}
	size_t h = values_of(w->rule->by_hour, time / 3600, hours);
	size_t m = values_of(w->rule->by_minute, time / 60 % 60, minutes);
	size_t s = values_of(w->rule->by_second, time % 60, seconds);
	for (size_t i = 0; i < h * m * s; i++)
		add_time(w, hours[i / (m * s)], minutes[i / s % m], seconds[i % s]);
	qsort(w->times, w->time_count, sizeof(*w->times), compare);
}

/* ---- the days of one repetition; each returns the first that it may have ---- */

static void add_if_fit(
	const struct walk *w, const struct rule_date *d, struct days *days)
{
	if (rule_fits(w->rule, &w->start, d))
		days->list[days->count++] = d->number;
}

static void go_on(struct rule_date *d)
{
	if (d->day < d->month_length)
		rule_date_next(d);
	else
		*d = rule_date_of(d->number + 1);
}

static int64_t add_day(const struct walk *w, int64_t n, struct days *days)
{
	struct rule_date d = rule_date_of(w->start.number + n * w->rule->interval);

	add_if_fit(w, &d, days);
	return d.number;
}

static int64_t add_week(const struct walk *w, int64_t n, struct days *days)
{
	const struct icalrecurrencetype *rule = w->rule;
	int starts = rule->week_start ? (int)rule->week_start : ICAL_MONDAY_WEEKDAY;
	int64_t begins = w->start.number - (w->start.weekday - starts + 7) % 7 +
			 n * rule->interval * 7;

	for (struct rule_date d = rule_date_of(begins); d.number < begins + 7;
		go_on(&d))
		add_if_fit(w, &d, days);
	return begins;
}

static int64_t add_month(const struct walk *w, int year, int month, struct days *days)
{
	struct rule_date d = rule_date_first_of(year, month);
	int64_t begins = d.number;
	const short *months = w->rule->by_month;

	if (!rule_part_is_empty(months) && !rule_part_has(months, month))
		return begins;
	for (; d.day <= d.month_length; rule_date_next(&d))
		add_if_fit(w, &d, days);
	return begins;
}

static int64_t add_nth_month(const struct walk *w, int64_t n, struct days *days)
{
	int64_t month = w->start.month - 1 + n * w->rule->interval;

	return add_month(
		w, w->start.year + (int)(month / 12), (int)(month % 12) + 1, days);
}

/* The weeks of a year reach up to three days over its ends. */
static int64_t add_weeks(const struct walk *w, int year, struct days *days)
{
	int64_t begins = rule_date_first_of(year, 1).number - 3;

	for (struct rule_date d = rule_date_of(begins);
		d.number < begins + DAYS_MAX + 1; go_on(&d))
		if (rule_week_year(w->rule, &d) == year)
			add_if_fit(w, &d, days);
	return begins;
}

static int64_t add_year(const struct walk *w, int64_t n, struct days *days)
{
	int year = w->start.year + (int)(n * w->rule->interval);
	if (!rule_part_is_empty(w->rule->by_week_no))
		return add_weeks(w, year, days);
	int64_t begins = add_month(w, year, 1, days);

	for (int month = 2; month <= 12; month++)
		add_month(w, year, month, days);
	return begins;
}

static int64_t add_repetition(const struct walk *w, int64_t n, struct days *days)
{
	switch (w->rule->freq) {
	case ICAL_DAILY_RECURRENCE:
		return add_day(w, n, days);
	case ICAL_WEEKLY_RECURRENCE:
		return add_week(w, n, days);
	case ICAL_MONTHLY_RECURRENCE:
		return add_nth_month(w, n, days);
	default:
		return add_year(w, n, days);
	}
}

/* ---- all of them ---- */

static bool is_chosen(const short *positions, size_t i, size_t count)
{
	return rule_part_is_empty(positions) || rule_part_has(positions, (int)i + 1) ||
	       rule_part_has(positions, (int)i - (int)count);
}

static void take(struct walk *w, const struct days *days)
{
	size_t count = days->count * w->time_count;

	for (size_t i = 0; i < count && w->left > 0; i++) {
		int64_t civil = days->list[i / w->time_count] * DAY +
				w->times[i % w->time_count];
		if (civil > w->range.to)
			return;
		if (civil <= w->first->civil ||
			!is_chosen(w->rule->by_set_pos, i, count))
			continue;
		w->left--;
		w->met++;
		if (civil >= w->range.from)
			civil_list_add(w->ret, civil);
	}
}

/* One before that in which range begins; COUNT counts from the first. */
static int64_t first_repetition(const struct walk *w)
{
	static const int days_of[] = {[ICAL_DAILY_RECURRENCE] = 1,
		[ICAL_WEEKLY_RECURRENCE] = 7,
		[ICAL_MONTHLY_RECURRENCE] = 31,
		[ICAL_YEARLY_RECURRENCE] = 366};
	int64_t days = civil_day(w->range.from) - w->start.number;

	if (w->rule->count || days <= 0)
		return 0;
	int64_t n = days / ((int64_t)days_of[w->rule->freq] * w->rule->interval);
	return n ? n - 1 : 0;
}

int64_t rule_days_expand(const struct icalrecurrencetype *rule,
	const struct moment *first, struct civil_range range, int64_t *steps,
	struct civil_list *ret)
{
	struct walk w = {.rule = rule,
		.first = first,
		.start = rule_date_of(civil_day(first->civil)),
		.range = range,
		.ret = ret,
		.left = rule->count ? rule->count - 1 : INT64_MAX};
	struct days days;

	find_times(&w);
	for (int64_t n = first_repetition(&w); w.left > 0 && *steps > 0; n++) {
		days.count = 0;
		if (add_repetition(&w, n, &days) * DAY > range.to)
			break;
		take(&w, &days);
		*steps -= 1 + (int64_t)days.count;
	}
	return w.met;
}

#include "calendar/vtimezone.h"

#include <stdbool.h>
#include <time.h>

#include "base/mem.h"

/* No zone changes and changes back within a week. */
#define STEP (7 * 86400)
#define CHANGES_MAX 16
#define FIRST_YEAR 1970
/* As far as it has to hold to be told from another: fourth and last Sunday. */
#define YEARS_AHEAD 6

struct change {
	int64_t at;
	int before; /* seconds east of UTC */
	int after;
};

/* On the nth weekday of a month (-1: the last) at a local time. */
struct yearly {
	int month; /* 0 to 11 */
	int week;
	int weekday;
	int64_t seconds;
	int before;
	int after;
};

static int64_t year_start(int year)
{
	struct tm tm = {.tm_year = year - 1900, .tm_mday = 1};

	return (int64_t)timegm(&tm);
}

static struct tm tm_of(int64_t civil)
{
	time_t t = (time_t)civil;
	struct tm tm = {0};

	gmtime_r(&t, &tm);
	return tm;
}

/* The first second with the new offset, which differs at the two ends. */
static int64_t bisect(const struct zone *zone, int64_t low, int64_t high)
{
	int before = zone_offset(zone, low);

	while (high - low > 1) {
		int64_t middle = low + (high - low) / 2;
		if (zone_offset(zone, middle) == before)
			low = middle;
		else
			high = middle;
	}
	return high;
}

static size_t find_changes(const struct zone *zone, int64_t from, int64_t to,
	struct change ret[CHANGES_MAX])
{
	size_t count = 0;

	for (int64_t at = from; at < to && count < CHANGES_MAX; at += STEP) {
		int64_t next = at + STEP < to ? at + STEP : to;
		int before = zone_offset(zone, at);
		int after = zone_offset(zone, next);
		if (before != after)
			ret[count++] =
				(struct change){bisect(zone, at, next), before, after};
	}
	return count;
}

static int days_in_month(const struct tm *tm)
{
	struct tm last = {.tm_year = tm->tm_year, .tm_mon = tm->tm_mon + 1};

	timegm(&last);
	return last.tm_mday;
}

static struct yearly yearly_of(const struct change *c, bool from_end)
{
	int64_t civil = c->at + c->before;
	struct tm tm = tm_of(civil);
	int week = (tm.tm_mday - 1) / 7 + 1;

	/* No month has a sixth, and the last before it is not the last. */
	if (from_end)
		week = tm.tm_mday + 7 > days_in_month(&tm) ? -1 : 0;
	return (struct yearly){tm.tm_mon, week, tm.tm_wday,
		(int64_t)tm.tm_hour * 3600 + (int64_t)tm.tm_min * 60 + tm.tm_sec,
		c->before, c->after};
}

static bool is_same(const struct yearly *a, const struct yearly *b)
{
	return a->month == b->month && a->week == b->week && a->weekday == b->weekday &&
	       a->seconds == b->seconds && a->before == b->before &&
	       a->after == b->after;
}

/* The change of that year by the rule. */
static bool find_in_year(const struct zone *zone, const struct yearly *rule, int year,
	struct change *ret)
{
	struct change changes[CHANGES_MAX];
	size_t count =
		find_changes(zone, year_start(year), year_start(year + 1), changes);

	for (size_t i = 0; i < count; i++) {
		struct yearly found = yearly_of(&changes[i], rule->week < 0);
		*ret = changes[i];
		if (is_same(rule, &found))
			return count == 2;
	}
	return false;
}

static bool holds(const struct zone *zone, const struct yearly *rule, int year)
{
	struct change unused;

	for (int y = year; y < year + YEARS_AHEAD; y++)
		if (!rule->week || !find_in_year(zone, rule, y, &unused))
			return false;
	return true;
}

static bool find_rule(const struct zone *zone, const struct change *change, int year,
	struct yearly *ret)
{
	*ret = yearly_of(change, true);
	if (holds(zone, ret, year))
		return true;
	*ret = yearly_of(change, false);
	return holds(zone, ret, year);
}

/* The first of the years without a break in which both rules hold. */
static int first_year(const struct zone *zone, const struct yearly rules[2], int year)
{
	struct change unused;

	while (year > FIRST_YEAR && find_in_year(zone, &rules[0], year - 1, &unused) &&
		find_in_year(zone, &rules[1], year - 1, &unused))
		year--;
	return year;
}

static struct icaltimetype icaltime_of(int64_t civil)
{
	struct tm tm = tm_of(civil);

	return (struct icaltimetype){.year = tm.tm_year + 1900,
		.month = tm.tm_mon + 1,
		.day = tm.tm_mday,
		.hour = tm.tm_hour,
		.minute = tm.tm_min,
		.second = tm.tm_sec};
}

static icalcomponent *add_observance(icalcomponent *to, const struct change *change)
{
	bool daylight = change->after > change->before;
	icalcomponent *c = icalcomponent_new(
		daylight ? ICAL_XDAYLIGHT_COMPONENT : ICAL_XSTANDARD_COMPONENT);

	icalcomponent_add_property(
		c, icalproperty_new_dtstart(icaltime_of(change->at + change->before)));
	icalcomponent_add_property(c, icalproperty_new_tzoffsetfrom(change->before));
	icalcomponent_add_property(c, icalproperty_new_tzoffsetto(change->after));
	icalcomponent_add_component(to, c);
	return c;
}

static void add_rule(icalcomponent *to, const struct yearly *rule)
{
	static const char days[7][3] = {"SU", "MO", "TU", "WE", "TH", "FR", "SA"};
	str_auto *text = xasprintf("FREQ=YEARLY;BYMONTH=%d;BYDAY=%d%s", rule->month + 1,
		rule->week, days[rule->weekday]);

	icalcomponent_add_property(
		to, icalproperty_new_rrule(icalrecurrencetype_from_string(text)));
}

/* What held before the year of the event, as if it always had. */
static void add_base(icalcomponent *to, const struct zone *zone, int year)
{
	int offset = zone_offset(zone, year_start(year));

	add_observance(
		to, &(struct change){year_start(FIRST_YEAR) - offset, offset, offset});
}

/* Where the changes follow no rule of two a year. */
static void add_single_changes(icalcomponent *to, const struct zone *zone, int year)
{
	struct change changes[CHANGES_MAX];
	size_t count =
		find_changes(zone, year_start(year), year_start(year + 2), changes);

	add_base(to, zone, year);
	for (size_t i = 0; i < count; i++)
		add_observance(to, &changes[i]);
}

static bool add_yearly_changes(icalcomponent *to, const struct zone *zone, int year)
{
	struct change changes[CHANGES_MAX];
	struct yearly rules[2];

	if (find_changes(zone, year_start(year), year_start(year + 1), changes) != 2)
		return false;
	for (int i = 0; i < 2; i++)
		if (!find_rule(zone, &changes[i], year, &rules[i]))
			return false;
	year = first_year(zone, rules, year);
	for (int i = 0; i < 2; i++) {
		find_in_year(zone, &rules[i], year, &changes[i]);
		add_rule(add_observance(to, &changes[i]), &rules[i]);
	}
	return true;
}

static int year_of(const struct zone *zone, int64_t at)
{
	return tm_of(at + zone_offset(zone, at)).tm_year + 1900;
}

icalcomponent *vtimezone_new(const struct zone *zone, int64_t at)
{
	icalcomponent *c = icalcomponent_new(ICAL_VTIMEZONE_COMPONENT);
	int year = year_of(zone, at);

	icalcomponent_add_property(c, icalproperty_new_tzid(zone_name(zone)));
	if (!add_yearly_changes(c, zone, year))
		add_single_changes(c, zone, year);
	return c;
}

bool vtimezone_covers(const struct zone *zone, int64_t first, int64_t last)
{
	int from = year_of(zone, first);
	int to = year_of(zone, last);
	struct change changes[CHANGES_MAX], unused;
	struct yearly rules[2];

	if (!find_changes(zone, year_start(from), year_start(to + 1), changes))
		return true;
	if (find_changes(zone, year_start(from), year_start(from + 1), changes) != 2 ||
		!find_rule(zone, &changes[0], from, &rules[0]) ||
		!find_rule(zone, &changes[1], from, &rules[1]))
		return false;
	for (int year = from; year <= to; year++)
		if (!find_in_year(zone, &rules[0], year, &unused) ||
			!find_in_year(zone, &rules[1], year, &unused))
			return false;
	return true;
}

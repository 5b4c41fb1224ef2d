#include "calendar/members.h"

#include <stdlib.h>

#include "base/clock.h"
#include "calendar/property.h"

#define DAY 86400

struct period {
	int64_t civil;
	int64_t ends_at;
};

struct search {
	struct reading *r;
	struct zone_scope *scope;
	const struct event *master;
	struct civil_range range;
	struct members *found;
};

/* The time as the master counts it: its zone, and a date where it has dates. */
static int64_t civil_in(const struct event *master, const struct moment *m)
{
	const struct moment *start = &master->start;

	if (start->is_date && !m->is_date)
		return civil_day(m->at + zone_offset(start->zone, m->at)) * DAY;
	if (!start->is_date && m->is_date)
		return m->civil + start->civil - civil_day(start->civil) * DAY;
	return m->is_date ? m->civil : moment_at(start, m->at).civil;
}

/*
 * Which member the time names, in UTC: in the night of a change that is one moment,
 * whichever way its local time is written.
 */
int64_t member_of(const struct event *master, const struct moment *m)
{
	if (!master->start.is_date && !m->is_date)
		return m->at;
	return moment_at_civil(&master->start, civil_in(master, m)).at;
}

static void say(struct search *s, icalproperty *p, enum moment_outcome outcome)
{
	str_auto *raw = property_raw(p);

	reading_problem(s->r, s->master->index, s->master->uid, moment_reason(outcome),
		"%s %.80s: %s", icalproperty_kind_to_string(icalproperty_isa(p)),
		raw ? raw : "", moment_words(outcome));
}

static void read_exdates(struct search *s)
{
	icalcomponent *c = s->master->component;
	icalproperty *p = icalcomponent_get_first_property(c, ICAL_EXDATE_PROPERTY);

	for (; p; p = icalcomponent_get_next_property(c, ICAL_EXDATE_PROPERTY)) {
		struct moment at;
		enum moment_outcome outcome = moment_from_property(s->scope, p, &at);
		if (outcome != MOMENT_OK)
			say(s, p, outcome);
		else if (at.is_date)
			civil_list_add(&s->found->gone_days, civil_day(at.civil));
		else
			civil_list_add(&s->found->gone, member_of(s->master, &at));
	}
}

static void add_rdate(struct search *s, const struct moment *at)
{
	int64_t civil = civil_in(s->master, at);

	if (civil >= s->range.from && civil <= s->range.to)
		civil_list_add(&s->found->starts, civil);
}

static int compare_periods(const void *a, const void *b)
{
	const struct period *x = a;
	const struct period *y = b;

	return (x->civil > y->civil) - (x->civil < y->civil);
}

static int64_t period_end(struct search *s, struct icalperiodtype period,
	const char *tzid, const struct moment *start)
{
	struct moment end = *start;

	if (!icaltime_is_null_time(period.end) &&
		moment_from_time(s->scope, period.end, tzid, &end) == MOMENT_OK)
		return end.at;
	struct event lasting = {.span = span_of_duration(period.duration)};
	return event_end(&lasting, start);
}

static void add_period(struct search *s, const struct moment *start, int64_t ends_at)
{
	struct members *m = s->found;

	m->periods = xrealloc(m->periods, (m->period_count + 1) * sizeof(*m->periods));
	m->periods[m->period_count++] = (struct period){civil_in(s->master, start),
		ends_at > start->at && ends_at <= MOMENT_MAX ? ends_at : start->at};
	add_rdate(s, start);
}

static void read_rdate(struct search *s, icalproperty *p)
{
	icalparameter *parameter =
		icalproperty_get_first_parameter(p, ICAL_TZID_PARAMETER);
	const char *tzid = parameter ? icalparameter_get_tzid(parameter) : NULL;
	struct icaldatetimeperiodtype value = icalproperty_get_rdate(p);
	bool is_period = icaltime_is_null_time(value.time);
	struct moment start;
	enum moment_outcome outcome = moment_from_time(
		s->scope, is_period ? value.period.start : value.time, tzid, &start);

	if (outcome != MOMENT_OK)
		say(s, p, outcome);
	else if (is_period)
		add_period(s, &start, period_end(s, value.period, tzid, &start));
	else
		add_rdate(s, &start);
}

static void read_rdates(struct search *s)
{
	icalcomponent *c = s->master->component;
	icalproperty *p = icalcomponent_get_first_property(c, ICAL_RDATE_PROPERTY);

	for (; p; p = icalcomponent_get_next_property(c, ICAL_RDATE_PROPERTY)) {
		read_rdate(s, p);
		s->found->repeats = true;
	}
}

/* Time counts as steps, as libical may look long for the next date. */
static const char *run_rule(
	struct search *s, const struct icalrecurrencetype *rule, struct civil_list *ret)
{
	const char *why = recurrence_refusal(rule);

	if (why || s->r->steps <= 0)
		return why;
	int64_t started_ms = clock_monotonic_ms();
	if (recurrence_expand(rule, &s->master->start, s->range, &s->r->steps, ret) < 0)
		why = "it names no date";
	s->r->steps -= (clock_monotonic_ms() - started_ms) * READING_STEPS_PER_MS;
	return why;
}

static const char *exclude_rule(struct search *s, const struct icalrecurrencetype *rule)
{
	civil_list_auto starts = CIVIL_LIST_EMPTY;
	const char *why = run_rule(s, rule, &starts);

	for (size_t i = 0; i < starts.count; i++)
		civil_list_add(&s->found->gone,
			moment_at_civil(&s->master->start, starts.at[i]).at);
	return why;
}

static void read_rule(struct search *s, icalproperty *p)
{
	bool excludes = icalproperty_isa(p) == ICAL_EXRULE_PROPERTY;
	struct icalrecurrencetype rule =
		excludes ? icalproperty_get_exrule(p) : icalproperty_get_rrule(p);
	const char *why = excludes ? exclude_rule(s, &rule)
				   : run_rule(s, &rule, &s->found->starts);

	s->found->repeats = s->found->repeats || !excludes;
	if (why)
		reading_problem(s->r, s->master->index, s->master->uid, "refused-rule",
			"%s: %s", excludes ? "EXRULE" : "RRULE", why);
}

static void read_rules(struct search *s, icalproperty_kind kind)
{
	icalcomponent *c = s->master->component;
	icalproperty *p = icalcomponent_get_first_property(c, kind);

	for (; p; p = icalcomponent_get_next_property(c, kind))
		read_rule(s, p);
}

static void sort(struct members *m)
{
	civil_list_sort(&m->starts);
	civil_list_sort(&m->gone);
	civil_list_sort(&m->gone_days);
	if (m->period_count)
		qsort(m->periods, m->period_count, sizeof(*m->periods),
			compare_periods);
}

void members_find(struct reading *r, struct zone_scope *scope,
	const struct event *master, struct civil_range range, struct members *ret)
{
	struct search s = {r, scope, master, range, ret};

	read_rules(&s, ICAL_RRULE_PROPERTY);
	read_rules(&s, ICAL_EXRULE_PROPERTY);
	read_rdates(&s);
	read_exdates(&s);
	if (master->start.civil >= range.from && master->start.civil <= range.to)
		civil_list_add(&ret->starts, master->start.civil);
	sort(ret);
}

bool members_are_gone(const struct members *m, const struct moment *start)
{
	return civil_list_has(&m->gone, start->at) ||
	       civil_list_has(&m->gone_days, civil_day(start->civil));
}

int64_t members_end(
	const struct members *m, const struct event *master, const struct moment *start)
{
	struct period key = {start->civil, 0};
	const struct period *found =
		m->period_count ? bsearch(&key, m->periods, m->period_count,
					  sizeof(*m->periods), compare_periods)
				: NULL;

	return found ? found->ends_at : event_end(master, start);
}

void members_deinit(struct members *m)
{
	civil_list_deinit(&m->starts);
	civil_list_deinit(&m->gone);
	civil_list_deinit(&m->gone_days);
	free(m->periods);
}

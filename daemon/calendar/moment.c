#include "calendar/moment.h"

#include <string.h>
#include <time.h>

#define DAY 86400
/* A calendar with more describes them to keep us busy. */
#define OWN_ZONES_MAX 200

void zone_scope_init(struct zone_scope *s, icalcomponent *calendar, const char *zone)
{
	*s = (struct zone_scope){.calendar = calendar};
	s->local = zone ? zone_find(zone) : NULL;
	if (!s->local)
		s->local = zone_utc();
}

void zone_scope_deinit(struct zone_scope *s)
{
	for (size_t i = 0; i < s->count; i++)
		zone_free(s->own[i]);
	free(s->own);
}

static icalcomponent *find_vtimezone(icalcomponent *calendar, const char *tzid)
{
	icalcompiter i =
		icalcomponent_begin_component(calendar, ICAL_VTIMEZONE_COMPONENT);

	for (icalcomponent *c; (c = icalcompiter_deref(&i)); icalcompiter_next(&i)) {
		icalproperty *p =
			icalcomponent_get_first_property(c, ICAL_TZID_PROPERTY);
		const char *name = p ? icalproperty_get_tzid(p) : NULL;
		if (name && strcmp(name, tzid) == 0)
			return c;
	}
	return NULL;
}

static const struct zone *find_own(struct zone_scope *s, const char *tzid)
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(zone_name(s->own[i]), tzid) == 0)
			return s->own[i];
	if (s->count >= OWN_ZONES_MAX)
		return NULL;
	icalcomponent *c = find_vtimezone(s->calendar, tzid);
	zone_auto *z = c ? zone_new_from_component(c) : NULL;
	if (!z)
		return NULL;
	s->own = xrealloc(s->own, (s->count + 1) * sizeof(struct zone *));
	s->own[s->count++] = TAKE(z);
	return s->own[s->count - 1];
}

const struct zone *zone_scope_find(struct zone_scope *s, const char *tzid)
{
	const struct zone *found = zone_find(tzid);

	if (!found)
		found = zone_find_windows(tzid);
	if (!found)
		found = find_own(s, tzid);
	return found ? found : zone_find_suffix(tzid);
}

static int days_in_month(int year, int month)
{
	return icaltime_days_in_month(month, year);
}

bool icaltime_is_real(struct icaltimetype t)
{
	if (t.year < 1 || t.year > 9999 || t.month < 1 || t.month > 12 || t.day < 1 ||
		t.day > days_in_month(t.year, t.month))
		return false;
	return t.is_date || (t.hour >= 0 && t.hour <= 23 && t.minute >= 0 &&
				    t.minute <= 59 && t.second >= 0 && t.second <= 60);
}

int64_t civil_from_icaltime(struct icaltimetype t)
{
	struct tm tm = {.tm_year = t.year - 1900,
		.tm_mon = t.month - 1,
		.tm_mday = t.day,
		.tm_hour = t.is_date ? 0 : t.hour,
		.tm_min = t.is_date ? 0 : t.minute,
		.tm_sec = t.is_date ? 0 : t.second};

	return (int64_t)timegm(&tm);
}

static struct tm civil_to_tm(int64_t civil)
{
	time_t t = (time_t)civil;
	struct tm tm = {0};

	gmtime_r(&t, &tm);
	return tm;
}

struct icaltimetype civil_to_icaltime(int64_t civil, bool is_date)
{
	struct tm tm = civil_to_tm(civil);
	struct icaltimetype t = {.year = tm.tm_year + 1900,
		.month = tm.tm_mon + 1,
		.day = tm.tm_mday,
		.is_date = is_date};

	if (!is_date) {
		t.hour = tm.tm_hour;
		t.minute = tm.tm_min;
		t.second = tm.tm_sec;
	}
	return t;
}

int64_t civil_day(int64_t civil)
{
	return civil / DAY - (civil % DAY < 0);
}

static const struct zone *find_zone(
	struct zone_scope *scope, struct icaltimetype time, const char *tzid)
{
	if (icaltime_is_utc(time))
		return zone_utc();
	if (time.is_date || !tzid || !*tzid)
		return scope->local;
	return zone_scope_find(scope, tzid);
}

enum moment_outcome moment_from_time(struct zone_scope *scope, struct icaltimetype time,
	const char *tzid, struct moment *ret)
{
	struct moment m = {.is_set = true, .is_date = time.is_date};

	if (!icaltime_is_real(time))
		return MOMENT_NO_DATE;
	m.zone = find_zone(scope, time, tzid);
	if (!m.zone)
		return MOMENT_NO_ZONE;
	m.is_floating = !m.is_date && !icaltime_is_utc(time) && (!tzid || !*tzid);
	m.civil = civil_from_icaltime(time);
	m.at = zone_to_utc(m.zone, m.civil);
	*ret = m;
	return MOMENT_OK;
}

enum moment_outcome moment_from_property(
	struct zone_scope *scope, icalproperty *property, struct moment *ret)
{
	icalparameter *tzid =
		icalproperty_get_first_parameter(property, ICAL_TZID_PARAMETER);
	icalvalue *value = icalproperty_get_value(property);

	if (!value || (icalvalue_isa(value) != ICAL_DATE_VALUE &&
			      icalvalue_isa(value) != ICAL_DATETIME_VALUE))
		return MOMENT_NO_DATE;
	return moment_from_time(scope, icalvalue_get_datetime(value),
		tzid ? icalparameter_get_tzid(tzid) : NULL, ret);
}

const char *moment_reason(enum moment_outcome outcome)
{
	return outcome == MOMENT_NO_ZONE ? "unknown-zone" : "bad-date";
}

const char *moment_words(enum moment_outcome outcome)
{
	return outcome == MOMENT_NO_ZONE
		       ? "its time zone is neither known nor described"
		       : "there is no such date or time";
}

struct moment moment_at_civil(const struct moment *like, int64_t civil)
{
	struct moment m = *like;

	m.civil = civil;
	m.at = zone_to_utc(m.zone, civil);
	return m;
}

struct moment moment_at(const struct moment *like, int64_t at)
{
	struct moment m = *like;

	m.at = at;
	m.civil = at + zone_offset(m.zone, at);
	return m;
}

/* As many digits as said; faster than printf, which is asked for each member. */
static char *put_digits(char *to, int value, int digits)
{
	for (int i = digits - 1; i >= 0; i--, value /= 10)
		to[i] = (char)('0' + value % 10);
	return to + digits;
}

static char *put_char(char *to, char c)
{
	*to = c;
	return to + 1;
}

/* "2026-09-14", or without what parts it; a year has four digits up to MOMENT_MAX. */
static char *put_date(char *to, const struct tm *tm, const char *part)
{
	to = put_digits(to, tm->tm_year + 1900, 4);
	if (*part)
		to = put_char(to, *part);
	to = put_digits(to, tm->tm_mon + 1, 2);
	if (*part)
		to = put_char(to, *part);
	return put_digits(to, tm->tm_mday, 2);
}

static char *put_time(char *to, const struct tm *tm, const char *part)
{
	to = put_digits(put_char(to, 'T'), tm->tm_hour, 2);
	if (*part)
		to = put_char(to, *part);
	to = put_digits(to, tm->tm_min, 2);
	if (*part)
		to = put_char(to, *part);
	return put_digits(to, tm->tm_sec, 2);
}

static char *put_offset(char *to, int offset)
{
	int minutes = abs(offset) / 60;

	to = put_digits(put_char(to, offset < 0 ? '-' : '+'), minutes / 60, 2);
	return put_digits(put_char(to, ':'), minutes % 60, 2);
}

char *moment_format(const struct zone *zone, int64_t at)
{
	char text[] = "2026-09-14T18:00:00+02:00";
	int offset = zone_offset(zone, at);
	struct tm tm = civil_to_tm(at + (int64_t)offset);
	char *end = put_time(put_date(text, &tm, "-"), &tm, ":");

	end = zone == zone_utc() ? put_char(end, 'Z') : put_offset(end, offset);
	return xstrndup(text, (size_t)(end - text));
}

char *moment_recurrence_id(const struct moment *m)
{
	char text[] = "20260914T160000Z";
	struct tm tm = civil_to_tm(m->is_date ? m->civil : m->at);
	char *end = put_date(text, &tm, "");

	if (!m->is_date)
		end = put_char(put_time(end, &tm, ""), 'Z');
	return xstrndup(text, (size_t)(end - text));
}

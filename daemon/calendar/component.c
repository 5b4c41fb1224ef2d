#include <stdarg.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "calendar/attachments.h"
#include "calendar/property.h"
#include "calendar/reading.h"
#include "calendar/recurrence.h"

#define DAY 86400

/* A component while it is read. */
struct draft {
	struct reading *r;
	struct zone_scope *scope;
	icalcomponent *c;
	json_t *json;
	struct event *e;
	struct moment end;
	bool has_error; /* already said that a date or rule cannot be read */
};

void reading_problem(struct reading *r, size_t index, const char *uid,
	const char *reason, const char *fmt, ...)
{
	json_t *problem = json_object();
	va_list args;
	char text[512];

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	json_put_int(problem, "component", (json_int_t)index);
	json_put_str(problem, "uid", uid);
	json_put_str(problem, "reason", reason);
	json_put_str(problem, "what", text);
	json_array_append_new(r->problems, problem);
}

static void refuse(struct draft *d, const char *reason, const char *what)
{
	reading_problem(d->r, d->e->index, d->e->uid, reason, "%s", what);
	d->e->is_usable = false;
	d->has_error = true;
}

/* What people and answers want to know of an entry, and planning does not. */
static void put_more(struct draft *d, const char *key, const char *value)
{
	if (d->r->in_full)
		json_put_str(d->json, key, value);
}

static void read_type(struct draft *d)
{
	put_more(d, "type", icalcomponent_kind_to_string(icalcomponent_isa(d->c)));
}

static void put_text(struct draft *d, const char *key, icalproperty_kind kind)
{
	str_auto *text = property_text_of(d->c, kind);

	json_put_str(d->json, key, text);
}

static void put_list(struct draft *d)
{
	json_t *list = json_array();
	icalproperty *p =
		icalcomponent_get_first_property(d->c, ICAL_CATEGORIES_PROPERTY);

	for (; p; p = icalcomponent_get_next_property(d->c, ICAL_CATEGORIES_PROPERTY)) {
		json_auto_t *holder = json_object();
		str_auto *text = property_text(p);
		str_auto *trimmed = text ? text_trim(text) : NULL;
		json_put_str(holder, "text", trimmed);
		if (trimmed && *trimmed)
			json_array_append(list, json_object_get(holder, "text"));
	}
	json_object_set_new(d->json, "categories", list);
}

static void put_people(struct draft *d)
{
	json_t *attendees = json_array();
	icalproperty *p =
		icalcomponent_get_first_property(d->c, ICAL_ORGANIZER_PROPERTY);

	if (p)
		json_object_set_new(d->json, "organizer", attendee_read(p));
	p = icalcomponent_get_first_property(d->c, ICAL_ATTENDEE_PROPERTY);
	for (; p; p = icalcomponent_get_next_property(d->c, ICAL_ATTENDEE_PROPERTY))
		json_array_append_new(attendees, attendee_read(p));
	json_object_set_new(d->json, "attendees", attendees);
}

static char *line_of(icalproperty *p)
{
	str_auto *tzid = property_parameter(p, "TZID");
	str_auto *raw = property_raw(p);

	return xasprintf("%s%s%.80s:%.80s",
		icalproperty_kind_to_string(icalproperty_isa(p)), tzid ? ";TZID=" : "",
		tzid ? tzid : "", raw ? raw : "");
}

/* Fills ret where the component has the property; says what is wrong with it. */
static void read_moment(struct draft *d, icalproperty_kind kind, struct moment *ret)
{
	icalproperty *p = icalcomponent_get_first_property(d->c, kind);
	enum moment_outcome outcome =
		p ? moment_from_property(d->scope, p, ret) : MOMENT_OK;

	if (outcome == MOMENT_OK)
		return;
	str_auto *line = line_of(p);
	str_auto *what = xasprintf("%s: %s", line, moment_words(outcome));
	refuse(d, moment_reason(outcome), what);
}

static void put_moment(struct draft *d, const char *key, const char *seconds_key,
	const struct moment *m)
{
	if (!d->r->in_full)
		return;
	str_auto *text = moment_format(m->zone, m->at);
	json_put_str(d->json, key, text);
	json_put_int(d->json, seconds_key, m->at);
}

/* UTC, or in its zone: what the property itself says of the time. 0: none. */
static int64_t stamp_of(struct draft *d, icalproperty_kind kind)
{
	struct moment stamp = {0};
	icalproperty *p = icalcomponent_get_first_property(d->c, kind);

	if (!p || moment_from_property(d->scope, p, &stamp) != MOMENT_OK)
		return 0;
	return stamp.at;
}

static void read_stamps(struct draft *d)
{
	int64_t modified = stamp_of(d, ICAL_LASTMODIFIED_PROPERTY);

	d->e->dtstamp = stamp_of(d, ICAL_DTSTAMP_PROPERTY);
	json_put_int(d->json, "modified", modified ? modified : d->e->dtstamp);
	if (!d->e->dtstamp || !d->r->in_full)
		return;
	str_auto *text = moment_format(zone_utc(), d->e->dtstamp);
	json_put_str(d->json, "dtstamp", text);
}

struct span span_of_duration(struct icaldurationtype duration)
{
	struct span span = {
		.days = (int64_t)duration.weeks * 7 + duration.days,
		.seconds = (int64_t)duration.hours * 3600 +
			   (int64_t)duration.minutes * 60 + duration.seconds,
	};

	if (duration.is_neg)
		span = (struct span){-span.days, -span.seconds};
	return span;
}

/* RFC 5545, 3.8.5.3: with DTEND all members last equally long, in exact seconds. */
static struct span span_of_end(const struct moment *start, const struct moment *end)
{
	if (start->is_date && end->is_date)
		return (struct span){
			civil_day(end->civil) - civil_day(start->civil), 0};
	return (struct span){0, end->at - start->at};
}

int64_t event_end(const struct event *e, const struct moment *start)
{
	struct moment m = moment_at_civil(start, start->civil + e->span.days * DAY);

	return m.at + e->span.seconds;
}

static void read_span(struct draft *d)
{
	icalproperty *p =
		icalcomponent_get_first_property(d->c, ICAL_DURATION_PROPERTY);
	struct span *span = &d->e->span;

	*span = (struct span){d->e->start.is_date, 0}; /* RFC 5545, 3.6.1 */
	if (d->end.is_set)
		*span = span_of_end(&d->e->start, &d->end);
	else if (p)
		*span = span_of_duration(icalproperty_get_duration(p));
	/* Some write the last day, not the day after it. */
	if (d->e->start.is_date && !span->days && !span->seconds)
		span->days = 1;
	bool is_late = event_end(d->e, &d->e->start) > MOMENT_MAX;
	if (!is_late && span->days >= 0 && span->seconds >= 0)
		return;
	*span = (struct span){0, 0};
	if (is_late)
		refuse(d, "bad-date", "it ends after the year 9999");
	else
		refuse(d, "ends-before-start", "it ends before it starts");
}

static bool may_lack_start(const char *method)
{
	static const char *const methods[] = {
		"REPLY", "CANCEL", "REFRESH", "COUNTER", "DECLINECOUNTER"};

	for (size_t i = 0; method && i < sizeof(methods) / sizeof(*methods); i++)
		if (text_equal_nocase(method, methods[i]))
			return true;
	return false;
}

static void read_times(struct draft *d, const char *method)
{
	bool is_event = icalcomponent_isa(d->c) == ICAL_VEVENT_COMPONENT;
	struct event *e = d->e;

	read_moment(d, ICAL_DTSTART_PROPERTY, &e->start);
	read_moment(d, is_event ? ICAL_DTEND_PROPERTY : ICAL_DUE_PROPERTY, &d->end);
	if (!is_event && !d->end.is_set)
		read_moment(d, ICAL_DTEND_PROPERTY, &d->end);
	if (!e->start.is_set) {
		if (is_event && !d->has_error && !may_lack_start(method))
			refuse(d, "no-start", "it has no DTSTART");
		e->is_usable = false;
		return;
	}
	read_span(d);
	put_moment(d, "starts_at", "starts", &e->start);
	if (d->r->in_full)
		json_object_set_new(d->json, "all_day", json_boolean(e->start.is_date));
	if (!e->start.is_date && !e->start.is_floating)
		put_more(d, "time_zone", zone_name(e->start.zone));
}

static void put_end(struct draft *d)
{
	struct event *e = d->e;
	struct moment end = d->end;

	if (e->start.is_set && !end.is_set) {
		bool is_event = icalcomponent_isa(d->c) == ICAL_VEVENT_COMPONENT;
		if (!is_event && !e->span.days && !e->span.seconds)
			return;
		end = moment_at(&e->start, event_end(e, &e->start));
	} else if (e->start.is_set && e->start.is_date) {
		end = moment_at(&end, event_end(e, &e->start));
	}
	if (end.is_set)
		put_moment(d, "ends_at", "ends", &end);
}

static void read_recurrence_id(struct draft *d)
{
	icalproperty *p =
		icalcomponent_get_first_property(d->c, ICAL_RECURRENCEID_PROPERTY);

	put_more(d, "recurrence_id", "");
	d->e->is_override = d->e->is_override || p;
	if (!p)
		return;
	read_moment(d, ICAL_RECURRENCEID_PROPERTY, &d->e->recurrence_id);
	str_auto *range = property_parameter(p, "RANGE");
	d->e->and_future = range && text_equal_nocase(range, "THISANDFUTURE");
	if (!d->e->recurrence_id.is_set)
		return;
	str_auto *id = moment_recurrence_id(&d->e->recurrence_id);
	put_more(d, "recurrence_id", id);
	if (d->e->and_future)
		put_more(d, "range", "THISANDFUTURE");
}

static void read_rule(struct draft *d)
{
	icalproperty *p = icalcomponent_get_first_property(d->c, ICAL_RRULE_PROPERTY);
	str_auto *first = p ? property_raw(p) : NULL;

	put_more(d, "rrule", first);
	for (; p; p = icalcomponent_get_next_property(d->c, ICAL_RRULE_PROPERTY)) {
		struct icalrecurrencetype rule = icalproperty_get_rrule(p);
		const char *why = recurrence_refusal(&rule);
		if (!why)
			continue;
		str_auto *raw = property_raw(p);
		str_auto *what = xasprintf("RRULE %.120s: %s", raw ? raw : "", why);
		refuse(d, "refused-rule", what);
		d->r->refused++;
		return;
	}
}

/* libical drops a property that it cannot read and leaves a note in its place. */
static bool is_note_about(const char *note, const char *name)
{
	str_auto *in = xasprintf(" in %s property", name);
	str_auto *none = xasprintf("No value for %s property", name);

	return strstr(note, in) || strstr(note, none);
}

static void read_note(struct draft *d, const char *note)
{
	static const char *const needed[] = {
		"DTSTART", "DTEND", "DUE", "DURATION", "RRULE", "RECURRENCE-ID"};
	static const char *const helpful[] = {"EXDATE", "RDATE", "EXRULE"};

	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++)
		if (is_note_about(note, needed[i]))
			refuse(d, "bad-property", note);
	/* Whose member cannot be told is no master either. */
	if (is_note_about(note, "RECURRENCE-ID"))
		d->e->is_override = true;
	for (size_t i = 0; i < sizeof(helpful) / sizeof(*helpful); i++)
		if (is_note_about(note, helpful[i]))
			reading_problem(d->r, d->e->index, d->e->uid, "bad-property",
				"%.200s", note);
}

static void read_notes(struct draft *d)
{
	icalproperty *p =
		icalcomponent_get_first_property(d->c, ICAL_XLICERROR_PROPERTY);

	for (; p; p = icalcomponent_get_next_property(d->c, ICAL_XLICERROR_PROPERTY)) {
		str_auto *note = property_text(p);
		if (note)
			read_note(d, note);
	}
}

static void read_uid(struct draft *d)
{
	put_text(d, "uid", ICAL_UID_PROPERTY);
	d->e->uid = json_str(d->json, "uid");
	if (!d->e->uid && icalcomponent_isa(d->c) == ICAL_VEVENT_COMPONENT)
		refuse(d, "no-uid", "it has no UID");
}

static void put_words(struct draft *d)
{
	put_text(d, "status", ICAL_STATUS_PROPERTY);
	put_text(d, "summary", ICAL_SUMMARY_PROPERTY);
	put_text(d, "location", ICAL_LOCATION_PROPERTY);
	if (d->r->in_full) {
		put_text(d, "description", ICAL_DESCRIPTION_PROPERTY);
		put_text(d, "comment", ICAL_COMMENT_PROPERTY);
		put_people(d);
	}
	put_list(d);
	str_auto *agenda = NULL;
	json_t *attachments = attachments_read(d->c);
	if (attachments)
		json_object_set_new(d->json, "attachments", attachments);
	json_t *utskick = utskick_read(d->c, &agenda);
	json_put_str(d->json, "agenda", agenda);
	if (utskick)
		json_object_set_new(d->json, "utskick", utskick);
}

static void read_sequence(struct draft *d)
{
	icalproperty *p =
		icalcomponent_get_first_property(d->c, ICAL_SEQUENCE_PROPERTY);
	icalvalue *value = p ? icalproperty_get_value(p) : NULL;

	d->e->has_sequence = value && icalvalue_isa(value) == ICAL_INTEGER_VALUE;
	if (d->e->has_sequence)
		d->e->sequence = icalvalue_get_integer(value);
	else
		json_object_set_new(d->json, "no_sequence", json_true());
	json_put_int(d->json, "sequence", d->e->sequence);
}

void component_read(struct reading *r, struct zone_scope *scope, icalcomponent *c,
	const char *method, struct event *ret_event)
{
	struct draft d = {r, scope, c, json_object(), ret_event, {0}, false};

	*ret_event = (struct event){.component = c,
		.index = json_array_size(r->components),
		.content = json_array_size(r->components),
		.is_usable = true,
		.scope = scope,
		.cancels = method && text_equal_nocase(method, "CANCEL"),
		.cancelled = NOT_CANCELLED};
	json_array_append_new(r->components, d.json);
	read_type(&d);
	put_more(&d, "method", method);
	read_uid(&d);
	read_notes(&d);
	read_sequence(&d);
	read_stamps(&d);
	read_recurrence_id(&d);
	read_times(&d, method);
	put_end(&d);
	read_rule(&d);
	put_words(&d);
}

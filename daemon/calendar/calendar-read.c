#include "calendar/calendar-read.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/text.h"
#include "calendar/attachments.h"
#include "calendar/calendar-scan.h"
#include "calendar/mailed.h"
#include "calendar/occurrences.h"
#include "calendar/property.h"
#include "calendar/zones.h"

DEFINE_FREEP(component, icalcomponent, icalcomponent_free)
#define component_auto __attribute__((cleanup(component_freep))) icalcomponent

struct events {
	struct event *list;
	size_t count;
	size_t size;
};

static void events_deinit(struct events *e)
{
	free(e->list);
}
#define events_auto __attribute__((cleanup(events_deinit))) struct events

static struct event *events_next(struct events *e)
{
	if (e->count == e->size) {
		e->size = e->size ? e->size * 2 : 16;
		e->list = xrealloc(e->list, e->size * sizeof(*e->list));
	}
	return &e->list[e->count];
}

void calendar_read_warm_up(void)
{
	zones_load();
	icaltimezone_get_utc_timezone();
}

static json_t *broken(const char *code, const char *what)
{
	json_t *result = json_object();

	json_put_str(result, "broken", code);
	json_put_str(result, "what", what);
	return result;
}

static char *method_of(icalcomponent *calendar)
{
	str_auto *method = property_text_of(calendar, ICAL_METHOD_PROPERTY);

	for (char *c = method; c && *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return method ? text_trim(method) : NULL;
}

static bool wants_occurrences(const struct calendar_window *w)
{
	return w->from || w->to;
}

static void read_components(struct reading *r, struct zone_scope *scope,
	icalcomponent *calendar, struct events *ret_events)
{
	icalcompiter i = icalcomponent_begin_component(calendar, ICAL_ANY_COMPONENT);
	str_auto *method = method_of(calendar);

	for (icalcomponent *c; (c = icalcompiter_deref(&i)); icalcompiter_next(&i)) {
		icalcomponent_kind kind = icalcomponent_isa(c);
		if (kind == ICAL_VTIMEZONE_COMPONENT)
			continue;
		component_read(r, scope, c, method, events_next(ret_events));
		if (kind == ICAL_VEVENT_COMPONENT)
			ret_events->count++;
	}
}

/* -1: libical makes nothing of it. */
static int read_calendar(struct reading *r, const char *text, struct occurrences *found,
	char **ret_method)
{
	component_auto *calendar = icalcomponent_new_from_string(text);
	zone_scope_auto scope;
	events_auto events = {NULL, 0, 0};

	zone_scope_init(&scope, calendar, r->window->zone);
	if (!calendar || icalcomponent_isa(calendar) != ICAL_VCALENDAR_COMPONENT)
		return -1;
	if (!*ret_method)
		*ret_method = method_of(calendar);
	read_components(r, &scope, calendar, &events);
	if (wants_occurrences(r->window))
		occurrences_find(r, events.list, events.count, found);
	return 0;
}

/* ---- what was mailed ---- */

struct messages {
	icalcomponent **calendars; /* NULL: unreadable */
	struct zone_scope *scopes;
	size_t count;
};

static void messages_deinit(struct messages *m)
{
	for (size_t i = 0; i < m->count; i++) {
		zone_scope_deinit(&m->scopes[i]);
		if (m->calendars[i])
			icalcomponent_free(m->calendars[i]);
	}
	free(m->calendars);
	free(m->scopes);
}
#define messages_auto __attribute__((cleanup(messages_deinit))) struct messages

static void read_message(struct reading *r, struct messages *m, size_t i,
	struct events *events, char **ret_method)
{
	size_t first = events->count;
	icalcomponent *calendar = m->calendars[i];

	if (!calendar || icalcomponent_isa(calendar) != ICAL_VCALENDAR_COMPONENT)
		return;
	if (!*ret_method)
		*ret_method = method_of(calendar);
	read_components(r, &m->scopes[i], calendar, events);
	for (size_t k = first; k < events->count; k++)
		events->list[k].message = i;
}

/* All VCALENDARs live until the last is worked out, as one may hold the series and
 * another the change of a date. */
static void read_mailed(struct reading *r, const struct scan *scan,
	struct occurrences *found, char **ret_method)
{
	messages_auto m = {xcalloc(scan->count, sizeof(icalcomponent *)),
		xcalloc(scan->count, sizeof(struct zone_scope)), 0};
	events_auto events = {NULL, 0, 0};

	r->is_mailed = true;
	for (size_t i = 0; i < scan->count; i++, m.count++) {
		m.calendars[i] = icalcomponent_new_from_string(scan->calendars[i]);
		zone_scope_init(&m.scopes[i], m.calendars[i], r->window->zone);
		read_message(r, &m, i, &events, ret_method);
	}
	events.count = mailed_merge(r, events.list, events.count);
	occurrences_find(r, events.list, events.count, found);
}

/* Nothing in it but rules that would keep us busy for ever. */
static json_t *all_refused(const struct reading *r)
{
	size_t i;
	const json_t *problem;

	if (!r->refused || r->refused < json_array_size(r->components))
		return NULL;
	json_array_foreach (r->problems, i, problem) {
		if (text_equal_nocase(
			    json_str_or(problem, "reason", ""), "refused-rule"))
			return broken("broken-limit", json_str(problem, "what"));
	}
	return NULL;
}

static json_t *result_of(
	const struct reading *r, struct occurrences *found, const char *method)
{
	json_t *result = all_refused(r);

	if (result)
		return result;
	result = json_object();
	json_put_str(result, "method", method);
	json_object_set(result, "components", r->components);
	if (wants_occurrences(r->window)) {
		occurrences_sort(found);
		json_object_set_new(result, "occurrences",
			occurrences_json(found, (size_t)r->limits->occurrences_max));
	}
	if (json_array_size(r->problems))
		json_object_set(result, "problems", r->problems);
	return result;
}

static json_t *read_calendars(const struct scan *scan,
	const struct calendar_limits *limits, const struct calendar_window *window)
{
	json_auto_t *components = json_array();
	json_auto_t *problems = json_array();
	occurrences_auto found = OCCURRENCES_EMPTY;
	str_auto *method = NULL;
	struct reading r = {.limits = limits,
		.window = window,
		.in_full =
			window->in_words || window->uid || !wants_occurrences(window),
		.components = components,
		.problems = problems,
		.steps = READING_STEPS};

	if (window->uid)
		read_mailed(&r, scan, &found, &method);
	for (size_t i = 0; i < scan->count && !window->uid; i++)
		if (read_calendar(&r, scan->calendars[i], &found, &method) < 0)
			return broken(
				"broken-parse", "a VCALENDAR that cannot be read");
	return result_of(&r, &found, method);
}

json_t *calendar_read(const void *bytes, size_t len,
	const struct calendar_limits *limits, const struct calendar_window *window)
{
	scan_auto scan = SCAN_EMPTY;
	struct err err = ERR_INIT;

	switch (calendar_scan(bytes, len, limits, &scan, &err)) {
	case SCAN_LIMIT:
		return broken("broken-limit", err.text);
	case SCAN_PARSE:
		return broken("broken-parse", err.text);
	case SCAN_OK:
		break;
	}
	return read_calendars(&scan, limits, window);
}

int calendar_read_attachment(const void *bytes, size_t len,
	const struct calendar_limits *limits, const char *sha256, struct buf *ret)
{
	scan_auto scan = SCAN_EMPTY;
	struct err err = ERR_INIT;

	if (calendar_scan(bytes, len, limits, &scan, &err) != SCAN_OK)
		return 0;
	for (size_t i = 0; i < scan.count; i++) {
		component_auto *calendar =
			icalcomponent_new_from_string(scan.calendars[i]);
		if (calendar && attachments_find(calendar, sha256, ret))
			return 1;
	}
	return 0;
}

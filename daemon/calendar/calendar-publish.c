#include "calendar/calendar-publish.h"

#include <libical/ical.h>
#include <string.h>

#include "base/text.h"
#include "calendar/event-parts.h"
#include "calendar/moment.h"
#include "calendar/vtimezone.h"

static int check_entry(const struct calendar_entry *e, struct err *err)
{
	size_t len = e->uid ? strlen(e->uid) : 0;

	if (!len || text_has_controls(e->uid, len) || !text_is_utf8(e->uid, len))
		return err_set(err, ERR_PERM, "the UID is empty or has control bytes");
	if (e->ends_at < e->starts_at)
		return err_set(err, ERR_PERM, "the event ends before it starts");
	if (e->starts_at < 0 || e->ends_at > MOMENT_MAX || e->changed_at < 0 ||
		e->changed_at > MOMENT_MAX)
		return err_set(err, ERR_PERM, "a time is not from 1970 to 9999");
	return 0;
}

struct writing {
	const struct calendar_publication *p;
	const struct zone *zone;
	bool in_utc; /* no short VTIMEZONE can tell the zone's times */
};

/* Dates are local in any case. */
static void add_time(const struct writing *w, icalcomponent *to, icalproperty_kind kind,
	const struct calendar_entry *e, int64_t at)
{
	part_add_time(to, kind, w->in_utc && !e->all_day ? zone_utc() : w->zone,
		e->all_day, at);
}

static void add_organizer(icalcomponent *to, const struct calendar_publication *p)
{
	str_auto *uri = part_uri(p->organizer_address);
	icalproperty *organizer = icalproperty_new_organizer(uri);

	part_add_name(organizer, p->organizer_name);
	icalcomponent_add_property(to, organizer);
}

static void add_words(icalcomponent *to, const struct calendar_entry *e,
	const struct calendar_publication *p)
{
	part_add_text(to, ICAL_SUMMARY_PROPERTY, e->summary, p->language);
	part_add_text(to, ICAL_LOCATION_PROPERTY, e->location, p->language);
	part_add_text(to, ICAL_DESCRIPTION_PROPERTY, e->description, p->language);
	part_add_text(to, ICAL_CATEGORIES_PROPERTY, e->category, p->language);
}

static icalcomponent *new_event(const struct writing *w, const struct calendar_entry *e)
{
	icalcomponent *c = icalcomponent_new(ICAL_VEVENT_COMPONENT);
	struct icaltimetype changed = part_utc(e->changed_at);

	icalcomponent_add_property(c, icalproperty_new_uid(e->uid));
	icalcomponent_add_property(c, icalproperty_new_sequence(e->sequence));
	icalcomponent_add_property(c, icalproperty_new_dtstamp(changed));
	icalcomponent_add_property(c, icalproperty_new_lastmodified(changed));
	add_time(w, c, ICAL_DTSTART_PROPERTY, e, e->starts_at);
	if (e->ends_at > e->starts_at)
		add_time(w, c, ICAL_DTEND_PROPERTY, e, e->ends_at);
	add_words(c, e, w->p);
	add_organizer(c, w->p);
	icalcomponent_add_property(
		c, icalproperty_new_status(e->is_cancelled ? ICAL_STATUS_CANCELLED
							   : ICAL_STATUS_CONFIRMED));
	icalcomponent_add_property(c, icalproperty_new_transp(ICAL_TRANSP_TRANSPARENT));
	icalcomponent_add_property(c, icalproperty_new_class(ICAL_CLASS_PUBLIC));
	return c;
}

/* RFC 7986, 5.1, and what programs read that do not know it. */
static void add_name(icalcomponent *to, const struct calendar_publication *p)
{
	str_auto *name = p->name ? text_printable(p->name) : NULL;

	part_add_text(to, ICAL_NAME_PROPERTY, name, NULL);
	if (name && *name)
		part_add_x(to, "X-WR-CALNAME", name);
}

/* Also where nothing needs it: a calendar of no component is none (RFC 5545, 3.6). */
static void add_zone(icalcomponent *to, struct writing *w)
{
	const struct calendar_publication *p = w->p;
	int64_t first = p->count ? p->entries[0]->starts_at : p->now;
	int64_t last = p->count ? p->entries[p->count - 1]->ends_at : p->now;

	w->in_utc = p->count &&
		    (w->zone == zone_utc() || !vtimezone_covers(w->zone, first, last));
	if (!w->in_utc)
		icalcomponent_add_component(to, vtimezone_new(w->zone, first));
}

static icalcomponent *new_calendar(
	const struct calendar_publication *p, const struct zone *zone)
{
	icalcomponent *c = part_calendar(ICAL_METHOD_PUBLISH);
	struct writing w = {p, zone, false};

	add_name(c, p);
	add_zone(c, &w);
	for (size_t i = 0; i < p->count; i++)
		icalcomponent_add_component(c, new_event(&w, p->entries[i]));
	return c;
}

char *calendar_publish(const struct calendar_publication *p, struct err *err)
{
	const struct zone *zone = p->zone ? zone_find(p->zone) : NULL;

	if (!zone) {
		err_set(err, ERR_PERM, "no such time zone: %s",
			p->zone ? p->zone : "(none)");
		return NULL;
	}
	if (part_check_address("ORGANIZER", p->organizer_address, err) < 0)
		return NULL;
	for (size_t i = 0; i < p->count; i++)
		if (check_entry(p->entries[i], err) < 0)
			return NULL;
	component_auto *calendar = new_calendar(p, zone);
	return part_text(calendar);
}

#include "calendar/calendar-write.h"

#include <libical/ical.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "calendar/event-parts.h"
#include "calendar/moment.h"
#include "calendar/vtimezone.h"

static int check_event(const struct calendar_event *e, struct err *err)
{
	if (!e->uid || !*e->uid || text_has_controls(e->uid, strlen(e->uid)) ||
		!text_is_utf8(e->uid, strlen(e->uid)))
		return err_set(err, ERR_PERM, "the UID is empty or has control bytes");
	if (part_check_address("ORGANIZER", e->organizer_address, err) < 0 ||
		part_check_address("ATTENDEE", e->attendee_address, err) < 0)
		return -1;
	if (e->ends_at < e->starts_at || (e->all_day && e->ends_at == e->starts_at))
		return err_set(err, ERR_PERM, "the event ends before it starts");
	if (e->starts_at < 0 || e->ends_at > MOMENT_MAX || e->dtstamp < 0 ||
		e->dtstamp > MOMENT_MAX)
		return err_set(err, ERR_PERM, "a time is not from 1970 to 9999");
	return 0;
}

static void add_organizer(icalcomponent *to, const struct calendar_event *e)
{
	str_auto *uri = part_uri(e->organizer_address);
	icalproperty *p = icalproperty_new_organizer(uri);

	part_add_name(p, e->organizer_name);
	icalcomponent_add_property(to, p);
}

static void add_attendee(icalcomponent *to, const struct calendar_event *e)
{
	str_auto *uri = part_uri(e->attendee_address);
	icalproperty *p = icalproperty_new_attendee(uri);

	icalproperty_add_parameter(p, icalparameter_new_cutype(ICAL_CUTYPE_INDIVIDUAL));
	icalproperty_add_parameter(
		p, icalparameter_new_role(e->attendance ? ICAL_ROLE_REQPARTICIPANT
							: ICAL_ROLE_NONPARTICIPANT));
	icalproperty_add_parameter(
		p, icalparameter_new_partstat(ICAL_PARTSTAT_NEEDSACTION));
	icalproperty_add_parameter(
		p, icalparameter_new_rsvp(
			   e->attendance ? ICAL_RSVP_TRUE : ICAL_RSVP_FALSE));
	part_add_name(p, e->attendee_name);
	icalcomponent_add_property(to, p);
}

static void add_words(icalcomponent *to, const struct calendar_event *e)
{
	part_add_text(to, ICAL_SUMMARY_PROPERTY, e->summary, e->language);
	part_add_text(to, ICAL_LOCATION_PROPERTY, e->location, e->language);
	part_add_text(to, ICAL_DESCRIPTION_PROPERTY, e->description, e->language);
}

/* How it shows in the calendar: only who is called to come is busy. */
static void add_status(
	icalcomponent *to, const struct calendar_event *e, bool is_cancel)
{
	const char *busy = e->attendance && !is_cancel ? "BUSY" : "FREE";

	icalcomponent_add_property(
		to, icalproperty_new_status(
			    is_cancel ? ICAL_STATUS_CANCELLED : ICAL_STATUS_CONFIRMED));
	icalcomponent_add_property(
		to, icalproperty_new_transp(e->attendance && !is_cancel
						    ? ICAL_TRANSP_OPAQUE
						    : ICAL_TRANSP_TRANSPARENT));
	icalcomponent_add_property(to, icalproperty_new_class(ICAL_CLASS_PUBLIC));
	part_add_x(to, "X-MICROSOFT-CDO-BUSYSTATUS", busy);
	part_add_x(to, "X-MICROSOFT-CDO-INTENDEDSTATUS", busy);
	part_add_x(to, "X-MICROSOFT-CDO-ALLDAYEVENT", e->all_day ? "TRUE" : "FALSE");
}

static icalcomponent *new_event(
	const struct calendar_event *e, const struct zone *zone, bool is_cancel)
{
	icalcomponent *c = icalcomponent_new(ICAL_VEVENT_COMPONENT);

	icalcomponent_add_property(c, icalproperty_new_uid(e->uid));
	icalcomponent_add_property(c, icalproperty_new_sequence(e->sequence));
	icalcomponent_add_property(c, icalproperty_new_dtstamp(part_utc(e->dtstamp)));
	part_add_time(c, ICAL_DTSTART_PROPERTY, zone, e->all_day, e->starts_at);
	if (e->ends_at > e->starts_at)
		part_add_time(c, ICAL_DTEND_PROPERTY, zone, e->all_day, e->ends_at);
	add_words(c, e);
	add_organizer(c, e);
	add_attendee(c, e);
	add_status(c, e, is_cancel);
	return c;
}

static icalcomponent *new_calendar(
	const struct calendar_event *e, const struct zone *zone, bool is_cancel)
{
	icalcomponent *c =
		part_calendar(is_cancel ? ICAL_METHOD_CANCEL : ICAL_METHOD_REQUEST);

	if (!e->all_day && zone != zone_utc())
		icalcomponent_add_component(c, vtimezone_new(zone, e->starts_at));
	icalcomponent_add_component(c, new_event(e, zone, is_cancel));
	return c;
}

static char *write_event(
	const struct calendar_event *e, bool is_cancel, struct err *err)
{
	const struct zone *zone = e->zone ? zone_find(e->zone) : NULL;

	if (!zone) {
		err_set(err, ERR_PERM, "no such time zone: %s",
			e->zone ? e->zone : "(none)");
		return NULL;
	}
	if (check_event(e, err) < 0)
		return NULL;
	component_auto *calendar = new_calendar(e, zone, is_cancel);
	return part_text(calendar);
}

char *calendar_write_decline_counter(
	const struct calendar_event *event, struct err *err)
{
	if (check_event(event, err) < 0)
		return NULL;
	component_auto *calendar = part_calendar(ICAL_METHOD_DECLINECOUNTER);
	icalcomponent *c = icalcomponent_new(ICAL_VEVENT_COMPONENT);
	icalcomponent_add_component(calendar, c);
	icalcomponent_add_property(c, icalproperty_new_uid(event->uid));
	/* No ATTENDEE, and no SEQUENCE of 0 (RFC 5546, 3.2.8). */
	if (event->sequence > 0)
		icalcomponent_add_property(
			c, icalproperty_new_sequence(event->sequence));
	icalcomponent_add_property(
		c, icalproperty_new_dtstamp(part_utc(event->dtstamp)));
	add_organizer(c, event);
	return part_text(calendar);
}

char *calendar_write_request(const struct calendar_event *event, struct err *err)
{
	return write_event(event, false, err);
}

char *calendar_write_cancel(const struct calendar_event *event, struct err *err)
{
	return write_event(event, true, err);
}

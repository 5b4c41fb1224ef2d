#include "calendar/calendar-reply.h"

#include <libical/ical.h>
#include <string.h>

#include "base/text.h"
#include "calendar/event-parts.h"

static int check(const struct calendar_reply *r, struct err *err)
{
	if (!r->uid || !*r->uid || text_has_controls(r->uid, strlen(r->uid)) ||
		!text_is_utf8(r->uid, strlen(r->uid)))
		return err_set(err, ERR_PERM, "the UID is empty or has control bytes");
	if (part_check_address("ORGANIZER", r->organizer_address, err) < 0)
		return -1;
	return part_check_address("ATTENDEE", r->attendee_address, err);
}

static void add_people(icalcomponent *to, const struct calendar_reply *r)
{
	str_auto *organizer = part_uri(r->organizer_address);
	str_auto *attendee = part_uri(r->attendee_address);
	icalproperty *p = icalproperty_new_organizer(organizer);

	part_add_name(p, r->organizer_name);
	icalcomponent_add_property(to, p);
	p = icalproperty_new_attendee(attendee);
	icalproperty_add_parameter(
		p, icalparameter_new_partstat(ICAL_PARTSTAT_ACCEPTED));
	part_add_name(p, r->attendee_name);
	icalcomponent_add_property(to, p);
}

static icalcomponent *new_event(
	const struct calendar_reply *r, const char *recurrence_id)
{
	icalcomponent *c = icalcomponent_new(ICAL_VEVENT_COMPONENT);

	icalcomponent_add_property(c, icalproperty_new_uid(r->uid));
	if (recurrence_id)
		icalcomponent_add_property(
			c, icalproperty_new_recurrenceid(
				   icaltime_from_string(recurrence_id)));
	if (r->sequence >= 0)
		icalcomponent_add_property(c, icalproperty_new_sequence(r->sequence));
	icalcomponent_add_property(c, icalproperty_new_dtstamp(part_utc(r->dtstamp)));
	part_add_text(c, ICAL_SUMMARY_PROPERTY, r->summary, NULL);
	add_people(c, r);
	return c;
}

char *calendar_write_accepted(const struct calendar_reply *reply, struct err *err)
{
	size_t i;
	json_t *date;

	if (check(reply, err) < 0)
		return NULL;
	component_auto *calendar = part_calendar(ICAL_METHOD_REPLY);
	if (!json_array_size(reply->recurrence_ids))
		icalcomponent_add_component(calendar, new_event(reply, NULL));
	json_array_foreach (reply->recurrence_ids, i, date)
		icalcomponent_add_component(
			calendar, new_event(reply, json_string_value(date)));
	return part_text(calendar);
}

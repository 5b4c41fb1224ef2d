#include "calendar/calendar-write.h"

#include <assert.h>
#include <libical/ical.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "calendar/moment.h"
#include "calendar/vtimezone.h"

#define PRODID "-//utskick//utskick " UTSKICK_VERSION "//SV"
#define ADDRESS_MAX 254 /* RFC 5321, 4.5.3.1.3 with errata 1690 */

DEFINE_FREEP(component, icalcomponent, icalcomponent_free)
#define component_auto __attribute__((cleanup(component_freep))) icalcomponent

/*
 * Valid UTF-8 without control characters. Line ends become one in lines of text, a
 * space in what is one line.
 */
static char *clean(const char *s, bool is_lines)
{
	const char *end = s + strlen(s);
	buf_auto out = BUF_EMPTY;
	char utf8[5];

	while (s < end) {
		bool is_crlf = s[0] == '\r' && s[1] == '\n';
		uint32_t c = text_next_char(&s, end);
		if (is_crlf)
			continue;
		if (c == '\r' || c == '\n')
			c = is_lines ? '\n' : ' ';
		else if (c == '\t')
			c = ' ';
		else if (c < 0x20 || (c >= 0x7f && c <= 0x9f))
			continue;
		text_put_char(utf8, c);
		buf_add_str(&out, utf8);
	}
	return buf_steal(&out);
}

/*
 * libical writes an address as it is, so that a line end in it would begin a property.
 * What would end a mailto: URI or its quotes is refused too.
 */
static int check_address(const char *what, const char *address, struct err *err)
{
	size_t len = address ? strlen(address) : 0;

	if (!len || len > ADDRESS_MAX)
		return err_set(err, ERR_PERM, "%s: no address, or over %d bytes", what,
			ADDRESS_MAX);
	if (text_has_controls(address, len) || address[strcspn(address, " <>\"\\,;:")])
		return err_set(err, ERR_PERM,
			"%s: the address has a character that is not for addresses",
			what);
	const char *at = strrchr(address, '@');
	if (!at || at == address || !at[1] || !text_is_utf8(address, len))
		return err_set(err, ERR_PERM, "%s: this is no address", what);
	return 0;
}

static int check_event(const struct calendar_event *e, struct err *err)
{
	if (!e->uid || !*e->uid || text_has_controls(e->uid, strlen(e->uid)) ||
		!text_is_utf8(e->uid, strlen(e->uid)))
		return err_set(err, ERR_PERM, "the UID is empty or has control bytes");
	if (check_address("ORGANIZER", e->organizer_address, err) < 0 ||
		check_address("ATTENDEE", e->attendee_address, err) < 0)
		return -1;
	if (e->ends_at < e->starts_at || (e->all_day && e->ends_at == e->starts_at))
		return err_set(err, ERR_PERM, "the event ends before it starts");
	if (e->starts_at < 0 || e->ends_at > MOMENT_MAX || e->dtstamp < 0 ||
		e->dtstamp > MOMENT_MAX)
		return err_set(err, ERR_PERM, "a time is not from 1970 to 9999");
	return 0;
}

static void add_x(icalcomponent *to, const char *name, const char *value)
{
	icalproperty *p = icalproperty_new_x(value);

	icalproperty_set_x_name(p, name);
	icalcomponent_add_property(to, p);
}

static bool is_language(const char *s)
{
	return s && *s &&
	       !s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			    "0123456789-")];
}

/* Leaves out what is empty. */
static void add_text(icalcomponent *to, icalproperty_kind kind, const char *text,
	const char *language)
{
	str_auto *safe = text ? clean(text, kind == ICAL_DESCRIPTION_PROPERTY) : NULL;

	if (!safe || !*safe)
		return;
	icalproperty *p = icalproperty_new(kind);
	icalproperty_set_value(p, icalvalue_new_text(safe));
	if (is_language(language))
		icalproperty_add_parameter(p, icalparameter_new_language(language));
	icalcomponent_add_property(to, p);
}

/* Quotes cannot stand in a parameter, and what RFC 6868 has for them few programs read.
 */
static void add_name(icalproperty *to, const char *name)
{
	str_auto *one_line = name ? clean(name, false) : NULL;
	str_auto *safe = one_line ? text_trim(one_line) : NULL;

	if (!safe || !*safe)
		return;
	for (char *c = safe; *c; c++)
		if (*c == '"')
			*c = '\'';
	icalproperty_add_parameter(to, icalparameter_new_cn(safe));
}

/* mailto: with what would be its syntax escaped (RFC 6068, 2). */
static char *uri_of(const char *address)
{
	buf_auto uri = BUF_EMPTY;

	buf_add_str(&uri, "mailto:");
	for (const char *c = address; *c; c++) {
		if (strchr("%?#&[]`{}|^", *c))
			buf_addf(&uri, "%%%02X", (unsigned char)*c);
		else
			buf_add_char(&uri, *c);
	}
	return buf_steal(&uri);
}

static void add_organizer(icalcomponent *to, const struct calendar_event *e)
{
	str_auto *uri = uri_of(e->organizer_address);
	icalproperty *p = icalproperty_new_organizer(uri);

	add_name(p, e->organizer_name);
	icalcomponent_add_property(to, p);
}

static void add_attendee(icalcomponent *to, const struct calendar_event *e)
{
	str_auto *uri = uri_of(e->attendee_address);
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
	add_name(p, e->attendee_name);
	icalcomponent_add_property(to, p);
}

static struct icaltimetype utc_time(int64_t at)
{
	struct icaltimetype t = civil_to_icaltime(at, false);

	t.zone = icaltimezone_get_utc_timezone();
	return t;
}

/* Local time with TZID, a date, or UTC where that is the zone. */
static void add_time(icalcomponent *to, icalproperty_kind kind,
	const struct calendar_event *e, const struct zone *zone, int64_t at)
{
	int64_t civil = at + zone_offset(zone, at);
	struct icaltimetype t = civil_to_icaltime(civil, e->all_day);
	bool is_utc = zone == zone_utc() && !e->all_day;
	icalproperty *p = icalproperty_new(kind);

	icalproperty_set_value(
		p, e->all_day ? icalvalue_new_date(t)
			      : icalvalue_new_datetime(is_utc ? utc_time(at) : t));
	if (e->all_day)
		icalproperty_add_parameter(p, icalparameter_new_value(ICAL_VALUE_DATE));
	else if (!is_utc)
		icalproperty_add_parameter(p, icalparameter_new_tzid(zone_name(zone)));
	icalcomponent_add_property(to, p);
}

static void add_words(icalcomponent *to, const struct calendar_event *e)
{
	add_text(to, ICAL_SUMMARY_PROPERTY, e->summary, e->language);
	add_text(to, ICAL_LOCATION_PROPERTY, e->location, e->language);
	add_text(to, ICAL_DESCRIPTION_PROPERTY, e->description, e->language);
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
	add_x(to, "X-MICROSOFT-CDO-BUSYSTATUS", busy);
	add_x(to, "X-MICROSOFT-CDO-INTENDEDSTATUS", busy);
	add_x(to, "X-MICROSOFT-CDO-ALLDAYEVENT", e->all_day ? "TRUE" : "FALSE");
}

static icalcomponent *new_event(
	const struct calendar_event *e, const struct zone *zone, bool is_cancel)
{
	icalcomponent *c = icalcomponent_new(ICAL_VEVENT_COMPONENT);

	icalcomponent_add_property(c, icalproperty_new_uid(e->uid));
	icalcomponent_add_property(c, icalproperty_new_sequence(e->sequence));
	icalcomponent_add_property(c, icalproperty_new_dtstamp(utc_time(e->dtstamp)));
	add_time(c, ICAL_DTSTART_PROPERTY, e, zone, e->starts_at);
	if (e->ends_at > e->starts_at)
		add_time(c, ICAL_DTEND_PROPERTY, e, zone, e->ends_at);
	add_words(c, e);
	add_organizer(c, e);
	add_attendee(c, e);
	add_status(c, e, is_cancel);
	return c;
}

static icalcomponent *new_calendar(
	const struct calendar_event *e, const struct zone *zone, bool is_cancel)
{
	icalcomponent *c = icalcomponent_new(ICAL_VCALENDAR_COMPONENT);

	icalcomponent_add_property(c, icalproperty_new_version("2.0"));
	icalcomponent_add_property(c, icalproperty_new_prodid(PRODID));
	icalcomponent_add_property(c, icalproperty_new_calscale("GREGORIAN"));
	icalcomponent_add_property(
		c, icalproperty_new_method(
			   is_cancel ? ICAL_METHOD_CANCEL : ICAL_METHOD_REQUEST));
	if (!e->all_day && zone != zone_utc())
		icalcomponent_add_component(c, vtimezone_new(zone, e->starts_at));
	icalcomponent_add_component(c, new_event(e, zone, is_cancel));
	return c;
}

/* Lines end with CR LF, no other way. */
static bool has_whole_lines(const char *s)
{
	size_t len = strlen(s);

	for (size_t i = 0; i < len; i++)
		if ((s[i] == '\n' && (!i || s[i - 1] != '\r')) ||
			(s[i] == '\r' && s[i + 1] != '\n'))
			return false;
	return len > 2 && s[len - 1] == '\n';
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
	char *text = icalcomponent_as_ical_string_r(calendar);
	assert(text && has_whole_lines(text));
	return text;
}

char *calendar_write_request(const struct calendar_event *event, struct err *err)
{
	return write_event(event, false, err);
}

char *calendar_write_cancel(const struct calendar_event *event, struct err *err)
{
	return write_event(event, true, err);
}

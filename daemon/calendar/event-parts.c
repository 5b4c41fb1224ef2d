#include "calendar/event-parts.h"

#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "calendar/moment.h"

#define PRODID "-//utskick//utskick " UTSKICK_VERSION "//SV"
#define ADDRESS_MAX 254 /* RFC 5321, 4.5.3.1.3 with errata 1690 */

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
int part_check_address(const char *what, const char *address, struct err *err)
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

void part_add_x(icalcomponent *to, const char *name, const char *value)
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
void part_add_text(icalcomponent *to, icalproperty_kind kind, const char *text,
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
void part_add_name(icalproperty *to, const char *name)
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
char *part_uri(const char *address)
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

struct icaltimetype part_utc(int64_t at)
{
	struct icaltimetype t = civil_to_icaltime(at, false);

	t.zone = icaltimezone_get_utc_timezone();
	return t;
}

/* Local time with TZID, a date, or UTC where that is the zone. */
void part_add_time(icalcomponent *to, icalproperty_kind kind, const struct zone *zone,
	bool is_date, int64_t at)
{
	int64_t civil = at + zone_offset(zone, at);
	struct icaltimetype t = civil_to_icaltime(civil, is_date);
	bool is_utc = zone == zone_utc() && !is_date;
	icalproperty *p = icalproperty_new(kind);

	icalproperty_set_value(
		p, is_date ? icalvalue_new_date(t)
			   : icalvalue_new_datetime(is_utc ? part_utc(at) : t));
	if (is_date)
		icalproperty_add_parameter(p, icalparameter_new_value(ICAL_VALUE_DATE));
	else if (!is_utc)
		icalproperty_add_parameter(p, icalparameter_new_tzid(zone_name(zone)));
	icalcomponent_add_property(to, p);
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

char *part_text(icalcomponent *calendar)
{
	char *text = icalcomponent_as_ical_string_r(calendar);

	assert(text && has_whole_lines(text));
	return text;
}

icalcomponent *part_calendar(icalproperty_method method)
{
	icalcomponent *c = icalcomponent_new(ICAL_VCALENDAR_COMPONENT);

	icalcomponent_add_property(c, icalproperty_new_version("2.0"));
	icalcomponent_add_property(c, icalproperty_new_prodid(PRODID));
	icalcomponent_add_property(c, icalproperty_new_calscale("GREGORIAN"));
	icalcomponent_add_property(c, icalproperty_new_method(method));
	return c;
}

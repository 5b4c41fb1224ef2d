#include "calendar/property.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

char *property_raw(icalproperty *p)
{
	icalvalue *value = icalproperty_get_value(p);

	return value ? icalvalue_as_ical_string_r(value) : NULL;
}

char *property_text(icalproperty *p)
{
	icalvalue *value = icalproperty_get_value(p);

	if (value && icalvalue_isa(value) == ICAL_TEXT_VALUE)
		return xstrdup_or_null(icalvalue_get_text(value));
	if (value && icalvalue_isa(value) == ICAL_X_VALUE)
		return xstrdup_or_null(icalvalue_get_x(value));
	return property_raw(p);
}

char *property_text_of(icalcomponent *c, icalproperty_kind kind)
{
	icalproperty *p = icalcomponent_get_first_property(c, kind);

	return p ? property_text(p) : NULL;
}

icalproperty *property_find_x(icalcomponent *c, const char *name)
{
	icalproperty *p = icalcomponent_get_first_property(c, ICAL_X_PROPERTY);

	for (; p; p = icalcomponent_get_next_property(c, ICAL_X_PROPERTY)) {
		const char *found = icalproperty_get_x_name(p);
		if (found && text_equal_nocase(found, name))
			return p;
	}
	return NULL;
}

char *property_parameter(icalproperty *p, const char *name)
{
	return icalproperty_get_parameter_as_string_r(p, name);
}

char *property_common_name(icalproperty *p)
{
	icalparameter *cn = icalproperty_get_first_parameter(p, ICAL_CN_PARAMETER);
	const char *name = cn ? icalparameter_get_cn(cn) : NULL;

	return name ? text_trim(name) : NULL;
}

static int hex_value(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	return isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

/* %XX of a mailto: URI, where it stands for a visible character. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		int high = *s == '%' ? hex_value(s[1]) : -1;
		int low = high >= 0 ? hex_value(s[2]) : -1;
		int c = high * 16 + low;
		bool is_escape = low >= 0 && c > ' ' && c < 0x7f;
		*to++ = is_escape ? (char)c : *s;
		s += is_escape ? 2 : 0;
	}
	*to = '\0';
}

char *address_clean(const char *s)
{
	char *address = text_trim(s);

	if (text_starts_nocase(address, "mailto:")) {
		str_auto *with = address;
		address = text_trim(with + strlen("mailto:"));
		unescape(address);
	}
	for (char *c = address; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return address;
}

/* Some write the address as a parameter, and a name of their own as the value. */
char *property_address(icalproperty *p)
{
	str_auto *value = property_raw(p);
	str_auto *email = property_parameter(p, "EMAIL");

	if (email && (!value || !text_starts_nocase(value, "mailto:")))
		return address_clean(email);
	return value ? address_clean(value) : NULL;
}

/*
 * What libical holds of a property, as plain strings. A value may be of another type
 * than its property should have (VALUE=, or nonsense), so none is taken on trust.
 */
#pragma once

#include <libical/ical.h>

/* The value unescaped; the caller frees; NULL: none. */
char *property_text(icalproperty *p);
/* The value as it stands in the file; the caller frees; NULL: none. */
char *property_raw(icalproperty *p);
/* Of the component's first property of that kind; the caller frees; NULL: none. */
char *property_text_of(icalcomponent *c, icalproperty_kind kind);
/* The first property named X-...; NULL: none. */
icalproperty *property_find_x(icalcomponent *c, const char *name);
/* A parameter's value as it stands; the caller frees; NULL: none. */
char *property_parameter(icalproperty *p, const char *name);
/* The parameter CN, decoded (RFC 6868); the caller frees; NULL: none. */
char *property_common_name(icalproperty *p);
/* The address of a CAL-ADDRESS, lower case, without mailto:; the caller frees; NULL:
 * none. */
char *property_address(icalproperty *p);
/* An address as written: lower case, trimmed, without mailto:; the caller frees. */
char *address_clean(const char *s);

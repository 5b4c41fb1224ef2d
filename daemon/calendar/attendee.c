#include <ctype.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "calendar/property.h"
#include "calendar/reading.h"

static void put_upper(json_t *to, const char *key, icalproperty *p, const char *name)
{
	str_auto *value = property_parameter(p, name);

	if (!value)
		return;
	for (char *c = value; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	json_put_str(to, key, value);
}

/* A parameter that is one address or a list of them: the first. */
static void put_address(json_t *to, const char *key, icalproperty *p, const char *name)
{
	str_auto *value = property_parameter(p, name);

	if (!value)
		return;
	const char *unquoted = value + strspn(value, "\" ");
	str_auto *first = xstrndup(unquoted, strcspn(unquoted, "\","));
	str_auto *clean = address_clean(first);
	if (*clean)
		json_put_str(to, key, clean);
}

json_t *attendee_read(icalproperty *p)
{
	json_t *attendee = json_object();
	str_auto *address = property_address(p);
	str_auto *cn = property_common_name(p);
	str_auto *rsvp = property_parameter(p, "RSVP");

	json_put_str(attendee, "address", address);
	json_put_str(attendee, "cn", cn);
	put_upper(attendee, "role", p, "ROLE");
	put_upper(attendee, "partstat", p, "PARTSTAT");
	put_upper(attendee, "utskick_role", p, "X-UTSKICK-ROLE");
	if (rsvp)
		json_object_set_new(attendee, "rsvp",
			json_boolean(text_equal_nocase(rsvp, "TRUE")));
	str_auto *comment = property_parameter(p, "X-RESPONSE-COMMENT");
	json_put_str(attendee, "comment", comment);
	put_address(attendee, "sent_by", p, "SENT-BY");
	put_address(attendee, "delegated_to", p, "DELEGATED-TO");
	put_address(attendee, "delegated_from", p, "DELEGATED-FROM");
	return attendee;
}

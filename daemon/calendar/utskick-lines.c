/* What an entry says about the meeting, as a property, an attendee's role, or a typed
 * line. */
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "calendar/property.h"
#include "calendar/reading.h"

struct word {
	const char *word; /* folded */
	const char *member;
};

/* With ö and å in one character and in two, as some keyboards write them. */
static const struct word words[] = {
	{"sekreterare", "secretary"},
	{"secretary", "secretary"},
	{"ordförande", "chair"},
	{"ordfo\xcc\x88rande", "chair"},
	{"chair", "chair"},
	{"avgörande fråga", "decisive"},
	{"avgo\xcc\x88rande fra\xcc\x8aga", "decisive"},
	{"decisive matter", "decisive"},
};

/* The end of the word at s that can be an address. */
static size_t address_len(const char *s)
{
	return strcspn(s, " \t,;<>()\"");
}

/* "Bo Ek <bo@x.example>", "bo@x.example", "Bo Ek bo@x.example" or a name alone. */
static void split(json_t *person, const char *line)
{
	const char *at = strchr(line, '@');
	const char *open = strchr(line, '<');
	const char *start = open ? open + 1 : at;

	if (!open)
		while (start && start > line && !strchr(" \t,;(\"", start[-1]))
			start--;
	str_auto *written = start ? xstrndup(start, address_len(start)) : NULL;
	str_auto *address = written ? address_clean(written) : NULL;
	if (address && strchr(address, '@'))
		json_put_str(person, "address", address);
	size_t before = open	? (size_t)(open - line)
			: start ? (size_t)(start - line)
				: strlen(line);
	str_auto *name = xstrndup(line, before);
	for (size_t len = strlen(name); len && strchr(" \t,;(\"", name[len - 1]); len--)
		name[len - 1] = '\0';
	const char *unquoted = name + strspn(name, " \t\"");
	if (*unquoted)
		json_put_str(person, "name", unquoted);
}

static void put_person(json_t *to, const char *member, const char *line)
{
	json_t *person = json_object();

	json_put_str(person, "line", line);
	split(person, line);
	json_object_set_new(to, member, person);
}

static void put_decisive(json_t *to, const char *value)
{
	static const char *const yes[] = {"ja", "yes", "true", "1", "j", "y"};
	str_auto *folded = text_fold(value);
	bool is_yes = false;

	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++)
		is_yes = is_yes || strcmp(folded, yes[i]) == 0;
	json_object_set_new(to, "decisive", json_boolean(is_yes));
}

/* What was said before stays. */
static void put(json_t *to, const char *member, const char *value)
{
	str_auto *trimmed = text_trim(value);

	if (!*trimmed || json_object_get(to, member))
		return;
	if (strcmp(member, "decisive") == 0)
		put_decisive(to, trimmed);
	else if (strcmp(member, "secretary") == 0 || strcmp(member, "chair") == 0)
		put_person(to, member, trimmed);
	else
		json_put_str(to, member, trimmed);
}

/* Name and address stand apart here: a name that looks like an address stays a name. */
static void put_attendee(json_t *to, const char *member, icalproperty *p)
{
	str_auto *address = property_address(p);
	str_auto *cn = property_common_name(p);

	if (!address || json_object_get(to, member))
		return;
	json_t *person = json_object();
	json_put_str(person, "name", cn);
	json_put_str(person, "address", address);
	json_object_set_new(to, member, person);
}

static void read_properties(json_t *to, icalcomponent *c)
{
	static const struct {
		const char *name;
		const char *member;
	} names[] = {
		{"X-UTSKICK-SECRETARY", "secretary"},
		{"X-UTSKICK-CHAIR", "chair"},
		{"X-UTSKICK-DECISIVE", "decisive"},
		{"X-UTSKICK-COUNCIL", "council"},
		{"X-UTSKICK-KIND", "kind"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		icalproperty *p = property_find_x(c, names[i].name);
		str_auto *value = p ? property_text(p) : NULL;
		if (value && text_starts_nocase(value, "mailto:"))
			put_attendee(to, names[i].member, p);
		else if (value)
			put(to, names[i].member, value);
	}
}

static void read_attendees(json_t *to, icalcomponent *c)
{
	icalproperty *p = icalcomponent_get_first_property(c, ICAL_ATTENDEE_PROPERTY);

	for (; p; p = icalcomponent_get_next_property(c, ICAL_ATTENDEE_PROPERTY)) {
		str_auto *role = property_parameter(p, "X-UTSKICK-ROLE");
		if (role && text_equal_nocase(role, "SECRETARY"))
			put_attendee(to, "secretary", p);
		else if (role && text_equal_nocase(role, "CHAIR"))
			put_attendee(to, "chair", p);
	}
}

static void read_line(json_t *to, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len);

	if (!colon)
		return;
	str_auto *before = xstrndup(line, (size_t)(colon - line));
	str_auto *trimmed = text_trim(before);
	str_auto *word = text_fold(trimmed);
	str_auto *value = xstrndup(colon + 1, len - (size_t)(colon + 1 - line));
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(word, words[i].word) == 0)
			put(to, words[i].member, value);
}

static void read_description(json_t *to, icalcomponent *c)
{
	str_auto *text = property_text_of(c, ICAL_DESCRIPTION_PROPERTY);

	for (const char *s = text; s && *s;) {
		size_t len = strcspn(s, "\r\n");
		read_line(to, s, len);
		s += len;
		s += strspn(s, "\r\n");
	}
}

json_t *utskick_read(icalcomponent *c)
{
	json_auto_t *said = json_object();

	read_properties(said, c);
	read_attendees(said, c);
	read_description(said, c);
	return json_object_size(said) ? json_incref(said) : NULL;
}

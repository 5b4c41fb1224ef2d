/* What an entry says about the meeting, as a property, an attendee's role, or a typed
 * line. */
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "calendar/plain-text.h"
#include "calendar/property.h"
#include "calendar/reading.h"

#define WRAPPED_AT 65 /* programs break lines that are longer, at a space */

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
	return strcspn(s, " \t,;<>()[]\"");
}

/*
 * "Bo Ek <bo@x.example>", "bo@x.example", "Bo Ek bo@x.example" or a name alone; also as
 * Outlook writes a link: "Bo Ek [mailto:bo@x.example]", "bo@x<mailto:bo@x>".
 */
static void split(json_t *person, const char *line)
{
	const char *at = strchr(line, '@');
	const char *open = strpbrk(line, "<[");
	const char *start = open ? open + 1 : at;

	if (open && at && at < open)
		open = NULL;
	if (!open)
		for (start = at;
			start && start > line && !strchr(" \t,;(\"", start[-1]);)
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

/* ---- typed lines ---- */

struct lines {
	char **list; /* trimmed */
	size_t count;
};

static void lines_deinit(struct lines *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->list[i]);
	free(l->list);
}
#define lines_auto __attribute__((cleanup(lines_deinit))) struct lines

static void lines_read(struct lines *ret, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\r\n");
		str_auto *line = xstrndup(text, len);
		ret->list = xrealloc(ret->list, (ret->count + 1) * sizeof(*ret->list));
		ret->list[ret->count++] = text_trim(line);
		text += len;
		text += text[0] == '\r' && text[1] == '\n' ? 2 : *text != '\0';
	}
}

/* Spaces as one, folded; the caller frees. */
static char *word_of(const char *s, size_t len)
{
	buf_auto one = BUF_EMPTY;

	for (size_t i = 0; i < len; i++)
		if (s[i] != ' ' && s[i] != '\t')
			buf_add_char(&one, s[i]);
		else if (one.len && one.data[one.len - 1] != ' ')
			buf_add_char(&one, ' ');
	str_auto *trimmed = text_trim(buf_str(&one));
	return text_fold(trimmed);
}

/* What the line is about, and what stands behind its colon; NULL: none of ours. */
static const char *member_of_line(const char *line, const char **ret_value)
{
	const char *colon = strchr(line, ':');
	/* As it stands in a list: "- Sekreterare: ...", "* ...". */
	const char *from = line + strspn(line, "-*\t ");
	str_auto *word = colon ? word_of(from, (size_t)(colon - from)) : NULL;

	for (size_t i = 0; word && i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(word, words[i].word) == 0) {
			*ret_value = colon + 1 + strspn(colon + 1, " \t");
			return words[i].member;
		}
	return NULL;
}

/* "Plats: ..." begins something else; a colon behind "<" or "@" is an address's. */
static bool has_label(const char *line)
{
	return line[strcspn(line, ":@<[(")] == ':' &&
	       !text_starts_nocase(line, "mailto:");
}

/* The number of words before the address of a line that ends with one; -1: it does not.
 */
static int words_before_address(const char *line)
{
	const char *at = strrchr(line, '@');
	size_t len = strlen(line);
	int count = 0;

	if (!at || strchr(at, ' '))
		return -1;
	bool is_bracketed = strchr(">])", line[len - 1]) != NULL;
	for (const char *s = line; s < at; s++)
		count += *s == ' ';
	return count && !is_bracketed ? -1 : count;
}

static bool is_yes_or_no(const char *line)
{
	static const char *const either[] = {"ja", "nej", "yes", "no"};
	str_auto *folded = text_fold(line);

	for (size_t i = 0; i < sizeof(either) / sizeof(*either); i++)
		if (strcmp(folded, either[i]) == 0)
			return true;
	return false;
}

/*
 * Whether next goes on with value, because a program broke the line or somebody typed
 * Enter: the right to hand in minutes hangs on it, so nothing else may be taken along.
 */
static bool goes_on(
	const char *member, const char *line, const char *value, const char *next)
{
	int before = words_before_address(next);

	if (has_label(next))
		return false;
	if (strcmp(member, "decisive") == 0)
		return !*value && is_yes_or_no(next);
	if (strchr(value, '@') || before < 0)
		return false;
	return before == 0 || (!*value && before <= 4) ||
	       (before <= 3 && strlen(line) + 1 + strlen(next) > WRAPPED_AT);
}

/* "Avgörande" alone, when its other half begins the next line. */
static void join_halves(struct lines *l)
{
	for (size_t i = 0; i + 1 < l->count; i++) {
		const char *value;
		str_auto *both = xasprintf("%s %s", l->list[i], l->list[i + 1]);
		if (strchr(l->list[i], ':') || !member_of_line(both, &value))
			continue;
		free(l->list[i]);
		l->list[i] = TAKE(both);
		l->list[i + 1][0] = '\0';
	}
}

/* Puts what line i says; how many lines that was; 0: it is none of ours. */
static size_t read_line(json_t *to, const struct lines *l, size_t i)
{
	const char *value = NULL;
	const char *member = member_of_line(l->list[i], &value);
	size_t next = i + 1;

	if (!member)
		return 0;
	while (next < l->count && !l->list[next][0] && !*value)
		next++;
	if (next >= l->count || !goes_on(member, l->list[i], value, l->list[next])) {
		put(to, member, value);
		return 1;
	}
	str_auto *joined = xasprintf("%s %s", value, l->list[next]);
	put(to, member, joined);
	return next + 1 - i;
}

/* The other lines are the agenda; the caller frees. */
static char *read_lines(json_t *to, const char *text)
{
	lines_auto l = {NULL, 0};
	buf_auto agenda = BUF_EMPTY;

	lines_read(&l, text);
	join_halves(&l);
	for (size_t i = 0; i < l.count;) {
		size_t taken = read_line(to, &l, i);
		if (!taken)
			buf_addf(&agenda, "%s\n", l.list[i]);
		i += taken ? taken : 1;
	}
	return text_trim(buf_str(&agenda));
}

static char *read_description(json_t *to, icalcomponent *c)
{
	icalproperty *alternative = property_find_x(c, "X-ALT-DESC");
	str_auto *text = property_text_of(c, ICAL_DESCRIPTION_PROPERTY);
	str_auto *html = alternative ? property_text(alternative) : NULL;
	str_auto *plain = text ? plain_text(text, false) : NULL;
	str_auto *other = html ? plain_text(html, true) : NULL;
	str_auto *agenda = plain ? read_lines(to, plain) : NULL;
	str_auto *other_agenda = other ? read_lines(to, other) : NULL;

	return agenda && *agenda ? TAKE(agenda) : TAKE(other_agenda);
}

json_t *utskick_read(icalcomponent *c, char **ret_agenda)
{
	json_auto_t *said = json_object();

	read_properties(said, c);
	read_attendees(said, c);
	*ret_agenda = read_description(said, c);
	return json_object_size(said) ? json_incref(said) : NULL;
}

#include "mail/command-text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "mail/command-words.inc"

#define LINES_MAX 60
#define LINE_CHARS 120
#define ODD_MAX 6 /* who acts on them gives up before (office/handle-command.c) */
#define NUMBERS_MAX 50
#define NUMBER_MAX 9999
#define SIGN_MAX 16
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* ---- words ---- */

/* Length of the word, if s begins with it and it ends there. */
static size_t word_length(const char *s, const char *word)
{
	if (*s != *word)
		return 0;
	size_t len = strlen(word);

	if (strncmp(s, word, len) != 0)
		return 0;
	unsigned char next = (unsigned char)s[len];
	return isalnum(next) || next >= 0x80 || next == '@' ? 0 : len;
}

/* The longest of the list that s begins with. */
static size_t one_of(const char *s, const char *const *list, size_t count)
{
	size_t longest = 0;

	for (size_t i = 0; i < count; i++) {
		size_t len = word_length(s, list[i]);
		if (len > longest)
			longest = len;
	}
	return longest;
}

static const char *skip(const char *s, const char *chars)
{
	return s + strspn(s, chars);
}

static const char *verb_of(const char **s)
{
	size_t longest = 0;
	const char *verb = NULL;

	for (size_t i = 0; i < COUNT(verbs); i++) {
		size_t len = word_length(*s, verbs[i].word);
		if (len > longest) {
			longest = len;
			verb = verbs[i].verb;
		}
	}
	*s += longest;
	return verb;
}

#define GAP " \t,.;:!-"

/* Nothing but thanks, "det går bra" and such follows, or a name behind a farewell. */
static bool is_filler(const char *s)
{
	for (;;) {
		s = skip(s, GAP ")(");
		if (!*s || *s == '/' || one_of(s, farewells, COUNT(farewells)))
			return true;
		size_t len = one_of(s, fillers, COUNT(fillers));
		if (!len)
			return false;
		s += len;
	}
}

/* A greeting, thanks, or "/Maria". */
static bool is_greeting_alone(const char *s)
{
	size_t len = one_of(s, greetings, COUNT(greetings));
	size_t words = 0;

	if (!len)
		return *s == '/' ||
		       (one_of(s, fillers, COUNT(fillers)) && is_filler(s));
	const char *rest = skip(s + len, GAP);
	if (isdigit((unsigned char)*rest) || verb_of(&rest))
		return false;
	/* "Hej Utskick!", "God morgon alla": a name or two. */
	for (s = skip(s + len, GAP); *s; s = skip(s + strcspn(s, GAP), GAP))
		words++;
	return words <= 2;
}

/* ---- numbers ---- */

static long number_at(const char **s)
{
	char *end = NULL;
	long n = strtol(*s, &end, 10);

	/* "7.30" and "2026-09-14" are no number of a matter. */
	if (end == *s || end - *s > 4 || n < 1 || n > NUMBER_MAX ||
		isalpha((unsigned char)*end) || (unsigned char)*end >= 0x80 ||
		(strchr(".:/", *end) && *end && isdigit((unsigned char)end[1])))
		return 0;
	*s = end;
	return n;
}

static void add_range(json_t *numbers, long from, long to)
{
	for (long n = from; n <= to && json_array_size(numbers) < NUMBERS_MAX; n++)
		json_array_append_new(numbers, json_integer(n));
}

/* "1", "1 och 3", "1, 2, 5", "2-4", with "nr" or "#" before. New reference; NULL. */
static json_t *numbers_at(const char **s)
{
	json_auto_t *numbers = json_array();
	const char *at = *s;

	for (;;) {
		at = skip(at, " \t");
		size_t sign = one_of(at, number_signs, COUNT(number_signs));
		const char *start = skip(*at == '#' ? at + 1 : at + sign, " \t.");
		if (!isdigit((unsigned char)*start))
			break;
		at = start;
		long first = number_at(&at);
		if (!first)
			break;
		long last = first;
		const char *behind = skip(at, " \t");
		if (*behind == '-' &&
			isdigit((unsigned char)*skip(behind + 1, " \t"))) {
			at = skip(behind + 1, " \t");
			last = number_at(&at);
		}
		if (last < first)
			break;
		add_range(numbers, first, last);
		*s = at;
		at = skip(at, " \t,&+");
		at += one_of(at, joints, COUNT(joints));
	}
	return json_array_size(numbers) ? TAKE(numbers) : NULL;
}

/* ---- a line ---- */

/* The first word with an @ in it, without what clients put around addresses. */
static char *address_in(const char *s)
{
	const char *at = strchr(s, '@');
	const char *start = at;

	if (!at)
		return NULL;
	while (start > s && !strchr(" \t<>()\"',;:", start[-1]))
		start--;
	size_t len = strcspn(start, " \t<>()\"',;");
	while (len > 0 && strchr(".:!", start[len - 1]))
		len--;
	return xstrndup(start, len);
}

/* A meeting's code: as it is written in subjects, in capitals. NULL where it is none.
 */
static char *code_at(const char *s)
{
	str_auto *word = xstrndup(s, strcspn(s, " \t,;.!]"));

	for (char *c = word; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return *word ? TAKE(word) : NULL;
}

static void read_verb(json_t *row, const char *verb, const char *rest)
{
	const char *s = skip(rest, GAP);
	json_auto_t *behind = NULL;

	if (strcmp(verb, "secretary") == 0) {
		str_auto *address = address_in(rest);
		json_put_str(row, "word", verb);
		json_put_str(row, "argument", address);
		return;
	}
	if (strcmp(verb, "withdraw") == 0) {
		str_auto *code = code_at(skip(s, " \t["));
		json_put_str(row, "word", verb);
		json_put_str(row, "argument", code);
		return;
	}
	behind = numbers_at(&s);
	if (!is_filler(s))
		return;
	json_put_str(row, "word", verb);
	if (behind && !json_object_get(row, "numbers"))
		json_object_set(row, "numbers", behind);
	else if (behind)
		json_object_set(row, "choice", json_array_get(behind, 0));
}

static json_t *read_line(const char *line)
{
	str_auto *folded = text_fold(line);
	const char *s = skip(folded, " \t-*\xe2\x80\xa2");
	json_t *row = json_object();
	size_t hello = one_of(s, greetings, COUNT(greetings));

	json_put_str(row, "line", line);
	if (hello)
		s = skip(s + hello, GAP);
	json_t *numbers = numbers_at(&s);
	if (numbers)
		json_object_set_new(row, "numbers", numbers);
	s = skip(s, GAP ")");
	const char *verb = verb_of(&s);
	if (verb)
		read_verb(row, verb, s);
	else if (numbers && is_filler(s))
		json_put_str(row, "word", "choice");
	return row;
}

/* Cut at a character; the caller frees. */
static char *shown(const char *start, size_t len)
{
	str_auto *whole = xstrndup(start, len);
	str_auto *plain = text_trim(whole);
	const char *s = plain;
	const char *end = plain + strlen(plain);

	for (size_t i = 0; i < LINE_CHARS && s < end; i++)
		text_next_char(&s, end);
	return xstrndup(plain, (size_t)(s - plain));
}

static bool says_something(const json_t *row)
{
	return json_object_get(row, "word") || json_object_get(row, "numbers");
}

json_t *command_text_read(const char *text)
{
	json_t *rows = json_array();
	int count = 0;
	int odd = 0;

	while (*text && count < LINES_MAX) {
		size_t len = strcspn(text, "\r\n");
		str_auto *line = shown(text, len);
		str_auto *folded = text_fold(line);
		if (*folded && !is_greeting_alone(folded)) {
			json_auto_t *row = read_line(line);
			count++;
			odd += !says_something(row);
			if (says_something(row) || odd <= ODD_MAX)
				json_array_append(rows, row);
		}
		text += len + (text[len] != '\0');
	}
	return rows;
}

/* ---- the code ---- */

static size_t code_length(const char *s)
{
	size_t digits = strspn(s + 1, "0123456789");
	size_t sign = 0;

	if (!strchr("HDhd", *s) || digits < 1 || digits > 15 || s[1 + digits] != '-')
		return 0;
	while (sign <= SIGN_MAX && isalnum((unsigned char)s[2 + digits + sign]))
		sign++;
	return sign <= SIGN_MAX && s[2 + digits + sign] == ']' ? 2 + digits + sign : 0;
}

char *command_text_code(const char *subject)
{
	for (const char *s = strchr(subject, '['); s; s = strchr(s + 1, '[')) {
		size_t len = s[1] ? code_length(s + 1) : 0;
		if (!len)
			continue;
		str_auto *code = xstrndup(s + 1, len);
		return text_fold(code);
	}
	return NULL;
}

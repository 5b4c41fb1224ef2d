#include "base/json.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

const char *json_str(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

const char *json_str_or(const json_t *object, const char *key, const char *otherwise)
{
	const char *s = json_str(object, key);

	return s ? s : otherwise;
}

int64_t json_int_or(const json_t *object, const char *key, int64_t otherwise)
{
	const json_t *value = json_object_get(object, key);

	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

bool json_bool_or(const json_t *object, const char *key, bool otherwise)
{
	const json_t *value = json_object_get(object, key);

	return json_is_boolean(value) ? json_is_true(value) : otherwise;
}

static char *as_utf8(const char *s)
{
	const char *end = s + strlen(s);
	buf_auto out = BUF_EMPTY;
	char utf8[5];

	while (s < end) {
		text_put_char(utf8, text_next_char(&s, end));
		buf_add_str(&out, utf8);
	}
	return buf_steal(&out);
}

void json_put_str(json_t *object, const char *key, const char *value)
{
	if (!value)
		return;
	if (text_is_utf8(value, strlen(value))) {
		json_object_set_new(object, key, json_string_nocheck(value));
		return;
	}
	str_auto *clean = as_utf8(value);
	json_object_set_new(object, key, json_string(clean));
}

void json_put_int(json_t *object, const char *key, int64_t value)
{
	json_object_set_new(object, key, json_integer(value));
}

bool json_has_str(const json_t *array, const char *s)
{
	size_t i;
	json_t *item;

	json_array_foreach (array, i, item)
		if (json_is_string(item) && strcmp(json_string_value(item), s) == 0)
			return true;
	return false;
}

char *json_text(const json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	return text ? text : xstrdup("null");
}

static const char *skip_space(const char *s)
{
	return s + strspn(s, " \t\r\n");
}

/* s stands on the opening quote; returns what follows the closing one. */
static const char *skip_string(const char *s)
{
	for (s++; *s && *s != '"'; s++)
		if (*s == '\\' && s[1])
			s++;
	return *s ? s + 1 : s;
}

static const char *skip_value(const char *s)
{
	size_t depth = 0;

	do {
		s = skip_space(s);
		if (*s == '{' || *s == '[')
			depth++;
		if ((*s == '}' || *s == ']') && depth)
			depth--;
		if (*s == '"')
			s = skip_string(s);
		else if (*s && strchr("{}[],:", *s))
			s++;
		else
			s += strcspn(s, "{}[],: \t\r\n\"");
	} while (depth && *s);
	return s;
}

/* Whether the quoted string from s to end, escapes and all, says name. */
static bool is_name(const char *s, const char *end, const char *name)
{
	json_auto_t *key = json_loadb(s, (size_t)(end - s), JSON_DECODE_ANY, NULL);

	return key && strcmp(json_string_value(key), name) == 0;
}

/* The value of the member in the object at s, or NULL. */
static const char *find_member(const char *s, const char *name)
{
	s = skip_space(s + 1);
	while (*s == '"') {
		const char *key = s;
		const char *end = skip_string(s);
		s = skip_space(end);
		if (*s != ':')
			return NULL;
		s = skip_space(s + 1);
		if (is_name(key, end, name))
			return s;
		s = skip_space(skip_value(s));
		if (*s != ',')
			return NULL;
		s = skip_space(s + 1);
	}
	return NULL;
}

/* The item in the array at s, or NULL. */
static const char *find_item(const char *s, const char *index)
{
	char *end;
	unsigned long left = strtoul(index, &end, 10);

	s = skip_space(s + 1);
	if (*end || !*index || *s == ']')
		return NULL;
	for (; left; left--) {
		s = skip_space(skip_value(s));
		if (*s != ',')
			return NULL;
		s = skip_space(s + 1);
	}
	return s;
}

/* Undoes ~0 and ~1 in one step of a pointer (RFC 6901, 4); the caller frees. */
static char *pointer_step(const char *s, size_t len)
{
	buf_auto out = BUF_EMPTY;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '~' && i + 1 < len)
			buf_add_char(&out, s[++i] == '1' ? '/' : '~');
		else
			buf_add_char(&out, s[i]);
	}
	return buf_steal(&out);
}

static int line_of(const char *text, const char *at)
{
	int line = 1;

	for (; text < at; text++)
		if (*text == '\n')
			line++;
	return line;
}

int json_line(const char *text, const char *pointer)
{
	const char *at = skip_space(text);

	while (at && *pointer == '/') {
		size_t len = strcspn(++pointer, "/");
		str_auto *step = pointer_step(pointer, len);
		pointer += len;
		if (*at == '{')
			at = find_member(at, step);
		else if (*at == '[')
			at = find_item(at, step);
		else
			at = NULL;
	}
	return at && *at ? line_of(text, at) : 0;
}

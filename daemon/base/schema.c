#include "base/schema.h"

#include <assert.h>
#include <regex.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/schema-text.h"

/* Deeper than any of our files; a schema may refer to itself. */
#define DEPTH_MAX 64

struct check {
	const json_t *root;
	const char *file;
	const char *text;
	schema_format_fn is_format;
	struct problems *problems;
	struct buf path; /* JSON pointer of the value that is looked at */
	int depth;
};

static void check_value(struct check *c, const json_t *schema, json_t *value);

/* Where the value is missing in the text, the line is that of what should hold it. */
static int line_of(const struct check *c)
{
	str_auto *path = xstrdup(buf_str(&c->path));
	int line = json_line(c->text, path);

	while (!line && *path) {
		*strrchr(path, '/') = '\0';
		line = json_line(c->text, path);
	}
	return line;
}

/* what happened, then what the schema says would be right. */
static void complain(struct check *c, const json_t *schema, const char *what)
{
	str_auto *hint = schema_hint(schema);

	problems_add(c->problems, c->file, line_of(c), buf_str(&c->path), "%s%s", what,
		hint);
}

/* Goes down one step; returns what path_leave needs to come back. */
static size_t path_enter(struct check *c, const char *key)
{
	size_t back = c->path.len;

	buf_add_char(&c->path, '/');
	for (; *key; key++) {
		if (*key == '~' || *key == '/')
			buf_add_str(&c->path, *key == '~' ? "~0" : "~1");
		else
			buf_add_char(&c->path, *key);
	}
	return back;
}

static void path_leave(struct check *c, size_t back)
{
	c->path.len = back;
	c->path.data[back] = '\0';
}

/* What "$ref" names, or NULL without one. A wrong $ref is our own mistake. */
static const json_t *find_referred(const struct check *c, const json_t *schema)
{
	static const char prefix[] = "#/$defs/";
	const char *ref = json_str(schema, "$ref");

	if (!ref)
		return NULL;
	assert(strncmp(ref, prefix, strlen(prefix)) == 0);
	const json_t *found = json_object_get(
		json_object_get(c->root, "$defs"), ref + strlen(prefix));
	assert(found);
	return found;
}

static json_t *find_default(const struct check *c, const json_t *schema)
{
	json_t *value = NULL;

	for (int i = 0; schema && !value && i < DEPTH_MAX; i++) {
		value = json_object_get(schema, "default");
		schema = find_referred(c, schema);
	}
	return value;
}

static bool is_type(const char *type, const json_t *value)
{
	if (strcmp(type, "integer") == 0)
		return json_is_integer(value);
	if (strcmp(type, "number") == 0)
		return json_is_number(value);
	if (strcmp(type, "boolean") == 0)
		return json_is_boolean(value);
	if (strcmp(type, "string") == 0)
		return json_is_string(value);
	if (strcmp(type, "array") == 0)
		return json_is_array(value);
	if (strcmp(type, "object") == 0)
		return json_is_object(value);
	return json_is_null(value);
}

static bool has_type(const json_t *type, const json_t *value)
{
	size_t i;
	json_t *one;

	if (!type)
		return true;
	if (json_is_string(type))
		return is_type(json_string_value(type), value);
	json_array_foreach (type, i, one)
		if (is_type(json_string_value(one), value))
			return true;
	return false;
}

static void complain_of_type(
	struct check *c, const json_t *schema, const json_t *type, const json_t *value)
{
	buf_auto what = BUF_EMPTY;
	size_t i;
	json_t *one;

	buf_add_str(&what, "must be ");
	if (json_is_string(type))
		buf_add_str(&what, schema_type_text(json_string_value(type)));
	json_array_foreach (type, i, one)
		buf_addf(&what, "%s%s", i ? " or " : "",
			schema_type_text(json_string_value(one)));
	buf_addf(&what, ", not %s", schema_type_of(value));
	complain(c, schema, buf_str(&what));
}

static void check_enum(struct check *c, const json_t *schema, const json_t *value)
{
	const json_t *allowed = json_object_get(schema, "enum");
	size_t i;
	json_t *one;

	if (!allowed)
		return;
	json_array_foreach (allowed, i, one)
		if (json_equal(one, value))
			return;
	str_auto *list = schema_list(allowed);
	str_auto *given = json_text(value);
	const char *near = json_is_string(value) ? schema_nearest_item(allowed,
							   json_string_value(value))
						 : NULL;
	str_auto *what = near ? xasprintf("%s is none of %s: did you mean \"%s\"?",
					given, list, near)
			      : xasprintf("%s is none of %s", given, list);
	complain(c, schema, what);
}

/* Patterns are written in what ECMA 262 and POSIX ERE share; REG_NOSUB as no part is
 * kept. */
static bool matches(const char *pattern, const char *s)
{
	regex_t re;

	int bad = regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB);
	assert(bad == 0);
	bool found = regexec(&re, s, 0, NULL, 0) == 0;
	regfree(&re);
	return found;
}

static size_t count_chars(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static void check_string(struct check *c, const json_t *schema, const json_t *value)
{
	const char *s = json_string_value(value);
	const char *pattern = json_str(schema, "pattern");
	const char *format = json_str(schema, "format");
	int64_t min = json_int_or(schema, "minLength", 0);
	str_auto *given = json_text(value);

	if ((int64_t)count_chars(s) < min) {
		str_auto *what = *s ? xasprintf("%s is shorter than %lld characters",
					      given, (long long)min)
				    : xstrdup("must not be empty");
		complain(c, schema, what);
	} else if (pattern && !matches(pattern, s)) {
		str_auto *what = xasprintf("%s has not the right form", given);
		complain(c, schema, what);
	} else if (format && c->is_format && !c->is_format(format, s)) {
		str_auto *what = xasprintf("%s is not a valid %s", given, format);
		complain(c, schema, what);
	}
}

static void check_number(struct check *c, const json_t *schema, const json_t *value)
{
	const json_t *min = json_object_get(schema, "minimum");
	const json_t *max = json_object_get(schema, "maximum");
	double number = json_number_value(value);
	str_auto *given = json_text(value);

	if (min && number < json_number_value(min)) {
		str_auto *least = json_text(min);
		str_auto *what = xasprintf("%s is less than %s", given, least);
		complain(c, schema, what);
	}
	if (max && number > json_number_value(max)) {
		str_auto *most = json_text(max);
		str_auto *what = xasprintf("%s is more than %s", given, most);
		complain(c, schema, what);
	}
}

/* At the second of two equal items. */
static void check_unique(struct check *c, const json_t *schema, const json_t *array)
{
	if (!json_bool_or(schema, "uniqueItems", false))
		return;
	for (size_t i = 1; i < json_array_size(array); i++) {
		size_t j = 0;
		while (j < i &&
			!json_equal(json_array_get(array, i), json_array_get(array, j)))
			j++;
		if (j == i)
			continue;
		str_auto *index = xasprintf("%zu", i);
		str_auto *what = xasprintf("is the same as item %zu", j);
		size_t back = path_enter(c, index);
		complain(c, schema, what);
		path_leave(c, back);
	}
}

static void check_array(struct check *c, const json_t *schema, json_t *array)
{
	const json_t *items = json_object_get(schema, "items");
	int64_t min = json_int_or(schema, "minItems", 0);
	size_t i;
	json_t *item;

	if ((int64_t)json_array_size(array) < min) {
		str_auto *what = xasprintf("must have at least %lld item%s",
			(long long)min, min == 1 ? "" : "s");
		complain(c, schema, what);
	}
	check_unique(c, schema, array);
	json_array_foreach (array, i, item) {
		str_auto *index = xasprintf("%zu", i);
		size_t back = path_enter(c, index);
		if (items)
			check_value(c, items, item);
		path_leave(c, back);
	}
}

/* Must come before the members are checked: a default may have members of its own. */
static void fill_defaults(struct check *c, const json_t *schema, json_t *object)
{
	const json_t *properties = json_object_get(schema, "properties");
	const char *key;
	json_t *property;

	json_object_foreach ((json_t *)properties, key, property) {
		json_t *value = find_default(c, property);
		if (value && !json_object_get(object, key))
			json_object_set_new(object, key, json_deep_copy(value));
	}
}

static void check_required(struct check *c, const json_t *schema, const json_t *object)
{
	size_t i;
	json_t *name;

	json_array_foreach (json_object_get(schema, "required"), i, name) {
		const char *key = json_string_value(name);
		if (json_object_get(object, key))
			continue;
		const json_t *wanted =
			json_object_get(json_object_get(schema, "properties"), key);
		const json_t *referred = find_referred(c, wanted);
		bool own = json_object_get(wanted, "description") ||
			   json_object_get(wanted, "examples");
		size_t back = path_enter(c, key);
		complain(c, referred && !own ? referred : wanted, "is missing");
		path_leave(c, back);
	}
}

static void complain_of_unknown(
	struct check *c, const json_t *properties, const char *key)
{
	const char *near = schema_nearest_key(properties, key);
	str_auto *known = schema_list(properties);
	str_auto *what =
		near ? xasprintf("unknown member '%s': did you mean '%s'?", key, near)
		     : xasprintf("unknown member '%s': known are %s", key, known);

	complain(c, NULL, what);
}

static void check_member(
	struct check *c, const json_t *schema, const char *key, json_t *value)
{
	const json_t *properties = json_object_get(schema, "properties");
	const json_t *additional = json_object_get(schema, "additionalProperties");
	const json_t *own = json_object_get(properties, key);
	size_t back = path_enter(c, key);

	if (own)
		check_value(c, own, value);
	else if (json_is_false(additional))
		complain_of_unknown(c, properties, key);
	else if (json_is_object(additional))
		check_value(c, additional, value);
	path_leave(c, back);
}

static void check_object(struct check *c, const json_t *schema, json_t *object)
{
	const char *key;
	json_t *value;

	fill_defaults(c, schema, object);
	check_required(c, schema, object);
	json_object_foreach (object, key, value)
		check_member(c, schema, key, value);
}

static void check_by_type(struct check *c, const json_t *schema, json_t *value)
{
	const json_t *type = json_object_get(schema, "type");

	/* One problem for a value: what is no number cannot be too small as well. */
	if (!has_type(type, value)) {
		complain_of_type(c, schema, type, value);
		return;
	}
	check_enum(c, schema, value);
	if (json_is_string(value))
		check_string(c, schema, value);
	else if (json_is_number(value))
		check_number(c, schema, value);
	else if (json_is_array(value))
		check_array(c, schema, value);
	else if (json_is_object(value))
		check_object(c, schema, value);
}

static void check_value(struct check *c, const json_t *schema, json_t *value)
{
	const json_t *referred = find_referred(c, schema);

	if (c->depth >= DEPTH_MAX) {
		complain(c, NULL, "is nested too deeply");
		return;
	}
	c->depth++;
	if (referred)
		check_value(c, referred, value);
	check_by_type(c, schema, value);
	c->depth--;
}

void schema_check(const json_t *schema, json_t *value, const char *file,
	const char *text, schema_format_fn is_format, struct problems *ret_problems)
{
	struct check c = {schema, file, text, is_format, ret_problems, BUF_EMPTY, 0};

	check_value(&c, schema, value);
	buf_deinit(&c.path);
}

#include "base/schema-text.h"

#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"

static void add_value(struct buf *to, const json_t *value)
{
	str_auto *text = json_dumps(value, JSON_ENCODE_ANY);

	buf_add_str(to, text ? text : "?");
}

static void add_examples(struct buf *to, const json_t *examples)
{
	size_t i;
	json_t *one;

	json_array_foreach (examples, i, one) {
		buf_add_str(to, i	  ? " or "
				: to->len ? ", for example "
					  : "; for example ");
		add_value(to, one);
	}
}

char *schema_hint(const json_t *schema)
{
	const char *description = json_str(schema, "description");
	buf_auto out = BUF_EMPTY;

	if (description) {
		size_t len = strlen(description);
		/* A sentence in the schema, half of one here. */
		if (len && description[len - 1] == '.')
			len--;
		buf_add_str(&out, "; ");
		buf_add(&out, description, len);
	}
	add_examples(&out, json_object_get(schema, "examples"));
	return buf_steal(&out);
}

static size_t least(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* How many bytes are added, dropped or changed between the two (Levenshtein). */
static size_t distance(const char *a, const char *b)
{
	size_t width = strlen(b) + 1;
	size_t *row = xcalloc(width, sizeof(*row));

	for (size_t j = 0; j < width; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0];
		row[0] = i + 1;
		for (size_t j = 1; j < width; j++) {
			size_t above = row[j];
			row[j] = least(above + 1, row[j - 1] + 1,
				diagonal + (a[i] != b[j - 1]));
			diagonal = above;
		}
	}
	size_t result = row[width - 1];
	free(row);
	return result;
}

struct nearest {
	const char *wrong;
	const char *name;
	size_t distance;
};

/* So long that no one typed it: not worth comparing. */
#define NAME_MAX_COMPARED 100

/* A third of the name may differ, or it is another name rather than a slip. */
static struct nearest nearest_to(const char *wrong)
{
	size_t len = strlen(wrong);

	return (struct nearest){wrong, NULL, len > NAME_MAX_COMPARED ? 0 : len / 3 + 2};
}

static void offer(struct nearest *n, const char *name)
{
	size_t d = n->distance ? distance(n->wrong, name) : 0;

	if (d < n->distance) {
		n->name = name;
		n->distance = d;
	}
}

const char *schema_nearest_key(const json_t *object, const char *wrong)
{
	struct nearest n = nearest_to(wrong);
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)object, key, value)
		offer(&n, key);
	return n.name;
}

const char *schema_nearest_item(const json_t *array, const char *wrong)
{
	struct nearest n = nearest_to(wrong);
	size_t i;
	json_t *item;

	json_array_foreach (array, i, item)
		if (json_is_string(item))
			offer(&n, json_string_value(item));
	return n.name;
}

char *schema_list(const json_t *values)
{
	buf_auto out = BUF_EMPTY;
	size_t i;
	const char *key;
	json_t *value;

	json_array_foreach (values, i, value) {
		buf_add_str(&out, i ? ", " : "");
		add_value(&out, value);
	}
	json_object_foreach ((json_t *)values, key, value) {
		buf_add_str(&out, out.len ? ", " : "");
		buf_add_str(&out, key);
	}
	return buf_steal(&out);
}

const char *schema_type_text(const char *type)
{
	static const char *const words[][2] = {
		{"object", "an object {...}"},
		{"array", "an array [...]"},
		{"string", "a string \"...\""},
		{"integer", "a whole number"},
		{"number", "a number"},
		{"boolean", "true or false"},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i][0], type) == 0)
			return words[i][1];
	return "null";
}

const char *schema_type_of(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return "an object {...}";
	case JSON_ARRAY:
		return "an array [...]";
	case JSON_STRING:
		return "a string";
	case JSON_INTEGER:
	case JSON_REAL:
		return "a number";
	case JSON_TRUE:
		return "true";
	case JSON_FALSE:
		return "false";
	case JSON_NULL:
		return "null";
	}
	return "?";
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "config/schemas.h"

/* The two sides that are compared. */
struct manual {
	const char *page;   /* path */
	char *text;	    /* of the page */
	const json_t *root; /* schema */
	size_t members;
	size_t missing;
};

static void walk(struct manual *m, const json_t *schema, const char *path);

static const json_t *referred(const struct manual *m, const json_t *schema)
{
	const char *ref = json_str(schema, "$ref");

	if (!ref)
		return schema;
	return json_object_get(
		json_object_get(m->root, "$defs"), ref + strlen("#/$defs/"));
}

static void miss(struct manual *m, const char *path, const char *what)
{
	m->missing++;
	print_error("%s: %s: no %s\n", m->page, path, what);
}

/* What the page says of a member, up to the next one; NULL where it does not. The
 * caller frees. */
static char *find_entry(const struct manual *m, const char *path)
{
	str_auto *head = xasprintf("\n.It Cm %s\n", path);
	const char *at = strstr(m->text, head);

	if (!at)
		return NULL;
	at += strlen(head);
	const char *end = strstr(at, "\n.It ");
	return end ? xstrndup(at, (size_t)(end - at)) : xstrdup(at);
}

static void check_value(struct manual *m, const char *path, const char *entry,
	const char *before, const json_t *value)
{
	str_auto *text = json_dumps(value, JSON_ENCODE_ANY);
	str_auto *wanted = xasprintf("%s%s", before, text);

	if (!strstr(entry, wanted))
		miss(m, path, wanted);
}

static void check_values(
	struct manual *m, const char *path, const char *entry, const json_t *values)
{
	size_t i;
	json_t *value;

	json_array_foreach (values, i, value)
		check_value(m, path, entry, "", value);
}

static void check_entry(
	struct manual *m, const char *path, const char *entry, const json_t *schema)
{
	const json_t *otherwise = json_object_get(schema, "default");
	const json_t *items = referred(m, json_object_get(schema, "items"));
	const json_t *least = json_object_get(schema, "minimum");

	check_values(m, path, entry, json_object_get(schema, "enum"));
	check_values(m, path, entry, json_object_get(items, "enum"));
	if (otherwise)
		check_value(m, path, entry, "default ", otherwise);
	if (least)
		check_value(m, path, entry, "number, ", least);
	if (least)
		check_value(m, path, entry, " to ", json_object_get(schema, "maximum"));
}

static void check_member(struct manual *m, const json_t *schema, const char *path)
{
	str_auto *entry = find_entry(m, path);

	m->members++;
	if (!json_str(schema, "description") ||
		!json_array_size(json_object_get(schema, "examples")))
		miss(m, path, "description and example in the schema");
	if (entry)
		check_entry(m, path, entry, schema);
	else
		miss(m, path, "entry");
	walk(m, schema, path);
}

static void walk(struct manual *m, const json_t *schema, const char *path)
{
	const json_t *items = json_object_get(schema, "items");
	const json_t *object = items ? referred(m, items) : schema;
	const char *key;
	json_t *member;

	json_object_foreach (json_object_get(object, "properties"), key, member) {
		str_auto *inner = xasprintf("%s%s%s", path, *path ? "." : "", key);
		check_member(m, referred(m, member), inner);
	}
}

static void compare(const char *page, json_t *schema, size_t least)
{
	buf_auto text = BUF_EMPTY;
	struct err err = ERR_INIT;

	if (file_read(page, 1 << 20, &text, &err) < 0)
		fail_msg("%s", err.text);
	struct manual m = {page, text.data, schema, 0, 0};
	walk(&m, schema, "");
	json_decref(schema);
	assert_int_equal(m.missing, 0);
	assert_true(m.members >= least);
}

static void manual_has_each_member_of_the_settings(void **state)
{
	(void)state;
	compare("config/utskick.json.5", schemas_settings(), 80);
}

static void manual_has_each_member_of_the_directory(void **state)
{
	(void)state;
	compare("config/directory.json.5", schemas_directory(), 25);
}

/* What the program was built with is what stands beside the manual. */
static void schemas_are_those_of_the_files(void **state)
{
	json_auto_t *settings = json_load_file("config/utskick.schema.json", 0, NULL);
	json_auto_t *directory =
		json_load_file("config/directory.schema.json", 0, NULL);
	json_auto_t *settings_inside = schemas_settings();
	json_auto_t *directory_inside = schemas_directory();
	(void)state;

	assert_true(json_equal(settings, settings_inside));
	assert_true(json_equal(directory, directory_inside));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(manual_has_each_member_of_the_settings),
		cmocka_unit_test(manual_has_each_member_of_the_directory),
		cmocka_unit_test(schemas_are_those_of_the_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

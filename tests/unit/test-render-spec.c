/*
 * The Mustache specification's own cases, read from the corpus.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "render/mustache.h"

#define REQUIRED_CASES 136

static const char *const files[] = {
	"comments", "delimiters", "interpolation", "inverted", "partials", "sections"};
#define FILE_COUNT (sizeof(files) / sizeof(files[0]))

static const char *shared(void)
{
	const char *dir = getenv("UTSKICK_SHARED");
	return dir ? dir : "../shared";
}

/* NULL where the corpus is not there. */
static json_t *load(const char *name)
{
	str_auto *path = xasprintf("%s/corpora/mustache/%s.json", shared(), name);
	return json_load_file(path, 0, NULL);
}

static const char *member(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static size_t run_case(const char *file, const json_t *t)
{
	buf_auto out = BUF_EMPTY;
	struct err err = ERR_INIT;
	struct render_partials partials = {json_object_get(t, "partials"), NULL, NULL};

	if (render_template(member(t, "template"), json_object_get(t, "data"),
		    RENDER_HTML, &partials, &out, &err) < 0)
		fail_msg("%s, %s: %s", file, member(t, "name"), err.text);
	if (strcmp(buf_str(&out), member(t, "expected")) != 0)
		fail_msg("%s, %s: got \"%s\"", file, member(t, "name"), buf_str(&out));
	return 1;
}

static void all_required_cases_of_the_specification_render_byte_for_byte(void **state)
{
	size_t passed = 0;

	(void)state;
	for (size_t i = 0; i < FILE_COUNT; i++) {
		json_auto_t *file = load(files[i]);
		if (!file) {
			print_message("no %s/corpora/mustache/%s.json: set "
				      "UTSKICK_SHARED to the corpora's folder\n",
				shared(), files[i]);
			skip();
		}
		size_t k;
		json_t *t;
		json_array_foreach (json_object_get(file, "tests"), k, t)
			passed += run_case(files[i], t);
	}
	assert_int_equal(passed, REQUIRED_CASES);
	print_message("%zu of %d cases of the Mustache specification\n", passed,
		REQUIRED_CASES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			all_required_cases_of_the_specification_render_byte_for_byte),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

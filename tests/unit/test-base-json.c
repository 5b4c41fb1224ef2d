#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char text[] = "{\n"					   /* 1 */
			   "  \"name\": \"a \\\"}]\\\\\",\n"		   /* 2 */
			   "  \"councils\": [\n"			   /* 3 */
			   "    {\"name\": \"one\", \"seats\": [1, 2]},\n" /* 4 */
			   "    {\n"					   /* 5 */
			   "      \"name\":\n"				   /* 6 */
			   "        \"two\",\n"				   /* 7 */
			   "      \"seats\": [ ]\n"			   /* 8 */
			   "    }\n"					   /* 9 */
			   "  ],\n"					   /* 10 */
			   "  \"a/b\": true, \"m~n\": false,\n"		   /* 11 */
			   "  \"\": null,\n"				   /* 12 */
			   "  \"\\u00e5r\": -1.5e3,\n"			   /* 13 */
			   "  \"empty\": {},\n"				   /* 14 */
			   "  \"last\": 0\n"				   /* 15 */
			   "}\n";

static void the_line_of_a_value_is_found_by_its_pointer(void **state)
{
	static const struct {
		const char *pointer;
		int line;
	} cases[] = {
		{"", 1},
		{"/name", 2},
		{"/councils", 3},
		{"/councils/0", 4},
		{"/councils/0/seats/1", 4},
		{"/councils/1", 5},
		{"/councils/1/name", 7},
		{"/councils/1/seats", 8},
		{"/a~1b", 11},
		{"/m~0n", 11},
		{"/", 12},
		{"/\xc3\xa5r", 13},
		{"/empty", 14},
		{"/last", 15},
		{"/councils/2", 0},
		{"/councils/x", 0},
		{"/councils/", 0},
		{"/councils/1/seats/0", 0},
		{"/empty/x", 0},
		{"/name/x", 0},
		{"/last/0", 0},
		{"/nothing", 0},
		{"/a/b", 0},
	};
	json_auto_t *valid = json_loads(text, 0, NULL);

	(void)state;
	assert_non_null(valid);
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(json_line(text, cases[i].pointer), cases[i].line);
	assert_int_equal(json_line("\n\n 5", ""), 3);
	assert_int_equal(json_line("", ""), 0);
}

static void text_cut_anywhere_is_no_danger(void **state)
{
	(void)state;
	for (size_t len = 0; len < sizeof(text); len++) {
		str_auto *cut = xstrndup(text, len);
		int line = json_line(cut, "/last");
		assert_true(line == 0 || line == 15);
	}
}

static void members_of_the_wrong_type_count_as_absent(void **state)
{
	json_auto_t *o = json_loads(
		"{\"s\":\"x\",\"i\":7,\"b\":true,\"r\":1.5,\"n\":null}", 0, NULL);

	(void)state;
	assert_string_equal(json_str(o, "s"), "x");
	assert_null(json_str(o, "i"));
	assert_null(json_str(o, "none"));
	assert_null(json_str(NULL, "s"));
	assert_string_equal(json_str_or(o, "n", "y"), "y");
	assert_int_equal(json_int_or(o, "i", 1), 7);
	assert_int_equal(json_int_or(o, "r", 1), 1);
	assert_int_equal(json_int_or(o, "s", 1), 1);
	assert_true(json_bool_or(o, "b", false));
	assert_true(json_bool_or(o, "i", true));
	assert_false(json_bool_or(NULL, "b", false));
}

static void bytes_that_are_not_utf8_are_replaced(void **state)
{
	json_auto_t *o = json_object();

	(void)state;
	json_put_str(o, "city", "Link\xf6ping");
	json_put_str(o, "none", NULL);
	json_put_int(o, "big", INT64_MAX);
	assert_string_equal(json_str(o, "city"), "Link\xef\xbf\xbdping");
	assert_null(json_object_get(o, "none"));
	str_auto *out = json_text(o);
	assert_string_equal(
		out, "{\"city\":\"Link\xef\xbf\xbdping\",\"big\":9223372036854775807}");
}

static void a_string_is_found_in_an_array(void **state)
{
	json_auto_t *a = json_loads("[\"x\", 5, null, \"yz\"]", 0, NULL);

	(void)state;
	assert_true(json_has_str(a, "x"));
	assert_true(json_has_str(a, "yz"));
	assert_false(json_has_str(a, "y"));
	assert_false(json_has_str(a, "5"));
	assert_false(json_has_str(NULL, "x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_line_of_a_value_is_found_by_its_pointer),
		cmocka_unit_test(text_cut_anywhere_is_no_danger),
		cmocka_unit_test(members_of_the_wrong_type_count_as_absent),
		cmocka_unit_test(bytes_that_are_not_utf8_are_replaced),
		cmocka_unit_test(a_string_is_found_in_an_array),
	};

	return cmocka_run_group_tests_name("base/json", tests, NULL, NULL);
}

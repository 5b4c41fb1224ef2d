#define _GNU_SOURCE 1

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/problems.h"

static char *printed(struct problems *p)
{
	char *out = NULL;
	size_t len;
	FILE *to = open_memstream(&out, &len);

	problems_print(p, to);
	fclose(to);
	return out;
}

static void problems_come_in_order_of_file_and_line(void **state)
{
	problems_auto p = PROBLEMS_NONE;

	(void)state;
	problems_add(&p, "utskick.json", 10, "/smtp", "is missing");
	problems_add(&p, "directory.json", 30, "/a", "first of %d", 30);
	problems_add(&p, "utskick.json", 2, "/b", "early");
	problems_add(&p, "directory.json", 30, "/c", "second of 30");
	problems_add(&p, "directory.json", 0, "", "cannot be read");
	str_auto *out = printed(&p);
	assert_string_equal(out, "directory.json: cannot be read\n"
				 "directory.json:30: /a: first of 30\n"
				 "directory.json:30: /c: second of 30\n"
				 "utskick.json:2: /b: early\n"
				 "utskick.json:10: /smtp: is missing\n");
}

static void nothing_wrong_prints_nothing(void **state)
{
	problems_auto p = PROBLEMS_NONE;
	str_auto *out = printed(&p);

	(void)state;
	assert_string_equal(out, "");
}

static void a_value_cannot_forge_a_line(void **state)
{
	problems_auto p = PROBLEMS_NONE;

	(void)state;
	problems_add(&p, "a.json", 1, "/x\n", "'%s' is wrong", "y\nb.json:2: \x1b[1m");
	str_auto *out = printed(&p);
	assert_string_equal(
		out, "a.json:1: /x\\x0a: 'y\\x0ab.json:2: \\x1b[1m' is wrong\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(problems_come_in_order_of_file_and_line),
		cmocka_unit_test(nothing_wrong_prints_nothing),
		cmocka_unit_test(a_value_cannot_forge_a_line),
	};

	return cmocka_run_group_tests_name("base/problems", tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "intake/header-line.h"

struct line_case {
	const char *header, *name;
	const char *value; /* NULL: no such field */
};

static const struct line_case line_cases[] = {
	{"From: a@x.example\r\nSubject: Hej\r\n\r\n", "Subject", "Hej"},
	{"FROM:a@x.example\r\n", "From", "a@x.example"},
	{"Subject: one\r\n two\r\n\tthree\r\nFrom: a\r\n", "Subject",
		"one two\\x09three"},
	{"Subject: one\n two\n", "Subject", "one two"},
	{"Subject: no end", "Subject", "no end"},
	{"Subject:\r\n", "Subject", ""},
	{"X-Subject: x\r\nSubjects: y\r\n", "Subject", NULL},
	{"", "Subject", NULL},
	{"\r\n\r\n", "Subject", NULL},
	{"Subject: \x1b[2J\r\n", "Subject", "\\x1b[2J"},
	{"Subject: a\xff\r\n", "Subject", "a\xef\xbf\xbd"},
	{"Subject", "Subject", NULL},
};

static void a_fields_value_is_shown_on_one_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(line_cases) / sizeof(*line_cases); i++) {
		const struct line_case *c = &line_cases[i];
		str_auto *value = header_line_value(c->header, c->name);

		if (c->value)
			assert_string_equal(value ? value : "(none)", c->value);
		else
			assert_null(value);
	}
}

static void a_value_without_end_is_cut(void **state)
{
	(void)state;
	str_auto *long_one = xasprintf("Subject: %0*d\r\n", 100000, 7);
	str_auto *value = header_line_value(long_one, "Subject");

	assert_int_equal(strlen(value), 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fields_value_is_shown_on_one_line),
		cmocka_unit_test(a_value_without_end_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

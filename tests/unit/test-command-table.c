/*
 * What people read: widths, wrapping, tables, and that nothing from outside drives the
 * terminal.
 */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "command/table.h"
#include "command/width.h"

struct page {
	char *text;
	size_t len;
	struct out out;
};

static void page_open(struct page *p, int width)
{
	*p = (struct page){NULL, 0, {NULL, false, width}};
	p->out.to = open_memstream(&p->text, &p->len);
	assert_non_null(p->out.to);
}

static void page_expect(struct page *p, const char *expected)
{
	fclose(p->out.to);
	assert_string_equal(p->text, expected);
	free(p->text);
}

static void width_is_counted_in_columns(void **state)
{
	static const struct {
		const char *text;
		int width;
	} cases[] = {
		{"", 0}, {"abc", 3}, {"åäö", 3},
		{"a\xcc\x8a", 1},		       /* a and a combining ring */
		{"日本", 4}, {"🙂", 2}, {"\xff", 1}, /* no UTF-8: U+FFFD */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(width_of(cases[i].text), cases[i].width);
}

static void a_line_is_broken_at_blanks_or_where_it_must(void **state)
{
	static const struct {
		const char *text;
		int columns;
		const char *first;
		const char *rest;
	} cases[] = {
		{"", 5, "", ""},
		{"abc", 5, "abc", ""},
		{"abc def", 7, "abc def", ""},
		{"abc def", 6, "abc", "def"},
		{"abc def", 3, "abc", "def"},
		{"abc  def", 4, "abc", "def"},
		{"abcdef", 4, "abcd", "ef"},
		{"åäöåäö", 4, "åäöå", "äö"},
		{"日本", 3, "日", "本"},
		{"日", 1, "日", ""}, /* one character, however wide */
		{"a\xcc\x8a\xcc\x8a", 1, "a\xcc\x8a\xcc\x8a", ""},
		{"abc ", 3, "abc", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t next = 0;
		size_t len = width_break(cases[i].text, cases[i].columns, &next);
		str_auto *first = xstrndup(cases[i].text, len);
		assert_string_equal(first, cases[i].first);
		assert_string_equal(cases[i].text + next, cases[i].rest);
	}
}

static void columns_are_aligned_by_what_is_seen(void **state)
{
	static const char *const titles[] = {"name", "n"};
	table_auto *t = table_new(2, titles);
	struct page p;

	(void)state;
	table_row(t, OUT_PLAIN, "Åsa", "1");
	table_row(t, OUT_PLAIN, "日本", "2");
	table_row(t, OUT_PLAIN, NULL, "3");
	table_row(t, OUT_PLAIN, "Bo", NULL);
	page_open(&p, 80);
	table_print(t, &p.out);
	page_expect(&p, "name  n\n"
			"Åsa   1\n"
			"日本  2\n"
			"      3\n"
			"Bo\n");
}

static void a_table_that_is_too_wide_is_wrapped_and_addresses_stay_whole(void **state)
{
	static const char *const titles[] = {"", ""};
	table_auto *t = table_new(2, titles);
	struct page p;

	(void)state;
	table_row(t, OUT_PLAIN, "anna.ek@parti.example", "one two three four");
	page_open(&p, 32);
	table_print(t, &p.out);
	page_expect(&p, "anna.ek@parti.example  one two\n"
			"                       three\n"
			"                       four\n");
}

static void a_line_across_stands_between_the_rows(void **state)
{
	static const char *const titles[] = {""};
	table_auto *t = table_new(1, titles);
	struct page p;

	(void)state;
	table_add_line(t, OUT_BOLD, 0, "Nordväst");
	table_row(t, OUT_PLAIN, "a");
	table_add_line(t, OUT_FAINT, 4, "550 no such user here at all");
	page_open(&p, 20);
	table_print(t, &p.out);
	page_expect(&p, "Nordväst\n"
			"a\n"
			"    550 no such user\n"
			"    here at all\n");
}

static void nothing_from_outside_drives_the_terminal_or_forges_a_line(void **state)
{
	static const char *const titles[] = {""};
	table_auto *t = table_new(1, titles);
	struct page p;

	(void)state;
	table_row(t, OUT_PLAIN, "a\033[31m\nb\u202e");
	page_open(&p, 80);
	table_print(t, &p.out);
	out_line(&p.out, OUT_PLAIN, "%s", "x\ry\n\x9bz");
	out_field(&p.out, OUT_PLAIN, "from", "\033]0;title\a");
	page_expect(&p, "a\\x1b[31m\\x0ab\\u202e\n"
			"x\\x0dy\\x0a\xef\xbf\xbdz\n"
			"from        \\x1b]0;title\\x07\n");
}

static void json_has_no_character_that_a_terminal_obeys(void **state)
{
	json_auto_t *value = json_pack("{s:s}", "s", "å\033\xc2\x9b\u202e\x7f\n");
	struct page p;

	(void)state;
	page_open(&p, 80);
	out_json_line(&p.out, value);
	fflush(p.out.to);
	json_auto_t *read = json_loads(p.text, 0, NULL);
	assert_true(json_equal(read, value));
	page_expect(&p, "{\"s\":\"å\\u001B\\u009b\\u202e\\u007f\\n\"}\n");
}

static void there_is_no_colour_where_nobody_looks(void **state)
{
	struct page p;

	(void)state;
	page_open(&p, 80);
	struct out o = out_open(stderr);
	if (isatty(STDERR_FILENO))
		print_message("stderr is a terminal: not looked at\n");
	else
		assert_false(o.colour);
	out_line(&p.out, OUT_BAD, "bad");
	p.out.colour = true;
	out_line(&p.out, OUT_BAD, "bad");
	out_line(&p.out, OUT_PLAIN, "plain");
	page_expect(&p, "bad\n\033[31mbad\033[0m\nplain\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(width_is_counted_in_columns),
		cmocka_unit_test(a_line_is_broken_at_blanks_or_where_it_must),
		cmocka_unit_test(columns_are_aligned_by_what_is_seen),
		cmocka_unit_test(
			a_table_that_is_too_wide_is_wrapped_and_addresses_stay_whole),
		cmocka_unit_test(a_line_across_stands_between_the_rows),
		cmocka_unit_test(
			nothing_from_outside_drives_the_terminal_or_forges_a_line),
		cmocka_unit_test(json_has_no_character_that_a_terminal_obeys),
		cmocka_unit_test(there_is_no_colour_where_nobody_looks),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}

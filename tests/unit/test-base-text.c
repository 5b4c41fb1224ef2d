#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void utf8_is_told_from_other_bytes(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		bool valid;
	} cases[] = {
		{"", 0, true}, {"abc", 3, true}, {"a\0b", 3, true},
		{"\xc3\xa5", 2, true}, {"\xe2\x82\xac", 3, true},
		{"\xf0\x9f\x98\x80", 4, true}, {"\xf4\x8f\xbf\xbf", 4, true},
		{"\xef\xbf\xbd", 3, true},			/* a genuine U+FFFD */
		{"\xc3", 1, false},				/* cut */
		{"\xe2\x82", 2, false},				/* cut */
		{"\xa5", 1, false},				/* continuation first */
		{"\xc0\xaf", 2, false},				/* overlong */
		{"\xe0\x80\xaf", 3, false},			/* overlong */
		{"\xf0\x80\x80\xaf", 4, false},			/* overlong */
		{"\xed\xa0\x80", 3, false},			/* surrogate */
		{"\xf4\x90\x80\x80", 4, false},			/* above U+10FFFF */
		{"\xf8\x88\x80\x80\x80", 5, false},		/* five bytes */
		{"\xff", 1, false}, {"Link\xf6ping", 9, false}, /* Latin-1 */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(
			text_is_utf8(cases[i].bytes, cases[i].len), cases[i].valid);
}

static void every_character_survives_a_round_trip(void **state)
{
	(void)state;
	for (uint32_t c = 1; c <= 0x10ffff; c++) {
		if (c == 0xd800)
			c = 0xe000;
		char utf8[5];
		text_put_char(utf8, c);
		const char *at = utf8;
		const char *end = utf8 + strlen(utf8);
		assert_int_equal(text_next_char(&at, end), c);
		assert_ptr_equal(at, end);
	}
}

static void each_bad_byte_counts_as_one_replacement(void **state)
{
	const char *s = "\xe2\x82x";
	const char *end = s + 3;

	(void)state;
	assert_int_equal(text_next_char(&s, end), 0xfffd);
	assert_int_equal(text_next_char(&s, end), 0xfffd);
	assert_int_equal(text_next_char(&s, end), 'x');
	assert_int_equal(text_next_char(&s, end), 0);
	assert_ptr_equal(s, end);
}

static void control_bytes_are_found(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		bool has;
	} cases[] = {
		{"", 0, false},
		{"anna@linkoping.example", 22, false},
		{"\xc3\xa5 ~", 4, false},
		{"a\rb", 3, true},
		{"a\nb", 3, true},
		{"a\tb", 3, true},
		{"a\0b", 3, true},
		{"a\x7f", 2, true},
		{"\x1f", 1, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(
			text_has_controls(cases[i].bytes, cases[i].len), cases[i].has);
}

static void letters_compare_without_case_in_ascii_only(void **state)
{
	(void)state;
	assert_true(text_equal_nocase("MAILTO", "mailto"));
	assert_true(text_equal_nocase("", ""));
	assert_false(text_equal_nocase("mail", "mailto"));
	assert_false(text_equal_nocase("mailto", "mail"));
	assert_false(text_equal_nocase("\xc3\x85", "\xc3\xa5"));
	assert_false(text_equal_nocase("@", "`"));
	assert_false(text_equal_nocase("[", "{"));
	assert_true(text_starts("mailto:x", "mailto:"));
	assert_true(text_starts("x", ""));
	assert_false(text_starts("Mailto:x", "mailto:"));
	assert_false(text_starts("mail", "mailto:"));
	assert_true(text_starts_nocase("MAILTO:x", "mailto:"));
	assert_false(text_starts_nocase("mail", "mailto:"));
}

struct pair {
	const char *in;
	const char *out;
};

static void check_pairs(
	const struct pair *pairs, size_t count, char *(*fn)(const char *))
{
	for (size_t i = 0; i < count; i++) {
		str_auto *out = fn(pairs[i].in);
		assert_string_equal(out, pairs[i].out);
	}
}

static void white_space_is_trimmed_at_both_ends(void **state)
{
	static const struct pair pairs[] = {
		{"", ""},
		{" \r\n\t", ""},
		{"a", "a"},
		{"  a b\r\n", "a b"},
		{"\xc2\xa0x", "\xc2\xa0x"},
	};

	(void)state;
	check_pairs(pairs, COUNT(pairs), text_trim);
}

static void what_could_mislead_a_reader_is_spelled_out(void **state)
{
	static const struct pair pairs[] = {
		{"", ""},
		{"G\xc3\xb6teborg \xf0\x9f\x98\x80",
			"G\xc3\xb6teborg \xf0\x9f\x98\x80"},
		{"a\r\nb\tc", "a\\x0d\\x0a"
			      "b\\x09"
			      "c"},
		{"\x1b[31m", "\\x1b[31m"},
		{"\x7f", "\\x7f"},
		{"\xc2\x9b", "\\x9b"},
		{"gpj\xe2\x80\xae"
		 "exe",
			"gpj\\u202e"
			"exe"},
		{"\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c", "\\u200e\\u200f\\u061c"},
		{"\xe2\x81\xa6\xe2\x81\xa9", "\\u2066\\u2069"},
		{"\xe2\x80\xa8", "\\u2028"},
		{"\xf6", "\xef\xbf\xbd"},
	};

	(void)state;
	check_pairs(pairs, COUNT(pairs), text_printable);
}

static void lines_and_tabs_may_be_kept(void **state)
{
	static const struct pair pairs[] = {
		{"a\nb\tc", "a\nb\tc"},
		{"a\r\nb", "a\\x0d\nb"},
		{"\xc2\x8a", "\\x8a"},
	};

	(void)state;
	check_pairs(pairs, COUNT(pairs), text_printable_lines);
}

static void nordic_letters_fold_to_lower_case(void **state)
{
	static const struct pair pairs[] = {
		{"ABCxyz09_", "abcxyz09_"},
		{"\xc3\x85\xc3\x84\xc3\x96\xc3\x89",
			"\xc3\xa5\xc3\xa4\xc3\xb6\xc3\xa9"},
		{"\xc3\x97\xc3\x9f", "\xc3\x97\xc3\x9f"}, /* times sign, sharp s */
		{"\xc3\x98\xc3\x9e", "\xc3\xb8\xc3\xbe"},
		{"\xc4\x80\xc4\xb9\xc5\x8a\xc5\xbd",
			"\xc4\x81\xc4\xba\xc5\x8b\xc5\xbe"},
		{"\xc4\xb8\xc5\x89", "\xc4\xb8\xc5\x89"},
		{"\xc5\xb8\xc4\xb0\xc5\xbf", "\xc3\xbfis"},
		{"\xc5\xa0\xc5\xa1", "\xc5\xa1\xc5\xa1"},
		{"\xd0\x90", "\xd0\x90"}, /* Cyrillic is left as it is */
	};

	(void)state;
	check_pairs(pairs, COUNT(pairs), text_fold);
}

static void words_are_found_whole_only(void **state)
{
	static const struct {
		const char *s;
		const char *needle;
		bool found;
	} cases[] = {
		{"ja", "ja", true},
		{"ja, det g\xc3\xa5r bra", "ja", true},
		{"(ja)", "ja", true},
		{"svar:ja.", "ja", true},
		{"jaha ja", "ja", true},
		{"jaha", "ja", false},
		{"maja", "ja", false},
		{"\xc3\xa5ja", "ja", false},
		{"ja\xc3\xa5", "ja", false},
		{"\xc2\xbbja\xc2\xab", "ja", true},
		{"\xe2\x80\x9cja\xe2\x80\x9d", "ja", true},
		{"ja2", "ja", false},
		{"kan inte komma", "inte komma", true},
		{"inte  komma", "inte komma", false},
		{"anything", "", false},
		{"", "", false},
		{"", "ja", false},
		{"aaa aa", "aa", true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(text_has_word_folded(cases[i].s, cases[i].needle),
			cases[i].found);
		assert_int_equal(
			text_has_word(cases[i].s, cases[i].needle), cases[i].found);
	}
}

static void words_are_found_in_any_case(void **state)
{
	static const struct {
		const char *s;
		const char *word;
		bool found;
	} cases[] = {
		{"m\xc3\xb6te lambohov", "LAMBOHOV", true},
		{"m\xc3\xb6te lambohov", "M\xc3\x96TE", true},
		{"i \xc3\xb6stra l\xc3\xa4nken", "\xc3\x96STRA L\xc3\x84NKEN", true},
		{"i nord\xc3\xb6stra l\xc3\xa4nken", "\xc3\x96stra", false},
		{"lambohovsm\xc3\xb6te, lambohov", "Lambohov", true},
		{"lambohovsm\xc3\xb6te", "Lambohov", false},
		{"istanbul", "\xc4\xb0stanbul", true},
		{"lambo", "Lambohov", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(
			text_has_word(cases[i].s, cases[i].word), cases[i].found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8_is_told_from_other_bytes),
		cmocka_unit_test(every_character_survives_a_round_trip),
		cmocka_unit_test(each_bad_byte_counts_as_one_replacement),
		cmocka_unit_test(control_bytes_are_found),
		cmocka_unit_test(letters_compare_without_case_in_ascii_only),
		cmocka_unit_test(white_space_is_trimmed_at_both_ends),
		cmocka_unit_test(what_could_mislead_a_reader_is_spelled_out),
		cmocka_unit_test(lines_and_tabs_may_be_kept),
		cmocka_unit_test(nordic_letters_fold_to_lower_case),
		cmocka_unit_test(words_are_found_whole_only),
		cmocka_unit_test(words_are_found_in_any_case),
	};

	return cmocka_run_group_tests_name("base/text", tests, NULL, NULL);
}

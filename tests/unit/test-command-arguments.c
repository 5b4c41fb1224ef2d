/*
 * Command lines: what is taken, what is refused, what ranges of days mean.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "command/command.h"
#include "command/days.h"

#define WORDS_MAX 12

/* Splits at blanks; getopt reorders the words, so they are the case's own. */
struct line {
	char *text;
	char *words[WORDS_MAX];
	int count;
};

static void line_split(struct line *l, const char *text)
{
	l->text = xstrdup(text);
	l->count = 0;
	for (char *at = l->text; at;) {
		assert_true(l->count < WORDS_MAX - 1);
		l->words[l->count++] = at;
		at = strchr(at, ' ');
		if (at)
			*at++ = '\0';
	}
	l->words[l->count] = NULL;
}

static int parse(struct line *l, const char *text, struct arguments *ret)
{
	struct err err = ERR_INIT;

	line_split(l, text);
	return arguments_parse(l->count, l->words, ret, &err);
}

static void options_may_stand_anywhere(void **state)
{
	static const char *const lines[] = {
		"utskick --config c --state s --json plan --days 7 x",
		"utskick plan x --days 7 --json --state s --config c",
		"utskick --days=7 plan --config=c x --state=s --json",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct arguments a;
		struct line l;
		assert_int_equal(parse(&l, lines[i], &a), 0);
		assert_string_equal(a.config_dir, "c");
		assert_true(a.config_given);
		assert_string_equal(a.state_dir, "s");
		assert_true(a.json);
		assert_string_equal(a.verb, "plan");
		assert_int_equal(a.word_count, 1);
		assert_string_equal(a.words[0], "x");
		assert_int_equal(a.days, 7);
		assert_int_equal(a.given, OPTION_DAYS);
		free(l.text);
	}
}

static void what_is_not_said_has_its_default(void **state)
{
	struct arguments a;
	struct line l;

	(void)state;
	unsetenv("STATE_DIRECTORY");
	assert_int_equal(parse(&l, "utskick status", &a), 0);
	assert_string_equal(a.config_dir, UTSKICK_CONFDIR);
	assert_string_equal(a.state_dir, "/var/lib/utskick");
	assert_false(a.config_given || a.json || a.help || a.version);
	free(l.text);
	setenv("STATE_DIRECTORY", "/run/x", 1);
	assert_int_equal(parse(&l, "utskick status", &a), 0);
	assert_string_equal(a.state_dir, "/run/x");
	unsetenv("STATE_DIRECTORY");
	free(l.text);
}

static void a_dash_alone_is_a_word(void **state)
{
	struct arguments a;
	struct line l;

	(void)state;
	assert_int_equal(parse(&l, "utskick read -", &a), 0);
	assert_int_equal(a.word_count, 1);
	assert_string_equal(a.words[0], "-");
	free(l.text);
}

static void wrong_values_are_refused(void **state)
{
	static const char *const lines[] = {
		"utskick plan --days 0",
		"utskick plan --days -1",
		"utskick plan --days 5x",
		"utskick plan --days 99999999999999999999",
		"utskick plan --now yesterday",
		"utskick plan --now 2026-09-01",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct arguments a;
		struct line l;
		assert_int_equal(parse(&l, lines[i], &a), -1);
		free(l.text);
	}
}

static void every_verb_is_found_by_its_name_and_describes_itself(void **state)
{
	static const char *const contract[] = {"status", "plan", "meeting", "explain",
		"preview", "held", "release", "refuse", "rerun", "resend", "read",
		"render", "export", "sign-in", "questions", "close", "withdraw",
		"search", "retention"};
	size_t count = sizeof(contract) / sizeof(*contract);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		const struct verb *v = verb_find(contract[i]);
		assert_non_null(v);
		assert_true(*v->describe && strlen(v->describe) < 80);
		assert_non_null(v->run);
		assert_true(v->words_min <= v->words_max);
	}
	assert_null(verb_at(count));
	assert_null(verb_find("stat"));
	assert_null(verb_find(""));
}

static void a_range_of_days_holds_its_last_day_where_asked(void **state)
{
	static const struct {
		const char *from, *to;
		bool whole;
		const char *expect_from, *expect_to;
	} cases[] = {
		{"2026-09-14", "2026-09-14", true, "2026-09-14T00:00:00+02:00",
			"2026-09-15T00:00:00+02:00"},
		{"2026-09-14", "2026-09-15", false, "2026-09-14T00:00:00+02:00",
			"2026-09-15T00:00:00+02:00"},
		/* The day on which the clocks go back has 25 hours. */
		{"2026-10-25", "2026-10-25", true, "2026-10-25T00:00:00+02:00",
			"2026-10-26T00:00:00+01:00"},
		{"2026-09-14T08:00:00Z", "2026-09-14T09:00:00Z", true,
			"2026-09-14T08:00:00Z", "2026-09-14T09:00:00Z"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct arguments a = {.from = cases[i].from, .to = cases[i].to};
		struct err err = ERR_INIT;
		int64_t from = 0, to = 0, expect_from = 0, expect_to = 0;
		assert_int_equal(days_range(&a, cases[i].whole, &from, &to, &err), 0);
		assert_true(clock_parse(cases[i].expect_from, &expect_from));
		assert_true(clock_parse(cases[i].expect_to, &expect_to));
		assert_int_equal(from, expect_from);
		assert_int_equal(to, expect_to);
	}
}

static void a_range_that_is_none_is_refused(void **state)
{
	static const struct {
		const char *from, *to;
	} cases[] = {
		{"14/9", NULL},
		{NULL, "2026-13-01"},
		{"2026-09-15", "2026-09-14"},
		{"2026-09-15", "2026-09-15"},
		{"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct arguments a = {.from = cases[i].from, .to = cases[i].to};
		struct err err = ERR_INIT;
		int64_t from = 0, to = 0;
		assert_int_equal(days_range(&a, false, &from, &to, &err), -1);
		assert_string_not_equal(err.text, "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_may_stand_anywhere),
		cmocka_unit_test(what_is_not_said_has_its_default),
		cmocka_unit_test(a_dash_alone_is_a_word),
		cmocka_unit_test(wrong_values_are_refused),
		cmocka_unit_test(every_verb_is_found_by_its_name_and_describes_itself),
		cmocka_unit_test(a_range_of_days_holds_its_last_day_where_asked),
		cmocka_unit_test(a_range_that_is_none_is_refused),
	};

	clock_set_zone("Europe/Stockholm");
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "render-templates.h"
#include "render/words.h"

struct languages {
	json_t *sv;
	json_t *en;
};

static int set_up(void **state)
{
	static struct languages l;
	json_auto_t *templates = templates_load();
	struct err err = ERR_INIT;

	clock_set_zone("Europe/Stockholm");
	l.sv = words_new(templates, "sv", &err);
	l.en = words_new(templates, "en", &err);
	if (!l.sv || !l.en)
		print_message("%s\n", err.text);
	*state = &l;
	return l.sv && l.en ? 0 : -1;
}

static int tear_down(void **state)
{
	struct languages *l = *state;

	json_decref(l->sv);
	json_decref(l->en);
	return 0;
}

static int64_t at(const char *time)
{
	int64_t ret;

	assert_true(clock_parse(time, &ret));
	return ret;
}

static void expect(char *got, const char *expected)
{
	str_auto *owned = got;
	assert_string_equal(owned, expected);
}

static void dates_are_written_out(void **state)
{
	const struct languages *l = *state;

	expect(words_date(l->sv, at("2026-09-14T18:00:00+02:00")),
		"måndag 14 september 2026");
	expect(words_date(l->en, at("2026-09-14T18:00:00+02:00")),
		"Monday 14 September 2026");
	expect(words_date(l->sv, at("2026-12-31T22:59:59Z")),
		"torsdag 31 december 2026");
	expect(words_date(l->sv, at("2026-12-31T23:00:00Z")), "fredag 1 januari 2027");
	expect(words_date(l->sv, at("2026-03-29T12:00:00Z")), "söndag 29 mars 2026");
	expect(words_moment(l->sv, at("2026-09-17T09:02:00+02:00")),
		"torsdag 17 september 2026 kl. 09.02");
}

struct span {
	const char *from, *to, *sv, *en;
};

static const struct span spans[] = {
	{"2026-09-14T18:00:00+02:00", "2026-09-14T20:00:00+02:00", "18.00–20.00",
		"18:00–20:00"},
	{"2026-09-14T08:05:00+02:00", "2026-09-14T08:05:00+02:00", "08.05", "08:05"},
	{"2026-09-14T08:05:00+02:00", "2026-09-14T07:00:00+02:00", "08.05", "08:05"},
	{"2026-09-14T22:00:00+02:00", "2026-09-15T00:00:00+02:00", "22.00–00.00",
		"22:00–00:00"},
	{"2026-09-14T22:00:00+02:00", "2026-09-15T02:00:00+02:00",
		"22.00 till tisdag 15 september 2026 kl. 02.00",
		"22:00 to Tuesday 15 September 2026 at 02:00"},
	/* the night the clocks go back */
	{"2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "02.30–02.30", "02:30–02:30"},
};

static void time_spans_say_from_and_to(void **state)
{
	const struct languages *l = *state;

	for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
		expect(words_time_span(l->sv, at(spans[i].from), at(spans[i].to)),
			spans[i].sv);
		expect(words_time_span(l->en, at(spans[i].from), at(spans[i].to)),
			spans[i].en);
	}
}

struct size {
	int64_t bytes;
	const char *sv, *en;
};

static const struct size sizes[] = {
	{0, "0 byte", "0 bytes"},
	{1023, "1023 byte", "1023 bytes"},
	{1024, "1 kB", "1 kB"},
	{1300, "1,3 kB", "1.3 kB"},
	{49152, "48 kB", "48 kB"},
	{1048575, "1 MB", "1 MB"},
	{1258291, "1,2 MB", "1.2 MB"},
	{10446000, "10 MB", "10 MB"},
	{36700160, "35 MB", "35 MB"},
	{INT64_C(5) << 40, "5120 GB", "5120 GB"},
};

static void sizes_have_the_unit_people_know(void **state)
{
	const struct languages *l = *state;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		expect(words_size(l->sv, sizes[i].bytes), sizes[i].sv);
		expect(words_size(l->en, sizes[i].bytes), sizes[i].en);
	}
}

static void lists_end_with_their_joint(void **state)
{
	const struct languages *l = *state;
	json_auto_t *none = json_array();
	json_auto_t *one = json_pack("[s]", "PDF");
	json_auto_t *two = json_pack("[s, s]", "PDF", "RTF");
	json_auto_t *three = json_pack("[s, s, s]", "a", "b", "ö");

	expect(words_list(l->sv, none, "or"), "");
	expect(words_list(l->sv, one, "or"), "PDF");
	expect(words_list(l->sv, two, "or"), "PDF eller RTF");
	expect(words_list(l->sv, three, "and"), "a, b och ö");
	expect(words_list(l->en, three, "or"), "a, b or ö");
}

static void names_and_phrases_fall_back_to_their_key(void **state)
{
	const struct languages *l = *state;
	json_auto_t *words = json_deep_copy(l->sv);
	json_auto_t *data = json_pack("{s:s}", "from", "a & {{b}}");

	json_object_set_new(json_object_get(words, "names"), "why",
		json_pack("{s:s}", "sender", "Från {{from}}."));
	assert_string_equal(words_name(words, "partstat", "ACCEPTED"), "kommer");
	assert_string_equal(words_name(words, "partstat", "X-NEW"), "X-NEW");
	assert_string_equal(words_name(words, "nothing", "x"), "x");
	expect(words_phrase(words, "why", "sender", data), "Från a & {{b}}.");
	expect(words_phrase(words, "why", "other", data), "other");
	expect(words_phrase(words, "why", "sender", NULL), "Från .");
}

struct broken {
	const char *member;
	const char *value; /* JSON; NULL: left out */
	const char *error;
};

static const struct broken broken[] = {
	{"weekdays", "[\"måndag\"]", "sv/words.json: weekdays: must be an array of 7"},
	{"months", NULL, "sv/words.json: months: must be an array of 12"},
	{"months", "[1,2,3,4,5,6,7,8,9,10,11,12]", "sv/words.json: months: must be"},
	{"date", "3", "sv/words.json: date: must be a string"},
	{"span", "\"{{from\"", "sv/words.json: span: line 1: a tag is not closed"},
	{"names", "{\"a\": {\"b\": \"{{/c}}\"}}",
		"sv/words.json: names.a: b: line 1: a close without its section: c"},
};

static void words_that_cannot_be_used_are_refused_by_file_and_member(void **state)
{
	const struct languages *l = *state;

	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		json_auto_t *words = json_deep_copy(l->sv);
		struct err err = ERR_INIT;
		json_object_del(words, broken[i].member);
		if (broken[i].value)
			json_object_set_new(words, broken[i].member,
				json_loads(broken[i].value, JSON_DECODE_ANY, NULL));
		str_auto *text = json_dumps(words, 0);
		json_auto_t *templates = json_pack("{s:s}", "sv/words.json", text);
		assert_null(words_new(templates, "sv", &err));
		if (strncmp(err.text, broken[i].error, strlen(broken[i].error)) != 0)
			fail_msg("case %zu: %s", i, err.text);
	}
}

static void a_words_file_that_is_missing_or_no_json_is_named(void **state)
{
	json_auto_t *none = json_object();
	json_auto_t *bad = json_pack("{s:s}", "sv/words.json", "{\n\"a\": }");
	struct err err = ERR_INIT;

	(void)state;
	assert_null(words_new(none, "en", &err));
	assert_string_equal(err.text, "sv/words.json: there is no such file");
	assert_null(words_new(bad, "sv", &err));
	assert_memory_equal(err.text, "sv/words.json: line 2: ", 23);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_are_written_out),
		cmocka_unit_test(time_spans_say_from_and_to),
		cmocka_unit_test(sizes_have_the_unit_people_know),
		cmocka_unit_test(lists_end_with_their_joint),
		cmocka_unit_test(names_and_phrases_fall_back_to_their_key),
		cmocka_unit_test(
			words_that_cannot_be_used_are_refused_by_file_and_member),
		cmocka_unit_test(a_words_file_that_is_missing_or_no_json_is_named),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}

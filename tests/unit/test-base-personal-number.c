/* Which digits are a personal identity number, and which only look like one (A29). */
#include "base/personal-number.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A29 */
static void a_personal_number_is_found_however_it_is_written(void **state)
{
	(void)state;
	static const struct {
		const char *text, *found;
	} cases[] = {
		{"811228-9874", "811228-9874"},
		{"Kontakta Sven, 670919-9530.", "670919-9530"},
		{"19811228-9874", "19811228-9874"},
		{"198112289874", "198112289874"},
		{"8112289874", "8112289874"},
		{"(811228-9874)", "811228-9874"},
		{"\"811228-9874\"", "811228-9874"},
		{"121212+1212", "121212+1212"},
		{"18121212+1212", "18121212+1212"},
		{"121212-1212, Tolvan", "121212-1212"},
		/* samordningsnummer: day + 60 */
		{"701063-2391", "701063-2391"},
		{"19701063-2391", "19701063-2391"},
		{"197010632391", "197010632391"},
		{"690891-2345", "690891-2345"},
		/* hyphens and blanks of word processors */
		{"811228\xe2\x80\x91"
		 "9874",
			"811228\xe2\x80\x91"
			"9874"},
		{"811228\xe2\x80\x93"
		 "9874",
			"811228\xe2\x80\x93"
			"9874"},
		{"811228\xe2\x88\x92"
		 "9874",
			"811228\xe2\x88\x92"
			"9874"},
		{"personnummer 811228 9874", "811228 9874"},
		{"pnr: 19811228\xc2\xa0"
		 "9874",
			"19811228\xc2\xa0"
			"9874"},
		{"Personnummer: 0501011233", "0501011233"},
		{"050101-1233", "050101-1233"},
		{"200501011233", "200501011233"},
		/* 29 February where there was one */
		{"000229-1235", "000229-1235"},
		{"20000229-1235", "20000229-1235"},
		{"640229-4448", "640229-4448"},
		/* among other words and signs */
		{"anna_811228-9874.pdf", "811228-9874"},
		{"198112289874,Anna", "198112289874"},
		{"811228-9874/670919-9530", "811228-9874"},
		{"nr:811228-9874;", "811228-9874"},
		{"1. Ärende om 811228-9874", "811228-9874"},
		{"Ring Anna, 811228-9874", "811228-9874"},
		{"Fakturan gäller 811228-9874", "811228-9874"},
		{"hotellet 811228-9874", "811228-9874"},
		{"Född: 811228-9874 tel 013-20 60 00", "811228-9874"},
		{"Tel 070-123 45 67 pnr 8112289874", "8112289874"},
		{"möte 2026-09-14\n8112289874 skrev", "8112289874"},
		{"\xc3\xa5 8112289874", "8112289874"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t at = 0;
		size_t len = 0;
		if (!personal_number_find(cases[i].text, 0, &at, &len))
			fail_msg("not found in %s", cases[i].text);
		str_auto *found = xstrndup(cases[i].text + at, len);
		assert_string_equal(found, cases[i].found);
	}
}

static void what_only_looks_like_one_is_left_alone(void **state)
{
	(void)state;
	static const char *const cases[] = {
		"",
		"Inga siffror alls",
		/* check digit, day, month, century */
		"811228-9875",
		"8112289873",
		"811328-9874",
		"811200-9874",
		"811232-9874",
		"701392-2391",
		"20010229-7774",
		"010229-7774",
		"630229-8123",
		"17811228-9874",
		"21811228-9874",
		"221112289874",
		/* other lengths, parts of something longer */
		"81228-9874",
		"811228-987",
		"811228-98741",
		"1811228-9874",
		"8112289874000",
		"81122898740",
		"3198112289874",
		"1-811228-9874",
		"811228-9874-2",
		"SE8112289874",
		"8112289874A",
		"0.8112289874",
		"8112289874.25",
		/* telephone numbers */
		"0701234569",
		"070-123 45 69",
		"0101234565",
		"+46701234569",
		"+46 8112289874",
		"Ring 8112289874",
		"tel. 811228-9874",
		"Mobil: 8112289874",
		/* other numbers that an office writes */
		"OCR 8112289874",
		"OCR-nummer: 198112289874",
		"Dnr 811228-9874",
		"diarienummer KS 811228-9874",
		"Faktura 198112289874",
		"Faktura nr 198112289874",
		"(tel: 8112289874)",
		"kontonummer 8112289874",
		"Bankgiro 8112289874",
		"org.nr 556036-0793",
		"556036-0793",
		"16556036-0793",
		"SE45 5000 0000 0583 9825 7466",
		/* a day and a time, without a word that names it */
		"260914 1839",
		"20260914 1839",
		"2026-09-14 18.30",
		"EKH-2026-09-14",
		"2026-000123",
		/* X for digits, letters among them */
		"811228-XXXX",
		"811228-98TF",
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t at = 0;
		size_t len = 0;
		if (personal_number_find(cases[i], 0, &at, &len))
			fail_msg("found in \"%s\" at %zu", cases[i], at);
		assert_false(personal_number_is_in(cases[i]));
	}
	assert_false(personal_number_is_in(NULL));
}

static void a_mask_takes_the_digits_of_all_and_nothing_else(void **state)
{
	(void)state;
	str_auto *masked = personal_number_mask(
		"Om 811228-9874 och 198112289874, ring 013-20 60 00");

	assert_string_equal(
		masked, "Om XXXXXX-XXXX och XXXXXXXXXXXX, ring 013-20 60 00");
	assert_null(personal_number_mask(NULL));
	assert_int_equal(
		personal_number_count("811228-9874, 670919-9530 och 811228-9875"), 2);
	assert_int_equal(personal_number_count(""), 0);
}

/* Ten digits with every day and every running number: one in ten, no more. */
static void each_day_has_one_check_digit_for_each_running_number(void **state)
{
	(void)state;
	int found = 0;

	for (int last = 0; last < 10000; last++) {
		str_auto *text = xasprintf("811228-%04d", last);
		found += personal_number_is_in(text);
	}
	assert_int_equal(found, 1000);
}

static void a_long_run_of_digits_takes_no_time(void **state)
{
	(void)state;
	const size_t len = 4000000;
	str_auto *text = xcalloc(1, len + 1);

	memset(text, '1', len);
	assert_false(personal_number_is_in(text));
	for (size_t i = 6; i < len; i += 7)
		text[i] = i % 2 ? '-' : ' ';
	assert_false(personal_number_is_in(text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_personal_number_is_found_however_it_is_written),
		cmocka_unit_test(what_only_looks_like_one_is_left_alone),
		cmocka_unit_test(a_mask_takes_the_digits_of_all_and_nothing_else),
		cmocka_unit_test(each_day_has_one_check_digit_for_each_running_number),
		cmocka_unit_test(a_long_run_of_digits_takes_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "duty/holidays.h"

/* The day of that key, "" where the year has none. Valid until the next call. */
static const char *day_of(int year, const char *key)
{
	static struct holiday list[HOLIDAYS_MAX];
	size_t count = holidays_of_year(year, list);

	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].key, key) == 0)
			return list[i].day;
	return "";
}

static void easter_is_where_the_almanac_has_it(void **state)
{
	static const char *const days[] = {"2019-04-21", "2020-04-12", "2021-04-04",
		"2022-04-17", "2023-04-09", "2024-03-31", "2025-04-20", "2026-04-05",
		"2027-03-28", "2028-04-16", "2029-04-01", "2030-04-21", "2031-04-13",
		"2032-03-28", "2033-04-17", "2034-04-09", "2035-03-25",
		/* The two moved epacts, the earliest and the latest. */
		"1954-04-18", "1981-04-19", "2076-04-19", "2049-04-18", "2106-04-18",
		"1974-04-14", "2285-03-22", "2038-04-25", "2000-04-23", "2100-03-28"};

	(void)state;
	for (size_t i = 0; i < sizeof(days) / sizeof(*days); i++)
		assert_string_equal(day_of(atoi(days[i]), "easter-day"), days[i]);
}

static void days_that_hang_on_easter_keep_their_distance(void **state)
{
	static const struct {
		const char *key, *day;
	} cases[] = {
		{"good-friday", "2026-04-03"},
		{"easter-eve", "2026-04-04"},
		{"easter-monday", "2026-04-06"},
		{"ascension-day", "2026-05-14"},
		{"pentecost-eve", "2026-05-23"},
		{"pentecost-day", "2026-05-24"},
		{"ascension-day", "2008-05-01"},
		{"good-friday", "2027-03-26"},
		{"pentecost-day", "2035-05-13"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(
			day_of(atoi(cases[i].day), cases[i].key), cases[i].day);
}

static void midsummer_and_all_saints_are_saturdays_of_their_weeks(void **state)
{
	static const struct {
		const char *eve, *day, *saints;
	} cases[] = {
		{"2019-06-21", "2019-06-22", "2019-11-02"},
		{"2020-06-19", "2020-06-20", "2020-10-31"},
		{"2021-06-25", "2021-06-26", "2021-11-06"},
		{"2022-06-24", "2022-06-25", "2022-11-05"},
		{"2023-06-23", "2023-06-24", "2023-11-04"},
		{"2024-06-21", "2024-06-22", "2024-11-02"},
		{"2025-06-20", "2025-06-21", "2025-11-01"},
		{"2026-06-19", "2026-06-20", "2026-10-31"},
		{"2027-06-25", "2027-06-26", "2027-11-06"},
		{"2028-06-23", "2028-06-24", "2028-11-04"},
		{"2030-06-21", "2030-06-22", "2030-11-02"},
		{"2035-06-22", "2035-06-23", "2035-11-03"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int year = atoi(cases[i].day);
		assert_string_equal(day_of(year, "midsummer-eve"), cases[i].eve);
		assert_string_equal(day_of(year, "midsummer-day"), cases[i].day);
		assert_string_equal(day_of(year, "all-saints-day"), cases[i].saints);
	}
}

static void a_year_has_them_all_by_date(void **state)
{
	static const char *const days[] = {"2026-01-01 new-years-day",
		"2026-01-06 epiphany", "2026-04-03 good-friday",
		"2026-04-04 easter-eve", "2026-04-05 easter-day",
		"2026-04-06 easter-monday", "2026-05-01 first-of-may",
		"2026-05-14 ascension-day", "2026-05-23 pentecost-eve",
		"2026-05-24 pentecost-day", "2026-06-06 national-day",
		"2026-06-19 midsummer-eve", "2026-06-20 midsummer-day",
		"2026-10-31 all-saints-day", "2026-12-24 christmas-eve",
		"2026-12-25 christmas-day", "2026-12-26 boxing-day",
		"2026-12-31 new-years-eve"};
	struct holiday list[HOLIDAYS_MAX];
	size_t count = holidays_of_year(2026, list);

	(void)state;
	assert_int_equal(count, sizeof(days) / sizeof(*days));
	for (size_t i = 0; i < count; i++) {
		assert_memory_equal(list[i].day, days[i], 10);
		assert_string_equal(list[i].key, days[i] + 11);
	}
}

static void whit_monday_made_room_for_national_day(void **state)
{
	(void)state;
	assert_string_equal(day_of(2004, "whit-monday"), "2004-05-31");
	assert_string_equal(day_of(2004, "national-day"), "");
	assert_string_equal(day_of(2005, "whit-monday"), "");
	assert_string_equal(day_of(2005, "national-day"), "2005-06-06");
}

static void of_two_on_a_day_the_one_of_the_law_is_found(void **state)
{
	struct holiday list[HOLIDAYS_MAX];

	(void)state;
	/* Pentecost is on 7 June in 2071, its eve on National Day. */
	size_t count = holidays_of_year(2071, list);
	const struct holiday *found = holidays_find(list, count, "2071-06-06");
	assert_non_null(found);
	assert_string_equal(found->key, "national-day");
	assert_int_equal(found->kind, HOLIDAY_LAW);
	assert_null(holidays_find(list, count, "2071-06-05"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(easter_is_where_the_almanac_has_it),
		cmocka_unit_test(days_that_hang_on_easter_keep_their_distance),
		cmocka_unit_test(midsummer_and_all_saints_are_saturdays_of_their_weeks),
		cmocka_unit_test(a_year_has_them_all_by_date),
		cmocka_unit_test(whit_monday_made_room_for_national_day),
		cmocka_unit_test(of_two_on_a_day_the_one_of_the_law_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int stockholm(void **state)
{
	(void)state;
	clock_set_zone("Europe/Stockholm");
	return 0;
}

static int64_t at(const char *s)
{
	int64_t t;

	assert_true(clock_parse(s, &t));
	return t;
}

static void a_valid_time_is_read(void **state)
{
	static const struct {
		const char *s;
		int64_t at;
	} cases[] = {
		{"1970-01-01T00:00:00Z", 0},
		{"2026-09-01T08:00:00+02:00", 1788242400},
		{"2026-09-01T06:00:00Z", 1788242400},
		{"2026-09-01t06:00:00z", 1788242400},
		{"2026-09-01T06:00:00.999Z", 1788242400},
		{"2026-09-01T01:30:00-04:30", 1788242400},
		{"2026-09-01T06:00:00-00:00", 1788242400},
		{"2024-02-29T00:00:00Z", 1709164800},
		{"2016-12-31T23:59:60Z", 1483228800},
		{"2017-01-01T00:59:60+01:00", 1483228800},
		{"1969-12-31T23:59:59Z", -1},
		{"9999-12-31T23:59:59Z", 253402300799},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t t = 42;
		assert_true(clock_parse(cases[i].s, &t));
		assert_int_equal(t, cases[i].at);
	}
}

static void an_invalid_time_is_refused(void **state)
{
	static const char *const cases[] = {"", "2026-09-01", "2026-09-01T06:00:00",
		"2026-09-01T06:00Z", "2026-09-01 06:00:00Z", "2026-9-01T06:00:00Z",
		"2026-13-01T06:00:00Z", "2026-00-01T06:00:00Z", "2026-09-31T06:00:00Z",
		"2026-09-00T06:00:00Z", "2026-02-29T06:00:00Z", "2100-02-29T06:00:00Z",
		"2026-09-01T24:00:00Z", "2026-09-01T06:60:00Z", "2026-09-01T06:00:61Z",
		"2026-09-01T06:00:60Z", "2026-09-01T06:00:00.Z",
		"2026-09-01T06:00:00,5Z", "2026-09-01T06:00:00+2:00",
		"2026-09-01T06:00:00+0200", "2026-09-01T06:00:00+24:00",
		"2026-09-01T06:00:00+02:60", "2026-09-01T06:00:00Z ",
		" 2026-09-01T06:00:00Z", "+026-09-01T06:00:00Z",
		"2026-09-01T06:00:00\xe2\x88\x92"
		"02:00",
		"20260901T060000Z", "12026-09-01T06:00:00Z"};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t t;
		assert_false(clock_parse(cases[i], &t));
	}
}

static void a_day_begins_at_local_midnight(void **state)
{
	static const struct {
		const char *zone;
		const char *day;
		const char *start;
	} cases[] = {
		{"Europe/Stockholm", "2026-07-01", "2026-06-30T22:00:00Z"},
		{"Europe/Stockholm", "2026-01-01", "2025-12-31T23:00:00Z"},
		{"Europe/Stockholm", "2026-03-29", "2026-03-28T23:00:00Z"},
		{"Europe/Stockholm", "2026-10-25", "2026-10-24T22:00:00Z"},
		{"Europe/Stockholm", "2026-10-25T12:00:00Z", "2026-10-25T12:00:00Z"},
		/* midnight was skipped: the day began at 01:00 */
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"},
		/* midnight came twice */
		{"America/Havana", "2025-11-02", "2025-11-02T04:00:00Z"},
	};
	int64_t t;

	for (size_t i = 0; i < COUNT(cases); i++) {
		clock_set_zone(cases[i].zone);
		assert_true(clock_parse_day(cases[i].day, &t));
		assert_int_equal(t, at(cases[i].start));
	}
	assert_false(clock_parse_day("2026-02-30", &t));
	assert_false(clock_parse_day("2026-02-3", &t));
	assert_false(clock_parse_day("", &t));
	stockholm(state);
}

static void times_are_written_with_the_offset_of_their_day(void **state)
{
	static const struct {
		const char *utc;
		const char *local;
		const char *mail;
		const char *day;
		int week;
	} cases[] = {
		{"2026-09-01T06:00:00Z", "2026-09-01T08:00:00+02:00",
			"Tue, 01 Sep 2026 08:00:00 +0200", "2026-09-01", 36},
		{"2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00",
			"Thu, 01 Jan 2026 01:00:00 +0100", "2026-01-01", 1},
		/* either side of both changes */
		{"2026-03-29T00:59:59Z", "2026-03-29T01:59:59+01:00",
			"Sun, 29 Mar 2026 01:59:59 +0100", "2026-03-29", 13},
		{"2026-03-29T01:00:00Z", "2026-03-29T03:00:00+02:00",
			"Sun, 29 Mar 2026 03:00:00 +0200", "2026-03-29", 13},
		{"2026-10-25T00:30:00Z", "2026-10-25T02:30:00+02:00",
			"Sun, 25 Oct 2026 02:30:00 +0200", "2026-10-25", 43},
		{"2026-10-25T01:30:00Z", "2026-10-25T02:30:00+01:00",
			"Sun, 25 Oct 2026 02:30:00 +0100", "2026-10-25", 43},
		/* the year of the day and that of its week differ */
		{"2027-01-01T12:00:00Z", "2027-01-01T13:00:00+01:00",
			"Fri, 01 Jan 2027 13:00:00 +0100", "2027-01-01", 53},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t t = at(cases[i].utc);
		str_auto *local = clock_format(t);
		str_auto *utc = clock_format_utc(t);
		str_auto *mail = clock_format_mail(t);
		str_auto *day = clock_day(t);
		assert_string_equal(local, cases[i].local);
		assert_string_equal(utc, cases[i].utc);
		assert_string_equal(mail, cases[i].mail);
		assert_string_equal(day, cases[i].day);
		assert_int_equal(clock_iso_week(t), cases[i].week);
		assert_int_equal(at(local), t);
	}
}

static void a_western_offset_with_half_hours_is_written_right(void **state)
{
	clock_set_zone("America/St_Johns");
	str_auto *local = clock_format(at("2026-01-15T12:00:00Z"));
	str_auto *mail = clock_format_mail(at("2026-01-15T12:00:00Z"));
	assert_string_equal(local, "2026-01-15T08:30:00-03:30");
	assert_string_equal(mail, "Thu, 15 Jan 2026 08:30:00 -0330");
	stockholm(state);
}

static void local_times_count_as_rfc_5545_says_on_the_nights_of_change(void **state)
{
	static const struct {
		struct tm tm;
		const char *utc;
	} cases[] = {
		{{.tm_year = 126, .tm_mon = 5, .tm_mday = 1, .tm_hour = 9},
			"2026-06-01T07:00:00Z"},
		/* skipped: the offset before the gap */
		{{.tm_year = 126,
			 .tm_mon = 2,
			 .tm_mday = 29,
			 .tm_hour = 2,
			 .tm_min = 30},
			"2026-03-29T01:30:00Z"},
		/* twice: the first */
		{{.tm_year = 126,
			 .tm_mon = 9,
			 .tm_mday = 25,
			 .tm_hour = 2,
			 .tm_min = 30},
			"2026-10-25T00:30:00Z"},
		{{.tm_year = 126, .tm_mon = 9, .tm_mday = 25, .tm_hour = 3},
			"2026-10-25T02:00:00Z"},
		/* fields overflow; what they say of daylight saving is not heard */
		{{.tm_year = 126,
			 .tm_mon = 12,
			 .tm_mday = 32,
			 .tm_hour = 9,
			 .tm_isdst = 1},
			"2027-02-01T08:00:00Z"},
		{{.tm_year = 126, .tm_mon = 0, .tm_mday = 0}, "2025-12-30T23:00:00Z"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(clock_from_local(cases[i].tm), at(cases[i].utc));
}

static void days_are_added_at_the_same_wall_time(void **state)
{
	static const struct {
		const char *from;
		int days;
		const char *to;
	} cases[] = {
		{"2026-03-28T09:00:00+01:00", 1, "2026-03-29T09:00:00+02:00"},
		{"2026-03-30T09:00:00+02:00", -2, "2026-03-28T09:00:00+01:00"},
		{"2026-10-24T09:00:00+02:00", 7, "2026-10-31T09:00:00+01:00"},
		{"2026-03-28T02:30:00+01:00", 1, "2026-03-29T03:30:00+02:00"},
		{"2026-12-31T23:59:59+01:00", 1, "2027-01-01T23:59:59+01:00"},
		{"2024-02-28T12:00:00+01:00", 1, "2024-02-29T12:00:00+01:00"},
		{"2026-10-25T02:30:00+01:00", 0, "2026-10-25T02:30:00+01:00"},
		{"2026-09-01T09:00:00+02:00", -365, "2025-09-01T09:00:00+02:00"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		str_auto *to =
			clock_format(clock_add_days(at(cases[i].from), cases[i].days));
		assert_string_equal(to, cases[i].to);
	}
}

static void local_time_and_back_is_the_same_all_year(void **state)
{
	int64_t twice_from = at("2026-10-25T01:00:00Z");

	(void)state;
	for (int64_t t = at("2026-01-01T00:00:00Z"); t < at("2027-01-01T00:00:00Z");
		t += 1800) {
		/* of the hour that comes twice only the first can come back */
		int64_t back = clock_from_local(clock_local(t));
		int64_t lost = t >= twice_from && t < twice_from + 3600 ? 3600 : 0;
		assert_int_equal(back, t - lost);
	}
}

static void zones_are_known_by_name_only(void **state)
{
	static const char *const good[] = {"Europe/Stockholm", "UTC",
		"America/Argentina/Buenos_Aires", "Etc/GMT+1"};
	static const char *const bad[] = {"", "Europe", "Europe/Stokholm",
		"/etc/passwd", "../../../etc/passwd", "Europe/../Europe/Stockholm",
		"zone.tab", "/usr/share/zoneinfo/UTC", "Europe/Stockholm\n",
		"CET-1CEST"};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(clock_zone_exists(good[i]));
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(clock_zone_exists(bad[i]));
}

static void the_clock_can_be_started_elsewhere(void **state)
{
	(void)state;
	clock_start_at(1788242400);
	int64_t now = clock_now();
	assert_in_range(now, 1788242400, 1788242400 + 60);
	clock_start_at(0);
	assert_true(llabs(clock_now() - (int64_t)time(NULL)) <= 1);
	int64_t first = clock_monotonic_ms();
	assert_true(clock_monotonic_ms() >= first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_valid_time_is_read),
		cmocka_unit_test(an_invalid_time_is_refused),
		cmocka_unit_test(a_day_begins_at_local_midnight),
		cmocka_unit_test(times_are_written_with_the_offset_of_their_day),
		cmocka_unit_test(a_western_offset_with_half_hours_is_written_right),
		cmocka_unit_test(
			local_times_count_as_rfc_5545_says_on_the_nights_of_change),
		cmocka_unit_test(days_are_added_at_the_same_wall_time),
		cmocka_unit_test(local_time_and_back_is_the_same_all_year),
		cmocka_unit_test(zones_are_known_by_name_only),
		cmocka_unit_test(the_clock_can_be_started_elsewhere),
	};

	return cmocka_run_group_tests_name("base/clock", tests, stockholm, NULL);
}

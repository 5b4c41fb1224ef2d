#include "calendar-test.h"

#include "base/buf.h"

struct series {
	const char *text;
	const char *expected; /* local starts in 2026, a line each */
};

#define WEEKLY AT "20260907T180000\r\nDURATION:PT2H\r\nRRULE:FREQ=WEEKLY;COUNT=4\r\n"
#define OVERRIDE(id, body) EVENT("RECURRENCE-ID;TZID=Europe/Stockholm:" id "\r\n" body)

static const struct series series[] = {
	{ONE(AT "20260907T180000\r\n"), "2026-09-07T18:00:00+02:00\n"},
	{ONE(AT "20250907T180000\r\n"), ""},
	/* over midnight into the window, and right up to it */
	{ONE(AT "20251231T220000\r\nDURATION:PT3H\r\n"), "2025-12-31T22:00:00+01:00\n"},
	{ONE(AT "20251231T220000\r\nDURATION:PT2H\r\n"), ""},
	{ONE(AT "20260101T000000\r\n"), "2026-01-01T00:00:00+01:00\n"},
	{ONE(AT "20270101T000000\r\n"), ""},
	{ONE(WEEKLY), "2026-09-07T18:00:00+02:00\n2026-09-14T18:00:00+02:00\n"
		      "2026-09-21T18:00:00+02:00\n2026-09-28T18:00:00+02:00\n"},
	/* the local time stays when the clocks change */
	{ONE(AT "20261019T180000\r\nRRULE:FREQ=WEEKLY;UNTIL=20261026T170000Z\r\n"),
		"2026-10-19T18:00:00+02:00\n2026-10-26T18:00:00+01:00\n"},
	{ONE(AT "20261019T180000\r\nRRULE:FREQ=WEEKLY;UNTIL=20261026T165959Z\r\n"),
		"2026-10-19T18:00:00+02:00\n"},
	{ONE(AT "20261019T180000\r\nRRULE:FREQ=WEEKLY;UNTIL=20261026\r\n"),
		"2026-10-19T18:00:00+02:00\n2026-10-26T18:00:00+01:00\n"},
	{ONE(AT "20260328T023000\r\nRRULE:FREQ=DAILY;COUNT=3\r\n"),
		"2026-03-28T02:30:00+01:00\n2026-03-29T03:30:00+02:00\n"
		"2026-03-30T02:30:00+02:00\n"},
	{ONE(AT "20261024T023000\r\nRRULE:FREQ=DAILY;COUNT=3\r\n"),
		"2026-10-24T02:30:00+02:00\n2026-10-25T02:30:00+02:00\n"
		"2026-10-26T02:30:00+01:00\n"},
	/* rules as offices write them */
	{ONE(AT "20260901T180000\r\nRRULE:FREQ=MONTHLY;BYDAY=1TU;COUNT=3\r\n"),
		"2026-09-01T18:00:00+02:00\n2026-10-06T18:00:00+02:00\n"
		"2026-11-03T18:00:00+01:00\n"},
	{ONE(AT "20260930T180000\r\nRRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-"
		"1\r\n"),
		"2026-09-30T18:00:00+02:00\n2026-10-30T18:00:00+01:00\n"
		"2026-11-30T18:00:00+01:00\n2026-12-31T18:00:00+01:00\n"},
	{ONE(AT "20240229T180000\r\nRRULE:FREQ=YEARLY\r\n"), ""},
	{ONE("DTSTART;VALUE=DATE:20261130\r\nRRULE:FREQ=MONTHLY;BYMONTHDAY=-1\r\n"),
		"2026-11-30T00:00:00+01:00\n2026-12-31T00:00:00+01:00\n"},
	{ONE("DTSTART;VALUE=DATE:20261130\r\nRRULE:FREQ=DAILY;COUNT=2;BYHOUR=9,10\r\n"),
		"2026-11-30T00:00:00+01:00\n2026-12-01T00:00:00+01:00\n"},
	/* begun long ago; the third week counts from then */
	{ONE(AT "20001204T180000\r\nRRULE:FREQ=WEEKLY;INTERVAL=26\r\n"),
		"2026-05-04T18:00:00+02:00\n2026-11-02T18:00:00+01:00\n"},
	/* DTSTART is the first of COUNT, whatever the rule says of it */
	{ONE(AT "20260908T180000\r\nRRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=2\r\n"),
		"2026-09-08T18:00:00+02:00\n2026-09-14T18:00:00+02:00\n"},
	/* taken away and put to */
	{ONE(WEEKLY "EXDATE;TZID=Europe/Stockholm:20260914T180000\r\n"
		    "EXDATE:20260921T160000Z\r\nEXDATE;VALUE=DATE:20260928\r\n"),
		"2026-09-07T18:00:00+02:00\n"},
	{ONE(AT "20260328T023000\r\nRRULE:FREQ=DAILY;COUNT=3\r\nEXDATE:"
		"20260329T013000Z\r\n"),
		"2026-03-28T02:30:00+01:00\n2026-03-30T02:30:00+02:00\n"},
	{ONE("DTSTART;VALUE=DATE:20260914\r\nRRULE:FREQ=DAILY;COUNT=3\r\n"
	     "EXDATE;VALUE=DATE:20260915\r\nEXDATE:20260915T220000Z\r\n"),
		"2026-09-14T00:00:00+02:00\n"},
	{ONE(AT "20260907T180000\r\nRDATE;TZID=Europe/Stockholm:20260909T090000\r\n"
		"RDATE:20260910T090000Z\r\nRDATE;VALUE=DATE:20260911\r\n"
		"RDATE;TZID=America/New_York:20260912T090000,20260907T120000\r\n"),
		"2026-09-07T18:00:00+02:00\n2026-09-09T09:00:00+02:00\n"
		"2026-09-10T11:00:00+02:00\n2026-09-11T18:00:00+02:00\n"
		"2026-09-12T15:00:00+02:00\n"},
	{ONE(WEEKLY "EXRULE:FREQ=WEEKLY;INTERVAL=2\r\n"),
		"2026-09-07T18:00:00+02:00\n2026-09-14T18:00:00+02:00\n"
		"2026-09-28T18:00:00+02:00\n"},
	/* moved, moved out of the year, into it, by another zone's name of the time */
	{CALENDAR(EVENT(WEEKLY) OVERRIDE("20260914T180000", AT "20260915T190000\r\n")),
		"2026-09-07T18:00:00+02:00\n2026-09-15T19:00:00+02:00\n"
		"2026-09-21T18:00:00+02:00\n2026-09-28T18:00:00+02:00\n"},
	{CALENDAR(EVENT(WEEKLY) OVERRIDE("20260928T180000", AT "20270115T190000\r\n")),
		"2026-09-07T18:00:00+02:00\n2026-09-14T18:00:00+02:00\n"
		"2026-09-21T18:00:00+02:00\n"},
	{CALENDAR(EVENT(AT "20250907T180000\r\nRRULE:FREQ=WEEKLY;COUNT=2\r\n")
			 OVERRIDE("20250914T180000", AT "20260107T180000\r\n")),
		"2026-01-07T18:00:00+01:00\n"},
	{CALENDAR(EVENT(WEEKLY) EVENT(
		 "RECURRENCE-ID:20260914T160000Z\r\n" AT "20260915T190000\r\n")),
		"2026-09-07T18:00:00+02:00\n2026-09-15T19:00:00+02:00\n"
		"2026-09-21T18:00:00+02:00\n2026-09-28T18:00:00+02:00\n"},
	/* the override that is newer counts, wherever it stands */
	{CALENDAR(OVERRIDE("20260907T180000", "SEQUENCE:2\r\n" AT "20260908T180000\r\n")
			 EVENT(AT "20260907T180000\r\nRRULE:FREQ=DAILY;COUNT=1\r\n")
				 OVERRIDE("20260907T180000",
					 "SEQUENCE:1\r\n" AT "20260909T180000\r\n")),
		"2026-09-08T18:00:00+02:00\n"},
	/* an override alone, as in an invitation to one date */
	{CALENDAR(OVERRIDE("20260907T180000", AT "20260908T180000\r\n")),
		"2026-09-08T18:00:00+02:00\n"},
	/* an override that cannot be read: its date is not held as if unchanged */
	{CALENDAR(EVENT(WEEKLY)
			 OVERRIDE("20260914T180000", "DTSTART:20269999T000000\r\n")),
		"2026-09-07T18:00:00+02:00\n2026-09-21T18:00:00+02:00\n"
		"2026-09-28T18:00:00+02:00\n"},
	{CALENDAR(EVENT(WEEKLY) EVENT(
		 "RECURRENCE-ID;RANGE=THISANDFUTURE:20260921T160000Z\r\n" AT
		 "20260922T190000\r\n")),
		"2026-09-07T18:00:00+02:00\n2026-09-14T18:00:00+02:00\n"
		"2026-09-22T19:00:00+02:00\n2026-09-29T19:00:00+02:00\n"},
	/* a second calendar in the file has series of its own */
	{ONE(WEEKLY) CALENDAR(OVERRIDE("20260914T180000", AT "20260915T190000\r\n")),
		"2026-09-07T18:00:00+02:00\n2026-09-14T18:00:00+02:00\n"
		"2026-09-15T19:00:00+02:00\n2026-09-21T18:00:00+02:00\n"
		"2026-09-28T18:00:00+02:00\n"},
};

static char *starts_of(const json_t *said)
{
	buf_auto out = BUF_EMPTY;
	size_t i;
	const json_t *o;

	json_array_foreach (json_object_get(said, "occurrences"), i, o) {
		buf_add_str(&out, json_str(o, "starts_at"));
		buf_add_char(&out, '\n');
	}
	return buf_steal(&out);
}

static void a_series_takes_place_when_its_rules_and_exceptions_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(series) / sizeof(*series); i++) {
		json_auto_t *said = read_year(series[i].text);
		str_auto *starts = starts_of(said);
		if (strcmp(starts, series[i].expected) != 0) {
			str_auto *problems = text_at(said, "/problems");
			print_error("case %zu: %s\n%s\n", i, series[i].text, problems);
		}
		assert_string_equal(starts, series[i].expected);
	}
}

static void a_member_names_its_place_in_the_series_and_its_component(void **state)
{
	(void)state;
	json_auto_t *said = read_year(CALENDAR(EVENT(WEEKLY) OVERRIDE(
		"20260914T180000", "STATUS:CANCELLED\r\n" AT "20260914T180000\r\n")));
	str_auto *second = text_at(said, "/occurrences/1");
	str_auto *status = text_at(said, "/components/1/status");

	assert_string_equal(second,
		"{\"uid\":\"u\",\"recurrence_id\":\"20260914T160000Z\","
		"\"starts_at\":\"2026-09-14T18:00:00+02:00\","
		"\"ends_at\":\"2026-09-14T18:00:00+02:00\",\"starts\":1789401600,"
		"\"ends\":1789401600,\"all_day\":false,\"component\":1}");
	assert_string_equal(status, "CANCELLED");
}

static void a_single_meeting_has_no_recurrence_id(void **state)
{
	(void)state;
	json_auto_t *said = read_year(ONE(AT "20260914T180000\r\n"));
	str_auto *id = text_at(said, "/occurrences/0/recurrence_id");

	assert_string_equal(id, "");
	assert_non_null(at_path(said, "/occurrences/0/recurrence_id"));
}

static void dates_of_whole_days_are_named_by_the_day(void **state)
{
	(void)state;
	json_auto_t *said =
		read_year(ONE("DTSTART;VALUE=DATE:20260914\r\nRRULE:FREQ=YEARLY\r\n"));
	str_auto *id = text_at(said, "/occurrences/0/recurrence_id");

	assert_string_equal(id, "20260914");
}

static void a_period_has_an_end_of_its_own(void **state)
{
	(void)state;
	json_auto_t *said =
		read_year(ONE(AT "20260914T180000\r\nDURATION:PT2H\r\n"
				 "RDATE;VALUE=PERIOD:20260915T160000Z/PT30M,"
				 "20260916T160000Z/20260916T163000Z\r\n"));
	static const char *const ends[] = {"2026-09-14T20:00:00+02:00",
		"2026-09-15T18:30:00+02:00", "2026-09-16T18:30:00+02:00"};

	for (size_t i = 0; i < 3; i++)
		assert_string_equal(
			json_str(
				json_array_get(json_object_get(said, "occurrences"), i),
				"ends_at"),
			ends[i]);
}

static void more_occurrences_than_the_limit_are_left_out_and_told(void **state)
{
	(void)state;
	json_auto_t *said =
		read_year(ONE(AT "20260101T180000\r\nRRULE:FREQ=DAILY\r\n"));
	str_auto *reason = text_at(said, "/problems/0/reason");

	assert_int_equal(json_array_size(json_object_get(said, "occurrences")), 100);
	assert_string_equal(reason, "too-many-occurrences");
}

static void no_window_no_occurrences(void **state)
{
	(void)state;
	json_auto_t *said = read_text(ONE(WEEKLY));

	assert_null(json_object_get(said, "occurrences"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_series_takes_place_when_its_rules_and_exceptions_say),
		cmocka_unit_test(
			a_member_names_its_place_in_the_series_and_its_component),
		cmocka_unit_test(a_single_meeting_has_no_recurrence_id),
		cmocka_unit_test(dates_of_whole_days_are_named_by_the_day),
		cmocka_unit_test(a_period_has_an_end_of_its_own),
		cmocka_unit_test(more_occurrences_than_the_limit_are_left_out_and_told),
		cmocka_unit_test(no_window_no_occurrences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

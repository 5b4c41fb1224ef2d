/* What several mails say of one entry, taken together. */
#include "calendar-test.h"

#include "base/buf.h"

/* A mail: its METHOD and one component. n: SEQUENCE; at: minute of DTSTAMP. */
#define MAIL(method, body) CALENDAR("METHOD:" method "\r\n" body)
#define STAMP(n, at) "SEQUENCE:" n "\r\nDTSTAMP:20260901T08" at "00Z\r\n"
#define THREE(n, at, name)                                                             \
	EVENT(STAMP(n, at) "SUMMARY:" name "\r\n" AT "20260907T180000\r\n"             \
			   "DURATION:PT2H\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\n")
#define OF(date) "RECURRENCE-ID;TZID=Europe/Stockholm:202609" date "T180000\r\n"
#define DATE(n, at, date, to, name)                                                    \
	EVENT(STAMP(n, at) OF(date) "SUMMARY:" name "\r\n" AT "202609" to "\r\n"       \
				    "DURATION:PT2H\r\n")
#define REQ(body) MAIL("REQUEST", body)
#define OFF(body) MAIL("CANCEL", body)
#define A REQ(THREE("0", "00", "a"))

#define D7 "2026-09-07T18:00:00+02:00 "
#define D14 "2026-09-14T18:00:00+02:00 "
#define D15 "2026-09-15T18:00:00+02:00 "
#define D21 "2026-09-21T18:00:00+02:00 "

static const struct {
	const char *mails;
	const char *expected; /* start, summary, "off" with the canceller's SEQUENCE */
} cases[] = {
	{A, D7 "a\n" D14 "a\n" D21 "a\n"},
	/* a date that was mailed by itself is moved, then moved back, then older news
	 */
	{A REQ(DATE("1", "05", "14", "15T180000", "b")), D7 "a\n" D15 "b\n" D21 "a\n"},
	{A REQ(DATE("1", "05", "14", "15T180000", "b"))
			REQ(DATE("2", "06", "14", "14T180000", "c")),
		D7 "a\n" D14 "c\n" D21 "a\n"},
	{A REQ(DATE("2", "06", "14", "14T180000", "c"))
			REQ(DATE("1", "05", "14", "15T180000", "b")),
		D7 "a\n" D14 "c\n" D21 "a\n"},
	/* the whole series again: by SEQUENCE, then DTSTAMP */
	{A REQ(THREE("0", "01", "b")), D7 "b\n" D14 "b\n" D21 "b\n"},
	{REQ(THREE("0", "01", "b")) A, D7 "b\n" D14 "b\n" D21 "b\n"},
	{REQ(THREE("1", "00", "b")) REQ(THREE("0", "09", "a")),
		D7 "b\n" D14 "b\n" D21 "b\n"},
	/* which leaves the changed date where its own SEQUENCE is no lower */
	{A REQ(DATE("1", "05", "14", "15T180000", "b")) REQ(THREE("1", "09", "c")),
		D7 "c\n" D15 "b\n" D21 "c\n"},
	{A REQ(DATE("1", "05", "14", "15T180000", "b")) REQ(THREE("2", "09", "c")),
		D7 "c\n" D14 "c\n" D21 "c\n"},
	/* or where it brings it along */
	{A REQ(THREE("2", "09", "c") DATE("1", "05", "14", "15T180000", "b")),
		D7 "c\n" D15 "b\n" D21 "c\n"},
	/* one date called off: with its time, without, moved before, without SEQUENCE
	 */
	{A OFF(DATE("1", "05", "14", "14T180000", "b")),
		D7 "a\n" D14 "a off 1\n" D21 "a\n"},
	{A OFF(EVENT(STAMP("1", "05") OF("14"))), D7 "a\n" D14 "a off 1\n" D21 "a\n"},
	{A REQ(DATE("1", "05", "14", "15T180000", "b"))
			OFF(EVENT(STAMP("2", "06") OF("14"))),
		D7 "a\n" D15 "b off 2\n" D21 "a\n"},
	{REQ(THREE("3", "00", "a")) OFF(EVENT("DTSTAMP:20260901T080500Z\r\n" OF("14"))),
		D7 "a\n" D14 "a off 3\n" D21 "a\n"},
	/* the DTSTAMP of Outlook's mails may be of the same second */
	{A OFF(EVENT(STAMP("0", "00") OF("14"))), D7 "a\n" D14 "a off 0\n" D21 "a\n"},
	/* and held after all */
	{A OFF(EVENT(STAMP("1", "05") OF("14")))
			REQ(DATE("2", "06", "14", "15T180000", "c")),
		D7 "a\n" D15 "c\n" D21 "a\n"},
	/* all of it called off, changed date and all, and on again */
	{A OFF(THREE("1", "05", "a")), D7 "a off 1\n" D14 "a off 1\n" D21 "a off 1\n"},
	{A OFF(EVENT(STAMP("1", "05"))),
		D7 "a off 1\n" D14 "a off 1\n" D21 "a off 1\n"},
	{A REQ(DATE("1", "03", "14", "15T180000", "b"))
			OFF(EVENT("DTSTAMP:20260901T080500Z\r\n")),
		D7 "a off 1\n" D15 "b off 1\n" D21 "a off 1\n"},
	{A OFF(EVENT(STAMP("1", "05"))) REQ(THREE("2", "06", "c")),
		D7 "c\n" D14 "c\n" D21 "c\n"},
	/* an older cancellation than what it is about */
	{REQ(THREE("2", "06", "c")) OFF(EVENT(STAMP("1", "05"))),
		D7 "c\n" D14 "c\n" D21 "c\n"},
	/* a cancellation alone; a date alone; a date of nothing known */
	{OFF(EVENT(STAMP("1", "05") AT "20260907T180000\r\nSUMMARY:x\r\n")),
		D7 "x off 1\n"},
	{REQ(DATE("1", "05", "14", "15T180000", "b")), D15 "b\n"},
	{OFF(EVENT(STAMP("1", "05") OF("14"))), ""},
	{OFF(EVENT(STAMP("1", "05"))), ""},
	/* what is of another entry, and what cannot be read */
	{A REQ("BEGIN:VEVENT\r\nUID:other\r\n" STAMP("9", "09") AT
		 "20260907T180000\r\nEND:VEVENT\r\n"),
		D7 "a\n" D14 "a\n" D21 "a\n"},
	{A REQ(EVENT(
		 STAMP("1", "05") "RECURRENCE-ID:quack\r\n" AT "20260915T180000\r\n")),
		D7 "a\n" D14 "a\n" D21 "a\n"},
	/* never worked out (attacks F4) */
	{REQ(EVENT(STAMP("0", "00") AT
		 "20260907T180000\r\n"
		 "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30\r\n")),
		""},
};

static json_t *read_mailed(const char *text)
{
	struct calendar_limits limits = test_limits();
	struct calendar_window window = {
		.zone = "Europe/Stockholm", .in_words = true, .uid = "u"};

	assert_true(clock_parse("2026-01-01T00:00:00+01:00", &window.from));
	assert_true(clock_parse("2027-01-01T00:00:00+01:00", &window.to));
	return calendar_read(text, strlen(text), &limits, &window);
}

static char *said_by(const json_t *calendar)
{
	const json_t *components = json_object_get(calendar, "components");
	buf_auto lines = BUF_EMPTY;
	size_t i;
	json_t *one;

	json_array_foreach (json_object_get(calendar, "occurrences"), i, one) {
		const json_t *like = json_array_get(
			components, (size_t)json_int_or(one, "component", -1));
		const json_t *off = json_array_get(
			components, (size_t)json_int_or(one, "cancelled", -1));
		buf_addf(&lines, "%s %s", json_str_or(one, "starts_at", "?"),
			json_str_or(like, "summary", "-"));
		if (off)
			buf_addf(&lines, " off %d",
				(int)json_int_or(off, "sequence", -1));
		buf_add_str(&lines, "\n");
	}
	return xstrdup(buf_str(&lines));
}

static void mails_of_an_entry_are_taken_together(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_auto_t *calendar = read_mailed(cases[i].mails);
		str_auto *said = said_by(calendar);
		if (strcmp(said, cases[i].expected) != 0)
			print_message("case %zu:\n%s", i, cases[i].mails);
		assert_string_equal(said, cases[i].expected);
	}
}

/* The same mail once more, at any place behind, changes nothing. */
static void a_replay_changes_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		str_auto *twice = xasprintf("%s%s", cases[i].mails, cases[i].mails);
		json_auto_t *once = read_mailed(cases[i].mails);
		json_auto_t *again = read_mailed(twice);
		str_auto *first = said_by(once);
		str_auto *second = said_by(again);
		/* Those without SEQUENCE are newer each time they come. */
		if (!strstr(cases[i].mails, "UID:u\r\nDTSTAMP"))
			assert_string_equal(first, second);
	}
}

static void older_versions_are_no_problem_to_tell_of(void **state)
{
	json_auto_t *calendar = read_mailed(A REQ(THREE("1", "05", "b")));

	(void)state;
	assert_null(json_object_get(calendar, "problems"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mails_of_an_entry_are_taken_together),
		cmocka_unit_test(a_replay_changes_nothing),
		cmocka_unit_test(older_versions_are_no_problem_to_tell_of),
	};

	calendar_read_warm_up();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "calendar-test.h"

struct field {
	const char *text;
	const char *path;
	const char *expected;
};

static const struct field fields[] = {
	/* what an entry says */
	{ONE("SUMMARY:R\xc3\xa5"
	     "d\\, \\; \\n\\\\\r\n" AT "20260914T180000\r\n"),
		"/components/0/summary",
		"R\xc3\xa5"
		"d, ; \n\\"},
	{ONE("LOCATION:Sk\xc3\xa4ggetorp\r\n"), "/components/0/location",
		"Sk\xc3\xa4ggetorp"},
	{ONE("CATEGORIES:Ett\\, tv\xc3\xa5,Tre\r\nCATEGORIES:Fyra\r\n"),
		"/components/0/categories", "[\"Ett, tv\xc3\xa5\",\"Tre\",\"Fyra\"]"},
	{ONE("SEQUENCE:7\r\n"), "/components/0/sequence", "7"},
	{ONE("STATUS:CANCELLED\r\n"), "/components/0/status", "CANCELLED"},
	{ONE("COMMENT:Kommer senare\r\n"), "/components/0/comment", "Kommer senare"},
	{ONE("DTSTAMP:20260901T060000Z\r\n"), "/components/0/dtstamp",
		"2026-09-01T06:00:00Z"},
	{ONE("RRULE:FREQ=WEEKLY\r\n"), "/components/0/rrule", "FREQ=WEEKLY"},
	{CALENDAR("METHOD:Request\r\n" EVENT("")), "/components/0/method", "REQUEST"},
	{CALENDAR("METHOD:REPLY\r\n" EVENT("")), "/method", "REPLY"},
	{CALENDAR("METHOD:REPLY\r\n" EVENT("")) CALENDAR("METHOD:CANCEL\r\n" EVENT("")),
		"/components/1/method", "CANCEL"},
	/* people */
	{ONE("ORGANIZER;CN=\"Ek, Bo\":MAILTO:Bo@Kommun.Example\r\n"),
		"/components/0/organizer",
		"{\"address\":\"bo@kommun.example\",\"cn\":\"Ek, Bo\"}"},
	{ONE("ATTENDEE;ROLE=req-participant;PARTSTAT=accepted;RSVP=TRUE:mailto:a@x."
	     "example\r\n"),
		"/components/0/attendees/0",
		"{\"address\":\"a@x.example\",\"role\":\"REQ-PARTICIPANT\","
		"\"partstat\":\"ACCEPTED\",\"rsvp\":true}"},
	{ONE("ATTENDEE;PARTSTAT=X-KANSKE;SENT-BY=\"mailto:B@x.example\":mailto:a@x."
	     "example\r\n"),
		"/components/0/attendees/0",
		"{\"address\":\"a@x.example\",\"partstat\":\"X-KANSKE\",\"sent_by\":"
		"\"b@x.example\"}"},
	{ONE("ATTENDEE;CN=^'Q^':a@x.example\r\n"), "/components/0/attendees/0/cn",
		"\"Q\""},
	{ONE("ATTENDEE;EMAIL=A@x.example:urn:uuid:1\r\n"),
		"/components/0/attendees/0/address", "a@x.example"},
	{ONE("ATTENDEE:mailto:a%25b@x.example\r\n"),
		"/components/0/attendees/0/address", "a%b@x.example"},
	/* lines go on, end and are spelled in many ways */
	{"\xef\xbb\xbf" ONE("SUMMARY:Hej\r\n"), "/components/0/summary", "Hej"},
	{"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\nSUMMARY:He\n "
	 "j\nEND:VEVENT\nEND:VCALENDAR",
		"/components/0/summary", "Hej"},
	{"BEGIN:VCALENDAR\rBEGIN:VEVENT\rUID:u\rSUMMARY:He\r\tj\rEND:VEVENT\rEND:"
	 "VCALENDAR\r",
		"/components/0/summary", "Hej"},
	{ONE("SUMMARY:H\xc3\r\n \xa5ll\r\n"), "/components/0/summary", "H\xc3\xa5ll"},
	{ONE("SUMMARY:R\xe5"
	     "d i Sk\xe4ggetorp \x96 h\xf6st\r\n"),
		"/components/0/summary",
		"R\xc3\xa5"
		"d i Sk\xc3\xa4ggetorp \xe2\x80\x93 h\xc3\xb6st"},
	{ONE("SUMMARY:a\x01\x02"
	     "b\r\n"),
		"/components/0/summary", "ab"},
	{"begin:vcalendar\r\nbegin:vevent\r\nuid:u\r\nend:vevent\r\nend:vcalendar\r\n",
		"/components/0/type", "VEVENT"},
	{"Content-Type: text/calendar\r\n\r\n" ONE("SUMMARY:x\r\n") "sist\r\n",
		"/components/0/summary", "x"},
	/* kinds */
	{CALENDAR("BEGIN:VTODO\r\nUID:t\r\nDUE;VALUE=DATE:20260914\r\nEND:VTODO\r\n"),
		"/components/0/ends_at", "2026-09-14T00:00:00+02:00"},
	{CALENDAR("BEGIN:VTODO\r\nUID:t\r\nEND:VTODO\r\n"), "/components/0/type",
		"VTODO"},
	{CALENDAR(""), "/components", "[]"},
	/* times and zones */
	{ONE("DTSTART:20260914T160000Z\r\n"), "/components/0/starts_at",
		"2026-09-14T16:00:00Z"},
	{ONE("DTSTART:20260914T160000Z\r\n"), "/components/0/time_zone", "UTC"},
	{ONE(AT "20260914T180000\r\n"), "/components/0/starts_at",
		"2026-09-14T18:00:00+02:00"},
	{ONE(AT "20260914T180000\r\n"), "/components/0/starts", "1789401600"},
	{ONE(AT "20260114T180000\r\n"), "/components/0/starts_at",
		"2026-01-14T18:00:00+01:00"},
	{ONE(AT "21500701T120000\r\n"), "/components/0/starts_at",
		"2150-07-01T12:00:00+02:00"},
	{ONE(AT "20240331T023000\r\n"), "/components/0/starts_at",
		"2024-03-31T03:30:00+02:00"},
	{ONE(AT "20241027T023000\r\n"), "/components/0/starts_at",
		"2024-10-27T02:30:00+02:00"},
	{ONE("DTSTART:20260914T180000\r\n"), "/components/0/starts_at",
		"2026-09-14T18:00:00+02:00"},
	{ONE("DTSTART:20260914T180000\r\n"), "/components/0/time_zone", ""},
	{ONE("DTSTART;TZID=W. Europe Standard Time:20260914T180000\r\n"),
		"/components/0/time_zone", "Europe/Berlin"},
	{ONE("DTSTART;TZID=\"Central European Standard Time\":20260914T180000\r\n"),
		"/components/0/starts", "1789401600"},
	{ONE("DTSTART;TZID=/freeassociation.sourceforge.net/Europe/"
	     "Stockholm:20260914T180000\r\n"),
		"/components/0/time_zone", "Europe/Stockholm"},
	{ONE("DTSTART;TZID=/citadel.org/20210210_1/Europe/"
	     "Stockholm:20260914T180000\r\n"),
		"/components/0/starts", "1789401600"},
	{ONE("DTSTART;TZID=\"tzone://Microsoft/Utc\":20260914T160000\r\n"),
		"/components/0/starts", "1789401600"},
	{CALENDAR("BEGIN:VTIMEZONE\r\nTZID:Kommunens "
		  "tid\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
		  "TZOFFSETFROM:+0545\r\nTZOFFSETTO:+0545\r\nEND:STANDARD\r\nEND:"
		  "VTIMEZONE\r\n" EVENT(
			  "DTSTART;TZID=Kommunens tid:20260914T180000\r\n")),
		"/components/0/starts_at", "2026-09-14T18:00:00+05:45"},
	{ONE("DTSTART;VALUE=DATE:20260914\r\n"), "/components/0/starts_at",
		"2026-09-14T00:00:00+02:00"},
	{ONE("DTSTART;VALUE=DATE:20260914\r\n"), "/components/0/ends_at",
		"2026-09-15T00:00:00+02:00"},
	{ONE("DTSTART;VALUE=DATE:20260914\r\nDTEND;VALUE=DATE:20260914\r\n"),
		"/components/0/ends_at", "2026-09-15T00:00:00+02:00"},
	{ONE("DTSTART;VALUE=DATE:20260914\r\n"), "/components/0/all_day", "true"},
	{ONE(AT "20260914T180000\r\nDURATION:PT1H30M\r\n"), "/components/0/ends_at",
		"2026-09-14T19:30:00+02:00"},
	{ONE(AT "20261024T120000\r\nDURATION:P1D\r\n"), "/components/0/ends_at",
		"2026-10-25T12:00:00+01:00"},
	{ONE(AT "20260914T180000\r\nDTEND:20260914T180000Z\r\n"),
		"/components/0/ends_at", "2026-09-14T18:00:00Z"},
	{ONE("RECURRENCE-ID;TZID=Europe/Stockholm:20260914T180000\r\n"),
		"/components/0/recurrence_id", "20260914T160000Z"},
	{ONE("RECURRENCE-ID;VALUE=DATE:20260914\r\n"), "/components/0/recurrence_id",
		"20260914"},
	{ONE(""), "/components/0/recurrence_id", ""},
	/* what the entry says to utskick */
	{ONE("DESCRIPTION:Hej\\nSekreterare: Anna Ek <Anna@x.example>\\nslut\r\n"),
		"/components/0/utskick/secretary",
		"{\"line\":\"Anna Ek "
		"<Anna@x.example>\",\"address\":\"anna@x.example\",\"name\":\"Anna "
		"Ek\"}"},
	{ONE("DESCRIPTION:SEKRETERARE : anna@x.example\r\n"),
		"/components/0/utskick/secretary/address", "anna@x.example"},
	{ONE("DESCRIPTION:secretary: Anna Ek<mailto:anna@x.example>\r\n"),
		"/components/0/utskick/secretary/address", "anna@x.example"},
	{ONE("DESCRIPTION:Sekreterare: Anna Ek\r\n"),
		"/components/0/utskick/secretary/name", "Anna Ek"},
	{ONE("DESCRIPTION:Sekreterare: Anna Ek\r\n"),
		"/components/0/utskick/secretary/address", ""},
	{ONE("DESCRIPTION:ORDF\xc3\x96RANDE: Bo <bo@x.example>\r\n"),
		"/components/0/utskick/chair/address", "bo@x.example"},
	{ONE("DESCRIPTION:Ordfo\xcc\x88rande: Bo <bo@x.example>\r\n"),
		"/components/0/utskick/chair/address", "bo@x.example"},
	{ONE("DESCRIPTION:Avg\xc3\xb6rande fr\xc3\xa5ga: Ja\r\n"),
		"/components/0/utskick/decisive", "true"},
	{ONE("DESCRIPTION:Decisive matter: no\r\n"), "/components/0/utskick/decisive",
		"false"},
	{ONE("DESCRIPTION:V\xc3\xa5r sekreterare: Anna <anna@x.example>\r\n"),
		"/components/0/utskick", ""},
	{ONE("X-UTSKICK-SECRETARY;CN=Anna:mailto:anna@x.example\r\nDESCRIPTION:"
	     "Sekreterare: b@x.example\r\n"),
		"/components/0/utskick/secretary",
		"{\"name\":\"Anna\",\"address\":\"anna@x.example\"}"},
	{ONE("X-UTSKICK-COUNCIL:Berga\r\nX-UTSKICK-KIND:council\r\nX-UTSKICK-DECISIVE:"
	     "TRUE\r\n"),
		"/components/0/utskick",
		"{\"decisive\":true,\"council\":\"Berga\",\"kind\":\"council\"}"},
	{ONE("ATTENDEE;CN=\"anna@x.example\";X-UTSKICK-ROLE=secretary:mailto:bo@y."
	     "example\r\n"),
		"/components/0/utskick/secretary/address", "bo@y.example"},
	{ONE("ATTENDEE;X-UTSKICK-ROLE=Secretary:mailto:bo@y.example\r\n"),
		"/components/0/attendees/0/utskick_role", "SECRETARY"},
};

static void every_field_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		json_auto_t *said = read_text(fields[i].text);
		str_auto *found = text_at(said, fields[i].path);
		if (strcmp(found, fields[i].expected) != 0) {
			str_auto *all = json_text(said);
			print_error("case %zu: %s\n%s\n", i, fields[i].text, all);
		}
		assert_string_equal(found, fields[i].expected);
	}
}

struct problem_case {
	const char *text;
	const char *reason;
	int components;
	int occurrences; /* in 2026 */
};

#define GOOD "BEGIN:VEVENT\r\nUID:good\r\nDTSTART:20260914T160000Z\r\nEND:VEVENT\r\n"
#define WITH_GOOD(body) CALENDAR(EVENT(body) GOOD)

static const struct problem_case problems[] = {
	{WITH_GOOD("DTSTART:20249999T999999\r\n"), "bad-date", 2, 1},
	{WITH_GOOD("DTSTART;VALUE=DATE:20260230\r\n"), "bad-date", 2, 1},
	{WITH_GOOD("DTSTART:20260914T240000Z\r\n"), "bad-date", 2, 1},
	{WITH_GOOD("DTSTART:igen\r\n"), "bad-property", 2, 1},
	{WITH_GOOD(AT "20260914T180000\r\nDTEND:snart\r\n"), "bad-property", 2, 1},
	{WITH_GOOD(AT "20260914T180000\r\nRRULE:FREQ=IBLAND\r\n"), "bad-property", 2,
		1},
	{WITH_GOOD(""), "no-start", 2, 1},
	{WITH_GOOD(AT
		 "20260914T180000\r\nDTEND;TZID=Europe/Stockholm:20260914T170000\r\n"),
		"ends-before-start", 2, 1},
	{WITH_GOOD("DTSTART;TZID=Nowhere/Land:20260914T180000\r\n"), "unknown-zone", 2,
		1},
	{WITH_GOOD("DTSTART;TZID=../../etc/passwd:20260914T180000\r\n"), "unknown-zone",
		2, 1},
	{WITH_GOOD("DTSTART:99991231T235959Z\r\nDURATION:P9D\r\n"), "bad-date", 2, 1},
	{WITH_GOOD(AT "20260914T180000\r\nRRULE:FREQ=SECONDLY\r\n"), "refused-rule", 2,
		1},
	{WITH_GOOD(AT "20260914T180000\r\nRRULE:FREQ=HOURLY;COUNT=2\r\n"),
		"refused-rule", 2, 1},
	{WITH_GOOD(AT "20260914T180000\r\nRRULE:RSCALE=CHINESE;FREQ=DAILY\r\n"),
		"refused-rule", 2, 1},
	{CALENDAR("BEGIN:VEVENT\r\nDTSTART:20260914T160000Z\r\nEND:VEVENT\r\n" GOOD),
		"no-uid", 2, 1},
	{CALENDAR(GOOD GOOD), "duplicate", 2, 1},
	{CALENDAR("BEGIN:VTIMEZONE\r\nTZID:Z1\r\nBEGIN:STANDARD\r\nDTSTART:"
		  "19700101T000000\r\n"
		  "TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=SECONDLY;"
		  "BYMONTH=2;BYMONTHDAY=30\r\n"
		  "END:STANDARD\r\nEND:VTIMEZONE\r\n" GOOD EVENT(
			  "DTSTART;TZID=Z1:20260914T180000\r\n")),
		"unknown-zone", 2, 1},
	/* what can be left out without moving a meeting does not take it away */
	{WITH_GOOD(
		 AT "20260914T180000\r\nRRULE:FREQ=DAILY;COUNT=2\r\nEXDATE:aldrig\r\n"),
		"bad-property", 2, 3},
};

static void what_cannot_be_understood_is_told_and_the_rest_kept(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(problems) / sizeof(*problems); i++) {
		const struct problem_case *c = &problems[i];
		json_auto_t *said = read_year(c->text);
		str_auto *reason = text_at(said, "/problems/0/reason");
		if (strcmp(reason, c->reason) != 0)
			print_error("case %zu: %s\n", i, c->text);
		assert_string_equal(reason, c->reason);
		assert_int_equal(
			json_array_size(at_path(said, "/components")), c->components);
		assert_int_equal(
			json_array_size(at_path(said, "/occurrences")), c->occurrences);
	}
}

struct broken_case {
	const char *text;
	const char *code;
	const char *what; /* stands in it */
};

#define NEVER(freq)                                                                    \
	ONE(AT "20260914T180000\r\nRRULE:FREQ=" freq ";BYMONTH=2;BYMONTHDAY=30\r\n")
#define BEGINS(x) "BEGIN:" x "\r\n"
#define ENDS(x) "END:" x "\r\n"
#define TWICE(x) x x

static const struct broken_case broken[] = {
	{NEVER("SECONDLY"), "broken-limit", "more often than daily"},
	{NEVER("MINUTELY"), "broken-limit", "more often than daily"},
	{NEVER("HOURLY"), "broken-limit", "more often than daily"},
	{NEVER("DAILY"), "broken-limit", "no such day"},
	{NEVER("MONTHLY"), "broken-limit", "no such day"},
	{ONE(AT "20260914T180000\r\nRRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=1,2,3,4,"
		"5\r\n"),
		"broken-limit", "24 times"},
	{ONE(AT "20260914T180000\r\nRRULE:FREQ=MONTHLY;BYDAY=6MO\r\n"), "broken-limit",
		"weekday"},
	{"", "broken-parse", "no calendar"},
	{"<html>inte en kalender</html>", "broken-parse", "no calendar"},
	{EVENT(AT "20260914T180000\r\n"), "broken-parse", "no calendar"},
	{BEGINS("VCALENDAR") BEGINS("VEVENT") "UID:u\r\n" ENDS("VEVENT"),
		"broken-parse", "the VCALENDAR that began on line 1 has no end"},
	{BEGINS("VCALENDAR") BEGINS("VEVENT") "UID:u\r\n" ENDS("VCALENDAR"),
		"broken-parse",
		"line 4: END:VCALENDAR where the VEVENT that began on line 2 has no "
		"end"},
	{BEGINS("VCALENDAR") BEGINS("VCALENDAR"), "broken-parse",
		"line 2: a VCALENDAR begins inside"},
	{BEGINS("VCALENDAR") TWICE(TWICE(TWICE(TWICE(BEGINS("VEVENT"))))),
		"broken-limit", "nested 11 deep, the limit is 10"},
};

static void what_cannot_be_read_at_all_is_broken_with_a_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
		json_auto_t *said = read_year(broken[i].text);
		str_auto *code = text_at(said, "/broken");
		str_auto *what = text_at(said, "/what");
		if (strcmp(code, broken[i].code) != 0 || !strstr(what, broken[i].what))
			print_error("case %zu: %s: %s\n", i, code, what);
		assert_string_equal(code, broken[i].code);
		assert_non_null(strstr(what, broken[i].what));
	}
}

/* A17 */
static void sizes_are_limited_before_parsing(void **state)
{
	(void)state;
	struct calendar_limits limits = test_limits();
	struct calendar_window window = {0};
	const char *text = ONE("SUMMARY:0123456789\r\n");

	limits.size_max = strlen(text);
	json_auto_t *fits = calendar_read(text, strlen(text), &limits, &window);
	assert_null(json_str(fits, "broken"));
	limits.size_max--;
	json_auto_t *large = calendar_read(text, strlen(text), &limits, &window);
	assert_string_equal(json_str(large, "broken"), "broken-limit");
	limits = test_limits();
	limits.line_max = 17;
	json_auto_t *line = calendar_read(text, strlen(text), &limits, &window);
	assert_string_equal(json_str(line, "what"), "line 4: longer than 17 bytes");
	limits = test_limits();
	limits.components_max = 0;
	json_auto_t *many = calendar_read(text, strlen(text), &limits, &window);
	assert_string_equal(json_str(many, "broken"), "broken-limit");
}

static void zero_bytes_and_cut_lines_are_read_without_harm(void **state)
{
	(void)state;
	static const char text[] = "BEGIN:VCALENDAR\r\nBEGIN:VE\0VENT\r\nUID:\0u\r\n"
				   "END:VEVENT\r\n\0\r\nEND:VCALENDAR\r\n\0";
	json_auto_t *said = read_bytes(text, sizeof(text) - 1, NULL, NULL);

	str_auto *uid = text_at(said, "/components/0/uid");
	assert_string_equal(uid, "u");
	for (size_t len = 0; len < sizeof(text); len++) {
		json_auto_t *part = read_bytes(text, len, NULL, NULL);
		assert_non_null(part);
	}
}

static void every_zone_of_the_system_and_of_windows_is_there_after_the_warm_up(
	void **state)
{
	(void)state;
	calendar_read_warm_up();
	json_auto_t *said = read_text(
		ONE("DTSTART;TZID=europe/stockholm:20260914T180000\r\n"
		    "DTEND;TZID=AUS Eastern Standard Time:20260915T040000\r\n"));

	str_auto *starts_at = text_at(said, "/components/0/starts_at");
	str_auto *ends_at = text_at(said, "/components/0/ends_at");
	assert_string_equal(starts_at, "2026-09-14T18:00:00+02:00");
	assert_string_equal(ends_at, "2026-09-15T04:00:00+10:00");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_is_read),
		cmocka_unit_test(what_cannot_be_understood_is_told_and_the_rest_kept),
		cmocka_unit_test(what_cannot_be_read_at_all_is_broken_with_a_reason),
		cmocka_unit_test(sizes_are_limited_before_parsing),
		cmocka_unit_test(zero_bytes_and_cut_lines_are_read_without_harm),
		cmocka_unit_test(
			every_zone_of_the_system_and_of_windows_is_there_after_the_warm_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "calendar-test.h"

#include <glob.h>
#include <libical/ical.h>

#include "base/buf.h"
#include "base/file.h"
#include "calendar/calendar-write.h"

static struct calendar_event event(void)
{
	return (struct calendar_event){
		.uid = "m-1@linkoping.example",
		.sequence = 2,
		.dtstamp = 1788242400,
		.starts_at = 1789401600,
		.ends_at = 1789408800,
		.zone = "Europe/Stockholm",
		.language = "sv",
		.summary = "Trygghetsr\xc3\xa5"
			   "d i Sk\xc3\xa4ggetorp, h\xc3\xb6stens f\xc3\xb6rsta "
			   "m\xc3\xb6te; v\xc3\xa4lkomna alla",
		.location = "Medborgarhuset; rum 3, plan 2",
		.description = "Hej!\n\nDagordning \\ bilaga",
		.organizer_name = "Kommunkansliet, utskottsarbetet",
		.organizer_address = "utskott@linkoping.example",
		.attendee_name = "Anna \"Ann\" Ek",
		.attendee_address = "Anna.Ek@example.org",
		.attendance = true,
	};
}

struct field {
	const char *path;
	const char *expected;
};

static const struct field fields[] = {
	{"/method", "REQUEST"},
	{"/components/0/uid", "m-1@linkoping.example"},
	{"/components/0/sequence", "2"},
	{"/components/0/dtstamp", "2026-09-01T06:00:00Z"},
	{"/components/0/starts_at", "2026-09-14T18:00:00+02:00"},
	{"/components/0/ends_at", "2026-09-14T20:00:00+02:00"},
	{"/components/0/time_zone", "Europe/Stockholm"},
	{"/components/0/status", "CONFIRMED"},
	{"/components/0/summary", "Trygghetsr\xc3\xa5"
				  "d i Sk\xc3\xa4ggetorp, h\xc3\xb6stens f\xc3\xb6rsta "
				  "m\xc3\xb6te; v\xc3\xa4lkomna alla"},
	{"/components/0/location", "Medborgarhuset; rum 3, plan 2"},
	{"/components/0/description", "Hej!\n\nDagordning \\ bilaga"},
	{"/components/0/organizer", "{\"address\":\"utskott@linkoping.example\",\"cn\":"
				    "\"Kommunkansliet, utskottsarbetet\"}"},
	{"/components/0/attendees",
		"[{\"address\":\"anna.ek@example.org\",\"cn\":\"Anna 'Ann' "
		"Ek\",\"role\":\"REQ-PARTICIPANT\",\"partstat\":\"NEEDS-ACTION\","
		"\"rsvp\":true}]"},
	{"/components/0/rrule", ""},
	{"/problems", ""},
};

static void what_is_written_is_read_back_the_same(void **state)
{
	(void)state;
	struct calendar_event e = event();
	struct err err = ERR_INIT;
	str_auto *text = calendar_write_request(&e, &err);

	assert_non_null(text);
	json_auto_t *said = read_text(text);
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		str_auto *found = text_at(said, fields[i].path);
		assert_string_equal(found, fields[i].expected);
	}
}

static void lines_end_with_cr_lf_and_are_at_most_75_octets(void **state)
{
	(void)state;
	struct calendar_event e = event();
	str_auto *text = calendar_write_request(&e, NULL);

	for (const char *line = text; *line;) {
		const char *end = strstr(line, "\r\n");
		assert_non_null(end);
		assert_null(memchr(line, '\n', (size_t)(end - line)));
		assert_true(end - line <= 75);
		line = end + 2;
	}
}

/* libical's own opinion on what RFC 5546 allows in each method. */
static void itip_restrictions_are_kept(void **state)
{
	(void)state;
	struct calendar_event e = event();
	char *(*const write[])(const struct calendar_event *, struct err *) = {
		calendar_write_request, calendar_write_cancel};

	for (size_t i = 0; i < 4; i++) {
		e.attendance = i / 2;
		str_auto *text = write[i % 2](&e, NULL);
		icalcomponent *c = icalcomponent_new_from_string(text);
		assert_true(icalrestriction_check(c));
		assert_int_equal(icalcomponent_count_errors(c), 0);
		icalcomponent_free(c);
	}
}

/* tests/flow/test_itip_oracle.py keeps them true. */
static void golden_calendars_are_sound_to_libical(void **state)
{
	glob_t found = {0};

	(void)state;
	assert_int_equal(glob("tests/data/golden/*.ics", 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 9);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		buf_auto text = BUF_EMPTY;
		struct err err = ERR_INIT;
		assert_int_equal(file_read(found.gl_pathv[i], 1 << 20, &text, &err), 0);
		icalcomponent *c = icalcomponent_new_from_string(buf_str(&text));
		assert_non_null(c);
		if (!icalrestriction_check(c) || icalcomponent_count_errors(c)) {
			char *why = icalcomponent_as_ical_string_r(c);
			fail_msg("%s: %s", found.gl_pathv[i], why);
		}
		icalcomponent_free(c);
	}
	globfree(&found);
}

struct line {
	bool cancel;
	bool attendance;
	bool all_day;
	const char *line; /* unfolded, with its end */
	bool stands;
};

static const struct line lines[] = {
	{false, true, false, "\r\nMETHOD:REQUEST\r\n", true},
	{true, true, false, "\r\nMETHOD:CANCEL\r\n", true},
	{true, true, false, "\r\nSTATUS:CANCELLED\r\n", true},
	{false, true, false, "\r\nTRANSP:OPAQUE\r\n", true},
	{false, false, false, "\r\nTRANSP:TRANSPARENT\r\n", true},
	{false, true, false, "\r\nX-MICROSOFT-CDO-BUSYSTATUS:BUSY\r\n", true},
	{false, false, false, "\r\nX-MICROSOFT-CDO-BUSYSTATUS:FREE\r\n", true},
	{false, false, false, ";ROLE=NON-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE;",
		true},
	{false, true, false, "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;", true},
	{false, true, false, "\r\nCLASS:PUBLIC\r\n", true},
	{false, true, false, "\r\nCALSCALE:GREGORIAN\r\n", true},
	{false, true, false, "\r\nVERSION:2.0\r\n", true},
	{false, true, false, "\r\nPRODID:-//utskick//utskick ", true},
	{false, true, false, "\r\nDTSTART;TZID=Europe/Stockholm:20260914T180000\r\n",
		true},
	{false, true, true, "\r\nDTSTART;VALUE=DATE:20260914\r\n", true},
	{false, true, true, "\r\nDTEND;VALUE=DATE:20260916\r\n", true},
	{false, true, true, "\r\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE\r\n", true},
	{false, true, true, "VTIMEZONE", false},
	{false, true, false, "VALARM", false},
	{false, true, false, "\r\nSUMMARY;LANGUAGE=sv:", true},
	{false, true, false,
		"BEGIN:VTIMEZONE\r\nTZID:Europe/Stockholm\r\n"
		"BEGIN:DAYLIGHT\r\nDTSTART:19960331T020000\r\nTZOFFSETFROM:+0100\r\n"
		"TZOFFSETTO:+0200\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\nEND:"
		"DAYLIGHT\r\n"
		"BEGIN:STANDARD\r\nDTSTART:19961027T030000\r\nTZOFFSETFROM:+0200\r\n"
		"TZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\nEND:"
		"STANDARD\r\n"
		"END:VTIMEZONE\r\n",
		true},
};

static char *unfolded(const char *text)
{
	char *out = xstrdup(text);
	char *to = out;

	for (const char *s = text; *s; s++) {
		if (strncmp(s, "\r\n ", 3) == 0)
			s += 2;
		else
			*to++ = *s;
	}
	*to = '\0';
	return out;
}

static void every_line_follows_from_what_the_meeting_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct calendar_event e = event();
		e.attendance = lines[i].attendance;
		e.all_day = lines[i].all_day;
		if (e.all_day) {
			e.starts_at = 1789336800;
			e.ends_at = e.starts_at + 2 * 86400;
		}
		str_auto *folded = lines[i].cancel ? calendar_write_cancel(&e, NULL)
						   : calendar_write_request(&e, NULL);
		str_auto *text = unfolded(folded);
		if ((strstr(text, lines[i].line) != NULL) != lines[i].stands)
			print_error("case %zu: %s\n%s\n", i, lines[i].line, text);
		assert_int_equal(strstr(text, lines[i].line) != NULL, lines[i].stands);
	}
}

/* The VTIMEZONE alone, as a program reads it that does not know the name. */
static void the_zone_that_is_sent_says_the_same_as_the_systems(void **state)
{
	(void)state;
	static const char *const zones[] = {"Europe/Stockholm", "America/New_York",
		"Australia/Sydney", "Asia/Tokyo", "Africa/Casablanca", "Europe/Dublin",
		"America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Apia", "UTC",
		"Asia/Gaza", "America/St_Johns", "Africa/Cairo", "Asia/Tehran"};

	for (size_t i = 0; i < sizeof(zones) / sizeof(*zones); i++)
		for (int month = 0; month < 24; month++) {
			struct calendar_event e = event();
			e.zone = zones[i];
			e.starts_at += (int64_t)month * 30 * 86400;
			e.ends_at = e.starts_at + 7200;
			str_auto *text = calendar_write_request(&e, NULL);
			/* a name that only the VTIMEZONE explains */
			for (char *s = text; (s = strstr(s, zones[i])); s++)
				if (strcmp(zones[i], "UTC") != 0)
					*strpbrk(s, "/") = '_';
			json_auto_t *said = read_text(text);
			str_auto *starts = text_at(said, "/components/0/starts");
			str_auto *ends = text_at(said, "/components/0/ends");
			if (strtoll(starts, NULL, 10) != e.starts_at)
				print_error("%s\n", text);
			assert_int_equal(strtoll(starts, NULL, 10), e.starts_at);
			assert_int_equal(strtoll(ends, NULL, 10), e.ends_at);
		}
}

struct refusal {
	const char *attendee;
	const char *organizer;
	const char *uid;
	const char *zone;
};

static const struct refusal refusals[] = {
	{"a@x.example\r\nATTENDEE:mailto:evil@x.example", NULL, NULL, NULL},
	{"a@x.example\nX:1", NULL, NULL, NULL},
	{"a@x.example\t", NULL, NULL, NULL},
	{"a b@x.example", NULL, NULL, NULL},
	{"<a@x.example>", NULL, NULL, NULL},
	{"\"a\"@x.example", NULL, NULL, NULL},
	{"a@x.example,b@x.example", NULL, NULL, NULL},
	{"a@", NULL, NULL, NULL},
	{"@x.example", NULL, NULL, NULL},
	{"a", NULL, NULL, NULL},
	{"", NULL, NULL, NULL},
	{"a\xff@x.example", NULL, NULL, NULL},
	{NULL, "a@x.example\r\nX:1", NULL, NULL},
	{NULL, "", NULL, NULL},
	{NULL, NULL, "u\r\nX:1", NULL},
	{NULL, NULL, "", NULL},
	{NULL, NULL, NULL, "Nowhere/Land"},
	{NULL, NULL, NULL, "../../etc/passwd"},
	{NULL, NULL, NULL, ""},
};

static void what_would_break_the_calendar_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		struct calendar_event e = event();
		struct err err = ERR_INIT;
		const struct refusal *r = &refusals[i];
		e.attendee_address = r->attendee ? r->attendee : e.attendee_address;
		e.organizer_address = r->organizer ? r->organizer : e.organizer_address;
		e.uid = r->uid ? r->uid : e.uid;
		e.zone = r->zone ? r->zone : e.zone;
		str_auto *text = calendar_write_request(&e, &err);
		assert_null(text);
		assert_int_equal(err.kind, ERR_PERM);
		assert_true(err.text[0] != '\0');
	}
	struct calendar_event e = event();
	e.ends_at = e.starts_at - 1;
	assert_null(calendar_write_request(&e, NULL));
}

static void names_and_texts_cannot_add_lines(void **state)
{
	(void)state;
	struct calendar_event e = event();
	e.summary = "M\xc3\xb6te\r\nATTENDEE:mailto:evil@x.example\x01\x7f";
	e.location = "Rum\rX:1\xff";
	e.description = "a\r\nEND:VEVENT\rb\n\x1b[31m";
	e.organizer_name = "K\r\nX:1\"\xc3";
	e.attendee_name = "A;X=1:mailto:evil@x.example\n";
	e.language = "sv:x\r\nX:1";
	str_auto *text = calendar_write_request(&e, NULL);
	json_auto_t *said = read_text(text);
	static const struct field expected[] = {
		{"/components/0/summary", "M\xc3\xb6te ATTENDEE:mailto:evil@x.example"},
		{"/components/0/location", "Rum X:1\xef\xbf\xbd"},
		{"/components/0/description", "a\nEND:VEVENT\nb\n[31m"},
		{"/components/0/organizer/cn", "K X:1'\xef\xbf\xbd"},
		{"/components/0/attendees/0/cn", "A;X=1:mailto:evil@x.example"},
		{"/components/0/attendees/0/address", "anna.ek@example.org"},
	};

	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
		str_auto *found = text_at(said, expected[i].path);
		assert_string_equal(found, expected[i].expected);
	}
	assert_int_equal(json_array_size(at_path(said, "/components/0/attendees")), 1);
	assert_null(strstr(text, "LANGUAGE"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_back_the_same),
		cmocka_unit_test(lines_end_with_cr_lf_and_are_at_most_75_octets),
		cmocka_unit_test(itip_restrictions_are_kept),
		cmocka_unit_test(golden_calendars_are_sound_to_libical),
		cmocka_unit_test(every_line_follows_from_what_the_meeting_is),
		cmocka_unit_test(the_zone_that_is_sent_says_the_same_as_the_systems),
		cmocka_unit_test(what_would_break_the_calendar_is_refused),
		cmocka_unit_test(names_and_texts_cannot_add_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

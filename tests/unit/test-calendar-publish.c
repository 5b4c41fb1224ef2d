#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "calendar/calendar-publish.h"

#define SEPTEMBER 1789401600   /* 2026-09-14 16:00 UTC */
#define JANUARY_1995 788958000 /* 1995-01-01 11:00 UTC */

static const struct calendar_entry meeting = {
	.uid = "a@utskick.example",
	.sequence = 2,
	.changed_at = SEPTEMBER - 86400,
	.starts_at = SEPTEMBER,
	.ends_at = SEPTEMBER + 5400,
	.summary = "Trygghetsråd",
	.location = "Torget",
};

/* The calendar of one entry; the caller frees. */
static char *publish(const struct calendar_entry *entry, const char *zone)
{
	const struct calendar_entry *const entries[] = {entry};
	const struct calendar_publication p = {.name = "Ryd\r\nX-EVIL:1",
		.zone = zone,
		.organizer_name = "Utskott",
		.organizer_address = "utskott@a.example",
		.entries = entries,
		.count = entry ? 1 : 0,
		.now = SEPTEMBER};
	struct err err = ERR_INIT;

	return calendar_publish(&p, &err);
}

static void a_meeting_is_published_and_nobody_invited(void **state)
{
	static const char *const lines[] = {"\r\nMETHOD:PUBLISH\r\n",
		"\r\nUID:a@utskick.example\r\n", "\r\nSEQUENCE:2\r\n",
		"\r\nDTSTART;TZID=Europe/Stockholm:20260914T180000\r\n",
		"\r\nDTEND;TZID=Europe/Stockholm:20260914T193000\r\n",
		"\r\nDTSTAMP:20260913T160000Z\r\n", "\r\nSTATUS:CONFIRMED\r\n",
		"\r\nTZID:Europe/Stockholm\r\n"};
	str_auto *text = publish(&meeting, "Europe/Stockholm");

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		assert_non_null(strstr(text, lines[i]));
	assert_null(strstr(text, "ATTENDEE"));
}

static void a_line_end_begins_no_property(void **state)
{
	struct calendar_entry entry = meeting;

	(void)state;
	entry.summary = "Möte\r\nATTENDEE:mailto:x@y.example";
	entry.description = "1. Belysning\nATTENDEE:mailto:x@y.example\x01";
	str_auto *text = publish(&entry, "Europe/Stockholm");
	assert_non_null(text);
	assert_null(strstr(text, "\nATTENDEE"));
	assert_null(strstr(text, "\nX-EVIL"));
	assert_null(strchr(text, '\x01'));
}

static void a_day_is_a_date_and_a_cancelled_meeting_says_so(void **state)
{
	struct calendar_entry entry = meeting;

	(void)state;
	entry.all_day = true;
	entry.is_cancelled = true;
	entry.starts_at = SEPTEMBER - 18 * 3600;
	entry.ends_at = SEPTEMBER + 6 * 3600;
	str_auto *text = publish(&entry, "Europe/Stockholm");
	assert_non_null(strstr(text, "\r\nDTSTART;VALUE=DATE:20260914\r\n"));
	assert_non_null(strstr(text, "\r\nDTEND;VALUE=DATE:20260915\r\n"));
	assert_non_null(strstr(text, "\r\nSTATUS:CANCELLED\r\n"));
}

static void times_are_utc_where_no_short_zone_tells_them(void **state)
{
	struct calendar_entry early = meeting;
	const struct calendar_entry *const entries[] = {&early, &meeting};
	struct calendar_publication p = {.name = "Ryd",
		.zone = "Europe/Stockholm",
		.organizer_address = "utskott@a.example",
		.entries = entries,
		.count = 2};
	struct err err = ERR_INIT;

	(void)state;
	/* Before 1996 summer ended in September. */
	early.starts_at = JANUARY_1995;
	early.ends_at = JANUARY_1995 + 3600;
	str_auto *text = calendar_publish(&p, &err);
	assert_non_null(text);
	assert_non_null(strstr(text, "\r\nDTSTART:20260914T160000Z\r\n"));
	assert_null(strstr(text, "VTIMEZONE"));
	str_auto *utc = publish(&meeting, "UTC");
	assert_non_null(strstr(utc, "\r\nDTSTART:20260914T160000Z\r\n"));
	str_auto *fixed = publish(&meeting, "Asia/Kolkata");
	assert_non_null(
		strstr(fixed, "\r\nDTSTART;TZID=Asia/Kolkata:20260914T213000\r\n"));
}

static void a_calendar_of_no_meeting_has_a_component(void **state)
{
	str_auto *text = publish(NULL, "Europe/Stockholm");

	(void)state;
	assert_non_null(strstr(text, "BEGIN:VTIMEZONE\r\n"));
	assert_null(strstr(text, "VEVENT"));
}

static void what_cannot_be_an_event_is_refused(void **state)
{
	struct calendar_entry entries[4] = {meeting, meeting, meeting, meeting};

	(void)state;
	entries[0].uid = "a\r\nb";
	entries[1].uid = "";
	entries[2].ends_at = SEPTEMBER - 1;
	entries[3].starts_at = -1;
	for (size_t i = 0; i < 4; i++)
		assert_null(publish(&entries[i], "Europe/Stockholm"));
	assert_null(publish(&meeting, "Europe/Atlantis"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_meeting_is_published_and_nobody_invited),
		cmocka_unit_test(a_line_end_begins_no_property),
		cmocka_unit_test(a_day_is_a_date_and_a_cancelled_meeting_says_so),
		cmocka_unit_test(times_are_utc_where_no_short_zone_tells_them),
		cmocka_unit_test(a_calendar_of_no_meeting_has_a_component),
		cmocka_unit_test(what_cannot_be_an_event_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "calendar/calendar-read.h"
#include "calendar/plain-text.h"

static const struct calendar_limits limits = {1 << 20, 1 << 20, 10, 1000, 1000};

/* {"components": [...]} of an event with these content lines. */
static json_t *read_event(const char *lines)
{
	const struct calendar_window window = {.zone = "Europe/Stockholm"};
	str_auto *text =
		xasprintf("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//t//SV\r\n"
			  "BEGIN:VEVENT\r\nUID:u\r\nDTSTART:20260914T160000Z\r\n%s\r\n"
			  "END:VEVENT\r\nEND:VCALENDAR\r\n",
			lines);

	return calendar_read(text, strlen(text), &limits, &window);
}

/* What was read, as "secretary name <address>; chair ...; decisive". */
static char *told(const json_t *calendar)
{
	const json_t *said = json_object_get(
		json_array_get(json_object_get(calendar, "components"), 0), "utskick");
	const json_t *s = json_object_get(said, "secretary");
	const json_t *c = json_object_get(said, "chair");

	return xasprintf("%s<%s> %s<%s> %s", json_str_or(s, "name", ""),
		json_str_or(s, "address", ""), json_str_or(c, "name", ""),
		json_str_or(c, "address", ""),
		!json_object_get(said, "decisive")	? "-"
		: json_bool_or(said, "decisive", false) ? "yes"
							: "no");
}

struct line_case {
	const char *lines;
	const char *expected;
	const char *agenda;
};

#define KARIN "Karin Mörk<karin@x.example> <> -"

static const struct line_case cases[] = {
	/* as typed */
	{"DESCRIPTION:Sekreterare: Karin Mörk <karin@x.example>", KARIN, ""},
	{"DESCRIPTION:Hej\\nSekreterare: Karin Mörk <karin@x.example>\\nDagordning",
		KARIN, "Hej\nDagordning"},
	{"DESCRIPTION:- Sekreterare: Karin Mörk <karin@x.example>", KARIN, ""},
	{"DESCRIPTION:SEKRETERARE :   Karin Mörk (karin@x.example)", KARIN, ""},
	/* broken by a program or by Enter */
	{"DESCRIPTION:Sekreterare: Karin Mörk\\n<karin@x.example>\\n1. Belysning",
		KARIN, "1. Belysning"},
	{"DESCRIPTION:Sekreterare: Karin Mörk\\nkarin@x.example", KARIN, ""},
	{"DESCRIPTION:Sekreterare: Karin Mörk\\r\\n <mailto:karin@x.example>", KARIN,
		""},
	{"DESCRIPTION:Sekreterare:\\nKarin Mörk <karin@x.example>", KARIN, ""},
	{"DESCRIPTION:Sekreterare:\\n\\nKarin Mörk <karin@x.example>", KARIN, ""},
	{"DESCRIPTION:Sekreterare: Karin Ann-Charlotte von Essen af Lilliecrona\\nMörk "
	 "<karin@x.example>",
		"Karin Ann-Charlotte von Essen af Lilliecrona Mörk<karin@x.example> <> "
		"-",
		""},
	{"DESCRIPTION:Avgörande\\nfråga: ja", "<> <> yes", ""},
	{"DESCRIPTION:Avgörande fråga:\\nja\\n1. Medborgarlöftet", "<> <> yes",
		"1. Medborgarlöftet"},
	{"DESCRIPTION:Avgörande   fråga:  JA", "<> <> yes", ""},
	/* what follows is something else, and gives nobody a right */
	{"DESCRIPTION:Sekreterare: Karin Mörk\\nFrågor till sven@x.example om mötet",
		"Karin Mörk<> <> -", "Frågor till sven@x.example om mötet"},
	{"DESCRIPTION:Sekreterare: Karin Mörk\\nFrågor till <sven@x.example>",
		"Karin Mörk<> <> -", "Frågor till <sven@x.example>"},
	{"DESCRIPTION:Sekreterare: Karin Mörk\\nKontakt: <sven@x.example>",
		"Karin Mörk<> <> -", "Kontakt: <sven@x.example>"},
	{"DESCRIPTION:Sekreterare:\\nOrdförande: Bo Ek <bo@x.example>",
		"<> Bo Ek<bo@x.example> -", ""},
	{"DESCRIPTION:Sekreterare:\\n1. Mötet öppnas", "<> <> -", "1. Mötet öppnas"},
	{"DESCRIPTION:Avgörande fråga:\\n1. Mötet öppnas", "<> <> -",
		"1. Mötet öppnas"},
	{"DESCRIPTION:Vår sekreterare: Karin <karin@x.example>", "<> <> -",
		"Vår sekreterare: Karin <karin@x.example>"},
	/* HTML in DESCRIPTION, as some programs write it */
	{"DESCRIPTION:<p>Sekreterare: Karin&nbsp;M&ouml\\;rk "
	 "&lt\\;karin@x.example&gt\\;</p>",
		"Karin Mörk<karin@x.example> <> -", ""},
	{"DESCRIPTION:<b>Sekreterare:</b> Karin Mörk &lt\\;karin@x.example&gt\\;<br>"
	 "Ordförande: Bo Ek (bo@x.example)<br/>1. Belysning",
		"Karin Mörk<karin@x.example> Bo Ek<bo@x.example> -", "1. Belysning"},
	{"DESCRIPTION:Sekreterare: Karin Mörk &lt\\;karin@x.example&gt\\;", KARIN, ""},
	{"DESCRIPTION:Sekreterare: <a href=\"mailto:karin@x.example\">Karin "
	 "Mörk</a><br>",
		KARIN, ""},
	{"DESCRIPTION:Sekreterare: Karin Mörk karin@x.example<mailto:karin@x.example>",
		KARIN, ""},
	{"DESCRIPTION:Sekreterare: Karin Mörk [mailto:karin@x.example]", KARIN, ""},
	/* X-ALT-DESC beside or instead of DESCRIPTION */
	{"X-ALT-DESC;FMTTYPE=text/html:<html><head><style>p {a:b}</style></head><body>"
	 "<p class=MsoNormal>Sekreterare: Karin Mörk\\n &lt\\;<a "
	 "href=\"mailto:karin@x.example\">karin@x.example</a>&gt\\;<o:p></o:p></p>"
	 "<p class=MsoNormal>Avg&#246\\;rande fr&aring\\;ga:\\n "
	 "ja<o:p></o:p></p></body></html>",
		"Karin Mörk<karin@x.example> <> yes", ""},
	{"DESCRIPTION:Dagordning\r\nX-ALT-DESC;FMTTYPE=text/"
	 "html:<html><body><table><tr>"
	 "<td>Sekreterare:</td><td>Karin Mörk "
	 "&lt\\;karin@x.example&gt\\;</td></tr></table>"
	 "</body></html>",
		KARIN, "Dagordning"},
	/* properties go before what is typed */
	{"X-UTSKICK-SECRETARY;CN=Karin Mörk:mailto:karin@x.example\r\n"
	 "DESCRIPTION:Sekreterare: Bo <bo@x.example>",
		KARIN, ""},
	{"ATTENDEE;CN=Karin Mörk;X-UTSKICK-ROLE=SECRETARY:mailto:karin@x.example",
		KARIN, ""},
	{"X-UTSKICK-DECISIVE:TRUE", "<> <> yes", ""},
};

static void lines_are_read_as_people_and_programs_write_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_auto_t *calendar = read_event(cases[i].lines);
		str_auto *said = told(calendar);
		const char *agenda = json_str_or(
			json_array_get(json_object_get(calendar, "components"), 0),
			"agenda", "");
		if (strcmp(said, cases[i].expected) || strcmp(agenda, cases[i].agenda))
			print_error("case %zu: %s\n%s\n", i, cases[i].lines, agenda);
		assert_string_equal(said, cases[i].expected);
		assert_string_equal(agenda, cases[i].agenda);
	}
}

struct plain_case {
	const char *text;
	bool is_html;
	const char *plain;
};

static const struct plain_case plains[] = {
	{"a < b & c", false, "a < b & c"},
	{"Bo <bo@x.example>", false, "Bo <bo@x.example>"},
	{"Bo <mailto:bo@x.example>", true, "Bo <mailto:bo@x.example>"},
	{"två  mellan\nslag", false, "två  mellan\nslag"},
	{"två  mellan\nslag", true, "två mellan slag"},
	{"a<br>b<br/>c<BR />d", false, "a\nb\nc\nd"},
	{"<p>a</p><p>b</p>", false, "a\nb\n"},
	{"<!-- x > y --><p>a", true, "a"},
	{"<!DOCTYPE html>a", true, "a"},
	{"<script>alert('<p>')</script>b", true, "b"},
	{"<style>a", true, ""},
	{"&#8364;&#x20ac;&bogus;&#0;&#xd800;&amp;lt;", true,
		"€€&bogus;&#0;&#xd800;&lt;"},
	{"<a href='mailto:bo@x.example?subject=hej'>Bo</a>!", true,
		"Bo <bo@x.example>!"},
	{"<a href=\"https://x.example\">länk</a>", true, "länk"},
	{"<", true, "<"},
	{"<p", true, "<p"},
	{"&", true, "&"},
	{"", true, ""},
};

static void html_becomes_plain_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(plains) / sizeof(*plains); i++) {
		str_auto *plain = plain_text(plains[i].text, plains[i].is_html);
		assert_string_equal(plain, plains[i].plain);
	}
}

static void a_flood_of_brackets_takes_no_long_time(void **state)
{
	(void)state;
	size_t len = 300000;
	str_auto *flood = xcalloc(1, len + 1);

	for (size_t i = 0; i < len; i++)
		flood[i] = "<p"[i % 2];
	str_auto *plain = plain_text(flood, true);
	assert_int_equal(strlen(plain), len);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_read_as_people_and_programs_write_them),
		cmocka_unit_test(html_becomes_plain_text),
		cmocka_unit_test(a_flood_of_brackets_takes_no_long_time),
	};

	calendar_read_warm_up();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

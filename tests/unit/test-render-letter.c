#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "render-templates.h"
#include "render/letter-text.h"

static json_t *templates;

static int set_up(void **state)
{
	(void)state;
	templates = templates_load();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	json_decref(templates);
	return 0;
}

/* ---- the templates ---- */

struct mention {
	const char *language;
	const char *name;
	const char *subject;
	const char *text[6]; /* in text and, as HTML, in html */
};

#define CODE " [EKH-2026-09-14]"
#define SV_FACTS                                                                       \
	"Trygghetsråd Ekholmen", "måndag 14 september 2026 kl. 18.00–20.00, vecka 38"
#define EN_FACTS                                                                       \
	"Ekholmen Safety Council", "Monday 14 September 2026, 18:00–20:00, week 38"

static const struct mention mentions[] = {
	{"sv", "invitation",
		"Inbjudan: Trygghetsråd Ekholmen, måndag 14 september 2026" CODE,
		{SV_FACTS, "Utskottet för medborgardialog Sydost", "för kännedom",
			"Belysning vid skolan", "Maria Sjöberg"}},
	{"sv", "update", "Ändrat: Trygghetsråd Ekholmen, måndag 14 september 2026" CODE,
		{SV_FACTS, "tisdag 15 september 2026 kl. 17.30–19.00", "Biblioteket",
			"Ekholmens centrum"}},
	{"sv", "cancellation",
		"Inställt: Trygghetsråd Ekholmen, måndag 14 september 2026" CODE,
		{SV_FACTS, "ställs in"}},
	{"sv", "reminder",
		"Påminnelse: Trygghetsråd Ekholmen, måndag 14 september 2026" CODE,
		{SV_FACTS, "Acceptera", "Avböj"}},
	{"sv", "minutes-request",
		"Skicka in protokollet: Trygghetsråd Ekholmen, "
		"måndag 14 september 2026" CODE,
		{"Trygghetsråd Ekholmen", "torsdag 24 september 2026", "bifog",
			"PDF, Word (.docx) eller OpenDocument (.odt)", "personnummer"}},
	{"sv", "minutes",
		"Protokoll: Trygghetsråd Ekholmen, måndag 14 september 2026" CODE,
		{"Trygghetsråd Ekholmen", "Protokoll Ekholmen 14 sept.pdf (1,2 MB)",
			"Bilaga 1.pdf (48 kB)", "Örjan Åkesson", "för kännedom"}},
	{"sv", "receipt",
		"Mottaget protokoll: Trygghetsråd Ekholmen, "
		"måndag 14 september 2026" CODE,
		{"Bilaga 1.pdf (48 kB)", "inte skickat vidare",
			"Avsändaren är inte sekreterare eller ordförande"}},
	{"sv", "held-notice",
		"Väntar på ditt beslut: mejl från okand.person@annan.example" CODE
		" [H7-abcde]",
		{"okand.person@annan.example", "Avsändaren är inte sekreterare",
			"Protokollet skickas till utskotten", "utskick release 7",
			"utskick refuse 7", "Trygghetsråd Ekholmen"}},
	{"sv", "failure-notice",
		"Alla har inte nåtts: Trygghetsråd Ekholmen, "
		"måndag 14 september 2026" CODE,
		{"Åke Öberg", "ake.oberg@parti.example", "Recipient address rejected",
			"Sydost", "kansli@forening.example", "Nya försök görs."}},
	{"sv", "calendar-notice", "Kalendern behöver rättas: Säkerhetsenheten",
		{"Säkerhetsenheten", "Möte hösten", "måndag 5 oktober 2026 kl. 18.00",
			"vilket råd", "Trygghetsråd Ryd och Berga"}},
	{"sv", "too-large-notice",
		"För stort mejl ligger kvar i brevlådan: orjan.akesson@skola.example",
		{"orjan.akesson@skola.example", "Protokoll med bilder", "41 MB",
			"35 MB", "torsdag 17 september 2026 kl. 09.12"}},
	{"sv", "question",
		"Fråga från Åsa Lindström: Trygghetsråd Ekholmen, måndag 14 september "
		"2026" CODE,
		{"asa.lindstrom@parti.example", "Varför är lampan vid skolan släckt?",
			"lampan.jpg", "Svara på det här mejlet"}},
	{"sv", "question-reminder",
		"Påminnelse: fråga från Åsa Lindström: Trygghetsråd Ekholmen, måndag "
		"14 september 2026" CODE,
		{"inte fått något svar", "Varför är lampan vid skolan släckt?",
			"torsdag 17 september 2026"}},
	{"sv", "question-answer", "Re: SV: Inbjudan",
		{"svaret på din fråga", "Säkerhetsenheten skriver",
			"Varför är lampan vid skolan släckt?"}},
	{"sv", "personal-number-notice",
		"Skickas inte: protokollet från trygghetsråd Ekholmen, måndag 14 "
		"september 2026" CODE,
		{"personnummer", "svara på det här mejlet med den nya filen"}},
	{"sv", "held-many-notice", "Fler mejl väntar på ditt beslut",
		{"utskick held", "inget skickas vidare utan ditt ja"}},
	{"sv", "server-notice",
		"Utskick släpps inte in i brevlådan utskott@linkoping.example",
		{"imap.linkoping.example", "torsdag 17 september 2026 kl. 09.12",
			"A002 NO [AUTHENTICATIONFAILED]", "Inget mejl går förlorat"}},
	{"en", "invitation",
		"Invitation: Ekholmen Safety Council, Monday 14 September 2026" CODE,
		{EN_FACTS, "receives it for information", "Belysning vid skolan",
			"Maria Sjöberg"}},
	{"en", "update",
		"Changed: Ekholmen Safety Council, Monday 14 September 2026" CODE,
		{EN_FACTS, "Tuesday 15 September 2026, 17:30–19:00", "Biblioteket"}},
	{"en", "cancellation",
		"Cancelled: Ekholmen Safety Council, Monday 14 September 2026" CODE,
		{EN_FACTS, "is cancelled"}},
	{"en", "reminder",
		"Reminder: Ekholmen Safety Council, Monday 14 September 2026" CODE,
		{EN_FACTS, "Accept", "Decline"}},
	{"en", "minutes-request",
		"Please send the minutes: Ekholmen Safety Council, "
		"Monday 14 September 2026" CODE,
		{"Thursday 24 September 2026", "attached",
			"PDF, Word (.docx) or OpenDocument (.odt)"}},
	{"en", "minutes",
		"Minutes: Ekholmen Safety Council, Monday 14 September 2026" CODE,
		{"Bilaga 1.pdf (48 kB)", "Örjan Åkesson", "for information"}},
	{"en", "receipt",
		"Minutes received: Ekholmen Safety Council, "
		"Monday 14 September 2026" CODE,
		{"Bilaga 1.pdf (48 kB)", "have not been sent on yet"}},
	{"en", "held-notice",
		"Waiting for your decision: mail from okand.person@annan.example" CODE
		" [H7-abcde]",
		{"neither the secretary nor the chair", "utskick release 7",
			"utskick refuse 7"}},
	{"en", "failure-notice",
		"Not everyone was reached: Ekholmen Safety Council, "
		"Monday 14 September 2026" CODE,
		{"Åke Öberg", "Recipient address rejected", "It will be tried again."}},
	{"en", "calendar-notice", "The calendar needs attention: Säkerhetsenheten",
		{"Möte hösten", "which council"}},
	{"en", "too-large-notice",
		"A mail too large to read was left in the mailbox: "
		"orjan.akesson@skola.example",
		{"41 MB", "35 MB"}},
	{"en", "question",
		"Question from Åsa Lindström: Ekholmen Safety Council, Monday 14 "
		"September 2026" CODE,
		{"asa.lindstrom@parti.example", "Varför är lampan vid skolan släckt?",
			"lampan.jpg", "Answer this mail"}},
	{"en", "question-reminder",
		"Reminder: question from Åsa Lindström: Ekholmen Safety Council, "
		"Monday 14 September 2026" CODE,
		{"not been answered", "Varför är lampan vid skolan släckt?"}},
	{"en", "question-answer", "Re: SV: Inbjudan",
		{"answer to your question", "Säkerhetsenheten writes"}},
	{"en", "personal-number-notice",
		"Not sent: the minutes of safety council meeting Ekholmen, Monday 14 "
		"September 2026" CODE,
		{"personal identity number", "answer this mail with the new file"}},
	{"en", "held-many-notice", "More mails are waiting for your decision",
		{"utskick held", "nothing is sent on without your yes"}},
	{"en", "server-notice",
		"Utskick is not let into the mailbox utskott@linkoping.example",
		{"imap.linkoping.example", "Thursday 17 September 2026 at 09:12",
			"A002 NO [AUTHENTICATIONFAILED]", "No mail is lost"}},
};

/* Renders or ends the test. */
static void render(const char *language, const char *name, const json_t *data,
	struct letter_text *ret)
{
	struct err err = ERR_INIT;

	if (render_letter(templates, language, name, data, ret, &err) < 0)
		fail_msg("%s %s: %s", language, name, err.text);
}

static void expect_in(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void expect_not_in(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("\"%s\" is in:\n%s", part, text);
}

static void every_template_renders_and_mentions_what_it_must(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(mentions) / sizeof(mentions[0]); i++) {
		const struct mention *m = &mentions[i];
		json_auto_t *data = sample_load(m->language);
		letter_text_auto t = LETTER_TEXT_EMPTY;
		render(m->language, m->name, data, &t);
		assert_string_equal(t.subject, m->subject);
		for (size_t k = 0; k < 6 && m->text[k]; k++) {
			expect_in(t.text, m->text[k]);
			expect_in(t.html, m->text[k]);
		}
		expect_not_in(t.text, "{{");
		expect_not_in(t.html, "{{");
		expect_not_in(t.html, "<plan 2>");
	}
}

static void each_language_has_the_same_files(void **state)
{
	const char *file;
	json_t *text;

	(void)state;
	assert_true(json_object_size(templates) >= 80);
	json_object_foreach (templates, file, text) {
		str_auto *other = xasprintf(
			"%s%s", strncmp(file, "sv", 2) == 0 ? "en" : "sv", file + 2);
		if (!json_object_get(templates, other))
			fail_msg("there is %s but no %s", file, other);
		struct err err = ERR_INIT;
		if (letter_check(file, json_string_value(text), &err) < 0)
			fail_msg("%s: %s", file, err.text);
	}
}

static void html_loads_nothing_and_names_its_language(void **state)
{
	static const char *const banned[] = {"<img", "<script", "<link", "href",
		"src=", "http:", "https:", "url(", "<form"};

	(void)state;
	for (size_t i = 0; i < sizeof(mentions) / sizeof(mentions[0]); i++) {
		const struct mention *m = &mentions[i];
		json_auto_t *data = sample_load(m->language);
		letter_text_auto t = LETTER_TEXT_EMPTY;
		render(m->language, m->name, data, &t);
		str_auto *lang = xasprintf("<html lang=\"%s\">", m->language);
		expect_in(t.html, lang);
		for (size_t k = 0; k < sizeof(banned) / sizeof(banned[0]); k++)
			expect_not_in(t.html, banned[k]);
	}
}

static void a_decisive_matter_turns_the_invitation_into_a_call(void **state)
{
	json_auto_t *data = sample_load("sv");
	letter_text_auto t = LETTER_TEXT_EMPTY;

	(void)state;
	json_object_set_new(json_object_get(data, "meeting"), "decisive", json_true());
	render("sv", "invitation", data, &t);
	expect_in(t.subject, "Kallelse: Trygghetsråd Ekholmen");
	expect_in(t.text, "ber vi dig att delta");
	expect_in(t.text, "Ersättning för förrättning");
	expect_not_in(t.text, "för kännedom");
	expect_not_in(t.html, "för kännedom");
}

static void a_receipt_says_where_accepted_minutes_go(void **state)
{
	json_auto_t *data = sample_load("sv");
	letter_text_auto t = LETTER_TEXT_EMPTY;

	(void)state;
	json_object_del(data, "held");
	render("sv", "receipt", data, &t);
	expect_in(t.text, "Utskottet för medborgardialog Sydost (mottagare: 9)");
	expect_in(t.html, "Utskottet för medborgardialog Syd (mottagare: 1)");
	expect_not_in(t.text, "inte skickat vidare");
}

static void corrected_minutes_say_so(void **state)
{
	json_auto_t *data = sample_load("sv");
	letter_text_auto t = LETTER_TEXT_EMPTY;

	(void)state;
	json_object_set_new(json_object_get(data, "minutes"), "corrected", json_true());
	render("sv", "minutes", data, &t);
	expect_in(t.subject, "Protokoll, rättad version: ");
	expect_in(t.text, "rättad version");
}

static void an_unchanged_time_is_not_told_as_changed(void **state)
{
	json_auto_t *data = sample_load("sv");
	letter_text_auto t = LETTER_TEXT_EMPTY;

	(void)state;
	json_object_set_new(data, "time_changed", json_false());
	render("sv", "update", data, &t);
	expect_not_in(t.text, "Ny tid");
	expect_in(t.text, "Ny plats");
}

/* ---- data stays data ---- */

static json_t *small_templates(void)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "sv/a.subject.mustache",
		"  {{x}}\n\r\n[{{y}}]\n", "sv/a.txt.mustache", "{{x}}\n{{agenda}}\n",
		"sv/a.html.mustache", "<b>{{x}}</b>{{agenda}}", "sv/b.subject.mustache",
		"{{x}}", "sv/b.txt.mustache", "{{#x}}", "sv/c.subject.mustache",
		" {{x}} ");
}

static void what_a_stranger_wrote_can_forge_no_line_and_no_markup(void **state)
{
	json_auto_t *own = small_templates();
	json_auto_t *data = json_pack("{s:s, s:s, s:s}", "x",
		"a\r\nBcc: <e@evil.example>\x1b[31m\xc2\x85\xe2\x80\xae{{y}}{{{y}}}",
		"y", "secret", "agenda", "1. å\r\n2. <ö>\x07");
	letter_text_auto t = LETTER_TEXT_EMPTY;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(render_letter(own, "sv", "a", data, &t, &err), 0);
	assert_string_equal(
		t.subject, "a Bcc: <e@evil.example>[31m{{y}}{{{y}}} [secret]");
	assert_string_equal(
		t.text, "a Bcc: <e@evil.example>[31m{{y}}{{{y}}}\n1. å\n2. <ö>\n");
	assert_string_equal(t.html,
		"<b>a Bcc: &lt;e@evil.example&gt;[31m{{y}}{{{y}}}</b>"
		"1. å<br>\n2. &lt;ö&gt;");
}

/* ---- what is missing ---- */

struct refused {
	const char *name;
	const char *x;
	const char *error;
};

static const struct refused refused[] = {
	{"none", "x", "sv/none.subject.mustache: there is no such template"},
	{"b", "x", "sv/b.txt.mustache: line 1: a section is not closed: x"},
	{"c", "\n", "sv/c.subject.mustache: the subject is empty"},
};

static void a_missing_or_wrong_template_is_named(void **state)
{
	json_auto_t *own = small_templates();
	json_auto_t *data = json_object();

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		letter_text_auto t = LETTER_TEXT_EMPTY;
		struct err err = ERR_INIT;
		json_object_set_new(data, "x", json_string(refused[i].x));
		assert_int_equal(
			render_letter(own, "sv", refused[i].name, data, &t, &err), -1);
		assert_string_equal(err.text, refused[i].error);
		assert_int_equal(err.kind, ERR_PERM);
		assert_null(t.subject);
	}
}

static void a_language_without_templates_falls_back_to_swedish(void **state)
{
	json_auto_t *data = sample_load("sv");
	letter_text_auto t = LETTER_TEXT_EMPTY;

	(void)state;
	render("fi", "invitation", data, &t);
	expect_in(t.subject, "Inbjudan: ");
}

static void a_letter_without_html_template_has_none(void **state)
{
	json_auto_t *own = small_templates();
	json_auto_t *data = json_pack("{s:s}", "x", "x");
	letter_text_auto t = LETTER_TEXT_EMPTY;
	struct err err = ERR_INIT;

	(void)state;
	json_object_del(own, "sv/a.html.mustache");
	assert_int_equal(render_letter(own, "sv", "a", data, &t, &err), 0);
	assert_null(t.html);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_template_renders_and_mentions_what_it_must),
		cmocka_unit_test(each_language_has_the_same_files),
		cmocka_unit_test(html_loads_nothing_and_names_its_language),
		cmocka_unit_test(a_decisive_matter_turns_the_invitation_into_a_call),
		cmocka_unit_test(a_receipt_says_where_accepted_minutes_go),
		cmocka_unit_test(corrected_minutes_say_so),
		cmocka_unit_test(an_unchanged_time_is_not_told_as_changed),
		cmocka_unit_test(what_a_stranger_wrote_can_forge_no_line_and_no_markup),
		cmocka_unit_test(a_missing_or_wrong_template_is_named),
		cmocka_unit_test(a_language_without_templates_falls_back_to_swedish),
		cmocka_unit_test(a_letter_without_html_template_has_none),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}

/* What a person wrote, without what programs and others put around it. */
#include "mail/mail-text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct text_case {
	const char *from, *text;
};

static void check(const struct text_case *cases, size_t count, bool is_html)
{
	for (size_t i = 0; i < count; i++) {
		buf_auto plain = BUF_EMPTY;
		if (is_html)
			mail_text_from_html(
				&plain, cases[i].from, strlen(cases[i].from));
		str_auto *text =
			mail_text_trim(is_html ? buf_str(&plain) : cases[i].from);
		assert_string_equal(text, cases[i].text);
	}
}

#define FIELDS                                                                         \
	"Från: Utskott <u@x.example>\nSkickat: den 14 september 2026 18:00\nTill: "   \
	"Anna <a@x.example>\nÄmne: Kallelse\n\nKommer du?\n"

static void quotes_of_all_clients_are_dropped(void **state)
{
	(void)state;
	static const struct text_case cases[] = {
		/* Outlook: desktop, web and mobile */
		{"Ja\n\n" FIELDS, "Ja"},
		{"Ja\n\n________________________________\n" FIELDS, "Ja"},
		{"Ja\n\nHämta Outlook för iOS<https://aka.ms/o0ukef>\n"
		 "________________________________\n" FIELDS,
			"Ja"},
		{"Ja\n\n-----Ursprungligt meddelande-----\n" FIELDS, "Ja"},
		{"Ja\n\n*Från:* Utskott\n*Skickat:* igår\n*Till:* Anna\n", "Ja"},
		/* Gmail, Apple Mail, Thunderbird */
		{"Ja\n\nDen mån 14 sep. 2026 kl 18:00 skrev Utskott "
		 "<u@x.example>:\n\n> Kommer du?\n",
			"Ja"},
		{"Ja\n\nDen mån 14 sep. 2026 kl 18:00 skrev Utskott för "
		 "medborgardialog\n<u@x.example>:\n\nKommer du?\n",
			"Ja"},
		{"Ja\n\n> 14 sep. 2026 kl. 18:00 skrev Utskott <u@x.example>:\n> \n> "
		 "Kommer du?\n",
			"Ja"},
		{"Ja\n\n14 sep. 2026 kl. 18:00 skrev Utskott <u@x.example>:\n\nKommer "
		 "du?\n",
			"Ja"},
		{"Den 2026-09-14 kl. 18:00, skrev Utskott:\n> Kommer du?\n\nJa\n",
			"Ja"},
		{"Yes\n\nOn 14 Sep 2026, at 18:00, U <u@x.example> wrote:\n\nComing?\n",
			"Yes"},
		{"Yes\n\nOn Mon, Sep 14, 2026 at 6:00 PM Utskott <u@x.example>\n"
		 "wrote:\n\n> Coming?\n",
			"Yes"},
		{"Ja\n\nUtskott <u@x.example> skrev den mån 14 sep. 2026:\n\nKommer?\n",
			"Ja"},
		{"Ja\n\n---------- Forwarded message ---------\nFrån: U\n", "Ja"},
	};
	check(cases, COUNT(cases), false);
}

static void signatures_and_footers_are_dropped(void **state)
{
	(void)state;
	static const struct text_case cases[] = {
		{"Jag kommer.\n\nMed vänliga hälsningar\nAnna Ek\nSäkerhetsenheten\n"
		 "013-20 60 00\n",
			"Jag kommer."},
		{"Jag kommer.\nMvh Anna\n", "Jag kommer.\nMvh Anna"},
		{"Jag kommer.\n\nmvh,\nAnna\n", "Jag kommer."},
		{"Coming.\n\nKind regards,\nAnna\n\nThis e-mail and any attachments "
		 "are "
		 "confidential and\nintended solely for the addressee.\n",
			"Coming."},
		{"Jag kommer.\n\nSkickat från min iPhone\n", "Jag kommer."},
		{"Jag kommer.\n\nSkickat från Outlook för Android\n", "Jag kommer."},
		{"Sure\n\nSent from my Galaxy\n", "Sure"},
		{"Sure\n\nSent from Mail for Windows\n", "Sure"},
		{"Ok\n\nDetta meddelande är avsett endast för adressaten. Om du fått "
		 "det\n"
		 "av misstag ber vi dig radera det.\n",
			"Ok"},
		{"När du mejlar oss innebär det att vi behandlar dina "
		 "personuppgifter.\n"
		 "Läs mer på kommunen.example.\n\nJag kommer.\n",
			"Jag kommer."},
		{"[EXTERN AVSÄNDARE] Klicka inte på länkar.\n\nJag kommer.\n",
			"Jag kommer."},
		{"CAUTION: This email originated from outside the "
		 "organisation.\n\nYes\n",
			"Yes"},
		{"Ok\n_______________________________________________\nGrannar mailing "
		 "list\nhttps://x.example/listinfo/g\n",
			"Ok"},
		{"Ok\n\nTänk på miljön innan du skriver ut.\n", "Ok"},
	};
	check(cases, COUNT(cases), false);
}

static void what_only_looks_so_stays(void **state)
{
	(void)state;
	static const struct text_case cases[] = {
		{"Så här skrev Anna 2025 i protokollet:\nBelysningen är trasig.",
			"Så här skrev Anna 2025 i protokollet:\nBelysningen är "
			"trasig."},
		{"Den 14 september skrev jag till er om tre saker:\nEtt\nTvå\nTre",
			"Den 14 september skrev jag till er om tre "
			"saker:\nEtt\nTvå\nTre"},
		{"Till: alla\nVi ses på torget.", "Till: alla\nVi ses på torget."},
		{"Hälsningar\nfrån hela rådet till er alla!",
			"Hälsningar\nfrån hela rådet till er alla!"},
		{"Detta meddelande fick jag i går. Vad betyder det?",
			"Detta meddelande fick jag i går. Vad betyder det?"},
		{"Skickat från min dator i går men ni svarade aldrig, så jag provar en "
		 "gång till.",
			"Skickat från min dator i går men ni svarade aldrig, så jag "
			"provar en "
			"gång till."},
		{"När du kommer, ring på.", "När du kommer, ring på."},
		{"----\nPunkt två", "----\nPunkt två"},
	};
	check(cases, COUNT(cases), false);
}

static void html_of_the_clients_is_read_the_same(void **state)
{
	(void)state;
	static const struct text_case cases[] = {
		{"<div dir=\"ltr\">Jag kommer.<br clear=\"all\"><div "
		 "class=\"gmail_signature\">Anna Ek</div></div><br><div "
		 "class=\"gmail_quote\"><div class=\"gmail_attr\">Den mån 14 sep. 2026 "
		 "kl "
		 "18:00 skrev U &lt;<a "
		 "href=\"mailto:u@x.example\">u@x.example</a>&gt;:<br>"
		 "</div><blockquote>Kommer du?</blockquote></div>",
			"Jag kommer."},
		{"<div>Jag kommer.</div><div id=\"ms-outlook-mobile-signature\">Hämta "
		 "<a>Outlook för iOS</a></div><hr><div "
		 "id=\"divRplyFwdMsg\"><b>Från:</b> "
		 "U<br><b>Skickat:</b> igår<br><b>Till:</b> "
		 "A<br></div><div>Kommer?</div>",
			"Jag kommer."},
		{"<div class=\"WordSection1\"><p>Jag kommer.</p><div><div "
		 "style=\"border-top:"
		 "solid\"><p><b>Från:</b> U <br><b>Skickat:</b> i går<br><b>Till:</b> "
		 "A</p>"
		 "</div></div><p>Kommer du?</p></div>",
			"Jag kommer."},
		{"<html><body>Jag kommer.<br><br><div>Skickat från min "
		 "iPhone</div><div><br>"
		 "<blockquote type=\"cite\">14 sep. 2026 kl. 18:00 skrev "
		 "U:</blockquote>"
		 "</div></body></html>",
			"Jag kommer."},
		{"<p>Jag kommer.</p><div class=\"moz-cite-prefix\">Den 2026-09-14 kl. "
		 "18:00, skrev U:<br></div><blockquote type=\"cite\"><p>Kommer?</p>"
		 "</blockquote><div class=\"moz-signature\">-- <br>Anna</div>",
			"Jag kommer."},
	};
	check(cases, COUNT(cases), true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quotes_of_all_clients_are_dropped),
		cmocka_unit_test(signatures_and_footers_are_dropped),
		cmocka_unit_test(what_only_looks_so_stays),
		cmocka_unit_test(html_of_the_clients_is_read_the_same),
	};
	mail_text_warm_up();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

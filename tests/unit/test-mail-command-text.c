/* What people answer a question of ours with. */
#include "mail/command-text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "mail/mail-text.h"

/* "1,3 yes", "yes choice=2", "secretary <anna@x.example>", "?" for what is none. */
static char *told(const json_t *row)
{
	buf_auto text = BUF_EMPTY;
	size_t i;
	json_t *n;

	json_array_foreach (json_object_get(row, "numbers"), i, n)
		buf_addf(&text, "%s%d", i ? "," : "", (int)json_integer_value(n));
	buf_addf(&text, "%s%s", text.len ? " " : "", json_str_or(row, "word", "?"));
	if (json_object_get(row, "choice"))
		buf_addf(&text, " choice=%d", (int)json_int_or(row, "choice", 0));
	if (json_str(row, "argument"))
		buf_addf(&text, " <%s>", json_str(row, "argument"));
	return xstrdup(buf_str(&text));
}

static char *told_all(const char *mail)
{
	str_auto *written = mail_text_trim(mail);
	json_auto_t *rows = command_text_read(written);
	buf_auto text = BUF_EMPTY;
	size_t i;
	json_t *row;

	json_array_foreach (rows, i, row) {
		str_auto *one = told(row);
		buf_addf(&text, "%s%s", i ? "; " : "", one);
	}
	return xstrdup(buf_str(&text));
}

struct telling {
	const char *mail, *wanted;
};

static void check(const struct telling *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		str_auto *got = told_all(list[i].mail);
		if (strcmp(got, list[i].wanted) != 0)
			fail_msg("%s\n  is read as:  %s\n  not as:      %s",
				list[i].mail, got, list[i].wanted);
	}
}

static void a_line_is_read_as_people_type_it(void **state)
{
	static const struct telling lines[] = {
		{"ja", "yes"},
		{"JA", "yes"},
		{"Ja!", "yes"},
		{"  ja.  ", "yes"},
		{"Ja tack", "yes"},
		{"Ja, tack!", "yes"},
		{"Ja, det går bra", "yes"},
		{"ja /Maria", "yes"},
		{"Ja mvh Maria", "yes"},
		{"Ja. Med vänlig hälsning Maria Sjöberg", "yes"},
		{"Hej! Ja tack.", "yes"},
		{"Hej, ja", "yes"},
		{"yes", "yes"},
		{"Yes please", "yes"},
		{"OK", "yes"},
		{"Okej, skicka ut det", "yes"},
		{"Godkänns", "yes"},
		{"- ja", "yes"},
		{"nej", "no"},
		{"NEJ!", "no"},
		{"Nej tack", "no"},
		{"No", "no"},
		{"No, thanks", "no"},
		{"Avslås", "no"},
		/* More than a word changes it, so it is none. */
		{"ja men vänta till fredag", "?"},
		{"Ja, fast inte till Berga", "?"},
		{"ja eller nej?", "?"},
		{"nej det stämmer inte", "?"},
		{"jag vet inte", "?"},
		{"jaha", "?"},
		{"nejlikor", "?"},
		{"kanske", "?"},
		{"Vad är det här?", "?"},
		/* Numbers. */
		{"2", "2 choice"},
		{"2.", "2 choice"},
		{"nr 2", "2 choice"},
		{"#2", "2 choice"},
		{"Alternativ 2 tack", "2 choice"},
		{"1 ja", "1 yes"},
		{"1. ja", "1 yes"},
		{"1) Ja", "1 yes"},
		{"1: ja", "1 yes"},
		{"1 - ja", "1 yes"},
		{"nr 1 ja", "1 yes"},
		{"Nr. 12: nej tack", "12 no"},
		{"ja 1", "1 yes"},
		{"ja på 1", "?"},
		{"1 och 3 ja", "1,3 yes"},
		{"1, 3 och 5: ja", "1,3,5 yes"},
		{"2-4 klart", "2,3,4 done"},
		{"4-2 klart", "?"},
		{"1 ja 2", "1 yes choice=2"},
		{"3 påminn", "3 remind"},
		{"3 Påminn!", "3 remind"},
		{"påminn 3 och 4", "3,4 remind"},
		{"3 skicka en påminnelse", "3 remind"},
		{"3 skicka igen, tack", "3 again"},
		{"Skicka 3 och 4", "3,4 again"},
		{"3 försök igen", "3 again"},
		{"3 send again", "3 again"},
		{"3 skicka till Eva", "3 ?"},
		{"5 vänta", "5 wait"},
		{"6 klar", "6 done"},
		{"6 klart, tack", "6 done"},
		{"Återkalla [ryd-2026-09-07], tack", "withdraw <RYD-2026-09-07>"},
		{"withdraw EKH-2026-09-14-2.", "withdraw <EKH-2026-09-14-2>"},
		{"återkalla", "withdraw"},
		{"4 sekreterare anna@linkoping.example",
			"4 secretary <anna@linkoping.example>"},
		{"4 sekreterare: Anna Åberg <anna@linkoping.example>",
			"4 secretary <anna@linkoping.example>"},
		{"4 sekreterare anna@linkoping.example<mailto:anna@linkoping.example>",
			"4 secretary <anna@linkoping.example>"},
		{"4 Sekreterare är anna@linkoping.example.",
			"4 secretary <anna@linkoping.example>"},
		{"4 sekreterare Anna", "4 secretary"},
		{"4 hoppsan", "4 ?"},
		{"4 ja men inte nu", "4 ?"},
		{"7.30 går bra", "?"},
		{"2026-09-14", "?"},
		{"12345 ja", "?"},
		{"0 ja", "?"},
		{"-1 ja", "1 yes"},
		{"1ja", "?"},
		{"99999999999999999999 ja", "?"},
		/* Not meant as an answer. */
		{"", ""},
		{"Hej!", ""},
		{"Hej Utskick!", ""},
		{"God morgon", ""},
		{"Tack!", ""},
		{"Tack på förhand", ""},
		{"Hej!\n\nja\n\nTack", "yes"},
	};
	(void)state;

	check(lines, sizeof(lines) / sizeof(lines[0]));
}

static void what_clients_put_around_it_is_not_read(void **state)
{
	static const struct telling mails[] = {
		/* Outlook, Swedish. */
		{"Ja\n\nMed vänlig hälsning\nMaria Sjöberg\nKommunkansliet\n\n"
		 "________________________________\n"
		 "Från: Utskott för medborgardialog <utskott@linkoping.example>\n"
		 "Skickat: den 10 augusti 2026 07:00\n"
		 "Till: Maria Sjöberg <maria.sjoberg@linkoping.example>\n"
		 "Ämne: Väntar på ditt beslut\n\nSvara nej för att säga nej.\n1 nej\n",
			"yes"},
		/* Outlook on the web, English. */
		{"2 no\n\n________________________________\n"
		 "From: Utskott <utskott@linkoping.example>\n"
		 "Sent: Monday, August 10, 2026 7:00 AM\n"
		 "To: Maria <maria@linkoping.example>\nSubject: Daily\n\n1 ja\n",
			"2 no"},
		/* Gmail. */
		{"1 ja\n2 påminn\n\nDen mån 10 aug. 2026 kl 07:00 skrev Utskott "
		 "<utskott@linkoping.example>:\n\n> 1. Held mail\n> 1 ja\n> 2 nej\n",
			"1 yes; 2 remind"},
		/* Apple Mail, iPhone. */
		{"Ja tack\n\nSkickat från min iPhone\n\n"
		 "> 10 aug. 2026 kl. 07:00 skrev Utskott <utskott@linkoping.example>:\n"
		 "> \n> nej\n",
			"yes"},
		/* Thunderbird, the answer below the quote. */
		{"Den 2026-08-10 kl. 07:00, skrev Utskott:\n> 1. Protokoll\n> 2. "
		 "Kallelse\n"
		 "\n2 ja\n",
			"2 yes"},
		/* Between the quoted lines. */
		{"Den 2026-08-10 kl. 07:00, skrev Utskott:\n> 1. Protokoll\n1 ja\n"
		 "> 2. Kallelse\n2 påminn\n",
			"1 yes; 2 remind"},
		/* Everything of the daily mail in one answer. */
		{"Hej!\n\n1 ja\n2. nej\n3 påminn\n4 sekreterare Anna "
		 "<anna@linkoping.example>\n5 vänta\n6 klar\nsju ja\n\nTack!\n/Maria\n",
			"1 yes; 2 no; 3 remind; 4 secretary <anna@linkoping.example>; "
			"5 wait; "
			"6 done; ?"},
	};
	(void)state;

	check(mails, sizeof(mails) / sizeof(mails[0]));
}

static void of_lines_that_say_nothing_six_are_kept(void **state)
{
	buf_auto text = BUF_EMPTY;
	(void)state;

	for (int i = 0; i < 20; i++)
		buf_addf(&text, "Vi ses\n");
	buf_addf(&text, "2 ja\n");
	for (int i = 0; i < 40; i++)
		buf_addf(&text, "Vi ses\n3 nej\n");
	json_auto_t *rows = command_text_read(buf_str(&text));
	/* Of the first 60 lines all that say something are there. */
	assert_int_equal(json_array_size(rows), 6 + 1 + 19);
	const json_t *yes = json_array_get(rows, 6);
	assert_string_equal(json_str(yes, "line"), "2 ja");
	assert_string_equal(json_str(json_array_get(rows, 7), "word"), "no");
}

static void an_answer_without_end_is_cut(void **state)
{
	buf_auto text = BUF_EMPTY;
	(void)state;

	for (int i = 0; i < 1000; i++)
		buf_addf(&text, "1-9999 ja\n");
	json_auto_t *rows = command_text_read(buf_str(&text));
	assert_int_equal(json_array_size(rows), 60);
	assert_int_equal(
		json_array_size(json_object_get(json_array_get(rows, 0), "numbers")),
		50);
	buf_clear(&text);
	for (int i = 0; i < 1000; i++)
		buf_addf(&text, "å");
	json_auto_t *long_one = command_text_read(buf_str(&text));
	assert_int_equal(strlen(json_str(json_array_get(long_one, 0), "line")), 240);
}

static void the_code_of_a_subject_is_found(void **state)
{
	static const struct telling subjects[] = {
		{"SV: Väntar på ditt beslut [RYD-2026-09-07] [H12-K7QXB]", "h12-k7qxb"},
		{"Re: [D3-abcde]", "d3-abcde"},
		{"[H12-]", "h12-"},
		{"[H-abc] [HX-abc]", NULL},
		{"[RYD-2026-09-07]", NULL},
		{"[H12-abc", NULL},
		{"[H12-abcdefghijklmnop]", "h12-abcdefghijklmnop"},
		{"[H12-abcdefghijklmnopq]", NULL},
		{"[", NULL},
		{"", NULL},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
		str_auto *code = command_text_code(subjects[i].mail);
		if (subjects[i].wanted)
			assert_string_equal(code, subjects[i].wanted);
		else
			assert_null(code);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_read_as_people_type_it),
		cmocka_unit_test(what_clients_put_around_it_is_not_read),
		cmocka_unit_test(of_lines_that_say_nothing_six_are_kept),
		cmocka_unit_test(an_answer_without_end_is_cut),
		cmocka_unit_test(the_code_of_a_subject_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

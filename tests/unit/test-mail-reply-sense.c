/* What a reply in words is about: only a question goes to somebody else. */
#include "mail/reply-sense.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const names[] = {[REPLY_EMPTY] = "empty",
	[REPLY_THANKS] = "thanks",
	[REPLY_ATTENDANCE] = "attendance",
	[REPLY_OFFICE] = "office",
	[REPLY_QUESTION] = "question",
	[REPLY_MIXED] = "mixed"};

static void a_reply_is_told_apart_by_its_words(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum reply_sense sense;
	} cases[] = {
		/* attendance in words */
		{"Jag kommer.", REPLY_ATTENDANCE},
		{"Hej!\n\nJag kommer gärna.\n\nHälsningar\nAnna", REPLY_ATTENDANCE},
		{"Kan tyvärr inte.", REPLY_ATTENDANCE},
		{"Hej Maria, jag kan tyvärr inte den dagen.", REPLY_ATTENDANCE},
		{"Ja", REPLY_ATTENDANCE},
		{"Nej.", REPLY_ATTENDANCE},
		{"Ja tack!", REPLY_ATTENDANCE},
		{"Jag har fått förhinder. Berit är min ersättare.", REPLY_ATTENDANCE},
		{"Tackar nej denna gång", REPLY_ATTENDANCE},
		{"I will attend.", REPLY_ATTENDANCE},
		{"Sorry, I can't make it.", REPLY_ATTENDANCE},
		{"Vi ses!", REPLY_ATTENDANCE},
		{"Är tyvärr sjuk.", REPLY_ATTENDANCE},
		{"Ses på tisdag.", REPLY_ATTENDANCE},
		{"Jag är borta 3-7 augusti, Bo tar mötet.", REPLY_ATTENDANCE},
		{"Jag har semester v 28-31, så lägg inga möten då.", REPLY_ATTENDANCE},
		{"Jeg kan desværre ikke den dag.", REPLY_ATTENDANCE},
		{"Am Dienstag kann ich nicht kommen.", REPLY_ATTENDANCE},
		{"En pääse kokoukseen tiistaina.", REPLY_ATTENDANCE},
		/* nothing to answer */
		{"\xf0\x9f\x91\x8d", REPLY_EMPTY},
		{"Tack, mottaget!", REPLY_THANKS},
		{"Det är noterat.", REPLY_THANKS},
		{"Tack!", REPLY_THANKS},
		{"Hej!\nTack för informationen.\nMvh", REPLY_THANKS},
		{"Tack för det snabba svaret!", REPLY_THANKS},
		{"Noterat.", REPLY_THANKS},
		{"Tack!\nAnna Andersson\n", REPLY_THANKS},
		{"OK", REPLY_THANKS},
		{"Thank you very much.", REPLY_THANKS},
		{"", REPLY_EMPTY},
		{"\n \n", REPLY_EMPTY},
		{"Hej!", REPLY_EMPTY},
		{"---", REPLY_EMPTY},
		/* the office's own lists */
		{"Jag har en ny mejladress: anna@ny.example", REPLY_OFFICE},
		{"Ta bort mig från listan.", REPLY_OFFICE},
		{"Jag är inte längre ledamot.", REPLY_OFFICE},
		{"Unsubscribe", REPLY_OFFICE},
		{"Fick ingen bilaga. Skicka gärna igen", REPLY_OFFICE},
		{"Jag tar uppdraget som sekreterare.", REPLY_OFFICE},
		{"Mejlet till ordföranden studsade.", REPLY_OFFICE},
		/* questions, with and without their mark */
		{"Varför har belysningen vid skolan inte lagats?", REPLY_QUESTION},
		{"Hej!\n\nVad hände med gatlyktan vid Åängsvägen?\n\nMvh Anna",
			REPLY_QUESTION},
		{"Jag undrar om busshållplatsen", REPLY_QUESTION},
		{"Boende klagar på nedskräpning bakom centrum.", REPLY_QUESTION},
		{"Tack för protokollet! När blir åtgärderna klara?", REPLY_QUESTION},
		{"Who is responsible for the lights?", REPLY_QUESTION},
		{"Kommer polisen att redovisa siffrorna?", REPLY_QUESTION},
		{"Trasig gatlykta", REPLY_QUESTION},
		{"Den automatiska belysningen vid skolan är trasig.", REPLY_QUESTION},
		{"Tack, men lampan lyser inte än vid skolan.", REPLY_QUESTION},
		{"Har läst. Punkt 4 är fel: det var Åke som föreslog det.",
			REPLY_QUESTION},
		{"The furniture firm failed to deliver the benches. What do we do?",
			REPLY_QUESTION},
		{"Tack!\nMen lampan vid skolan lyser inte", REPLY_QUESTION},
		/* both: a person looks */
		{"Jag kommer. Var ska man parkera? När börjar det?", REPLY_MIXED},
		{"Kan tyvärr inte, men jag undrar hur det gick med belysningen.",
			REPLY_MIXED},
		{"I can't attend. Could you send the slides?", REPLY_MIXED},
		{"Ta bort mig från listan. Varför får jag detta?", REPLY_MIXED},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum reply_sense sense = reply_sense_of(cases[i].text);
		if (sense != cases[i].sense)
			fail_msg("\"%s\" is %s, not %s", cases[i].text, names[sense],
				names[cases[i].sense]);
	}
}

static void a_megabyte_of_sentences_is_read_in_no_time(void **state)
{
	(void)state;
	const size_t len = 1 << 20;
	str_auto *text = xcalloc(1, len + 1);

	for (size_t i = 0; i < len; i++)
		text[i] = i % 2 ? '.' : 'a';
	assert_int_equal(reply_sense_of(text), REPLY_QUESTION);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reply_is_told_apart_by_its_words),
		cmocka_unit_test(a_megabyte_of_sentences_is_read_in_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

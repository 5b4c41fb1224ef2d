/* Until when an automatic answer says its owner is away. */
#include "mail/absence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SENT "2026-07-10T08:00:00+02:00"

static void the_end_of_an_absence_is_read_in_the_languages_around(void **state)
{
	(void)state;
	static const struct {
		const char *text, *until; /* NULL: none */
		bool is_return;
	} cases[] = {
		{"Jag har semester och är åter den 12 augusti.", "2026-08-12", true},
		{"Åter 12/8.", "2026-08-12", true},
		{"Jag är tillbaka måndagen den 10:e augusti 2026", "2026-08-10", true},
		{"Tillbaka\n2026-08-12", "2026-08-12", true},
		{"Semester 6 juli - 9 augusti", "2026-08-09", false},
		{"Semester 13–31 juli.", "2026-07-31", false},
		{"Ledig t.o.m. 31/7", "2026-07-31", false},
		{"Jag är ledig till och med fredag 31 juli och svarar sedan.",
			"2026-07-31", false},
		{"Ledig 2026-07-06 - 2026-08-02", "2026-08-02", false},
		{"Ledig till 3 januari, åter den 7 januari", "2027-01-07", true},
		{"I will be back on 12 August", "2026-08-12", true},
		{"I am away, returning to the office on August 5th.", "2026-08-05",
			true},
		{"Out of office until August 12, 2026", "2026-08-12", false},
		{"away from July 6th through the 31st of July", "2026-07-31", false},
		{"Jag kommer tillbaka till kontoret den 12 augusti", "2026-08-12",
			true},
		{"Jeg er tilbage d. 3. august", "2026-08-03", true},
		{"I am back. Call me. The report is from 2 July", NULL, false},
		{"back 8/25", "2026-08-25", true},
		{"Jeg er tilbake 17. august", "2026-08-17", true},
		{"Jeg er på ferie til og med 2. august", "2026-08-02", false},
		{"Jeg er tilbage på kontoret den 3. august 2026.", "2026-08-03", true},
		{"Olen lomalla 12.8. asti", "2026-08-12", false},
		{"Olen takaisin 13.8.2026.", "2026-08-13", true},
		{"Ich bin ab dem 10.08.2026 wieder erreichbar", NULL, false},
		{"Ich bin am 10. August zurück; wieder im Büro am 10. August",
			"2026-08-10", true},
		{"Ich bin bis zum 10.08.2026 nicht im Büro", "2026-08-10", false},
		{"Semester.", NULL, false},
		{"Ring 013-20 60 00. Version 2.4.1 av 12/8-regeln", NULL, false},
		{"Åter den 45 augusti", NULL, false},
		{"Åter den 12 augusti 2019", NULL, false},
		{"", NULL, false},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		bool is_return;
		str_auto *until = absence_until(cases[i].text, SENT, &is_return);
		if (!until != !cases[i].until)
			print_error("%s: %s\n", cases[i].text, until ? until : "none");
		assert_int_equal(!until, !cases[i].until);
		if (!until)
			continue;
		assert_string_equal(until, cases[i].until);
		assert_int_equal(is_return, cases[i].is_return);
	}
}

static void a_date_without_year_needs_to_know_when_it_was_written(void **state)
{
	(void)state;
	bool is_return;
	assert_null(absence_until("Åter den 12 augusti", NULL, &is_return));
	str_auto *until = absence_until("Åter den 12 augusti 2026", NULL, &is_return);
	assert_string_equal(until, "2026-08-12");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_end_of_an_absence_is_read_in_the_languages_around),
		cmocka_unit_test(a_date_without_year_needs_to_know_when_it_was_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What a spreadsheet gets is text, never a formula (A27). */
#include "command/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A27 */
static void a_cell_is_quoted_where_it_must_be_and_never_a_formula(void **state)
{
	(void)state;
	static const struct {
		const char *text, *cell;
	} cases[] = {
		{NULL, ""},
		{"", ""},
		{"plain", "plain"},
		{"Åsa Öberg", "\"Åsa Öberg\""},
		{"a,b", "\"a,b\""},
		{"a;b", "\"a;b\""},
		{"say \"hi\"", "\"say \"\"hi\"\"\""},
		{"=1+1", "\"'=1+1\""},
		{"=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""},
		{"+46 13", "\"'+46 13\""},
		{"-1", "\"'-1\""},
		{"@SUM(A1)", "\"'@SUM(A1)\""},
		{"  =1", "\"'  =1\""},
		{"\xef\xbc\x9d"
		 "1",
			"\"'\xef\xbc\x9d"
			"1\""},
		{"a=b", "a=b"},
		{"a\r\nb", "a\\x0d\\x0ab"},
		{"\t=1", "\\x09=1"},
		{"\x1b[31mred", "\\x1b[31mred"},
		{"\xe2\x80\xaetxt", "\\u202etxt"},
		{"2026-000001", "2026-000001"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		str_auto *cell = csv_cell(cases[i].text);
		assert_string_equal(cell, cases[i].cell);
	}
}

static void a_row_ends_as_rfc_4180_has_it(void **state)
{
	(void)state;
	static const char *const cells[] = {"a", NULL, "=b"};
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	assert_non_null(to);
	csv_row(to, cells, COUNT(cells));
	fclose(to);
	assert_string_equal(text, "a,,\"'=b\"\r\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cell_is_quoted_where_it_must_be_and_never_a_formula),
		cmocka_unit_test(a_row_ends_as_rfc_4180_has_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

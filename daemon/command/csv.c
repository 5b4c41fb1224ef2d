#include "command/csv.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

/* Also behind blanks: spreadsheets skip them. U+FF1D and the like are wide signs. */
static bool is_formula(const char *text)
{
	static const char *const wide[] = {
		"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};
	const char *s = text + strspn(text, " \xc2\xa0");

	if (*s && strchr("=+-@\t\r", *s))
		return true;
	for (size_t i = 0; i < sizeof(wide) / sizeof(*wide); i++)
		if (text_starts(s, wide[i]))
			return true;
	return false;
}

char *csv_cell(const char *text)
{
	str_auto *safe = text_printable(text ? text : "");
	bool formula = is_formula(safe);
	buf_auto cell = BUF_EMPTY;

	if (!formula && !strpbrk(safe, ",;\"\n ")) {
		buf_add_str(&cell, safe);
		return buf_steal(&cell);
	}
	buf_add_str(&cell, formula ? "\"'" : "\"");
	for (const char *s = safe; *s; s++) {
		buf_add_char(&cell, *s);
		if (*s == '"')
			buf_add_char(&cell, '"');
	}
	buf_add_char(&cell, '"');
	return buf_steal(&cell);
}

void csv_row(FILE *to, const char *const *cells, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		str_auto *cell = csv_cell(cells[i]);
		fprintf(to, "%s%s", i ? "," : "", cell);
	}
	fputs("\r\n", to);
}

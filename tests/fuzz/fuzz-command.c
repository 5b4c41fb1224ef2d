/* Any text as what a coordinator answers with, and as a subject (R8): lines that are
 * JSON, no more than were written, each at most as it was said; a code that is plain.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "mail/charset.h"
#include "mail/command-text.h"
#include "mail/mail-text.h"

#define LINES_MAX 60

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static size_t lines_in(const char *text)
{
	size_t lines = 1;

	for (; *text; text++)
		lines += *text == '\n' || *text == '\r';
	return lines;
}

static void check_line(const json_t *line)
{
	const char *said = json_str(line, "line");
	const char *argument = json_str(line, "argument");
	size_t i;
	json_t *number;

	must(said && text_is_utf8(said, strlen(said)) && !strchr(said, '\n'));
	must(!argument || (*argument && !strpbrk(argument, " \t\n")));
	must(!argument || strcmp(json_str_or(line, "word", ""), "secretary") != 0 ||
		(strchr(argument, '@') && !strpbrk(argument, "<>")));
	json_array_foreach (json_object_get(line, "numbers"), i, number)
		must(json_integer_value(number) >= 0);
}

static void read_commands(const char *text)
{
	json_auto_t *lines = command_text_read(text);
	size_t i;
	json_t *line;

	must(json_array_size(lines) <= LINES_MAX);
	must(json_array_size(lines) <= lines_in(text));
	json_array_foreach (lines, i, line)
		check_line(line);
	char *again = json_dumps(lines, JSON_COMPACT);
	must(again != NULL);
	free(again);
}

/* R8 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	buf_auto text = BUF_EMPTY;

	charset_decode(&text, NULL, (const char *)data, size);
	read_commands(buf_str(&text));
	str_auto *reply = mail_text_trim(buf_str(&text));
	read_commands(reply);
	str_auto *code = command_text_code(buf_str(&text));
	must(!code || (*code && strlen(code) < 40 && !strpbrk(code, " []\r\n")));
	return 0;
}

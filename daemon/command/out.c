#include "command/out.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/width.h"

#define WIDTH_MIN 60
#define JSON_STEP 2

static bool wants_colour(void)
{
	const char *no = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return !(no && *no) && term && strcmp(term, "dumb") != 0;
}

struct out out_open(FILE *to)
{
	struct out o = {to, false, OUT_WIDTH};
	struct winsize size;

	if (!isatty(fileno(to)))
		return o;
	o.colour = wants_colour();
	if (ioctl(fileno(to), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 &&
		size.ws_col < OUT_WIDTH)
		o.width = size.ws_col < WIDTH_MIN ? WIDTH_MIN : size.ws_col;
	return o;
}

static const char *colour_of(enum out_style style)
{
	switch (style) {
	case OUT_PLAIN:
		return "";
	case OUT_BOLD:
		return "\033[1m";
	case OUT_GOOD:
		return "\033[32m";
	case OUT_BAD:
		return "\033[31m";
	case OUT_FAINT:
		return "\033[2m";
	}
	return "";
}

void out_piece(const struct out *o, enum out_style style, const char *text, size_t len)
{
	bool styled = o->colour && style != OUT_PLAIN;

	fprintf(o->to, "%s%.*s%s", styled ? colour_of(style) : "", (int)len, text,
		styled ? "\033[0m" : "");
}

void out_blank(const struct out *o)
{
	fputc('\n', o->to);
}

void out_line(const struct out *o, enum out_style style, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	str_auto *raw = xvasprintf(fmt, args);
	va_end(args);
	str_auto *safe = text_printable(raw);
	out_piece(o, style, safe, strlen(safe));
	out_blank(o);
}

/* The lines behind the first are indented by rest. */
static void wrap(const struct out *o, enum out_style style, int rest, const char *safe)
{
	size_t next = 0;
	bool is_first = true;

	do {
		size_t len = width_break(safe, o->width - rest, &next);
		if (!is_first)
			fprintf(o->to, "%*s", rest, "");
		out_piece(o, style, safe, len);
		out_blank(o);
		safe += next;
		is_first = false;
	} while (*safe);
}

void out_text(const struct out *o, enum out_style style, int indent, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		str_auto *line = xstrndup(text, len);
		str_auto *safe = text_printable(line);
		fprintf(o->to, "%*s", indent, "");
		wrap(o, style, indent, safe);
		text += len + (text[len] == '\n');
	}
}

void out_field(
	const struct out *o, enum out_style style, const char *label, const char *text)
{
	if (!text || !*text)
		return;
	str_auto *safe = text_printable(text);
	fprintf(o->to, "%-*s", OUT_LABEL, label);
	wrap(o, style, OUT_LABEL, safe);
}

/* Jansson escapes what JSON demands; C1 and direction characters stand in strings only,
 * so the escape is JSON too. */
static void print_json(const struct out *o, const char *text)
{
	const char *end = text + strlen(text);
	char utf8[5];

	while (text < end) {
		uint32_t c = text_next_char(&text, end);
		text_put_char(utf8, c);
		str_auto *safe = c == '\n' ? xstrdup(utf8) : text_printable(utf8);
		if (strcmp(safe, utf8) == 0)
			fputs(utf8, o->to);
		else
			fprintf(o->to, "\\u%04x", c);
	}
	out_blank(o);
}

void out_json(const struct out *o, const json_t *value)
{
	str_auto *text = json_dumps(value, JSON_INDENT(JSON_STEP) | JSON_ENCODE_ANY);

	print_json(o, text ? text : "null");
}

void out_json_line(const struct out *o, const json_t *value)
{
	str_auto *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	print_json(o, text ? text : "null");
}

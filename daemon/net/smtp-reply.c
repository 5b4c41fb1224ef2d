#include "net/smtp-reply.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* 0 where there is none. RFC 5321 section 4.2.1: the first digit is 2 to 5. */
static int line_code(const char *line, size_t len)
{
	if (len < 3 || line[0] < '2' || line[0] > '5' || !is_digit(line[1]) ||
		!is_digit(line[2]))
		return 0;
	if (len > 3 && line[3] != ' ' && line[3] != '-')
		return 0;
	return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

enum reply_progress reply_add_line(struct reply *r, const char *line, size_t len)
{
	int code = line_code(line, len);

	if (!code || memchr(line, '\0', len) || r->lines == REPLY_LINES_MAX ||
		(r->lines && code != r->code))
		return REPLY_NONSENSE;
	r->code = code;
	if (r->lines++ && len > 4)
		buf_add_char(&r->words, ' ');
	if (len > 4)
		buf_add(&r->words, line + 4, len - 4);
	return len > 3 && line[3] == '-' ? REPLY_MORE : REPLY_WHOLE;
}

bool reply_is_lane(const struct reply *r)
{
	const char *words = buf_str(&r->words);

	if (r->code == 421 || r->code == 432)
		return true;
	return r->code / 100 == 4 &&
	       (text_starts(words, "4.3.2 ") || text_starts(words, "4.7."));
}

/* Cuts at the beginning of a UTF-8 character. */
static size_t cut(const char *s, size_t max)
{
	size_t len = strlen(s);

	if (len <= max)
		return len;
	while (max && (s[max] & 0xc0) == 0x80)
		max--;
	return max;
}

void reply_describe(const struct reply *r, char *to, size_t size)
{
	str_auto *words = text_printable(buf_str(&r->words));
	str_auto *all = xasprintf("%03d %s", r->code, words);

	snprintf(to, size, "%.*s", (int)cut(all, size - 1), all);
}

void reply_deinit(struct reply *r)
{
	buf_deinit(&r->words);
	*r = REPLY_EMPTY;
}

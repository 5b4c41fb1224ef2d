#include "mail/mail-lines.h"

#include <string.h>

#define WINDOW 256 /* so that lone CRs do not make it look far ahead for each */

/* The first CR or LF. */
static const char *line_end(const char *s, const char *end)
{
	while (s < end) {
		size_t n = (size_t)(end - s) < WINDOW ? (size_t)(end - s) : WINDOW;
		const char *lf = memchr(s, '\n', n);
		const char *cr = memchr(s, '\r', lf ? (size_t)(lf - s) : n);
		if (cr || lf)
			return cr ? cr : lf;
		s += n;
	}
	return end;
}

bool line_next(const char **at, const char *end, struct line *ret)
{
	const char *s = *at;
	if (s == end)
		return false;
	ret->start = s;
	s = line_end(s, end);
	ret->end = s;
	while (s < end && *s == '\r')
		s++;
	ret->lone_cr = s > ret->end && (s == end || *s != '\n');
	if (ret->lone_cr)
		s = ret->end + 1;
	else if (s < end)
		s++;
	*at = s;
	return true;
}

size_t line_len(const struct line *line)
{
	return (size_t)(line->end - line->start);
}

bool line_starts(const struct line *line, const char *text)
{
	size_t len = strlen(text);
	return line_len(line) >= len && memcmp(line->start, text, len) == 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

const char *line_field(const struct line *line, const char *name)
{
	size_t len = strlen(name);
	const char *at = line->start + len;
	if (line_len(line) <= len)
		return NULL;
	for (size_t i = 0; i < len; i++)
		if ((line->start[i] | 0x20) != (name[i] | 0x20))
			return NULL;
	while (at < line->end && is_blank(*at))
		at++;
	return at < line->end && *at == ':' ? at + 1 : NULL;
}

bool line_is_field(const struct line *line)
{
	const char *at = line->start;
	while (at<line->end && * at> 0x20 && *at < 0x7f && *at != ':')
		at++;
	if (at == line->start)
		return false;
	while (at < line->end && is_blank(*at))
		at++;
	return at < line->end && *at == ':';
}

void lines_mend(const char *bytes, size_t len, struct buf *ret)
{
	char *to = buf_reserve(ret, len + 1);
	for (size_t i = 0; i < len; i++) {
		char c = bytes[i];
		if (c == '\r') {
			size_t run = i;
			while (run < len && bytes[run] == '\r')
				run++;
			/* CR CR LF is one line end, CR CR two. */
			if (run < len && bytes[run] == '\n')
				i = run - 1;
			else
				c = '\n';
		}
		*to++ = c ? c : ' ';
	}
	ret->len = (size_t)(to - ret->data);
	ret->data[ret->len] = '\0';
}

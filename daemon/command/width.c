#include "command/width.h"

#include <stdint.h>
#include <string.h>
#include <wchar.h>

#include "base/text.h"

static int char_width(uint32_t c)
{
	int width = wcwidth((wchar_t)c);

	return width < 0 ? 1 : width;
}

int width_of(const char *s)
{
	const char *end = s + strlen(s);
	int columns = 0;

	while (s < end)
		columns += char_width(text_next_char(&s, end));
	return columns;
}

size_t width_break(const char *s, int columns, size_t *ret_next)
{
	const char *end = s + strlen(s);
	const char *at = s;
	size_t blank = 0;
	int used = 0;

	while (at < end) {
		const char *next = at;
		uint32_t c = text_next_char(&next, end);
		used += char_width(c);
		if (c == ' ')
			blank = (size_t)(at - s);
		else if (used > columns && at > s)
			break;
		at = next;
	}
	size_t len = (size_t)(at - s);
	/* A blank may hang over the edge; what comes behind it may not. */
	if (blank && (at < end || used > columns))
		len = blank;
	*ret_next = len + strspn(s + len, " ");
	while (*ret_next > len && len && s[len - 1] == ' ')
		len--;
	return len;
}

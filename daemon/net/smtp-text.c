#include "net/smtp-text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define ATEXT LETTERS DIGITS "!#$%&'*+-/=?^_`{|}~"

static bool is_keyword(const char *line, const char *keyword)
{
	size_t n = strlen(keyword);

	return !strncasecmp(line, keyword, n) &&
	       (line[n] == '\n' || line[n] == ' ' || line[n] == '=' || !line[n]);
}

struct smtp_extensions smtp_read_extensions(const char *lines)
{
	struct smtp_extensions e = {0};

	for (const char *line = lines; line && *line;) {
		if (is_keyword(line, "PIPELINING"))
			e.has_pipelining = true;
		if (is_keyword(line, "SIZE")) {
			e.has_size = true;
			e.size_max = line[4] == ' ' ? strtoull(line + 5, NULL, 10) : 0;
		}
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	return e;
}

/* Atoms of the characters in set, with single dots between them. */
static bool is_dotted(const char *s, size_t len, const char *set)
{
	if (!len || s[0] == '.' || s[len - 1] == '.')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!s[i] || (s[i] == '.' ? s[i + 1] == '.' : !strchr(set, s[i])))
			return false;
	return true;
}

bool smtp_address_is_plain(const char *address)
{
	const char *at = strchr(address, '@');

	if (!at || strlen(address) > 254 || at - address > 64)
		return false;
	return is_dotted(address, (size_t)(at - address), ATEXT) &&
	       is_dotted(at + 1, strlen(at + 1), LETTERS DIGITS "-");
}

bool smtp_lines_are_whole(const char *bytes, size_t len)
{
	const char *at = bytes, *end = bytes + len;

	if (len < 2 || end[-1] != '\n')
		return false;
	for (const char *cr; at < end; at = cr + 2) {
		cr = memchr(at, '\r', (size_t)(end - at));
		if (!cr || cr + 1 == end || cr[1] != '\n' ||
			memchr(at, '\n', (size_t)(cr - at)))
			return false;
	}
	return true;
}

void smtp_stuff(const char *bytes, size_t len, bool *at_line_start, struct buf *to)
{
	const char *at = bytes, *end = bytes + len;

	buf_clear(to);
	while (at < end) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));
		const char *next = lf ? lf + 1 : end;

		if (*at_line_start && *at == '.')
			buf_add_char(to, '.');
		buf_add(to, at, (size_t)(next - at));
		*at_line_start = lf != NULL;
		at = next;
	}
}

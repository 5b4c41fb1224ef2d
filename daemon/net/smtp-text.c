#include "net/smtp-text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
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
		if (is_keyword(line, "8BITMIME"))
			e.has_8bitmime = true;
		if (is_keyword(line, "SMTPUTF8"))
			e.has_utf8 = true;
		if (is_keyword(line, "DSN"))
			e.has_dsn = true;
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
static bool is_dotted(const char *s, size_t len, const char *set, bool with_utf8)
{
	if (!len || s[0] == '.' || s[len - 1] == '.')
		return false;
	for (size_t i = 0; i < len; i++) {
		if (with_utf8 && (s[i] & 0x80))
			continue;
		if (!s[i] || (s[i] == '.' ? s[i + 1] == '.' : !strchr(set, s[i])))
			return false;
	}
	return true;
}

static bool is_address(const char *address, bool with_utf8)
{
	const char *at = strchr(address, '@');

	if (!at || strlen(address) > 254 || at - address > 64)
		return false;
	return is_dotted(address, (size_t)(at - address), ATEXT, with_utf8) &&
	       is_dotted(at + 1, strlen(at + 1), LETTERS DIGITS "-", false);
}

bool smtp_address_is_plain(const char *address)
{
	return is_address(address, false);
}

bool smtp_address_is_plain_utf8(const char *address)
{
	str_auto *shown = text_printable(address);

	/* What cannot be shown as it is, is no address: broken UTF-8, C1, bidi marks.
	 */
	return is_address(address, true) && strcmp(shown, address) == 0;
}

char *smtp_xtext(const char *s)
{
	buf_auto to = BUF_EMPTY;

	for (; *s; s++) {
		if (*s > ' ' && *s <= '~' && *s != '+' && *s != '=')
			buf_add_char(&to, *s);
		else
			buf_addf(&to, "+%02X", (unsigned char)*s);
	}
	return buf_steal(&to);
}

/* Bytes looked at together; that their number is known here lets the compiler use
 * vectors. */
#define BLOCK 64
#define ODD 1
#define EIGHT_BIT 0x80

/* ODD: a bare CR or LF, or a dot that begins a line. The block is behind its first
 * byte, which is the one before it. */
static unsigned look_at_block(const unsigned char *before)
{
	const unsigned char *bytes = before + 1;
	unsigned char found = 0;

	for (size_t i = 0; i < BLOCK; i++) {
		unsigned char lf = bytes[i] == '\n', after_cr = before[i] == '\r';
		unsigned char dot = bytes[i] == '.', after_lf = before[i] == '\n';
		found |= (unsigned char)((lf ^ after_cr) | (dot & after_lf) |
					 (bytes[i] & EIGHT_BIT));
	}
	return found;
}

static void look_at_byte(struct smtp_lines *l, char before, char byte)
{
	if ((byte == '\n') != (before == '\r'))
		l->is_broken = true;
	if (byte == '.' && (before == '\n' || !before))
		l->has_dot = true;
	if (byte & 0x80)
		l->has_8bit = true;
}

void smtp_lines_add(struct smtp_lines *l, const char *bytes, size_t len)
{
	size_t i = 1;

	if (!len)
		return;
	look_at_byte(l, l->last, bytes[0]);
	while (i < len) {
		size_t end = len - i < BLOCK ? len : i + BLOCK;
		unsigned found = ODD;
		if (end == i + BLOCK)
			found = look_at_block((const unsigned char *)bytes + i - 1);
		l->has_8bit = l->has_8bit || (found & EIGHT_BIT);
		for (; (found & ODD) && i < end; i++)
			look_at_byte(l, bytes[i - 1], bytes[i]);
		i = end;
	}
	l->before_last = len > 1 ? bytes[len - 2] : l->last;
	l->last = bytes[len - 1];
}

bool smtp_lines_end(const struct smtp_lines *l)
{
	return !l->is_broken && l->before_last == '\r' && l->last == '\n';
}

bool smtp_lines_are_whole(const char *bytes, size_t len)
{
	struct smtp_lines l = {0};

	smtp_lines_add(&l, bytes, len);
	return smtp_lines_end(&l);
}

/* The first dot at the start of a line, from at on; NULL: none. */
static const char *find_dot(const char *at, const char *end, bool at_line_start)
{
	const char *dot = memchr(at, '.', (size_t)(end - at));

	while (dot && (dot == at ? !at_line_start : dot[-1] != '\n'))
		dot = memchr(dot + 1, '.', (size_t)(end - dot - 1));
	return dot;
}

void smtp_stuff(const char *bytes, size_t len, bool *at_line_start, struct buf *to)
{
	const char *at = bytes, *end = bytes + len;

	while (at < end) {
		const char *dot = find_dot(at, end, *at_line_start);
		const char *next = dot ? dot : end;

		buf_add(to, at, (size_t)(next - at));
		if (dot)
			buf_add(to, "..", 2);
		at = dot ? dot + 1 : end;
		*at_line_start = at == end && !dot && end[-1] == '\n';
	}
}

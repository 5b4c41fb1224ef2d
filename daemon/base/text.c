#include "base/text.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"

#define REPLACEMENT 0xfffdU

/* Bytes that the lead byte announces, 0 where none can begin so (RFC 3629). */
static size_t utf8_len(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xc2 && lead <= 0xdf)
		return 2;
	if (lead >= 0xe0 && lead <= 0xef)
		return 3;
	return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

static bool is_scalar(uint32_t c, size_t len)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};

	return c >= least[len] && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
}

/* Length of the character at s, 0 where the bytes are not UTF-8. */
static size_t utf8_decode(const char *s, const char *end, uint32_t *ret)
{
	const unsigned char *u = (const unsigned char *)s;
	size_t len = utf8_len(u[0]);

	if (!len || (size_t)(end - s) < len)
		return 0;
	uint32_t c = len == 1 ? u[0] : u[0] & (0xffU >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (u[i] & 0x3fU);
	}
	*ret = c;
	return is_scalar(c, len) ? len : 0;
}

uint32_t text_next_char(const char **s, const char *end)
{
	uint32_t c = 0;

	if (*s >= end)
		return 0;
	size_t len = utf8_decode(*s, end, &c);
	*s += len ? len : 1;
	return len ? c : REPLACEMENT;
}

void text_put_char(char out[5], uint32_t c)
{
	size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	memset(out, 0, 5);
	if (len == 1) {
		out[0] = (char)c;
		return;
	}
	for (size_t i = len - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (c & 0x3f));
		c >>= 6;
	}
	out[0] = (char)((0xf00U >> len & 0xffU) | c);
}

bool text_is_utf8(const char *bytes, size_t len)
{
	const char *end = bytes + len;
	uint32_t c;

	while (bytes < end) {
		size_t n = utf8_decode(bytes, end, &c);
		if (!n)
			return false;
		bytes += n;
	}
	return true;
}

bool text_has_controls(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)bytes[i];
		if (c < 0x20 || c == 0x7f)
			return true;
	}
	return false;
}

static char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

bool text_starts_nocase(const char *s, const char *prefix)
{
	for (; *prefix; s++, prefix++)
		if (ascii_lower(*s) != ascii_lower(*prefix))
			return false;
	return true;
}

bool text_equal_nocase(const char *a, const char *b)
{
	return strlen(a) == strlen(b) && text_starts_nocase(a, b);
}

bool text_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool text_starts_one(const char *s, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (*s == *list[i] && text_starts(s, list[i]))
			return true;
	return false;
}

char *text_trim(const char *s)
{
	static const char white[] = " \t\r\n\v\f";

	s += strspn(s, white);
	size_t len = strlen(s);
	while (len && strchr(white, s[len - 1]))
		len--;
	return xstrndup(s, len);
}

static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f);
}

/* Marks that turn the order of what is read around them, and the two line ends of
 * Unicode. */
static bool is_misleading(uint32_t c)
{
	return c == 0x061c || c == 0x200e || c == 0x200f ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static char *printable(const char *s, const char *keep)
{
	const char *end = s + strlen(s);
	buf_auto out = BUF_EMPTY;
	char utf8[5];

	buf_reserve(&out, (size_t)(end - s));
	while (s < end) {
		if (*s >= ' ' && *s < 0x7f) {
			buf_add_char(&out, *s++);
			continue;
		}
		uint32_t c = text_next_char(&s, end);
		text_put_char(utf8, c);
		if (is_control(c) && !(c < 0x20 && strchr(keep, (int)c)))
			buf_addf(&out, "\\x%02x", c);
		else if (is_misleading(c))
			buf_addf(&out, "\\u%04x", c);
		else
			buf_add_str(&out, utf8);
	}
	return buf_steal(&out);
}

char *text_printable(const char *s)
{
	return printable(s, "");
}

char *text_printable_lines(const char *s)
{
	return printable(s, "\n\t");
}

/* Latin Extended-A: most capitals stand right before their small letter. */
static uint32_t fold_extended(uint32_t c)
{
	if (c == 0x130)
		return 'i';
	if (c == 0x178)
		return 0xff;
	if (c == 0x17f)
		return 's';
	if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e))
		return c % 2 ? c + 1 : c;
	if (c == 0x138 || c == 0x149)
		return c;
	return c % 2 ? c : c + 1;
}

static uint32_t fold_char(uint32_t c)
{
	if (c < 0x80)
		return (uint32_t)ascii_lower((char)c);
	if (c >= 0xc0 && c <= 0xde && c != 0xd7)
		return c + 0x20;
	return c >= 0x100 && c <= 0x17f ? fold_extended(c) : c;
}

/* Most of what people write; returns how many bytes it took. */
static size_t fold_ascii(struct buf *out, const char *s, const char *end)
{
	char *to = buf_reserve(out, (size_t)(end - s));
	size_t n = 0;

	for (; s + n < end && (unsigned char)s[n] < 0x80; n++)
		to[n] = ascii_lower(s[n]);
	out->len += n;
	return n;
}

char *text_fold(const char *s)
{
	const char *end = s + strlen(s);
	buf_auto out = BUF_EMPTY;
	char utf8[5];

	while (s < end) {
		s += fold_ascii(&out, s, end);
		if (s == end)
			break;
		text_put_char(utf8, fold_char(text_next_char(&s, end)));
		buf_add_str(&out, utf8);
	}
	return buf_steal(&out);
}

static bool is_word_char(uint32_t c)
{
	if (c < 0x80)
		return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		       (c >= 'A' && c <= 'Z');
	if (c < 0xc0 || c == 0xd7 || c == 0xf7 || c == REPLACEMENT)
		return false;
	return (c < 0x2000 || c > 0x206f) && (c < 0x3000 || c > 0x303f);
}

/* The character that ends right before s, 0 at the start. */
static uint32_t char_before(const char *start, const char *s)
{
	const char *at = s;

	while (at > start && s - at < 4) {
		at--;
		if (((unsigned char)*at & 0xc0) != 0x80)
			break;
	}
	return text_next_char(&at, s);
}

/* Whether no word goes on across s. */
static bool is_boundary(const char *start, const char *s, const char *end)
{
	const char *next = s;

	return !is_word_char(char_before(start, s)) ||
	       !is_word_char(text_next_char(&next, end));
}

bool text_has_word_folded(const char *s, const char *needle)
{
	size_t len = strlen(needle);
	const char *end = s + strlen(s);

	if (!len)
		return false;
	for (const char *at = strstr(s, needle); at; at = strstr(at + 1, needle))
		if (is_boundary(s, at, end) && is_boundary(s, at + len, end))
			return true;
	return false;
}

/* How many bytes at s are the word in any case; 0: others. */
static size_t word_at(const char *s, const char *end, const char *word)
{
	const char *word_end = word + strlen(word);
	const char *at = s;

	while (word < word_end)
		if (fold_char(text_next_char(&word, word_end)) !=
			text_next_char(&at, end))
			return 0;
	return (size_t)(at - s);
}

bool text_has_word(const char *s, const char *word)
{
	const char *end = s + strlen(s);
	/* Other letters are of several bytes: those are looked at one by one. */
	char first = (unsigned char)*word < 0x80 ? ascii_lower(*word) : '\0';

	for (const char *at = s; at < end; at++) {
		if (first)
			at = strchr(at, first);
		if (!at)
			return false;
		size_t len = word_at(at, end, word);
		if (len && is_boundary(s, at, end) && is_boundary(s, at + len, end))
			return true;
	}
	return false;
}

#include "mail/encode.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

#define WORD_MAX 75    /* RFC 2047 2 */
#define WORD_AROUND 12 /* =?UTF-8?Q? and ?= */
#define WORD_LEAST 16  /* room below which a new line is begun */
#define QP_COLUMNS 76  /* RFC 2045 6.7 */
#define PIECE_MAX 54   /* bytes of one RFC 2231 piece, so that its line fits */

static bool is_alnum(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z');
}

static void add_hex(struct buf *to, char mark, unsigned char c)
{
	static const char digits[] = "0123456789ABCDEF";
	const char hex[3] = {mark, digits[c >> 4], digits[c & 15]};
	buf_add(to, hex, sizeof(hex));
}

/* Letters of so many bytes. */
static size_t b_len(size_t len)
{
	return (len + 2) / 3 * 4;
}

static void base64_line(struct buf *to, const unsigned char *in, size_t len)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *out = buf_reserve(to, b_len(len));
	for (size_t i = 0; i < len; i += 3, out += 4) {
		uint32_t v = (uint32_t)in[i] << 16;
		v |= i + 1 < len ? (uint32_t)in[i + 1] << 8 : 0;
		v |= i + 2 < len ? in[i + 2] : 0;
		out[0] = digits[v >> 18];
		out[1] = digits[v >> 12 & 63];
		out[2] = i + 1 < len ? digits[v >> 6 & 63] : '=';
		out[3] = i + 2 < len ? digits[v & 63] : '=';
	}
	*out = '\0';
	to->len += b_len(len);
}

void encode_base64(struct buf *to, const void *bytes, size_t len)
{
	const unsigned char *in = bytes;
	for (size_t i = 0; i < len; i += BASE64_LINE) {
		base64_line(to, in + i, len - i < BASE64_LINE ? len - i : BASE64_LINE);
		buf_add_str(to, "\r\n");
	}
}

/* Bytes of the character at s, which is valid UTF-8. */
static size_t char_len(const char *s, const char *end)
{
	const char *next = s;
	text_next_char(&next, end);
	return (size_t)(next - s);
}

/* What stands for itself in an encoded word, also within a phrase (RFC 2047 5). */
static bool stands_in_word(unsigned char c)
{
	return is_alnum(c) || (c && strchr("!*+-/", c));
}

static size_t q_len(const char *s, size_t len)
{
	size_t total = 0;
	for (size_t i = 0; i < len; i++)
		total += stands_in_word((unsigned char)s[i]) || s[i] == ' ' ? 1 : 3;
	return total;
}

/*
 * Bytes of text, whole characters, whose encoded form fits into room. Base64 is best
 * cut where it needs no padding: some readers lose what follows a padded word.
 */
static size_t that_fit(const char *text, const char *end, bool is_q, size_t room)
{
	const char *at = text;
	size_t q = 0;
	size_t unpadded = 0;
	while (at < end) {
		size_t len = char_len(at, end);
		q += q_len(at, len);
		if ((is_q ? q : b_len((size_t)(at - text) + len)) > room)
			return !is_q && unpadded ? unpadded : (size_t)(at - text);
		at += len;
		if ((at - text) % 3 == 0)
			unpadded = (size_t)(at - text);
	}
	return (size_t)(at - text);
}

static void put_word(struct buf *to, const char *text, size_t len, bool is_q)
{
	buf_add_str(to, is_q ? "=?UTF-8?Q?" : "=?UTF-8?B?");
	if (!is_q)
		base64_line(to, (const unsigned char *)text, len);
	for (size_t i = 0; is_q && i < len; i++) {
		if (text[i] == ' ')
			buf_add_char(to, '_');
		else if (stands_in_word((unsigned char)text[i]))
			buf_add_char(to, text[i]);
		else
			add_hex(to, '=', (unsigned char)text[i]);
	}
	buf_add_str(to, "?=");
}

void encode_words(struct buf *to, const char *text, size_t len, size_t *column)
{
	const char *end = text + len;
	bool is_q = q_len(text, len) <= b_len(len);
	while (text < end) {
		size_t left = *column < ENCODE_COLUMNS ? ENCODE_COLUMNS - *column : 0;
		if (left > WORD_MAX)
			left = WORD_MAX;
		if (left < WORD_AROUND + WORD_LEAST) {
			buf_add_str(to, "\r\n ");
			*column = 1;
			continue;
		}
		size_t before = to->len;
		size_t fit = that_fit(text, end, is_q, left - WORD_AROUND);
		put_word(to, text, fit, is_q);
		*column += to->len - before;
		text += fit;
		if (text < end) {
			buf_add_str(to, "\r\n ");
			*column = 1;
		}
	}
}

static bool is_plain(const char *s)
{
	if (strlen(s) > PIECE_MAX || strstr(s, "=?"))
		return false;
	for (; *s; s++)
		if (*s < 0x20 || *s > 0x7e)
			return false;
	return true;
}

static void add_quoted(struct buf *to, const char *value)
{
	buf_add_char(to, '"');
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			buf_add_char(to, '\\');
		buf_add_char(to, *value);
	}
	buf_add_char(to, '"');
}

/* attribute-char of RFC 2231 7. */
static bool stands_in_parameter(unsigned char c)
{
	return is_alnum(c) || (c && strchr("!#$&+-.^_`{|}~", c));
}

static void add_piece(struct buf *to, const char **at, const char *end)
{
	size_t start = to->len;
	while (*at < end && to->len - start < PIECE_MAX - 12) {
		for (size_t len = char_len(*at, end); len > 0; len--, (*at)++) {
			unsigned char c = (unsigned char)**at;
			if (stands_in_parameter(c))
				buf_add_char(to, (char)c);
			else
				add_hex(to, '%', c);
		}
	}
}

void encode_parameter(struct buf *to, const char *name, const char *value)
{
	if (is_plain(value)) {
		buf_addf(to, ";\r\n %s=", name);
		add_quoted(to, value);
		return;
	}
	const char *at = value;
	const char *end = value + strlen(value);
	bool is_short = strlen(value) * 3 < PIECE_MAX;
	for (int i = 0; at < end; i++) {
		if (is_short)
			buf_addf(to, ";\r\n %s*=", name);
		else
			buf_addf(to, ";\r\n %s*%d*=", name, i);
		if (i == 0)
			buf_add_str(to, "UTF-8''");
		add_piece(to, &at, end);
	}
}

void encode_parameter_words(struct buf *to, const char *name, const char *value)
{
	buf_addf(to, ";\r\n %s=", name);
	if (is_plain(value)) {
		add_quoted(to, value);
		return;
	}
	size_t column = strlen(name) + 3;
	buf_add_char(to, '"');
	encode_words(to, value, strlen(value), &column);
	buf_add_char(to, '"');
}

/* One byte of a line; whether it must be hidden also depends on where it stands. */
static bool qp_stands(const char *line, size_t i, size_t len)
{
	unsigned char c = (unsigned char)line[i];
	if (c == ' ' || c == '\t')
		return i + 1 < len;
	if (i == 0 && (c == '.' || (c == 'F' && len > 4 && !memcmp(line, "From ", 5))))
		return false;
	return c > 0x20 && c < 0x7f && c != '=';
}

static void qp_line(struct buf *to, const char *line, size_t len)
{
	size_t column = 0;
	for (size_t i = 0; i < len; i++) {
		bool stands = qp_stands(line, i, len);
		size_t width = stands ? 1 : 3;
		/* One column stays free for the soft break, but at the end. */
		if (column + width > QP_COLUMNS - (i + 1 < len)) {
			buf_add_str(to, "=\r\n");
			column = 0;
			stands = stands && line[i] != '.' && line[i] != 'F';
			width = stands ? 1 : 3;
		}
		if (stands)
			buf_add_char(to, line[i]);
		else
			add_hex(to, '=', (unsigned char)line[i]);
		column += width;
	}
	buf_add_str(to, "\r\n");
}

void encode_quoted_printable(struct buf *to, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\r\n");
		qp_line(to, text, len);
		text += len;
		if (text[0] == '\r' && text[1] == '\n')
			text++;
		if (*text)
			text++;
	}
}

#include "mail/header-read.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "mail/charset.h"

#define CHARSET_MAX 64
#define WORD_TEXT_MAX 2048 /* RFC 2047 says 75; the search stays short in any case */

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

void header_skip(const char **at)
{
	size_t depth = 0;
	const char *s = *at;
	for (; *s; s++) {
		if (*s == '(')
			depth++;
		else if (depth > 0 && *s == ')')
			depth--;
		else if (depth > 0 && *s == '\\' && s[1])
			s++;
		else if (depth == 0 && !is_space(*s))
			break;
	}
	*at = s;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void add_q(struct buf *to, const char *s, const char *end)
{
	for (; s < end; s++) {
		int high = *s == '=' && end - s > 2 ? hex_digit(s[1]) : -1;
		int low = high >= 0 ? hex_digit(s[2]) : -1;
		if (low >= 0) {
			buf_add_char(to, (char)(high << 4 | low));
			s += 2;
		} else {
			buf_add_char(to, *s == '_' ? ' ' : *s);
		}
	}
}

static int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static void add_b(struct buf *to, const char *s, const char *end)
{
	uint32_t bits = 0;
	int count = 0;
	for (; s < end && *s != '='; s++) {
		int digit = base64_digit(*s);
		if (digit < 0)
			continue;
		bits = bits << 6 | (uint32_t)digit;
		count += 6;
		if (count >= 8) {
			count -= 8;
			buf_add_char(to, (char)(bits >> count & 255));
		}
	}
}

/* An encoded word, its charset without the language of RFC 2231 5. */
struct word {
	char charset[CHARSET_MAX];
	char encoding;
	const char *text;
	const char *end;
	const char *next;
};

static bool find_word(const char *s, struct word *ret)
{
	if (s[0] != '=' || s[1] != '?')
		return false;
	size_t len = strcspn(s + 2, "? \t\r\n");
	const char *at = s + 2 + len;
	if (len == 0 || len >= CHARSET_MAX || at[0] != '?' || !at[1] ||
		!strchr("bBqQ", at[1]) || at[2] != '?')
		return false;
	memcpy(ret->charset, s + 2, len);
	ret->charset[len] = '\0';
	ret->charset[strcspn(ret->charset, "*")] = '\0';
	ret->encoding = (char)(at[1] | 0x20);
	ret->text = at + 3;
	/* A '?' that is not the end stands in words of careless writers. */
	ret->end = memmem(ret->text, strnlen(ret->text, WORD_TEXT_MAX), "?=", 2);
	if (!ret->end || memchr(ret->text, '\n', (size_t)(ret->end - ret->text)))
		return false;
	/* "=?UTF-8?Q?=41?=": the first "?=" may belong to the text's first byte. */
	if (ret->end == ret->text && ret->text[2] && hex_digit(ret->text[2]) >= 0 &&
		ret->encoding == 'q' && strstr(ret->text + 1, "?="))
		ret->end = strstr(ret->text + 1, "?=");
	ret->next = ret->end + 2;
	return true;
}

/* Bytes of words that stand together are joined before they are decoded: some writers
 * split letters. */
static const char *add_words(struct buf *to, struct word *word)
{
	buf_auto bytes = BUF_EMPTY;
	struct word next = *word;
	for (;;) {
		(word->encoding == 'q' ? add_q : add_b)(&bytes, next.text, next.end);
		const char *at = next.next;
		while (is_space(*at))
			at++;
		word->next = next.next;
		if (!find_word(at, &next))
			break;
		word->next = at;
		if (!text_equal_nocase(next.charset, word->charset) ||
			next.encoding != word->encoding)
			break;
	}
	charset_decode(to, word->charset, bytes.data ? bytes.data : "", bytes.len);
	return word->next;
}

/* Control characters become spaces, so that a value stays on one line. */
static char *one_line(struct buf *b)
{
	for (size_t i = 0; i < b->len; i++)
		if ((unsigned char)b->data[i] < 0x20 || b->data[i] == 0x7f)
			b->data[i] = ' ';
	return text_trim(buf_str(b));
}

/* Raw text with CRLF of folding dropped; its white space stays. */
static void add_raw(struct buf *to, const char *s, size_t len)
{
	buf_auto plain = BUF_EMPTY;
	for (size_t i = 0; i < len; i++)
		if (s[i] != '\r' && s[i] != '\n')
			buf_add_char(&plain, s[i]);
	charset_decode(to, NULL, buf_str(&plain), plain.len);
}

char *header_text(const char *raw)
{
	buf_auto text = BUF_EMPTY;
	while (*raw) {
		struct word word;
		const char *mark = strstr(raw, "=?");
		if (!mark)
			mark = raw + strlen(raw);
		add_raw(&text, raw, (size_t)(mark - raw));
		raw = mark;
		if (*raw && find_word(raw, &word)) {
			raw = add_words(&text, &word);
		} else if (*raw) {
			buf_add_str(&text, "=?");
			raw += 2;
		}
	}
	return one_line(&text);
}

char *header_plain(const char *raw)
{
	buf_auto text = BUF_EMPTY;
	add_raw(&text, raw, strlen(raw));
	return one_line(&text);
}

char *header_word(const char *raw)
{
	buf_auto word = BUF_EMPTY;
	header_skip(&raw);
	for (; *raw && !strchr(";(", *raw) && !is_space(*raw); raw++) {
		if (*raw == '/') {
			buf_add_char(&word, '/');
			raw++;
			header_skip(&raw);
			raw--;
			continue;
		}
		char c = *raw;
		if (c >= 'A' && c <= 'Z')
			c = (char)(c | 0x20);
		buf_add_char(&word, c > 0x20 && c < 0x7f ? c : '?');
	}
	return buf_steal(&word);
}

char *header_ids(const char *raw, size_t max)
{
	buf_auto ids = BUF_EMPTY;
	const char *open = strchr(raw, '<');
	for (size_t n = 0; open && n < max; n++) {
		size_t len = strcspn(open, ">");
		if (!open[len])
			break;
		if (ids.len > 0)
			buf_add_char(&ids, ' ');
		for (size_t i = 0; i <= len; i++)
			if (open[i] > 0x20 && open[i] < 0x7f)
				buf_add_char(&ids, open[i]);
		open = strchr(open + len, '<');
	}
	return buf_steal(&ids);
}

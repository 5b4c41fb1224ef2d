#include "mail/header-write.h"

#include <stdbool.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "mail/address.h"
#include "mail/encode.h"

#define LINE_MAX_BYTES 998 /* RFC 5322 2.1.1 */
#define WORD_LEAST 28	   /* columns that an encoded word wants */
#define WORD_WIDE 70	   /* a longer word is encoded, so that it can be folded */

static bool is_token(const char *s)
{
	if (!*s)
		return false;
	for (; *s; s++)
		if (*s <= 0x20 || *s >= 0x7f || *s == ':')
			return false;
	return true;
}

static int check(const char *name, const char *value, struct err *err)
{
	if (!is_token(name))
		return err_set(err, ERR_PERM, "no name of a header field");
	if (text_has_controls(value, strlen(value)))
		return err_set(err, ERR_PERM, "%s: a control character in it", name);
	if (!text_is_utf8(value, strlen(value)))
		return err_set(err, ERR_PERM, "%s: not UTF-8", name);
	return 0;
}

static bool is_ascii(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)s[i] >= 0x80)
			return false;
	return true;
}

static bool has_mark(const char *s, size_t len)
{
	for (size_t i = 0; i + 1 < len; i++)
		if (s[i] == '=' && s[i + 1] == '?')
			return true;
	return false;
}

static bool needs_encoding(const char *word, size_t len)
{
	return len > WORD_WIDE || !is_ascii(word, len) || has_mark(word, len);
}

/* Plain words with the spaces before each, folded before spaces. */
static void add_plain(struct buf *to, const char *s, size_t len, size_t *column)
{
	size_t i = 0;
	while (i < len) {
		size_t end = i;
		while (end < len && s[end] == ' ')
			end++;
		while (end < len && s[end] != ' ')
			end++;
		if (*column + (end - i) > ENCODE_COLUMNS && s[i] == ' ') {
			buf_add_str(to, "\r\n");
			*column = 0;
		}
		buf_add(to, s + i, end - i);
		*column += end - i;
		i = end;
	}
}

/* The bytes from the first to the last word that cannot go out as it is. */
static bool find_encoded(const char *s, size_t *ret_start, size_t *ret_end)
{
	bool found = false;
	for (size_t i = 0; s[i];) {
		i += strspn(s + i, " ");
		size_t len = strcspn(s + i, " ");
		if (needs_encoding(s + i, len)) {
			if (!found)
				*ret_start = i;
			*ret_end = i + len;
			found = true;
		}
		i += len;
	}
	return found;
}

static void add_text(struct buf *to, const char *value, size_t *column)
{
	size_t start = 0;
	size_t end = 0;
	size_t len = strlen(value);
	if (!find_encoded(value, &start, &end)) {
		add_plain(to, value, len, column);
		return;
	}
	if (start > 0) {
		add_plain(to, value, start - 1, column);
		bool folds = *column + 1 + WORD_LEAST > ENCODE_COLUMNS;
		buf_add_str(to, folds ? "\r\n " : " ");
		*column = folds ? 1 : *column + 1;
	}
	encode_words(to, value + start, end - start, column);
	add_plain(to, value + end, len - end, column);
}

int header_add(struct buf *to, const char *name, const char *value, struct err *err)
{
	if (check(name, value, err) < 0)
		return -1;
	str_auto *trimmed = text_trim(value);
	size_t column = strlen(name) + 2;
	buf_addf(to, "%s: ", name);
	add_text(to, trimmed, &column);
	buf_add_str(to, "\r\n");
	return 0;
}

static void add_quoted(struct buf *to, const char *text, size_t *column)
{
	buf_auto quoted = BUF_EMPTY;
	buf_add_char(&quoted, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_add_char(&quoted, '\\');
		buf_add_char(&quoted, *text);
	}
	buf_add_char(&quoted, '"');
	add_plain(to, quoted.data, quoted.len, column);
}

/* A phrase of RFC 5322 3.2.5. */
static void add_phrase(struct buf *to, const char *display, size_t *column)
{
	size_t start;
	size_t end;
	if (find_encoded(display, &start, &end))
		encode_words(to, display, strlen(display), column);
	else if (strpbrk(display, "\"(),.:;<>@[\\]"))
		add_quoted(to, display, column);
	else
		add_plain(to, display, strlen(display), column);
}

/* As given, but for a domain in other letters, which is written in A-labels. */
static char *written_address(const char *address)
{
	if (is_ascii(address, strlen(address)))
		return xstrdup(address);
	str_auto *normal = address_normal(address);
	size_t local = (size_t)(address_domain(address) - address);
	return xasprintf("%.*s%s", (int)local, address, address_domain(normal));
}

int header_add_address(struct buf *to, const char *name, const char *display,
	const char *address, struct err *err)
{
	str_auto *shown = text_trim(display ? display : "");
	if (check(name, display ? display : "", err) < 0)
		return -1;
	if (!address_is_valid(address))
		return err_set(err, ERR_PERM, "%s: not an address", name);
	str_auto *plain = written_address(address);
	str_auto *angle = xasprintf(" <%s>", plain);
	size_t column = strlen(name) + 2;
	buf_addf(to, "%s: ", name);
	if (*shown) {
		add_phrase(to, shown, &column);
		add_plain(to, angle, strlen(angle), &column);
	} else {
		buf_add_str(to, plain);
	}
	buf_add_str(to, "\r\n");
	return 0;
}

int header_add_plain(
	struct buf *to, const char *name, const char *value, struct err *err)
{
	if (check(name, value, err) < 0)
		return -1;
	if (!is_ascii(value, strlen(value)))
		return err_set(err, ERR_PERM, "%s: not ASCII", name);
	str_auto *trimmed = text_trim(value);
	for (const char *at = trimmed; *at; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");
		if (strlen(name) + 3 + len > LINE_MAX_BYTES)
			return err_set(err, ERR_PERM, "%s: a word too long", name);
		at += len;
	}
	size_t column = strlen(name) + 2;
	buf_addf(to, "%s: ", name);
	add_plain(to, trimmed, strlen(trimmed), &column);
	buf_add_str(to, "\r\n");
	return 0;
}

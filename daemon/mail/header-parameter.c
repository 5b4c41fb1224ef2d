/* Parameters of Content-Type and Content-Disposition, with what RFC 2231 3 and 4 make
 * of them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "mail/charset.h"
#include "mail/header-read.h"

#define PIECES_MAX 200

/* One "name=value", the name with its stars. */
struct parameter {
	char *name;
	struct buf value;
};

static void parameter_deinit(struct parameter *p)
{
	free(p->name);
	buf_deinit(&p->value);
}
#define parameter_auto __attribute__((cleanup(parameter_deinit))) struct parameter

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static const char *read_quoted(const char *at, struct buf *to)
{
	for (at++; *at && *at != '"'; at++) {
		if (*at == '\\' && at[1])
			at++;
		if (*at != '\r' && *at != '\n')
			buf_add_char(to, *at);
	}
	return *at ? at + 1 : at;
}

/* Where the next parameter begins although a ';' is missing: "a=b c=d". */
static bool begins_parameter(const char *at)
{
	size_t len = strcspn(at, "=; \t\r\n\"");
	return len > 0 && at[len] == '=';
}

/* An unquoted value; names with spaces in them are taken whole. */
static const char *read_token(const char *at, struct buf *to)
{
	while (*at && *at != ';') {
		const char *next = at;
		header_skip(&next);
		if (next != at && (!*next || *next == ';' || begins_parameter(next)))
			return next;
		if (is_space(*at)) {
			buf_add_char(to, ' ');
			while (is_space(*at))
				at++;
			continue;
		}
		buf_add_char(to, *at++);
	}
	return at;
}

/* The parameter at *at, which moves on; false at the end. */
static bool next_parameter(const char **at, struct parameter *ret)
{
	header_skip(at);
	while (**at == ';') {
		(*at)++;
		header_skip(at);
	}
	if (!**at)
		return false;
	size_t len = strcspn(*at, "=; \t\r\n(");
	free(ret->name);
	ret->name = xstrndup(*at, len);
	buf_clear(&ret->value);
	*at += len;
	header_skip(at);
	if (**at == '=') {
		(*at)++;
		header_skip(at);
		*at = **at == '"' ? read_quoted(*at, &ret->value)
				  : read_token(*at, &ret->value);
	} else if (len == 0) {
		(*at)++;
	}
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void add_percent(struct buf *to, const char *s)
{
	for (; *s; s++) {
		int high = *s == '%' ? hex_digit(s[1]) : -1;
		int low = high >= 0 ? hex_digit(s[2]) : -1;
		if (low >= 0) {
			buf_add_char(to, (char)(high << 4 | low));
			s += 2;
		} else {
			buf_add_char(to, *s);
		}
	}
}

/* What was found of one parameter. */
struct found {
	char *plain;
	char *pieces[PIECES_MAX];
	bool extended[PIECES_MAX];
	bool any;
};

static void found_deinit(struct found *f)
{
	free(f->plain);
	for (size_t i = 0; i < PIECES_MAX; i++)
		free(f->pieces[i]);
}
#define found_auto __attribute__((cleanup(found_deinit))) struct found

/* "name", "name*", "name*3", "name*3*": the first of each counts. */
static void sort_in(struct found *f, const char *wanted, struct parameter *p)
{
	size_t len = strlen(wanted);
	if (!text_starts_nocase(p->name, wanted))
		return;
	const char *rest = p->name + len;
	if (!*rest) {
		if (!f->plain)
			f->plain = xstrdup(buf_str(&p->value));
		return;
	}
	if (*rest++ != '*')
		return;
	size_t digits = strspn(rest, "0123456789");
	size_t index = digits > 0 && digits < 4 ? (size_t)atoi(rest) : 0;
	bool extended = digits == 0 || rest[digits] == '*';
	if (digits > 3 || index >= PIECES_MAX || f->pieces[index])
		return;
	f->pieces[index] = xstrdup(buf_str(&p->value));
	f->extended[index] = extended;
	f->any = f->any || index == 0;
}

/* charset'language'text: cuts it and returns the text. */
static const char *split_extended(const char *value, char **ret_charset)
{
	const char *first = strchr(value, '\'');
	const char *second = first ? strchr(first + 1, '\'') : NULL;
	if (!second)
		return value;
	*ret_charset = xstrndup(value, (size_t)(first - value));
	return second + 1;
}

static char *join(const struct found *f)
{
	buf_auto bytes = BUF_EMPTY;
	str_auto *charset = NULL;
	bool extended = false;
	for (size_t i = 0; i < PIECES_MAX && f->pieces[i]; i++) {
		const char *value = f->pieces[i];
		if (i == 0 && f->extended[i])
			value = split_extended(value, &charset);
		if (f->extended[i])
			add_percent(&bytes, value);
		else
			buf_add_str(&bytes, value);
		extended = extended || f->extended[i];
	}
	if (!extended)
		return header_text(buf_str(&bytes));
	buf_auto text = BUF_EMPTY;
	charset_decode(&text, charset, buf_str(&bytes), bytes.len);
	return buf_steal(&text);
}

/* Behind the value itself; a ';' in a comment is none. */
static const char *first_parameter(const char *raw)
{
	header_skip(&raw);
	while (*raw && *raw != ';') {
		raw++;
		header_skip(&raw);
	}
	return raw;
}

static void find(struct found *ret, const char *raw, const char *name)
{
	parameter_auto p = {NULL, BUF_EMPTY};
	const char *at = first_parameter(raw);
	while (next_parameter(&at, &p))
		sort_in(ret, name, &p);
}

char *header_parameter(const char *raw, const char *name)
{
	found_auto found = {NULL};
	find(&found, raw, name);
	if (found.any)
		return join(&found);
	return found.plain ? header_text(found.plain) : NULL;
}

char *header_parameter_exact(const char *raw, const char *name)
{
	found_auto found = {NULL};
	find(&found, raw, name);
	if (found.plain)
		return TAKE(found.plain);
	return found.any ? join(&found) : NULL;
}

/* Lists of addresses (RFC 5322 3.4), as leniently as people's mail programs write them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "mail/charset.h"
#include "mail/header-read.h"

/* One mailbox on its way. */
struct reading {
	struct header_addresses *to;
	size_t max;
	struct buf phrase;  /* words outside of angle brackets */
	struct buf comment; /* the last one: the name, in the old form "a@b (Anna)" */
	struct buf angle;
	bool has_angle;
};

static char *without_spaces(const struct buf *raw)
{
	buf_auto bytes = BUF_EMPTY;
	buf_auto text = BUF_EMPTY;
	for (const char *s = buf_str(raw); *s; s++)
		if ((unsigned char)*s > 0x20)
			buf_add_char(&bytes, *s);
	charset_decode(&text, NULL, buf_str(&bytes), bytes.len);
	return buf_steal(&text);
}

static void put(struct reading *r)
{
	struct header_addresses *to = r->to;
	str_auto *address = without_spaces(r->has_angle ? &r->angle : &r->phrase);
	const struct buf *name =
		r->has_angle && r->phrase.len > 0 ? &r->phrase : &r->comment;
	bool any = r->has_angle || *address;
	if (any && to->count < r->max) {
		to->list = xrealloc(to->list, (to->count + 1) * sizeof(*to->list));
		to->list[to->count++] = (struct header_address){
			header_text(buf_str(name)), TAKE(address)};
	}
	buf_clear(&r->phrase);
	buf_clear(&r->comment);
	buf_clear(&r->angle);
	r->has_angle = false;
}

static const char *read_quoted(const char *at, struct buf *to, bool keep_quotes)
{
	size_t start = to->len;
	bool is_local = false;
	for (at++; *at && *at != '"'; at++) {
		if (*at == '\\' && at[1])
			at++;
		buf_add_char(to, *at);
	}
	if (*at)
		at++;
	/* A quoted local part is no name; it must not become a plain one. */
	is_local = keep_quotes || *at == '@';
	if (is_local) {
		str_auto *copy = xstrdup(to->data ? to->data + start : "");
		to->len = start;
		buf_addf(to, "\"%s\"", copy);
	}
	return at;
}

static const char *read_comment(const char *at, struct buf *to)
{
	const char *end = at;
	size_t depth = 0;
	buf_clear(to);
	do {
		if (*end == '\\' && end[1])
			end++;
		else
			depth += (size_t)(*end == '(') - (size_t)(*end == ')');
		end++;
	} while (*end && depth > 0);
	size_t len = (size_t)(end - at);
	if (len > 2)
		buf_add(to, at + 1, len - 1 - (depth == 0));
	return end;
}

/* Behind "<": a route ("@a,@b:") is dropped. */
static const char *read_angle(const char *at, struct reading *r)
{
	if (r->has_angle)
		put(r);
	r->has_angle = true;
	at++;
	while (*at && *at != '>' && *at != '<') {
		if (*at == '"') {
			at = read_quoted(at, &r->angle, true);
			continue;
		}
		if (*at == ':' && buf_str(&r->angle)[0] == '@')
			buf_clear(&r->angle);
		else
			buf_add_char(&r->angle, *at);
		at++;
	}
	return *at == '>' ? at + 1 : at;
}

static const char *read_next(const char *at, struct reading *r)
{
	switch (*at) {
	case '"':
		return read_quoted(at, &r->phrase, false);
	case '(':
		return read_comment(at, &r->comment);
	case '<':
		return read_angle(at, r);
	case ':': /* a group's name went before */
		buf_clear(&r->phrase);
		return at + 1;
	case ',':
	case ';':
		put(r);
		return at + 1;
	}
	buf_add_char(&r->phrase, *at);
	return at + 1;
}

/* An encoded word may hold what else divides a list. */
static const char *skip_word(const char *at, struct reading *r)
{
	if (at[0] != '=' || at[1] != '?')
		return at;
	size_t len = strcspn(at, " \t\r\n<>");
	const char *end = at + len;
	if (len < 8 || end[-1] != '=' || end[-2] != '?')
		return at;
	buf_add(&r->phrase, at, len);
	return end;
}

void header_addresses_add(struct header_addresses *to, const char *raw, size_t max)
{
	struct reading r = {to, max, BUF_EMPTY, BUF_EMPTY, BUF_EMPTY, false};
	while (*raw && to->count < max) {
		raw = skip_word(raw, &r);
		if (*raw)
			raw = read_next(raw, &r);
	}
	str_auto *rest = text_trim(buf_str(&r.phrase));
	if (*rest || r.has_angle)
		put(&r);
	buf_deinit(&r.phrase);
	buf_deinit(&r.comment);
	buf_deinit(&r.angle);
}

void header_addresses_deinit(struct header_addresses *a)
{
	for (size_t i = 0; i < a->count; i++) {
		free(a->list[i].name);
		free(a->list[i].address);
	}
	free(a->list);
	*a = HEADER_ADDRESSES_NONE;
}

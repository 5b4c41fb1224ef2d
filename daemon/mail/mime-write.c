#include "mail/mime-write.h"

#include <stdbool.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "mail/encode.h"

#define BOUNDARY_DIGITS 40 /* hex digits: 160 bits, in a line that fits */

/* A token of RFC 2045 5.1. */
static size_t token_len(const char *s)
{
	size_t len = 0;
	while (s[len] > 0x20 && s[len] < 0x7f && !strchr("()<>@,;:\\\"/[]?=", s[len]))
		len++;
	return len;
}

static bool media_type_is_valid(const char *type)
{
	size_t len = token_len(type);
	if (len == 0 || len > 64 || type[len] != '/')
		return false;
	size_t rest = token_len(type + len + 1);
	return rest > 0 && rest <= 64 && !type[len + 1 + rest];
}

static int check_text(const char *what, const char *text, struct err *err)
{
	if (text && !text_is_utf8(text, strlen(text)))
		return err_set(err, ERR_PERM, "%s: not UTF-8", what);
	return 0;
}

static int check_token(const char *what, const char *token, struct err *err)
{
	if (token && (!*token || token[token_len(token)]))
		return err_set(err, ERR_PERM, "%s: not a word", what);
	return 0;
}

static int check_file(const struct mime_file *file, struct err *err)
{
	size_t len = strlen(file->name);
	if (len == 0 || text_has_controls(file->name, len) ||
		!text_is_utf8(file->name, len))
		return err_set(err, ERR_PERM,
			"a file's name is empty, not UTF-8, or has a control "
			"character");
	if (!media_type_is_valid(file->media_type))
		return err_set(err, ERR_PERM, "a file's media type is none");
	return 0;
}

static int check_body(const struct mime_body *body, struct err *err)
{
	if (check_text("text", body->text, err) < 0 ||
		check_text("html", body->html, err) < 0 ||
		check_text("calendar", body->calendar, err) < 0 ||
		check_token("language", body->language, err) < 0 ||
		check_token("method", body->method, err) < 0)
		return -1;
	for (size_t i = 0; i < body->file_count; i++)
		if (check_file(&body->files[i], err) < 0)
			return -1;
	return 0;
}

/* "=_" stands neither in quoted-printable nor in base64, so no content can hold it. */
static char *make_boundary(const char *seed, const char *level)
{
	char hex[HASH_HEX_SIZE];
	str_auto *name = xasprintf("%s %s", level, seed);
	hash_hex(name, strlen(name), hex);
	return xasprintf("=_%.*s", BOUNDARY_DIGITS, hex);
}

static void begin_multipart(struct buf *to, const char *subtype, const char *boundary)
{
	buf_addf(to, "Content-Type: multipart/%s;\r\n boundary=\"%s\"\r\n\r\n", subtype,
		boundary);
}

static void begin_part(struct buf *to, const char *boundary)
{
	buf_addf(to, "--%s\r\n", boundary);
}

static void end_multipart(struct buf *to, const char *boundary)
{
	buf_addf(to, "--%s--\r\n", boundary);
}

static void add_text(struct buf *to, const struct mime_body *body, const char *subtype,
	const char *text)
{
	buf_addf(to, "Content-Type: text/%s; charset=utf-8\r\n", subtype);
	if (body->language)
		buf_addf(to, "Content-Language: %s\r\n", body->language);
	buf_add_str(to, "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
	encode_quoted_printable(to, text);
}

/* Base64: mail programs read calendars without regard to soft line breaks. */
static void add_calendar(struct buf *to, const struct mime_body *body)
{
	buf_addf(to, "Content-Type: text/calendar; charset=utf-8; method=%s\r\n",
		body->method ? body->method : "PUBLISH");
	buf_add_str(to, "Content-Transfer-Encoding: base64\r\n\r\n");
	encode_base64(to, body->calendar, strlen(body->calendar));
}

static void add_alternative(struct buf *to, const struct mime_body *body)
{
	str_auto *boundary = make_boundary(body->seed, "alternative");
	begin_multipart(to, "alternative", boundary);
	begin_part(to, boundary);
	add_text(to, body, "plain", body->text);
	if (body->html) {
		begin_part(to, boundary);
		add_text(to, body, "html", body->html);
	}
	if (body->calendar) {
		begin_part(to, boundary);
		add_calendar(to, body);
	}
	end_multipart(to, boundary);
}

static void add_words(struct buf *to, const struct mime_body *body)
{
	if (body->html || body->calendar)
		add_alternative(to, body);
	else
		add_text(to, body, "plain", body->text);
}

/* name for old mail programs, filename for all others. */
static void begin_file(struct buf *to, const char *name, const char *media_type)
{
	buf_addf(to, "Content-Type: %s", media_type);
	encode_parameter_words(to, "name", name);
	buf_add_str(to, "\r\nContent-Disposition: attachment");
	encode_parameter(to, "filename", name);
	buf_add_str(to, "\r\nContent-Transfer-Encoding: base64\r\n\r\n");
}

static void add_mixed(struct mime_text *ret, const struct mime_body *body)
{
	struct buf *to = &ret->words;
	str_auto *boundary = make_boundary(body->seed, "mixed");
	begin_multipart(to, "mixed", boundary);
	begin_part(to, boundary);
	add_words(to, body);
	for (size_t i = 0; i < body->file_count; i++) {
		const struct mime_file *file = &body->files[i];
		begin_part(to, boundary);
		begin_file(to, file->name, file->media_type);
		mime_text_add_file(ret, &file->content);
	}
	if (body->calendar) {
		begin_part(to, boundary);
		begin_file(to, "invite.ics", "application/ics");
		encode_base64(to, body->calendar, strlen(body->calendar));
	}
	end_multipart(to, boundary);
}

int mime_body_write(
	const struct mime_body *body, struct mime_text *ret, struct err *err)
{
	if (check_body(body, err) < 0)
		return -1;
	buf_add_str(&ret->words, "MIME-Version: 1.0\r\n");
	if (body->file_count > 0 || body->calendar)
		add_mixed(ret, body);
	else
		add_words(&ret->words, body);
	return 0;
}

#include "mail/mail-part.h"

#include <gmime/gmime.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "mail/header-read.h"

#define BASE64_LOOK 65536
#define PIECE ((size_t)65536)
#define SPARE 64
#define ODD_BASE64 20 /* one strange byte in so many: it is not base64 at all */

void mail_part_warm_up(void)
{
	g_mime_init();
}

static bool is_message(const char *type)
{
	return strcmp(type, "message/rfc822") == 0 ||
	       strcmp(type, "message/global") == 0 ||
	       strcmp(type, "message/rfc2822") == 0 ||
	       strcmp(type, "message/news") == 0;
}

static void read_name(struct mail_part *part, const struct part_head *head)
{
	str_auto *raw = head->disposition
				? header_parameter(head->disposition, "filename")
				: NULL;
	if (!raw && head->type)
		raw = header_parameter(head->type, "name");
	if (raw)
		part->name = name_harmless(raw, &part->has_odd_name);
}

/* Text to be read stands first, or is neither named nor beside what refers to it (RFC
 * 8621 4.1.4). */
static bool is_shown(const struct mail_part *part, const struct part_place *place)
{
	bool is_text = strcmp(part->media_type, "text/plain") == 0 ||
		       strcmp(part->media_type, "text/html") == 0;
	if (!is_text || (part->disposition && !strcmp(part->disposition, "attachment")))
		return false;
	return place->index == 0 ||
	       (strcmp(place->parent, "related") != 0 && !part->name);
}

/* "text" alone, or nothing, is text/plain (RFC 2045 5.2). */
static char *media_type_of(const char *raw)
{
	str_auto *word = header_word(raw);
	const char *slash = strchr(word, '/');
	if (!slash || slash == word || !slash[1])
		return xstrdup("text/plain");
	return TAKE(word);
}

void mail_part_describe(struct mail_part *part, const struct part_head *head,
	const struct part_place *place, const char *default_type)
{
	part->media_type =
		head->type ? media_type_of(head->type) : xstrdup(default_type);
	part->charset = head->type ? header_parameter(head->type, "charset") : NULL;
	part->disposition = head->disposition ? header_word(head->disposition) : NULL;
	part->encoding = header_word(head->encoding ? head->encoding : "");
	part->has_two_types = head->types > 1;
	read_name(part, head);
	part->is_message = is_message(part->media_type);
	part->is_shown = is_shown(part, place);
}

/* What GMime decodes; every other word means that the bytes stand as they are. */
static GMimeContentEncoding encoding_of(const struct mail_part *part)
{
	static const struct {
		const char *name;
		GMimeContentEncoding encoding;
	} known[] = {{"base64", GMIME_CONTENT_ENCODING_BASE64},
		{"quoted-printable", GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE},
		{"x-uuencode", GMIME_CONTENT_ENCODING_UUENCODE},
		{"uuencode", GMIME_CONTENT_ENCODING_UUENCODE},
		{"x-uue", GMIME_CONTENT_ENCODING_UUENCODE}};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].name, part->encoding) == 0)
			return known[i].encoding;
	return GMIME_CONTENT_ENCODING_BINARY;
}

bool mail_part_is_encoded(const struct mail_part *part)
{
	return encoding_of(part) != GMIME_CONTENT_ENCODING_BINARY;
}

/* Some label as base64 what is plain text; decoding that would make rubbish of it. Its
 * beginning tells. */
static bool is_base64(const char *s, size_t len)
{
	size_t odd = 0;
	size_t good = 0;
	for (size_t i = 0; i < len && i < BASE64_LOOK; i++) {
		unsigned char c = (unsigned char)s[i];
		if (g_ascii_isalnum(c) || c == '+' || c == '/' || c == '=')
			good++;
		else if (!g_ascii_isspace(c))
			odd++;
	}
	return odd == 0 || odd * ODD_BASE64 < good + odd;
}

/* What decoding would leave as it is. */
static bool is_plain(const struct mail_part *part)
{
	GMimeContentEncoding encoding = encoding_of(part);
	return encoding == GMIME_CONTENT_ENCODING_BINARY ||
	       (encoding == GMIME_CONTENT_ENCODING_BASE64 &&
		       !is_base64(part->raw, part->raw_len));
}

static void give_plain(const struct mail_part *part, mail_piece_fn fn, void *context)
{
	size_t at = 0;
	bool goes_on = true;
	do {
		size_t left = part->raw_len - at;
		size_t n = left < PIECE ? left : PIECE;
		goes_on = fn(context, part->raw + at, n);
		at += n;
	} while (goes_on && at < part->raw_len);
}

void mail_part_each(const struct mail_part *part, mail_piece_fn fn, void *context)
{
	GMimeEncoding state;
	buf_auto decoded = BUF_EMPTY;
	size_t at = 0;
	bool goes_on = true;
	if (is_plain(part)) {
		give_plain(part, fn, context);
		return;
	}
	g_mime_encoding_init_decode(&state, encoding_of(part));
	do {
		size_t left = part->raw_len - at;
		size_t n = left < PIECE ? left : PIECE;
		/* A piece may bring a few bytes of the one before. */
		char *to = buf_reserve(
			&decoded, g_mime_encoding_outlen(&state, n) + SPARE);
		size_t len =
			n == left ? g_mime_encoding_flush(&state, part->raw + at, n, to)
				  : g_mime_encoding_step(&state, part->raw + at, n, to);
		goes_on = fn(context, to, len);
		at += n;
	} while (goes_on && at < part->raw_len);
}

const char *mail_part_content(
	const struct mail_part *part, struct buf *scratch, size_t *ret_len)
{
	GMimeEncoding state;
	buf_clear(scratch);
	*ret_len = part->raw_len;
	if (is_plain(part))
		return part->raw;
	g_mime_encoding_init_decode(&state, encoding_of(part));
	size_t room = g_mime_encoding_outlen(&state, part->raw_len);
	char *to = buf_reserve(scratch, room + 1);
	scratch->len = g_mime_encoding_flush(&state, part->raw, part->raw_len, to);
	scratch->data[scratch->len] = '\0';
	*ret_len = scratch->len;
	return scratch->data;
}

void mail_part_deinit(struct mail_part *part)
{
	free(part->path);
	free(part->media_type);
	free(part->charset);
	free(part->disposition);
	free(part->encoding);
	free(part->name);
	free(part->report_type);
}

void part_head_deinit(struct part_head *head)
{
	free(head->type);
	free(head->disposition);
	free(head->encoding);
	*head = (struct part_head){0};
}

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

/* ---- base64 as nearly all of it comes ---- */

/* What is left for GMime, which takes padding off what it has itself put out. */
#define LEFT 128

struct quads {
	GMimeEncoding *state;
	const char *in;
	size_t taken;
	size_t end; /* of what may be taken */
	char *out;
	size_t len;
	unsigned char value[256]; /* RFC 4648, section 4; 0xff elsewhere */
};

static void set_values(unsigned char value[256])
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	memset(value, 0xff, 256);
	for (unsigned char i = 0; i < 64; i++)
		value[(unsigned char)alphabet[i]] = i;
}

static bool is_line_end(char c)
{
	return c == '\r' || c == '\n';
}

/* The rest of four characters that began in the piece before. */
static void end_quad(struct quads *q)
{
	while (q->state->state && q->taken < q->end) {
		const char *s = q->in + q->taken;
		if (q->value[(unsigned char)*s] == 0xff && !is_line_end(*s))
			return;
		q->len += g_mime_encoding_step(q->state, s, 1, q->out + q->len);
		q->taken++;
	}
}

/* Four characters by four, line ends between them, up to anything unusual: several
 * times as fast as GMime, which goes on from there. */
static void decode_quads(struct quads *q)
{
	const unsigned char *s = (const unsigned char *)q->in + q->taken;
	const unsigned char *end = (const unsigned char *)q->in + q->end;
	char *to = q->out + q->len;

	while (end - s > 4) {
		unsigned int a = q->value[s[0]];
		unsigned int b = q->value[s[1]];
		unsigned int c = q->value[s[2]];
		unsigned int d = q->value[s[3]];
		if ((a | b | c | d) & 0x80) {
			if (!is_line_end((char)*s))
				break;
			s++;
			continue;
		}
		*to++ = (char)(a << 2 | b >> 4);
		*to++ = (char)(b << 4 | c >> 2);
		*to++ = (char)(c << 6 | d);
		s += 4;
	}
	q->taken = (size_t)(s - (const unsigned char *)q->in);
	q->len = (size_t)(to - q->out);
}

/* As g_mime_encoding_step, or _flush for what is_last. */
static size_t decode_piece(
	GMimeEncoding *state, const char *piece, size_t len, bool is_last, char *to)
{
	struct quads q = {.state = state, .in = piece, .out = to};
	if (state->encoding == GMIME_CONTENT_ENCODING_BASE64 && len > LEFT) {
		q.end = len - LEFT;
		set_values(q.value);
		end_quad(&q);
		if (!state->state)
			decode_quads(&q);
	}
	piece += q.taken;
	len -= q.taken;
	to += q.len;
	return q.len + (is_last ? g_mime_encoding_flush(state, piece, len, to)
				: g_mime_encoding_step(state, piece, len, to));
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
		size_t len = decode_piece(&state, part->raw + at, n, n == left, to);
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

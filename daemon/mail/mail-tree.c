#include "mail/mail-tree.h"

#include <gmime/gmime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "mail/header-read.h"
#include "mail/mail-scan.h"

#define BUDGET_FACTOR 4 /* encoded messages in it may hold that many times the mail */
#define ODD_BASE64 20	/* one strange byte in so many: it is not base64 at all */

/* Where the walk stands. */
struct place {
	const struct mail_limits *limits;
	const char *bytes; /* of the message that GMime reads */
	size_t len;
	char *path;
	const char *parent; /* subtype of the multipart around, "" */
	const char *report_type;
	int index; /* among its siblings */
	int alternative;
	int nesting;
	int depth; /* containers around */
};

static int walk_message(
	struct mail_tree *t, const char *bytes, size_t len, const struct place *around);

static int too_deep(struct mail_tree *t, const struct place *p)
{
	if (p->depth <= p->limits->depth)
		return 0;
	snprintf(t->what, sizeof(t->what), "nested %d deep, the limit is %d", p->depth,
		p->limits->depth);
	return -1;
}

/* GMime reads the last of several Content-Types; so do we. */
static const char *raw_value(GMimeObject *object, const char *name, int *ret_count)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(object);
	const char *value = NULL;
	*ret_count = 0;
	for (int i = 0; i < g_mime_header_list_get_count(list); i++) {
		GMimeHeader *header = g_mime_header_list_get_header_at(list, i);
		if (!text_equal_nocase(g_mime_header_get_name(header), name))
			continue;
		value = g_mime_header_get_raw_value(header);
		(*ret_count)++;
	}
	return value;
}

static char *media_type_of(GMimeObject *object)
{
	GMimeContentType *type = g_mime_object_get_content_type(object);
	char *mime = type ? g_mime_content_type_get_mime_type(type) : NULL;
	str_auto *word = header_word(mime ? mime : "");
	g_free(mime);
	return strchr(word, '/') ? TAKE(word) : xstrdup("text/plain");
}

static void read_name(struct mail_part *part, const char *type, const char *disposition)
{
	str_auto *raw = disposition ? header_parameter(disposition, "filename") : NULL;
	if (!raw && type)
		raw = header_parameter(type, "name");
	if (raw)
		part->name = name_harmless(raw, &part->has_odd_name);
}

/* Text to be read stands first, or is neither named nor beside what refers to it (RFC
 * 8621 4.1.4). */
static bool is_shown(const struct mail_part *part, const struct place *p)
{
	bool is_text = strcmp(part->media_type, "text/plain") == 0 ||
		       strcmp(part->media_type, "text/html") == 0;
	if (!is_text || (part->disposition && !strcmp(part->disposition, "attachment")))
		return false;
	return p->index == 0 || (strcmp(p->parent, "related") != 0 && !part->name);
}

/* The part's bytes as they stand in the mail. */
static void find_raw(struct mail_part *part, GMimeObject *object, const struct place *p)
{
	GMimeDataWrapper *content = g_mime_part_get_content(GMIME_PART(object));
	GMimeStream *stream = content ? g_mime_data_wrapper_get_stream(content) : NULL;
	part->raw = p->bytes;
	part->raw_len = 0;
	if (!stream || stream->bound_start < 0 || stream->bound_start > (gint64)p->len)
		return;
	gint64 end = stream->bound_end < 0 ? (gint64)p->len : stream->bound_end;
	if (end > (gint64)p->len || end < stream->bound_start)
		return;
	part->raw = p->bytes + stream->bound_start;
	part->raw_len = (size_t)(end - stream->bound_start);
	part->encoding = (int)g_mime_data_wrapper_get_encoding(content);
}

static struct mail_part *add_part(struct mail_tree *t)
{
	if ((t->count & (t->count - 1)) == 0)
		t->parts = xrealloc(
			t->parts, (t->count ? t->count * 2 : 1) * sizeof(*t->parts));
	t->parts[t->count] = (struct mail_part){0};
	return &t->parts[t->count++];
}

static void fill_part(
	struct mail_part *part, GMimeObject *object, const struct place *p)
{
	int types;
	int dispositions;
	const char *type = raw_value(object, "Content-Type", &types);
	const char *disposition =
		raw_value(object, "Content-Disposition", &dispositions);
	part->media_type = media_type_of(object);
	part->charset = type ? header_parameter(type, "charset") : NULL;
	part->disposition = disposition ? header_word(disposition) : NULL;
	part->path = xstrdup(*p->path ? p->path : "1");
	part->report_type = xstrdup_or_null(p->report_type);
	part->alternative = p->alternative;
	part->nesting = p->nesting;
	part->has_two_types = types > 1;
	read_name(part, type, disposition);
	find_raw(part, object, p);
	part->is_shown = is_shown(part, p);
	part->is_message = mail_scan_is_message(part->media_type);
}

/* A new buffer that lives as long as the tree. */
static struct buf *keep(struct mail_tree *t)
{
	t->kept = xrealloc(t->kept, (t->kept_count + 1) * sizeof(*t->kept));
	t->kept[t->kept_count] = BUF_EMPTY;
	return &t->kept[t->kept_count++];
}

/* A message in the mail is kept decoded, as its parts point into it. */
static int walk_inner(struct mail_tree *t, size_t index, const struct place *p)
{
	struct buf scratch = BUF_EMPTY;
	size_t len;
	const char *bytes = mail_part_content(&t->parts[index], &scratch, &len);
	if (len > t->budget) {
		buf_deinit(&scratch);
		snprintf(t->what, sizeof(t->what), "too much in messages in messages");
		return -1;
	}
	t->budget -= len;
	*keep(t) = scratch;
	struct place inner = *p;
	inner.path = t->parts[index].path;
	inner.parent = "";
	inner.report_type = NULL;
	inner.alternative = 0;
	inner.nesting++;
	inner.depth++;
	return too_deep(t, &inner) < 0 ? -1 : walk_message(t, bytes, len, &inner);
}

static int walk_leaf(struct mail_tree *t, GMimeObject *object, const struct place *p)
{
	size_t index = t->count;
	struct mail_part *part = add_part(t);
	fill_part(part, object, p);
	if (part->is_message)
		return walk_inner(t, index, p);
	if (++t->leaves > (size_t)p->limits->parts) {
		snprintf(t->what, sizeof(t->what), "more than %d parts",
			p->limits->parts);
		return -1;
	}
	return 0;
}

static int walk(struct mail_tree *t, GMimeObject *object, const struct place *p);

static int walk_multipart(
	struct mail_tree *t, GMimeObject *object, const struct place *p)
{
	GMimeMultipart *multipart = GMIME_MULTIPART(object);
	int count;
	const char *raw = raw_value(object, "Content-Type", &count);
	str_auto *type = media_type_of(object);
	str_auto *report_type = raw ? header_parameter(raw, "report-type") : NULL;
	struct place inner = *p;
	inner.depth++;
	if (too_deep(t, &inner) < 0)
		return -1;
	inner.parent = type + strcspn(type, "/") + 1;
	if (strcmp(inner.parent, "report") == 0)
		inner.report_type = report_type ? report_type : "";
	if (strcmp(inner.parent, "alternative") == 0 && !p->alternative)
		inner.alternative = ++t->alternatives;
	for (int i = 0; i < g_mime_multipart_get_count(multipart); i++) {
		str_auto *path =
			xasprintf("%s%s%d", p->path, *p->path ? "." : "", i + 1);
		inner.path = path;
		inner.index = i;
		if (walk(t, g_mime_multipart_get_part(multipart, i), &inner) < 0)
			return -1;
	}
	return 0;
}

static int walk(struct mail_tree *t, GMimeObject *object, const struct place *p)
{
	if (GMIME_IS_MULTIPART(object))
		return walk_multipart(t, object, p);
	return GMIME_IS_PART(object) ? walk_leaf(t, object, p) : 0;
}

static GMimeMessage *parse(const char *bytes, size_t len)
{
	/* Only read from, so the array may borrow its bytes. */
	GByteArray array = {.len = (guint)len};
	memcpy(&array.data, &bytes, sizeof(array.data));
	GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(&array);
	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
	g_object_unref(parser);
	g_object_unref(stream);
	return message;
}

static int walk_parsed(
	struct mail_tree *t, const char *bytes, size_t len, const struct place *around)
{
	struct place p = *around;
	p.bytes = bytes;
	p.len = len;
	p.index = 0;
	GMimeMessage *message = parse(bytes, len);
	GMimeObject *root = message ? g_mime_message_get_mime_part(message) : NULL;
	str_auto *path = xstrdup(around->path);
	if (root && !GMIME_IS_MULTIPART(root) && *path) {
		free(path);
		path = xasprintf("%s.1", around->path);
	}
	p.path = path;
	int result = root ? walk(t, root, &p) : 0;
	if (message)
		g_object_unref(message);
	return result;
}

static int walk_message(
	struct mail_tree *t, const char *bytes, size_t len, const struct place *around)
{
	struct mail_scan scan;
	if (mail_scan(bytes, len, around->depth, around->limits, &scan) < 0) {
		snprintf(t->what, sizeof(t->what), "%s", scan.what);
		return -1;
	}
	bytes += scan.start;
	len -= scan.start;
	if (scan.lone_cr || scan.nul_in_head) {
		struct buf *mended = keep(t);
		mail_scan_mend(bytes, len, mended);
		bytes = mended->data;
		len = mended->len;
	}
	if (around->depth == 0) {
		t->top = bytes;
		t->top_len = len;
	}
	return walk_parsed(t, bytes, len, around);
}

void mail_tree_warm_up(void)
{
	/* Messages inside are bytes to GMime: we take each by itself, encoded or not.
	 */
	static const char *const subtypes[] = {
		"rfc822", "rfc2822", "global", "news", "partial"};
	g_mime_init();
	for (size_t i = 0; i < sizeof(subtypes) / sizeof(subtypes[0]); i++)
		g_mime_object_register_type("message", subtypes[i], GMIME_TYPE_PART);
}

int mail_tree_read(struct mail_tree *ret, const char *bytes, size_t len,
	const struct mail_limits *limits)
{
	*ret = (struct mail_tree){0};
	ret->budget = len * BUDGET_FACTOR;
	struct place top = {.limits = limits, .path = (char[]){""}, .parent = ""};
	return walk_message(ret, bytes, len, &top);
}

/* Some label as base64 what is plain text; decoding that would make rubbish of it. */
static bool is_base64(const char *s, size_t len)
{
	size_t odd = 0;
	size_t good = 0;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];
		if (g_ascii_isalnum(c) || c == '+' || c == '/' || c == '=')
			good++;
		else if (!g_ascii_isspace(c))
			odd++;
	}
	return odd * ODD_BASE64 < good + odd || good + odd == 0;
}

const char *mail_part_content(
	const struct mail_part *part, struct buf *scratch, size_t *ret_len)
{
	GMimeContentEncoding encoding = (GMimeContentEncoding)part->encoding;
	bool encoded = encoding == GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE ||
		       encoding == GMIME_CONTENT_ENCODING_UUENCODE ||
		       (encoding == GMIME_CONTENT_ENCODING_BASE64 &&
			       is_base64(part->raw, part->raw_len));
	buf_clear(scratch);
	*ret_len = part->raw_len;
	if (!encoded)
		return part->raw;
	GMimeEncoding state;
	g_mime_encoding_init_decode(&state, encoding);
	size_t room = g_mime_encoding_outlen(&state, part->raw_len);
	char *to = buf_reserve(scratch, room + 1);
	scratch->len = g_mime_encoding_flush(&state, part->raw, part->raw_len, to);
	scratch->data[scratch->len] = '\0';
	*ret_len = scratch->len;
	return scratch->data;
}

void mail_tree_deinit(struct mail_tree *t)
{
	for (size_t i = 0; i < t->count; i++) {
		struct mail_part *part = &t->parts[i];
		free(part->path);
		free(part->media_type);
		free(part->charset);
		free(part->disposition);
		free(part->name);
		free(part->report_type);
	}
	for (size_t i = 0; i < t->kept_count; i++)
		buf_deinit(&t->kept[i]);
	free(t->kept);
	free(t->parts);
}

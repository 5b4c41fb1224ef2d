#include "mail/mail-read.h"

#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "mail/absence.h"
#include "mail/charset.h"
#include "mail/mail-dsn.h"
#include "mail/mail-head.h"
#include "mail/mail-lines.h"
#include "mail/mail-text.h"
#include "mail/mail-tree.h"

#define PARTS_TEXT_FACTOR 4 /* all parts' texts together, in text_max */

struct reading {
	const struct mail_limits *limits;
	const struct mail_tree *tree;
	json_t *json;
	json_t *parts;
	json_t *attachments;
	size_t text_left; /* bytes that the texts of parts may still have */
	struct buf text;  /* to be read by a person */
	struct mail_calendars *calendars;
};

void mail_read_warm_up(void)
{
	mail_part_warm_up();
	mail_text_warm_up();
	charset_warm_up();
}

static json_t *broken(const char *reason, const char *what)
{
	json_t *json = json_object();
	json_put_str(json, "broken", reason);
	json_put_str(json, "what", what);
	return json;
}

/* The start of the bytes, not cut within a character. */
static size_t cut(const char *bytes, size_t len, size_t max)
{
	if (len <= max)
		return len;
	while (max > 0 && ((unsigned char)bytes[max] & 0xc0) == 0x80)
		max--;
	return max;
}

static json_t *describe(const struct mail_part *part, const char *sha256, size_t size)
{
	json_t *json = json_object();
	json_put_str(json, "path", part->path);
	json_put_str(json, "name", part->name);
	json_put_str(json, "media_type", part->media_type);
	json_put_str(json, "disposition", part->disposition);
	json_put_int(json, "size", (int64_t)size);
	json_put_str(json, "sha256", sha256);
	return json;
}

static bool is_text(const struct mail_part *part)
{
	return text_starts(part->media_type, "text/");
}

static void put_text(struct reading *r, json_t *json, const struct mail_part *part,
	const char *bytes, size_t len)
{
	buf_auto text = BUF_EMPTY;
	size_t max =
		r->limits->text_max < r->text_left ? r->limits->text_max : r->text_left;
	if (!is_text(part))
		return;
	size_t taken = cut(bytes, len, max);
	charset_decode(&text, part->charset, bytes, taken);
	json_put_str(json, "text", buf_str(&text));
	r->text_left -= taken;
	if (taken < len)
		json_object_set_new(json, "text_is_cut", json_true());
}

static void put_part(struct reading *r, const struct mail_part *part, json_t *described,
	const char *bytes, size_t len)
{
	json_t *json = json_copy(described);
	json_put_str(json, "charset", part->charset);
	put_text(r, json, part, bytes, len);
	json_array_append_new(r->parts, json);
}

static void put_attachment(
	struct reading *r, const struct mail_part *part, json_t *described)
{
	json_t *json = json_copy(described);
	if (part->nesting > 0)
		json_object_set_new(json, "nested", json_true());
	json_array_append_new(r->attachments, json);
}

static bool has_extension(const char *name, const char *extension)
{
	size_t len = name ? strlen(name) : 0;
	size_t end = strlen(extension);
	return len > end && text_equal_nocase(name + len - end, extension);
}

/* Whatever type and name the part has. */
static bool begins_calendar(const char *bytes, size_t len)
{
	static const char begin[] = "BEGIN:VCALENDAR";
	size_t i = len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	while (i < len && strchr(" \t\r\n", bytes[i]) && bytes[i])
		i++;
	return len - i >= strlen(begin) &&
	       strncasecmp(bytes + i, begin, strlen(begin)) == 0;
}

static bool is_calendar(const struct mail_part *part, const char *bytes, size_t len)
{
	return strcmp(part->media_type, "text/calendar") == 0 ||
	       strcmp(part->media_type, "application/ics") == 0 ||
	       has_extension(part->name, ".ics") || begins_calendar(bytes, len);
}

/* The same calendar often comes twice, as an alternative and as a file. */
static bool is_kept(struct mail_calendars *c, const struct buf *text, bool is_forwarded)
{
	for (size_t i = 0; i < c->count; i++) {
		if (strcmp(buf_str(&c->list[i]), buf_str(text)) != 0)
			continue;
		c->is_forwarded[i] = c->is_forwarded[i] && is_forwarded;
		return true;
	}
	return false;
}

static void keep_calendar(
	struct reading *r, const struct mail_part *part, const char *bytes, size_t len)
{
	struct mail_calendars *c = r->calendars;
	buf_auto text = BUF_EMPTY;
	size_t max = r->limits->calendar_max + 1;
	charset_decode(&text, part->charset, bytes, cut(bytes, len, max));
	if (is_kept(c, &text, part->nesting > 0))
		return;
	c->list = xrealloc(c->list, (c->count + 1) * sizeof(*c->list));
	c->is_forwarded =
		xrealloc(c->is_forwarded, (c->count + 1) * sizeof(*c->is_forwarded));
	c->is_forwarded[c->count] = part->nesting > 0;
	c->list[c->count++] = text;
	text = BUF_EMPTY;
}

/* A part's content as it goes by: its hash, its size, the beginning of what is read. */
struct look {
	const struct mail_part *part;
	struct hash *hash;
	size_t size;
	size_t keep; /* bytes; 0: it is no text and no calendar */
	struct buf kept;
	const struct mail_limits *limits;
	size_t passed;
};

/* Some more than is ever shown, so that it is seen to be more. */
static size_t kept_at_most(const struct look *l, const char *bytes, size_t len)
{
	size_t text = is_text(l->part) ? l->limits->text_max + 16 : 0;
	size_t calendar =
		is_calendar(l->part, bytes, len) ? l->limits->calendar_max + 16 : 0;
	return text > calendar ? text : calendar;
}

static bool look_at(void *context, const char *bytes, size_t len)
{
	struct look *l = context;
	if (!l->size && l->keep)
		l->keep = kept_at_most(l, bytes, len);
	hash_add(l->hash, bytes, len);
	l->size += len;
	if (l->kept.len < l->keep)
		buf_add(&l->kept, bytes,
			len < l->keep - l->kept.len ? len : l->keep - l->kept.len);
	mapping_passed(l->limits->mapping, &l->passed, len);
	return true;
}

static struct look look_through(const struct mail_part *part,
	const struct mail_limits *limits, bool keeps, char ret_sha256[HASH_HEX_SIZE])
{
	struct look l = {.part = part,
		.hash = hash_new(),
		.keep = keeps,
		.kept = BUF_EMPTY,
		.limits = limits};
	mail_part_each(part, look_at, &l);
	hash_end(l.hash, ret_sha256);
	return l;
}

static void read_part(struct reading *r, const struct mail_part *part)
{
	char sha256[HASH_HEX_SIZE];
	struct look l = look_through(part, r->limits, true, sha256);
	const char *bytes = buf_str(&l.kept);
	json_t *described = describe(part, sha256, l.size);
	if (!part->is_message && r->parts)
		put_part(r, part, described, bytes, l.kept.len);
	if (!part->is_shown || part->name)
		put_attachment(r, part, described);
	json_decref(described);
	if (r->calendars && !part->is_message && is_calendar(part, bytes, l.kept.len))
		keep_calendar(r, part, bytes, l.kept.len);
	buf_deinit(&l.kept);
	if (part->has_odd_name)
		mail_head_flag(r->json, "bidi-in-name");
	if (part->has_two_types)
		mail_head_flag(r->json, "duplicate-content-type");
}

static bool is_html(const struct mail_part *part)
{
	return strcmp(part->media_type, "text/html") == 0;
}

/* Whether the alternative around has a plain text to be read instead. */
static bool has_plain(const struct mail_tree *tree, int alternative)
{
	for (size_t i = 0; i < tree->count; i++) {
		const struct mail_part *part = &tree->parts[i];
		if (part->alternative == alternative && part->is_shown &&
			part->nesting == 0 && !is_html(part) && part->raw_len > 0)
			return true;
	}
	return false;
}

static bool keep_beginning(void *context, const char *bytes, size_t len)
{
	struct look *l = context;
	size_t room = l->keep - l->kept.len;
	buf_add(&l->kept, bytes, len < room ? len : room);
	return l->kept.len < l->keep;
}

static void add_shown(struct reading *r, const struct mail_part *part)
{
	buf_auto decoded = BUF_EMPTY;
	size_t left = r->limits->text_max > r->text.len
			      ? r->limits->text_max - r->text.len
			      : 0;
	struct look l = {.part = part, .keep = left + 16, .kept = BUF_EMPTY};
	mail_part_each(part, keep_beginning, &l);
	const char *bytes = buf_str(&l.kept);
	charset_decode(&decoded, part->charset, bytes, cut(bytes, l.kept.len, left));
	buf_deinit(&l.kept);
	if (r->text.len > 0 && r->text.data[r->text.len - 1] != '\n')
		buf_add_char(&r->text, '\n');
	if (is_html(part))
		mail_text_from_html(&r->text, buf_str(&decoded), decoded.len);
	else
		buf_add(&r->text, buf_str(&decoded), decoded.len);
}

static void read_text(struct reading *r)
{
	const struct mail_tree *tree = r->tree;
	int last = -1; /* alternative that plain was looked up for */
	bool plain = false;
	for (size_t i = 0; i < tree->count && r->text.len < r->limits->text_max; i++) {
		const struct mail_part *part = &tree->parts[i];
		if (!part->is_shown || part->nesting > 0)
			continue;
		if (part->alternative != last) {
			plain = part->alternative && has_plain(tree, part->alternative);
			last = part->alternative;
		}
		if (!plain || !is_html(part))
			add_shown(r, part);
	}
	str_auto *written = mail_text_trim(buf_str(&r->text));
	json_put_str(r->json, "text", written);
}

/* A mail that begins with no field is all body, whatever looks like a field in it. */
static bool has_header(const struct mail_tree *tree)
{
	const char *at = tree->top;
	struct line line;
	return line_next(&at, tree->top + tree->top_len, &line) &&
	       (line_is_field(&line) || line_starts(&line, "From ") ||
		       line_starts(&line, ">From "));
}

/* In its text, or in its subject alone. */
static void read_absence(struct reading *r)
{
	const char *sent = json_str(r->json, "date");
	bool is_return = false;
	str_auto *until = absence_until(buf_str(&r->text), sent, &is_return);
	if (!until)
		until = absence_until(
			json_str_or(r->json, "subject", ""), sent, &is_return);
	json_put_str(r->json, "absent_until", until);
	if (until)
		json_object_set_new(
			r->json, "absent_until_is_return", json_boolean(is_return));
}

static void read_head(struct reading *r)
{
	header_fields_auto fields = HEADER_FIELDS_NONE;
	if (has_header(r->tree))
		header_fields_read(&fields, r->tree->top, r->tree->top_len);
	mail_head_put(r->json, &fields);
	const char *class = mail_head_class(&fields, r->tree, buf_str(&r->text));
	json_put_str(r->json, "class", class);
	if (strcmp(class, "bounce") == 0)
		mail_dsn_put(r->json, &fields, r->tree, buf_str(&r->text));
	if (strcmp(class, "auto-reply") == 0)
		read_absence(r);
}

static void read_all(struct reading *r)
{
	r->parts = r->limits->without_parts ? NULL : json_array();
	r->attachments = json_array();
	for (size_t i = 0; i < r->tree->count; i++)
		read_part(r, &r->tree->parts[i]);
	read_text(r);
	read_head(r);
	json_object_set_new(r->json, "attachments", r->attachments);
	if (r->parts)
		json_object_set_new(r->json, "parts", r->parts);
}

json_t *mail_read(const void *bytes, size_t len, const struct mail_limits *limits,
	struct mail_calendars *ret_calendars)
{
	mail_tree_auto tree = {0};
	if (mail_tree_read(&tree, bytes, len, limits) < 0)
		return broken("broken-limit", tree.what);
	struct reading r = {
		.limits = limits, .tree = &tree, .calendars = ret_calendars};
	r.text_left = limits->text_max * PARTS_TEXT_FACTOR;
	r.json = json_object();
	json_put_int(r.json, "size", (int64_t)len);
	read_all(&r);
	buf_deinit(&r.text);
	return r.json;
}

/* What goes by once more, to whoever wants it. */
struct passing {
	const struct mapping *mapping;
	size_t passed;
	mail_piece_fn fn;
	void *context;
};

static bool pass_on(void *context, const char *bytes, size_t len)
{
	struct passing *p = context;
	bool goes_on = p->fn(p->context, bytes, len);
	mapping_passed(p->mapping, &p->passed, len);
	return goes_on;
}

int mail_read_part(const char *bytes, size_t len, const struct mail_limits *limits,
	const char *sha256, mail_piece_fn fn, void *context)
{
	mail_tree_auto tree = {0};
	struct passing passing = {
		.mapping = limits->mapping, .fn = fn, .context = context};
	if (mail_tree_read(&tree, bytes, len, limits) < 0)
		return 0;
	for (size_t i = 0; i < tree.count; i++) {
		char found[HASH_HEX_SIZE];
		(void)look_through(&tree.parts[i], limits, false, found);
		if (strcmp(found, sha256) != 0)
			continue;
		mail_part_each(&tree.parts[i], pass_on, &passing);
		return 1;
	}
	return 0;
}

void mail_calendars_deinit(struct mail_calendars *c)
{
	for (size_t i = 0; i < c->count; i++)
		buf_deinit(&c->list[i]);
	free(c->list);
	free(c->is_forwarded);
	*c = MAIL_CALENDARS_NONE;
}

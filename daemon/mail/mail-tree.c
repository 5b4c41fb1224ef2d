#include "mail/mail-tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "mail/header-read.h"
#include "mail/mail-lines.h"

#define BUDGET_FACTOR 4 /* encoded messages in it may hold that many times the mail */
#define HEAD_LINES 16	/* a header block may be that many times the longest line */
#define NO_PART SIZE_MAX

/* A multipart or a message that is open. */
struct level {
	char *boundary; /* NULL: a message */
	size_t len;
	size_t part; /* the message's own; NO_PART */
	char *path;
	char *subtype;
	char *report_type;
	int alternative;
	int children;
};

/* The value of a field that is being read, folded lines and all. */
struct slice {
	const char *start;
	const char *end;
};

struct scanning {
	struct mail_tree *tree;
	const struct mail_limits *limits;
	const char *path; /* of the message that is read; "" */
	int depth;	  /* containers around it */
	int nesting;	  /* messages around it */
	struct level *levels;
	int count;
	size_t leaf;	      /* the open one; NO_PART */
	const char *line_end; /* of the line before */
	bool in_head;
	bool is_first; /* of the header's lines */
	bool needs_mending;
	size_t head_size;
	int fields;
	int types;
	struct slice type;
	struct slice disposition;
	struct slice encoding;
	struct slice *open; /* to go on with a folded line */
};

static int scan_message(struct mail_tree *t, const char *bytes, size_t len,
	const struct mail_limits *limits, const char *path, int depth, int nesting);

static struct buf *keep(struct mail_tree *t)
{
	t->kept = xrealloc(t->kept, (t->kept_count + 1) * sizeof(*t->kept));
	t->kept[t->kept_count] = BUF_EMPTY;
	return &t->kept[t->kept_count++];
}

static int say_too_many(struct scanning *s, int limit, const char *what)
{
	snprintf(s->tree->what, sizeof(s->tree->what), "more than %d %s", limit, what);
	return -1;
}

static void begin_head(struct scanning *s)
{
	s->in_head = s->is_first = true;
	s->head_size = 0;
	s->fields = s->types = 0;
	s->type = s->disposition = s->encoding = (struct slice){NULL, NULL};
	s->open = NULL;
}

static const struct level *innermost(const struct scanning *s)
{
	static const struct level none = {.part = NO_PART};
	return s->count > 0 ? &s->levels[s->count - 1] : &none;
}

/* Takes what level owns; refuses it at a limit. */
static int push(struct scanning *s, struct level level)
{
	int depth = s->depth + s->count + 1;
	int result = 0;
	if (depth > s->limits->depth) {
		snprintf(s->tree->what, sizeof(s->tree->what),
			"nested %d deep, the limit is %d", depth, s->limits->depth);
		result = -1;
	} else if (++s->tree->containers > s->limits->parts) {
		result = say_too_many(s, s->limits->parts, "parts");
	}
	/* One place more than the limit is there for the level refused. */
	s->levels[s->count++] = level;
	return result;
}

static struct mail_part *add_part(struct mail_tree *t)
{
	if ((t->count & (t->count - 1)) == 0)
		t->parts = xrealloc(
			t->parts, (t->count ? t->count * 2 : 1) * sizeof(*t->parts));
	t->parts[t->count] = (struct mail_part){0};
	return &t->parts[t->count++];
}

/* The next child's path in IMAP numbering; a message that is no multipart is ".1" of
 * it. */
static char *next_path(struct scanning *s)
{
	if (s->count > 0 && s->levels[s->count - 1].boundary) {
		struct level *level = &s->levels[s->count - 1];
		return xasprintf("%s%s%d", level->path, *level->path ? "." : "",
			++level->children);
	}
	const char *path = s->count > 0 ? s->levels[s->count - 1].path : s->path;
	return xasprintf("%s%s1", path, *path ? "." : "");
}

/* A multipart directly in a message shares the message's number. */
static char *multipart_path(struct scanning *s)
{
	if (s->count > 0 && s->levels[s->count - 1].boundary)
		return next_path(s);
	return xstrdup(s->count > 0 ? s->levels[s->count - 1].path : s->path);
}

static int begin_multipart(struct scanning *s, const char *type, char *boundary,
	const struct part_head *head)
{
	const struct level *around = innermost(s);
	struct level level = {.boundary = boundary,
		.len = strlen(boundary),
		.part = NO_PART,
		.path = multipart_path(s),
		.subtype = xstrdup(strchr(type, '/') + 1),
		.report_type =
			xstrdup_or_null(around->boundary ? around->report_type : NULL),
		.alternative = around->boundary ? around->alternative : 0};
	if (strcmp(level.subtype, "report") == 0) {
		free(level.report_type);
		level.report_type = header_parameter(head->type, "report-type");
	}
	if (strcmp(level.subtype, "alternative") == 0 && !level.alternative)
		level.alternative = ++s->tree->alternatives;
	s->in_head = false;
	return push(s, level);
}

/* A message whose lines can be read where they stand. */
static int begin_message(struct scanning *s, size_t part)
{
	struct level level = {.part = part, .path = xstrdup(s->tree->parts[part].path)};
	s->nesting++;
	begin_head(s);
	return push(s, level);
}

static int begin_part(
	struct scanning *s, const struct part_head *head, const char *body)
{
	const struct level *around = innermost(s);
	bool in_multipart = around->boundary;
	const struct part_place place = {.parent = in_multipart ? around->subtype : "",
		.index = in_multipart ? around->children : 0};
	bool in_digest = strcmp(place.parent, "digest") == 0;
	struct mail_part *part = add_part(s->tree);
	part->alternative = in_multipart ? around->alternative : 0;
	part->nesting = s->nesting;
	part->report_type = xstrdup_or_null(in_multipart ? around->report_type : NULL);
	part->path = next_path(s);
	part->raw = body;
	mail_part_describe(
		part, head, &place, in_digest ? "message/rfc822" : "text/plain");
	s->in_head = false;
	if (part->is_message && !mail_part_is_encoded(part))
		return begin_message(s, s->tree->count - 1);
	s->leaf = s->tree->count - 1;
	if (!part->is_message && ++s->tree->leaves > s->limits->parts)
		return say_too_many(s, s->limits->parts, "parts");
	return 0;
}

static char *copy_slice(const struct slice *slice)
{
	return slice->start
		       ? xstrndup(slice->start, (size_t)(slice->end - slice->start))
		       : NULL;
}

/* The header block is over: what begins at body is a container or a leaf. */
static int end_head(struct scanning *s, const char *body)
{
	struct part_head head = {.type = copy_slice(&s->type),
		.disposition = copy_slice(&s->disposition),
		.encoding = copy_slice(&s->encoding),
		.types = s->types};
	str_auto *type = header_word(head.type ? head.type : "");
	char *boundary = text_starts(type, "multipart/")
				 ? header_parameter_exact(head.type, "boundary")
				 : NULL;
	int result = boundary && *boundary
			     ? begin_multipart(s, type, TAKE(boundary), &head)
			     : begin_part(s, &head, body);
	free(boundary);
	part_head_deinit(&head);
	return result;
}

static void begin_field(struct scanning *s, const struct line *line)
{
	const struct {
		const char *name;
		struct slice *slice;
	} wanted[] = {{"content-type", &s->type},
		{"content-disposition", &s->disposition},
		{"content-transfer-encoding", &s->encoding}};
	s->open = NULL;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		const char *value = line_field(line, wanted[i].name);
		if (!value)
			continue;
		s->open = wanted[i].slice;
		s->open->start = value;
		s->types += s->open == &s->type;
	}
}

static int check_head(struct scanning *s, const struct line *line)
{
	size_t len = line_len(line);
	size_t max = s->limits->header_line_max;
	s->head_size += len;
	if (memchr(line->start, '\0', len))
		s->needs_mending = true;
	if (len > max)
		return say_too_many(s, (int)max, "bytes in a header line");
	if (s->head_size / HEAD_LINES > max)
		return say_too_many(s, (int)max * HEAD_LINES, "bytes of header");
	return 0;
}

static int head_line(struct scanning *s, const struct line *line, const char *next)
{
	bool is_first = s->is_first;
	s->is_first = false;
	if (line_len(line) == 0)
		return end_head(s, next);
	/* The line that mailbox files put before a mail. */
	if (is_first && (line_starts(line, "From ") || line_starts(line, ">From ")))
		return 0;
	/* No header at all: everything is content. */
	if (is_first && !line_is_field(line))
		return end_head(s, line->start);
	if (check_head(s, line) < 0)
		return -1;
	if (*line->start != ' ' && *line->start != '\t') {
		if (++s->fields > s->limits->header_fields_max)
			return say_too_many(
				s, s->limits->header_fields_max, "header fields");
		begin_field(s, line);
	}
	if (s->open)
		s->open->end = line->end;
	return 0;
}

enum match { MATCH_NONE, MATCH_OPEN, MATCH_CLOSE };

/* What text behind "--" is to this boundary; exact: nothing but white space may follow.
 */
static enum match match_level(
	const struct level *level, const char *text, size_t len, bool exact)
{
	if (!level->boundary || len < level->len ||
		memcmp(text, level->boundary, level->len) != 0)
		return MATCH_NONE;
	size_t at = level->len;
	bool close = len >= at + 2 && text[at] == '-' && text[at + 1] == '-';
	at += close ? 2 : 0;
	if (at < len && text[at] != ' ' && text[at] != '\t')
		return MATCH_NONE;
	while (exact && at < len && (text[at] == ' ' || text[at] == '\t'))
		at++;
	if (exact && at < len)
		return MATCH_NONE;
	return close ? MATCH_CLOSE : MATCH_OPEN;
}

/* The innermost open multipart whose boundary this line is (RFC 2046 5.1.1). */
static enum match find_level(
	const struct scanning *s, const struct line *line, int *ret)
{
	if (!line_starts(line, "--"))
		return MATCH_NONE;
	for (int exact = 1; exact >= 0; exact--) {
		for (int i = s->count - 1; i >= 0; i--) {
			enum match match = match_level(&s->levels[i], line->start + 2,
				line_len(line) - 2, exact);
			*ret = i;
			if (match != MATCH_NONE)
				return match;
		}
	}
	return MATCH_NONE;
}

static void end_raw(struct mail_part *part, const char *end)
{
	part->raw_len = end > part->raw ? (size_t)(end - part->raw) : 0;
}

/* A message that came encoded is decoded, kept, and read by itself. */
static int read_encoded(struct scanning *s, size_t index)
{
	struct mail_tree *t = s->tree;
	struct buf *decoded = keep(t);
	size_t len;
	const char *bytes = mail_part_content(&t->parts[index], decoded, &len);
	if (len > t->budget) {
		snprintf(t->what, sizeof(t->what), "too much in messages in messages");
		return -1;
	}
	t->budget -= len;
	return scan_message(t, bytes, len, s->limits, t->parts[index].path,
		s->depth + s->count + 1, s->nesting + 1);
}

static int end_leaf(struct scanning *s, const char *end)
{
	size_t leaf = s->leaf;
	s->leaf = NO_PART;
	if (leaf == NO_PART)
		return 0;
	end_raw(&s->tree->parts[leaf], end);
	return s->tree->parts[leaf].is_message ? read_encoded(s, leaf) : 0;
}

static void pop(struct scanning *s, const char *end)
{
	struct level *level = &s->levels[--s->count];
	if (level->part != NO_PART) {
		end_raw(&s->tree->parts[level->part], end);
		s->nesting--;
	}
	free(level->boundary);
	free(level->path);
	free(level->subtype);
	free(level->report_type);
}

/* The line end before a boundary belongs to the boundary. */
static int boundary_line(
	struct scanning *s, const struct line *line, int index, enum match match)
{
	const char *end = s->line_end ? s->line_end : line->start;
	if (s->in_head && end_head(s, line->start) < 0)
		return -1;
	if (end_leaf(s, end) < 0)
		return -1;
	s->in_head = false;
	while (s->count > index + (match == MATCH_OPEN))
		pop(s, end);
	if (match == MATCH_OPEN)
		begin_head(s);
	return 0;
}

static int one_line(struct scanning *s, const struct line *line, const char *next)
{
	int index;
	enum match match = find_level(s, line, &index);
	bool in_structure = s->in_head || match != MATCH_NONE;
	s->needs_mending = s->needs_mending || (line->lone_cr && in_structure);
	if (match != MATCH_NONE)
		return boundary_line(s, line, index, match);
	return s->in_head ? head_line(s, line, next) : 0;
}

static int all_lines(struct scanning *s, const char *bytes, size_t len)
{
	const char *at = bytes;
	const char *end = bytes + len;
	size_t passed = 0;
	struct line line;
	begin_head(s);
	while (line_next(&at, end, &line)) {
		mapping_passed(s->limits->mapping, &passed, (size_t)(at - line.start));
		if (one_line(s, &line, at) < 0)
			return -1;
		s->line_end = line.end;
	}
	if (s->in_head && end_head(s, end) < 0)
		return -1;
	/* A message without a body in a header that ends here. */
	while (s->in_head)
		if (end_head(s, end) < 0)
			return -1;
	if (end_leaf(s, end) < 0)
		return -1;
	while (s->count > 0)
		pop(s, end);
	return 0;
}

static int scan(struct mail_tree *t, const char *bytes, size_t len,
	const struct scanning *start, bool *ret_needs_mending)
{
	struct scanning s = *start;
	s.tree = t;
	s.levels = xcalloc((size_t)s.limits->depth + 2, sizeof(*s.levels));
	int result = all_lines(&s, bytes, len);
	while (s.count > 0)
		pop(&s, bytes + len);
	free(s.levels);
	*ret_needs_mending = s.needs_mending;
	return result;
}

/* Forgets the parts of a mail that has to be read again. */
static void forget(struct mail_tree *t, size_t count)
{
	while (t->count > count)
		mail_part_deinit(&t->parts[--t->count]);
}

static int scan_message(struct mail_tree *t, const char *bytes, size_t len,
	const struct mail_limits *limits, const char *path, int depth, int nesting)
{
	str_auto *own_path = xstrdup(path); /* parts move as they become more */
	const struct scanning start = {.limits = limits,
		.path = own_path,
		.depth = depth,
		.nesting = nesting,
		.leaf = NO_PART};
	size_t count = t->count;
	int leaves = t->leaves;
	int containers = t->containers;
	bool needs_mending = false;
	if (scan(t, bytes, len, &start, &needs_mending) < 0)
		return -1;
	if (needs_mending) {
		size_t index = t->kept_count;
		lines_mend(bytes, len, keep(t));
		bytes = t->kept[index].data;
		len = t->kept[index].len;
		forget(t, count);
		t->leaves = leaves;
		t->containers = containers;
		if (scan(t, bytes, len, &start, &needs_mending) < 0)
			return -1;
	}
	if (depth == 0) {
		t->top = bytes;
		t->top_len = len;
	}
	return 0;
}

int mail_tree_read(struct mail_tree *ret, const char *bytes, size_t len,
	const struct mail_limits *limits)
{
	*ret = (struct mail_tree){.budget = len * BUDGET_FACTOR};
	return scan_message(ret, bytes, len, limits, "", 0, 0);
}

void mail_tree_deinit(struct mail_tree *t)
{
	forget(t, 0);
	for (size_t i = 0; i < t->kept_count; i++)
		buf_deinit(&t->kept[i]);
	free(t->kept);
	free(t->parts);
}

#include "mail/mail-scan.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "mail/header-read.h"

#define HEAD_LINES 16 /* a header block may be that many times the longest line */

/* A multipart or a message that is open. */
struct level {
	char *boundary; /* NULL: a message */
	size_t len;
	bool is_digest;
};

struct line {
	const char *start;
	const char *end;  /* of its content */
	const char *next; /* of the line behind it */
	bool lone_cr;
};

/* One header block, as far as it decides about structure. */
struct head {
	size_t size;
	int fields;
	const char *type; /* value of the last Content-Type, raw */
	const char *type_end;
	const char *encoding;
	const char *encoding_end;
	const char **open; /* the end to move on with a folded line */
	bool nul;
};

struct scanning {
	const struct mail_limits *limits;
	struct mail_scan *ret;
	int depth;
	struct level *levels;
	int count;
	int parts;
	int containers;
	bool in_head;
	struct head head;
};

static bool next_line(const char **at, const char *end, struct line *ret)
{
	const char *s = *at;
	if (s == end)
		return false;
	ret->start = s;
	while (s < end && *s != '\n' && *s != '\r')
		s++;
	ret->end = s;
	while (s < end && *s == '\r')
		s++;
	ret->lone_cr = s > ret->end && (s == end || *s != '\n');
	if (ret->lone_cr)
		s = ret->end + 1;
	else if (s < end)
		s++;
	ret->next = *at = s;
	return true;
}

static int pop_to(struct scanning *s, int count)
{
	while (s->count > count)
		free(s->levels[--s->count].boundary);
	return 0;
}

static int say_too_many(struct scanning *s, int limit, const char *what)
{
	snprintf(s->ret->what, sizeof(s->ret->what), "more than %d %s", limit, what);
	return -1;
}

static int push(struct scanning *s, char *boundary, bool is_digest)
{
	int depth = s->depth + s->count + 1;
	if (depth > s->limits->depth || ++s->containers > s->limits->parts) {
		free(boundary);
		if (depth <= s->limits->depth)
			return say_too_many(s, s->limits->parts, "parts");
		snprintf(s->ret->what, sizeof(s->ret->what),
			"nested %d deep, the limit is %d", depth, s->limits->depth);
		return -1;
	}
	s->levels[s->count++] =
		(struct level){boundary, boundary ? strlen(boundary) : 0, is_digest};
	return 0;
}

static void begin_head(struct scanning *s)
{
	s->in_head = true;
	s->head = (struct head){0};
}

bool mail_scan_is_message(const char *type)
{
	return strcmp(type, "message/rfc822") == 0 ||
	       strcmp(type, "message/global") == 0 ||
	       strcmp(type, "message/rfc2822") == 0 ||
	       strcmp(type, "message/news") == 0;
}

static bool is_encoded(const struct head *head)
{
	if (!head->encoding)
		return false;
	str_auto *raw =
		xstrndup(head->encoding, (size_t)(head->encoding_end - head->encoding));
	str_auto *word = header_word(raw);
	return strcmp(word, "base64") == 0 || strcmp(word, "quoted-printable") == 0;
}

/* The header block is over: what begins is a container or a leaf. */
static int end_head(struct scanning *s)
{
	const struct head *head = &s->head;
	bool in_digest = s->count > 0 && s->levels[s->count - 1].is_digest;
	str_auto *raw =
		head->type ? xstrndup(head->type, (size_t)(head->type_end - head->type))
			   : xstrdup("");
	str_auto *type = head->type ? header_word(raw)
				    : xstrdup(in_digest ? "message/rfc822" : "");
	s->in_head = false;
	s->ret->nul_in_head = s->ret->nul_in_head || head->nul;
	if (text_starts(type, "multipart/")) {
		char *boundary = header_parameter(raw, "boundary");
		if (boundary)
			return push(s, boundary, strcmp(type, "multipart/digest") == 0);
	}
	if (mail_scan_is_message(type) && !is_encoded(head)) {
		begin_head(s);
		return push(s, NULL, false);
	}
	if (++s->parts > s->limits->parts)
		return say_too_many(s, s->limits->parts, "parts");
	return 0;
}

static bool is_field(const struct line *line, const char *name, const char **ret_value)
{
	size_t len = strlen(name);
	const char *at = line->start + len;
	if ((size_t)(line->end - line->start) <= len)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((line->start[i] | 0x20) != (name[i] | 0x20))
			return false;
	while (at < line->end && (*at == ' ' || *at == '\t'))
		at++;
	if (at == line->end || *at != ':')
		return false;
	*ret_value = at + 1;
	return true;
}

static void begin_field(struct head *head, const struct line *line)
{
	const char *value;
	head->open = NULL;
	if (is_field(line, "content-type", &value)) {
		head->type = value;
		head->open = &head->type_end;
	} else if (is_field(line, "content-transfer-encoding", &value)) {
		head->encoding = value;
		head->open = &head->encoding_end;
	}
}

static int head_line(struct scanning *s, const struct line *line)
{
	struct head *head = &s->head;
	size_t len = (size_t)(line->end - line->start);
	const struct mail_limits *limits = s->limits;
	if (len == 0)
		return end_head(s);
	head->size += len;
	head->nul = head->nul || memchr(line->start, '\0', len);
	if (len > limits->header_line_max)
		return say_too_many(
			s, (int)limits->header_line_max, "bytes in a header line");
	if (head->size / HEAD_LINES > limits->header_line_max)
		return say_too_many(s, (int)limits->header_line_max * HEAD_LINES,
			"bytes of header");
	if (*line->start != ' ' && *line->start != '\t') {
		if (++head->fields > limits->header_fields_max)
			return say_too_many(
				s, limits->header_fields_max, "header fields");
		begin_field(head, line);
	}
	if (head->open)
		*head->open = line->end;
	return 0;
}

/* The innermost open multipart whose boundary this line is; -1 none. */
static int find_level(
	const struct scanning *s, const struct line *line, bool *ret_close)
{
	const char *text = line->start + 2;
	size_t len = (size_t)(line->end - line->start);
	if (len < 2 || line->start[0] != '-' || line->start[1] != '-')
		return -1;
	len -= 2;
	for (int i = s->count - 1; i >= 0; i--) {
		const struct level *level = &s->levels[i];
		if (!level->boundary || len < level->len ||
			memcmp(text, level->boundary, level->len) != 0)
			continue;
		size_t at = level->len;
		*ret_close = len >= at + 2 && text[at] == '-' && text[at + 1] == '-';
		at += *ret_close ? 2 : 0;
		while (at < len && (text[at] == ' ' || text[at] == '\t'))
			at++;
		if (at == len)
			return i;
	}
	return -1;
}

static int one_line(struct scanning *s, const struct line *line)
{
	bool close = false;
	int level = find_level(s, line, &close);
	s->ret->lone_cr =
		s->ret->lone_cr || (line->lone_cr && (s->in_head || level >= 0));
	if (level < 0)
		return s->in_head ? head_line(s, line) : 0;
	if (s->in_head && end_head(s) < 0)
		return -1;
	s->in_head = false;
	pop_to(s, level + !close);
	if (!close)
		begin_head(s);
	return 0;
}

static int all_lines(struct scanning *s, const char *bytes, size_t len)
{
	const char *at = bytes;
	const char *end = bytes + len;
	struct line line;
	begin_head(s);
	if (len > 5 && memcmp(bytes, "From ", 5) == 0 && next_line(&at, end, &line)) {
		s->ret->lone_cr = line.lone_cr;
		s->ret->start = (size_t)(at - bytes);
	}
	while (next_line(&at, end, &line))
		if (one_line(s, &line) < 0)
			return -1;
	return s->in_head ? end_head(s) : 0;
}

int mail_scan(const char *bytes, size_t len, int depth,
	const struct mail_limits *limits, struct mail_scan *ret)
{
	struct scanning s = {.limits = limits, .ret = ret, .depth = depth};
	*ret = (struct mail_scan){0};
	s.levels = xcalloc((size_t)limits->depth + 1, sizeof(*s.levels));
	int result = all_lines(&s, bytes, len);
	pop_to(&s, 0);
	free(s.levels);
	return result;
}

void mail_scan_mend(const char *bytes, size_t len, struct buf *ret)
{
	char *to = buf_reserve(ret, len);
	for (size_t i = 0; i < len; i++) {
		char c = bytes[i];
		if (c == '\r') {
			size_t run = i;
			while (run < len && bytes[run] == '\r')
				run++;
			/* CR CR LF is one line end, CR CR two. */
			if (run < len && bytes[run] == '\n')
				i = run - 1;
			else
				c = '\n';
		}
		*to++ = c ? c : ' ';
	}
	ret->len = (size_t)(to - ret->data);
	ret->data[ret->len] = '\0';
}

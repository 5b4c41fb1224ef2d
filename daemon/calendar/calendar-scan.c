#include "calendar/calendar-scan.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

/* A name longer than this in BEGIN is cut: it is only shown and compared. */
#define NAME_MAX_SHOWN 64

struct opened {
	char *name;
	size_t line;
};

struct scanner {
	const struct calendar_limits *limits;
	struct scan *scan;
	struct err *err;
	const char *at;
	const char *end;
	size_t next_line; /* number of the physical line at `at` */
	size_t line;	  /* number of the first physical line of the one in hand */
	struct buf content;
	struct buf calendar;
	struct opened *open;
	size_t depth;
	int components;
};

static enum scan_outcome fail(struct scanner *s, enum scan_outcome outcome)
{
	err_prefix(s->err, "line %zu", s->line);
	return outcome;
}

/* What Windows-1252 has from 0x80 to 0x9f, where Latin-1 has control characters. */
static uint32_t from_windows_1252(unsigned char c)
{
	static const uint16_t high[32] = {0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e,
		0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0xfffd,
		0x017d, 0xfffd, 0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013,
		0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178};

	return c >= 0x80 && c <= 0x9f ? high[c - 0x80] : c;
}

static char *repaired(const char *s, size_t len)
{
	const char *end = s + len;
	buf_auto out = BUF_EMPTY;
	char utf8[5];

	while (s < end) {
		const char *start = s;
		uint32_t c = text_next_char(&s, end);
		if (c == 0xfffd && s - start == 1)
			c = from_windows_1252((unsigned char)*start);
		text_put_char(utf8, c);
		buf_add_str(&out, utf8);
	}
	return buf_steal(&out);
}

static bool is_control(char c)
{
	unsigned char byte = (unsigned char)c;

	return (byte < 0x20 && byte != '\t') || byte == 0x7f;
}

static bool has_controls(const struct buf *content)
{
	size_t i = 0;

	while (i < content->len && !is_control(content->data[i]))
		i++;
	return i < content->len;
}

/* The line without control characters, in UTF-8. */
static char *clean(const struct buf *content)
{
	buf_auto out = BUF_EMPTY;

	if (!has_controls(content) && text_is_utf8(buf_str(content), content->len))
		return xstrndup(buf_str(content), content->len);
	for (size_t i = 0; i < content->len; i++)
		if (!is_control(content->data[i]))
			buf_add_char(&out, content->data[i]);
	if (text_is_utf8(buf_str(&out), out.len))
		return buf_steal(&out);
	return repaired(out.data, out.len);
}

static char *name_after(const char *line, const char *word)
{
	str_auto *name = text_trim(line + strlen(word));
	size_t len = strlen(name);

	return xstrndup(name, len < NAME_MAX_SHOWN ? len : NAME_MAX_SHOWN);
}

static enum scan_outcome check_begin(struct scanner *s, const char *name)
{
	bool is_calendar = text_equal_nocase(name, "VCALENDAR");

	if (s->depth && is_calendar) {
		err_set(s->err, ERR_PERM,
			"a VCALENDAR begins inside the %s that began on line %zu",
			s->open[s->depth - 1].name, s->open[s->depth - 1].line);
		return fail(s, SCAN_PARSE);
	}
	if (s->depth >= (size_t)s->limits->depth) {
		err_set(s->err, ERR_PERM, "nested %zu deep, the limit is %d",
			s->depth + 1, s->limits->depth);
		return fail(s, SCAN_LIMIT);
	}
	if (!is_calendar && !text_equal_nocase(name, "VALARM") &&
		++s->components > s->limits->components_max) {
		err_set(s->err, ERR_PERM, "more than %d components",
			s->limits->components_max);
		return fail(s, SCAN_LIMIT);
	}
	return SCAN_OK;
}

static enum scan_outcome begin(struct scanner *s, const char *line)
{
	str_auto *name = name_after(line, "BEGIN:");

	if (!s->depth && !text_equal_nocase(name, "VCALENDAR"))
		return SCAN_OK;
	enum scan_outcome outcome = check_begin(s, name);
	if (outcome != SCAN_OK)
		return outcome;
	s->open = xrealloc(s->open, (s->depth + 1) * sizeof(*s->open));
	s->open[s->depth++] = (struct opened){TAKE(name), s->line};
	return SCAN_OK;
}

static void close_calendar(struct scanner *s)
{
	struct scan *scan = s->scan;

	scan->calendars = xrealloc(scan->calendars, (scan->count + 1) * sizeof(char *));
	scan->calendars[scan->count++] = buf_steal(&s->calendar);
}

static enum scan_outcome end(struct scanner *s, const char *line)
{
	str_auto *name = name_after(line, "END:");
	struct opened *last = &s->open[s->depth - 1];

	if (!text_equal_nocase(name, last->name)) {
		err_set(s->err, ERR_PERM,
			"END:%s where the %s that began on line %zu has no end", name,
			last->name, last->line);
		return fail(s, SCAN_PARSE);
	}
	free(last->name);
	s->depth--;
	return SCAN_OK;
}

static void keep(struct scanner *s, const char *line)
{
	buf_add_str(&s->calendar, line);
	buf_add_str(&s->calendar, "\r\n");
}

/* One whole line; what stands outside a VCALENDAR is no calendar's. */
static enum scan_outcome take_line(struct scanner *s)
{
	str_auto *line = clean(&s->content);
	enum scan_outcome outcome = SCAN_OK;
	bool is_end = s->depth && text_starts_nocase(line, "END:");

	if (text_starts_nocase(line, "BEGIN:"))
		outcome = begin(s, line);
	if (outcome == SCAN_OK && s->depth && *line)
		keep(s, line);
	if (is_end)
		outcome = end(s, line);
	if (is_end && outcome == SCAN_OK && !s->depth)
		close_calendar(s);
	return outcome;
}

/* Moves behind the line's end (CR LF, LF or CR) and returns its length without it. */
static size_t physical_line(struct scanner *s)
{
	const char *start = s->at;

	while (s->at < s->end && *s->at != '\r' && *s->at != '\n')
		s->at++;
	size_t len = (size_t)(s->at - start);
	if (s->at < s->end && *s->at++ == '\r' && s->at < s->end && *s->at == '\n')
		s->at++;
	s->next_line++;
	return len;
}

/* A line that begins with white space goes on with the one before; empty ones part
 * nothing. */
static bool is_next(const struct scanner *s)
{
	char c = *s->at;

	return s->content.len && c != ' ' && c != '\t' && c != '\r' && c != '\n';
}

/* Gathers the line in hand. */
static enum scan_outcome unfold(struct scanner *s)
{
	while (s->at < s->end && !is_next(s)) {
		size_t skip = s->content.len ? 1 : 0;
		const char *start = s->at;
		size_t len = physical_line(s);
		if (!s->content.len)
			s->line = s->next_line - 1;
		if (len > skip)
			buf_add(&s->content, start + skip, len - skip);
		if (s->content.len > s->limits->line_max) {
			err_set(s->err, ERR_PERM, "longer than %zu bytes",
				s->limits->line_max);
			return fail(s, SCAN_LIMIT);
		}
	}
	return SCAN_OK;
}

static enum scan_outcome scan_lines(struct scanner *s)
{
	enum scan_outcome outcome = SCAN_OK;

	while (s->at < s->end && outcome == SCAN_OK) {
		buf_clear(&s->content);
		outcome = unfold(s);
		if (outcome == SCAN_OK && s->content.len)
			outcome = take_line(s);
	}
	return outcome;
}

static enum scan_outcome check_ends(struct scanner *s)
{
	if (s->depth) {
		err_set(s->err, ERR_PERM,
			"the %s that began on line %zu has no end: the file is cut off",
			s->open[s->depth - 1].name, s->open[s->depth - 1].line);
		return SCAN_PARSE;
	}
	if (!s->scan->count) {
		err_set(s->err, ERR_PERM, "no BEGIN:VCALENDAR: this is no calendar");
		return SCAN_PARSE;
	}
	return SCAN_OK;
}

static void scanner_deinit(struct scanner *s)
{
	for (size_t i = 0; i < s->depth; i++)
		free(s->open[i].name);
	free(s->open);
	buf_deinit(&s->content);
	buf_deinit(&s->calendar);
}

enum scan_outcome calendar_scan(const void *bytes, size_t len,
	const struct calendar_limits *limits, struct scan *ret, struct err *err)
{
	const char *text = bytes;
	size_t bom = len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	__attribute__((cleanup(scanner_deinit))) struct scanner s = {
		.limits = limits,
		.scan = ret,
		.err = err,
		.at = text + bom,
		.end = text + len,
		.next_line = 1,
	};

	if (len > limits->size_max) {
		err_set(err, ERR_PERM, "%zu bytes long, the limit is %zu", len,
			limits->size_max);
		return SCAN_LIMIT;
	}
	enum scan_outcome outcome = scan_lines(&s);
	return outcome == SCAN_OK ? check_ends(&s) : outcome;
}

void scan_deinit(struct scan *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->calendars[i]);
	free(s->calendars);
}

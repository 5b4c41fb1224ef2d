#define _GNU_SOURCE 1
#include "render/mustache-parse.h"

#include <stdbool.h>
#include <string.h>

#include "base/mem.h"

#define BLANKS " \t\r\n"
#define NONE ((size_t)-1)

struct slice {
	const char *at;
	size_t len;
};

struct parser {
	const char *at; /* what is read next */
	const char *end;
	struct slice open; /* delimiters now in force */
	struct slice close;
	size_t section; /* index of the innermost open section; its `end` is the one
			   around it */
	int depth;
	struct mustache *to;
	struct err *err;
};

struct tag {
	const char *start;
	const char *end;
	char sigil; /* one of # ^ / > ! = { &, or 0 */
	struct slice name;
};

int mustache_line(const char *template, const char *at)
{
	int line = 1;

	for (const char *p = template; p < at; p++)
		line += *p == '\n';
	return line;
}

static int fail(
	const struct parser *p, const char *at, const char *what, struct slice name)
{
	if (name.len > 80)
		name.len = 80;
	return err_set(p->err, ERR_PERM, "line %d: %s%s%.*s",
		mustache_line(p->to->template, at), what, name.len ? ": " : "",
		(int)name.len, name.at);
}

static const char *find(const char *from, const char *end, struct slice what)
{
	return memmem(from, (size_t)(end - from), what.at, what.len);
}

static struct slice trim(const char *from, const char *end)
{
	while (from < end && strchr(BLANKS, *from))
		from++;
	while (end > from && strchr(BLANKS, end[-1]))
		end--;
	return (struct slice){from, (size_t)(end - from)};
}

static struct mustache_token *add(
	struct mustache *m, enum mustache_kind kind, struct slice text)
{
	if (m->count == m->size) {
		m->size = m->size ? 2 * m->size : 16;
		m->list = xrealloc(m->list, m->size * sizeof(*m->list));
	}
	struct mustache_token *t = &m->list[m->count++];
	*t = (struct mustache_token){.kind = kind, .text = text.at, .len = text.len};
	return t;
}

static void add_text(struct mustache *m, const char *from, const char *end)
{
	if (end > from)
		add(m, MUSTACHE_TEXT, (struct slice){from, (size_t)(end - from)});
}

/* The closing delimiter; {{{x}}} and {{=x y=}} have their own byte before it. */
static const char *find_close(const struct parser *p, const char *from, char sigil)
{
	char before = sigil == '{' ? '}' : sigil == '=' ? '=' : '\0';
	const char *close = find(from, p->end, p->close);

	while (close && before && (close == from || close[-1] != before))
		close = find(close + 1, p->end, p->close);
	return close;
}

static int read_tag(const struct parser *p, const char *start, struct tag *ret)
{
	const char *at = start + p->open.len;

	while (at < p->end && strchr(BLANKS, *at))
		at++;
	char sigil = at < p->end && strchr("#^/>!={&", *at) ? *at++ : '\0';
	const char *close = find_close(p, at, sigil);
	if (!close)
		return fail(p, start, "a tag is not closed", (struct slice){"", 0});
	bool is_framed = sigil == '{' || sigil == '=';
	*ret = (struct tag){
		.start = start,
		.end = close + p->close.len,
		.sigil = sigil,
		.name = trim(at, is_framed ? close - 1 : close),
	};
	if (!ret->name.len && sigil != '!')
		return fail(p, start, "a tag without a name", ret->name);
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * A tag that prints nothing and has a line for itself takes the line with it:
 * *ret_start is then the start of that line, *ret_end that of the next.
 */
static bool is_standalone(const struct parser *p, const struct tag *tag,
	const char **ret_start, const char **ret_end)
{
	const char *start = tag->start;
	const char *end = tag->end;

	if (!tag->sigil || tag->sigil == '{' || tag->sigil == '&')
		return false;
	while (start > p->to->template && is_blank(start[-1]))
		start--;
	if (start > p->to->template && start[-1] != '\n')
		return false;
	while (end < p->end && is_blank(*end))
		end++;
	if (*end == '\r' && end[1] == '\n')
		end++;
	if (end < p->end && *end != '\n')
		return false;
	*ret_start = start;
	*ret_end = end < p->end ? end + 1 : end;
	return true;
}

static int set_delimiters(struct parser *p, const struct tag *tag)
{
	const char *end = tag->name.at + tag->name.len;
	size_t open = strcspn(tag->name.at, BLANKS);

	if (open >= tag->name.len)
		return fail(p, tag->start, "two delimiters are needed", tag->name);
	struct slice close = trim(tag->name.at + open, end);
	if (memchr(tag->name.at, '=', tag->name.len) ||
		strcspn(close.at, BLANKS) < close.len)
		return fail(p, tag->start, "bad delimiters", tag->name);
	p->open = (struct slice){tag->name.at, open};
	p->close = close;
	return 0;
}

static int open_section(struct parser *p, const struct tag *tag)
{
	if (++p->depth > MUSTACHE_SECTION_DEPTH)
		return fail(p, tag->start, "sections are nested too deep", tag->name);
	struct mustache_token *t = add(p->to,
		tag->sigil == '#' ? MUSTACHE_SECTION : MUSTACHE_INVERTED, tag->name);
	t->end = p->section;
	p->section = p->to->count - 1;
	return 0;
}

static int close_section(struct parser *p, const struct tag *tag)
{
	if (p->section == NONE)
		return fail(p, tag->start, "a close without its section", tag->name);
	struct mustache_token *t = &p->to->list[p->section];
	if (t->len != tag->name.len || memcmp(t->text, tag->name.at, t->len) != 0)
		return fail(p, tag->start,
			"this closes another section than the open one", tag->name);
	p->section = t->end;
	t->end = p->to->count;
	p->depth--;
	return 0;
}

static void add_partial(struct parser *p, const struct tag *tag, const char *line)
{
	struct mustache_token *t = add(p->to, MUSTACHE_PARTIAL, tag->name);

	t->indent = line;
	t->indent_len = (size_t)(tag->start - line);
}

/* line: where the text before the tag ends. */
static int take_tag(struct parser *p, const struct tag *tag, const char *line)
{
	switch (tag->sigil) {
	case '#':
	case '^':
		return open_section(p, tag);
	case '/':
		return close_section(p, tag);
	case '=':
		return set_delimiters(p, tag);
	case '>':
		add_partial(p, tag, line);
		return 0;
	case '!':
		return 0;
	case '{':
	case '&':
		add(p->to, MUSTACHE_RAW_VALUE, tag->name);
		return 0;
	default:
		add(p->to, MUSTACHE_VALUE, tag->name);
		return 0;
	}
}

static int parse_tag(struct parser *p, const char *start)
{
	struct tag tag = {.start = start, .end = start};

	if (read_tag(p, start, &tag) != 0)
		return -1;
	const char *line = tag.start;
	const char *next = tag.end;
	is_standalone(p, &tag, &line, &next);
	add_text(p->to, p->at, line);
	p->at = next;
	return take_tag(p, &tag, line);
}

int mustache_parse(const char *template, struct mustache *ret, struct err *err)
{
	*ret = (struct mustache){.template = template};
	struct parser p = {
		.at = template,
		.end = template + strlen(template),
		.open = {"{{", 2},
		.close = {"}}", 2},
		.section = NONE,
		.to = ret,
		.err = err,
	};
	const char *start;

	while ((start = find(p.at, p.end, p.open)))
		if (parse_tag(&p, start) < 0)
			return -1;
	add_text(ret, p.at, p.end);
	if (p.section == NONE)
		return 0;
	struct mustache_token *t = &ret->list[p.section];
	return fail(&p, t->text, "a section is not closed",
		(struct slice){t->text, t->len});
}

void mustache_deinit(struct mustache *m)
{
	free(m->list);
	*m = (struct mustache){0};
}

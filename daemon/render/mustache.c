#define _GNU_SOURCE 1
#include "render/mustache.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "render/mustache-parse.h"

/* Work that one rendering may cost, so that empty loops in loops end too. */
#define STEPS_MAX (4U << 20)

/* What names are looked up in, innermost first. */
struct scope {
	const json_t *value;
	const struct scope *around;
};

struct renderer {
	enum render_escape escape;
	const struct render_partials *partials;
	struct buf *ret;
	size_t start; /* of our output in ret */
	size_t steps;
	struct err *err;
};

/* The template or partial at hand. */
struct unit {
	struct mustache parsed;
	const char *name; /* of the partial; NULL: the template itself */
	int depth;
};

#define unit_auto __attribute__((cleanup(unit_deinit))) struct unit
static void unit_deinit(struct unit *u)
{
	mustache_deinit(&u->parsed);
}

static int render_range(struct renderer *r, const struct unit *u, const struct scope *s,
	size_t from, size_t to);

static int fail(const struct renderer *r, const struct unit *u,
	const struct mustache_token *at, const char *what)
{
	int line = mustache_line(u->parsed.template, at->text);

	if (!u->name)
		return err_set(r->err, ERR_PERM, "line %d: %s", line, what);
	return err_set(
		r->err, ERR_PERM, "partial %.80s: line %d: %s", u->name, line, what);
}

/* False where it would be too much. */
static bool put(struct renderer *r, const char *bytes, size_t len)
{
	if (len > RENDER_OUTPUT_MAX - (r->ret->len - r->start))
		return false;
	buf_add(r->ret, bytes, len);
	return true;
}

static const char *entity(enum render_escape escape, char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '"':
		return "&quot;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '\n':
		return escape == RENDER_HTML_BREAKS ? "<br>\n" : NULL;
	default:
		return NULL;
	}
}

static bool put_escaped(struct renderer *r, const char *bytes, size_t len)
{
	size_t from = 0;

	for (size_t i = 0; i < len; i++) {
		const char *e = entity(r->escape, bytes[i]);
		if (!e)
			continue;
		if (!put(r, bytes + from, i - from) || !put(r, e, strlen(e)))
			return false;
		from = i + 1;
	}
	return put(r, bytes + from, len - from);
}

/* The shortest digits that read back as the same number; whole numbers without
 * exponent. */
static int format_real(double value, char *ret, size_t size)
{
	if (value > -1e15 && value < 1e15 && value == (double)(int64_t)value)
		return snprintf(ret, size, "%" PRId64, (int64_t)value);
	for (int precision = 15; precision < 17; precision++) {
		int len = snprintf(ret, size, "%.*g", precision, value);
		if (strtod(ret, NULL) == value)
			return len;
	}
	return snprintf(ret, size, "%.17g", value);
}

static bool put_value(struct renderer *r, const json_t *value, bool is_raw)
{
	char number[40];

	switch (json_typeof(value)) {
	case JSON_STRING:
		return (is_raw || r->escape == RENDER_TEXT ? put : put_escaped)(
			r, json_string_value(value), json_string_length(value));
	case JSON_INTEGER:
		return put(r, number,
			(size_t)snprintf(number, sizeof(number),
				"%" JSON_INTEGER_FORMAT, json_integer_value(value)));
	case JSON_REAL:
		return put(r, number,
			(size_t)format_real(
				json_real_value(value), number, sizeof(number)));
	case JSON_TRUE:
		return put(r, "true", 4);
	case JSON_FALSE:
		return put(r, "false", 5);
	case JSON_NULL:
	case JSON_OBJECT: /* no one way to show these */
	case JSON_ARRAY:
		return true;
	}
	return true;
}

/* a.b.c: `a` in the innermost scope that has it, the rest only in there. NULL: not
 * found. */
static const json_t *look_up(const struct scope *s, const char *name, size_t len)
{
	if (len == 1 && *name == '.')
		return s->value;
	const char *end = name + len;
	const char *dot = memchr(name, '.', len);
	size_t first = dot ? (size_t)(dot - name) : len;
	const json_t *value = NULL;

	for (; s && !value; s = s->around)
		value = json_object_getn(s->value, name, first);
	while (value && dot) {
		name = dot + 1;
		dot = memchr(name, '.', (size_t)(end - name));
		value = json_object_getn(
			value, name, (size_t)((dot ? dot : end) - name));
	}
	return value;
}

static bool is_true(const json_t *value)
{
	switch (value ? json_typeof(value) : JSON_NULL) {
	case JSON_NULL:
	case JSON_FALSE:
		return false;
	case JSON_STRING:
		return json_string_length(value) > 0;
	case JSON_ARRAY:
		return json_array_size(value) > 0;
	case JSON_TRUE:
	case JSON_INTEGER:
	case JSON_REAL:
	case JSON_OBJECT:
		return true;
	}
	return false;
}

static int render_section(
	struct renderer *r, const struct unit *u, const struct scope *s, size_t index)
{
	const struct mustache_token *t = &u->parsed.list[index];
	const json_t *value = look_up(s, t->text, t->len);

	if (t->kind == MUSTACHE_INVERTED)
		return is_true(value) ? 0 : render_range(r, u, s, index + 1, t->end);
	if (!is_true(value))
		return 0;
	size_t count = json_is_array(value) ? json_array_size(value) : 1;
	for (size_t i = 0; i < count; i++) {
		struct scope inner = {
			json_is_array(value) ? json_array_get(value, i) : value, s};
		if (render_range(r, u, &inner, index + 1, t->end) < 0)
			return -1;
	}
	return 0;
}

static const char *find_partial(const struct renderer *r, const char *name)
{
	const struct render_partials *p = r->partials;

	if (!p)
		return NULL;
	str_auto *key = xasprintf(
		"%s%s%s", p->prefix ? p->prefix : "", name, p->suffix ? p->suffix : "");
	return json_string_value(json_object_get(p->texts, key));
}

/* Each line of text with the blanks before it; the caller frees. */
static char *indent(const char *text, const struct mustache_token *t)
{
	struct buf b = BUF_EMPTY;

	for (const char *line = text; *line;) {
		const char *end = strchrnul(line, '\n');
		end += *end == '\n';
		buf_add(&b, t->indent, t->indent_len);
		buf_add(&b, line, (size_t)(end - line));
		line = end;
	}
	return buf_steal(&b);
}

static int render_partial(struct renderer *r, const struct unit *u,
	const struct scope *s, const struct mustache_token *t)
{
	str_auto *name = xstrndup(t->text, t->len);
	const char *text = find_partial(r, name);

	if (!text)
		return 0;
	if (u->depth == RENDER_PARTIAL_DEPTH)
		return fail(r, u, t, "partials are nested too deep");
	r->steps += strlen(text);
	str_auto *indented = indent(text, t);
	unit_auto inner = {.name = name, .depth = u->depth + 1};
	if (mustache_parse(indented, &inner.parsed, r->err) < 0)
		return err_prefix(r->err, "partial %.80s", name);
	return render_range(r, &inner, s, 0, inner.parsed.count);
}

static int render_token(
	struct renderer *r, const struct unit *u, const struct scope *s, size_t index)
{
	const struct mustache_token *t = &u->parsed.list[index];
	const json_t *value;
	bool fits = true;

	switch (t->kind) {
	case MUSTACHE_TEXT:
		fits = put(r, t->text, t->len);
		break;
	case MUSTACHE_VALUE:
	case MUSTACHE_RAW_VALUE:
		value = look_up(s, t->text, t->len);
		fits = !value || put_value(r, value, t->kind == MUSTACHE_RAW_VALUE);
		break;
	case MUSTACHE_SECTION:
	case MUSTACHE_INVERTED:
		return render_section(r, u, s, index);
	case MUSTACHE_PARTIAL:
		return render_partial(r, u, s, t);
	}
	return fits ? 0 : fail(r, u, t, "the output is over 8 MiB");
}

static int render_range(struct renderer *r, const struct unit *u, const struct scope *s,
	size_t from, size_t to)
{
	for (size_t i = from; i < to;) {
		const struct mustache_token *t = &u->parsed.list[i];
		if (r->steps++ > STEPS_MAX)
			return fail(r, u, t, "loops in loops take too long");
		if (render_token(r, u, s, i) < 0)
			return -1;
		i = t->kind == MUSTACHE_SECTION || t->kind == MUSTACHE_INVERTED ? t->end
										: i + 1;
	}
	return 0;
}

int render_template(const char *template, const json_t *data, enum render_escape escape,
	const struct render_partials *partials, struct buf *ret, struct err *err)
{
	struct renderer r = {escape, partials, ret, ret->len, 0, err};
	struct scope s = {data, NULL};
	unit_auto u = {.name = NULL};

	buf_add(ret, "", 0);
	if (mustache_parse(template, &u.parsed, err) == 0 &&
		render_range(&r, &u, &s, 0, u.parsed.count) == 0)
		return 0;
	ret->len = r.start;
	ret->data[ret->len] = '\0';
	return -1;
}

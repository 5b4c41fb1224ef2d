#include "render/letter-text.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "render/mustache-parse.h"
#include "render/mustache.h"
#include "render/words.h"

#define SUBJECT ".subject.mustache"
#define TEXT ".txt.mustache"
#define HTML ".html.mustache"

void letter_text_deinit(struct letter_text *t)
{
	free(t->subject);
	free(t->text);
	free(t->html);
	*t = LETTER_TEXT_EMPTY;
}

/* The one value that people write on several lines. In others a line end would let a
 * stranger's subject pass for our own words. */
#define SEVERAL_LINES "agenda"

/* C0, DEL, C1, and the marks that turn the order of what is read around them. */
static bool is_unwanted(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x061c || c == 0x200e ||
	       c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069);
}

static json_t *clean_string(const json_t *value, bool keeps_lines)
{
	const char *s = json_string_value(value);
	const char *end = s + json_string_length(value);
	buf_auto out = BUF_EMPTY;
	char utf8[5];

	while (s < end) {
		uint32_t c = text_next_char(&s, end);
		bool is_gap = c == '\n' || c == '\t';
		if (is_unwanted(c) && !is_gap)
			continue;
		text_put_char(utf8, is_gap && !keeps_lines ? ' ' : c);
		buf_add_str(&out, utf8);
	}
	return json_string(buf_str(&out));
}

/* New reference to a copy whose strings are clean; of: the member that value is, or "".
 */
static json_t *clean(const json_t *value, const char *of)
{
	if (json_is_string(value))
		return clean_string(value, strcmp(of, SEVERAL_LINES) == 0);
	if (json_is_array(value)) {
		json_t *copy = json_array();
		for (size_t i = 0; i < json_array_size(value); i++)
			json_array_append_new(
				copy, clean(json_array_get(value, i), of));
		return copy;
	}
	if (!json_is_object(value))
		return json_incref((json_t *)value);
	json_t *copy = json_object();
	const char *key;
	json_t *member;
	json_object_foreach ((json_t *)value, key, member) {
		json_object_set_new(copy, key, clean(member, key));
	}
	return copy;
}

/* White space and control characters in a row become one blank, none at the ends. */
static char *one_line(const char *s)
{
	buf_auto out = BUF_EMPTY;

	for (; *s; s++) {
		bool is_gap = (unsigned char)*s <= ' ' || *s == 0x7f;
		if (!is_gap)
			buf_add_char(&out, *s);
		else if (out.len && out.data[out.len - 1] != ' ')
			buf_add_char(&out, ' ');
	}
	return text_trim(buf_str(&out));
}

struct sort {
	const char *suffix;
	enum render_escape escape;
};

/* 1, 0 where there is no such template, -1. */
static int render_file(const json_t *templates, const char *language, const char *name,
	struct sort sort, const json_t *data, char **ret, struct err *err)
{
	str_auto *file = xasprintf("%s/%s%s", language, name, sort.suffix);
	str_auto *prefix = xasprintf("%s/", language);
	const char *template = json_string_value(json_object_get(templates, file));
	struct render_partials partials = {templates, prefix, sort.suffix};
	buf_auto out = BUF_EMPTY;

	if (!template) {
		err_set(err, ERR_PERM, "%s: there is no such template", file);
		return 0;
	}
	if (render_template(template, data, sort.escape, &partials, &out, err) < 0) {
		err_prefix(err, "%s", file);
		return -1;
	}
	*ret = buf_steal(&out);
	return 1;
}

const char *letter_language(const json_t *templates, const char *language)
{
	str_auto *prefix = xasprintf("%s/", language);
	const char *file;
	json_t *text;

	json_object_foreach ((json_t *)templates, file, text) {
		if (text_starts(file, prefix))
			return language;
	}
	return LETTER_LANGUAGE;
}

static int render_subject(const json_t *templates, const char *language,
	const char *name, const json_t *data, char **ret, struct err *err)
{
	str_auto *raw = NULL;

	if (render_file(templates, language, name, (struct sort){SUBJECT, RENDER_TEXT},
		    data, &raw, err) != 1)
		return -1;
	*ret = one_line(raw);
	if (**ret)
		return 0;
	return err_set(err, ERR_PERM, "%s/%s%s: the subject is empty", language, name,
		SUBJECT);
}

static bool ends_with(const char *s, const char *suffix)
{
	size_t len = strlen(s);
	size_t n = strlen(suffix);

	return len >= n && strcmp(s + len - n, suffix) == 0;
}

int letter_check(const char *file, const char *text, struct err *err)
{
	if (ends_with(file, "/words.json")) {
		json_auto_t *words = words_parse(text, err);
		return words ? 0 : -1;
	}
	if (!ends_with(file, ".mustache"))
		return 0;
	mustache_auto m = {NULL};
	return mustache_parse(text, &m, err);
}

int render_letter(const json_t *templates, const char *language, const char *name,
	const json_t *data, struct letter_text *ret, struct err *err)
{
	json_auto_t *cleaned = clean(data, "");
	letter_text_auto t = LETTER_TEXT_EMPTY;

	*ret = LETTER_TEXT_EMPTY;
	language = letter_language(templates, language);
	if (render_subject(templates, language, name, cleaned, &t.subject, err) < 0)
		return -1;
	if (render_file(templates, language, name, (struct sort){TEXT, RENDER_TEXT},
		    cleaned, &t.text, err) != 1)
		return -1;
	if (render_file(templates, language, name,
		    (struct sort){HTML, RENDER_HTML_BREAKS}, cleaned, &t.html, err) < 0)
		return -1;
	*ret = (struct letter_text){TAKE(t.subject), TAKE(t.text), TAKE(t.html)};
	return 0;
}

#include "calendar/plain-text.h"

#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

#define NAME_MAX_LEN 20	  /* of a tag or a character reference */
#define TAG_MAX_LEN 10000 /* where the > of a tag is looked for */

/* ---- character references ---- */

struct reference {
	const char *name;
	uint32_t code;
};

/* Those that calendar programs write; others stay as they are. */
static const struct reference references[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'},
	{"quot", '"'}, {"apos", '\''}, {"nbsp", ' '}, {"aring", 0xe5}, {"auml", 0xe4},
	{"ouml", 0xf6}, {"Aring", 0xc5}, {"Auml", 0xc4}, {"Ouml", 0xd6},
	{"eacute", 0xe9}, {"Eacute", 0xc9}, {"uuml", 0xfc}, {"ndash", 0x2013},
	{"mdash", 0x2014}, {"rsquo", 0x2019}, {"hellip", 0x2026}};

static uint32_t code_of(const char *name, size_t len)
{
	if (name[0] == '#') {
		bool is_hex = name[1] == 'x' || name[1] == 'X';
		unsigned long code =
			strtoul(name + (is_hex ? 2 : 1), NULL, is_hex ? 16 : 10);
		bool is_char = code >= 0x20 && code <= 0x10ffff &&
			       (code < 0xd800 || code > 0xdfff);
		return is_char ? (uint32_t)code : 0;
	}
	for (size_t i = 0; i < sizeof(references) / sizeof(*references); i++)
		if (strlen(references[i].name) == len &&
			strncmp(name, references[i].name, len) == 0)
			return references[i].code;
	return 0;
}

/* Length of a reference at s, which begins with &, and its character; 0: none. */
static size_t reference_at(const char *s, uint32_t *ret_code)
{
	size_t len = 0;

	while (len < NAME_MAX_LEN &&
		(isalnum((unsigned char)s[1 + len]) || (len == 0 && s[1] == '#')))
		len++;
	if (!len || s[1 + len] != ';')
		return 0;
	*ret_code = code_of(s + 1, len);
	return *ret_code ? len + 2 : 0;
}

/* ---- tags ---- */

struct tag {
	char name[NAME_MAX_LEN + 1]; /* lower case */
	bool is_end;
	const char *attributes;
	size_t attributes_len;
	size_t len; /* with < and > */
};

/* An address in angle brackets is no tag: its name does not end where a tag's does. */
static bool tag_at(const char *s, struct tag *ret)
{
	const char *name = s + 1 + (s[1] == '/');
	size_t len = 0;

	while (len < NAME_MAX_LEN &&
		(isalnum((unsigned char)name[len]) || (name[len] == ':' && len == 1)))
		len++;
	if (!len || !isalpha((unsigned char)name[0]) || !strchr(" \t\r\n/>", name[len]))
		return false;
	const char *end = memchr(s, '>', strnlen(s, TAG_MAX_LEN));
	if (!end)
		return false;
	*ret = (struct tag){.is_end = name != s + 1,
		.attributes = name + len,
		.attributes_len = (size_t)(end - name) - len,
		.len = (size_t)(end - s) + 1};
	for (size_t i = 0; i < len; i++)
		ret->name[i] = (char)tolower((unsigned char)name[i]);
	return true;
}

static bool is_one(const char *name, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(name, list[i]) == 0)
			return true;
	return false;
}
#define IS_ONE(name, list) is_one(name, list, sizeof(list) / sizeof(*(list)))

static bool ends_line(const struct tag *tag)
{
	static const char *const blocks[] = {"p", "div", "tr", "li", "ul", "ol",
		"table", "h1", "h2", "h3", "h4", "body", "title", "blockquote"};

	return strcmp(tag->name, "br") == 0 || IS_ONE(tag->name, blocks);
}

static bool is_unread(const struct tag *tag)
{
	static const char *const unread[] = {"style", "script", "head"};

	return !tag->is_end && IS_ONE(tag->name, unread);
}

/* Behind the end tag of what is not for people, or at the end of the text. */
static const char *skip(const char *s, const struct tag *open)
{
	struct tag tag;

	for (s += open->len; *s; s++)
		if (s[0] == '<' && s[1] == '/' && tag_at(s, &tag) &&
			strcmp(tag.name, open->name) == 0)
			return s + tag.len;
	return s;
}

/* ---- text ---- */

struct writing {
	struct buf out;
	bool is_html;	  /* line ends are spaces, spaces are one */
	char *link;	  /* address of the mailto: link that is open */
	size_t link_from; /* where its words begin in out */
};

/* The address of an href="mailto:..."; the caller frees; NULL: none. */
static char *mailto_of(const struct tag *tag)
{
	str_auto *attributes = xstrndup(tag->attributes, tag->attributes_len);
	char *at = strcasestr(attributes, "mailto:");

	if (strcmp(tag->name, "a") != 0 || !at)
		return NULL;
	at += strlen("mailto:");
	return xstrndup(at, strcspn(at, "\"'?> \t\r\n"));
}

static void end_link(struct writing *w)
{
	const char *words = buf_str(&w->out) + w->link_from;

	if (w->link && *w->link && !strcasestr(words, w->link))
		buf_addf(&w->out, " <%s>", w->link);
	free(w->link);
	w->link = NULL;
}

static bool is_at_line_start(const struct writing *w)
{
	return !w->out.len || w->out.data[w->out.len - 1] == '\n';
}

static void put_tag(struct writing *w, const struct tag *tag)
{
	if (strcmp(tag->name, "a") == 0) {
		end_link(w);
		w->link = tag->is_end ? NULL : mailto_of(tag);
		w->link_from = w->out.len;
	}
	if (strcmp(tag->name, "br") == 0 || (ends_line(tag) && !is_at_line_start(w)))
		buf_add_char(&w->out, '\n');
	if (strcmp(tag->name, "td") == 0 && !is_at_line_start(w))
		buf_add_char(&w->out, ' ');
}

static void put_space(struct writing *w)
{
	bool is_second = w->out.len && strchr(" \n", w->out.data[w->out.len - 1]);

	if (!is_second && w->out.len)
		buf_add_char(&w->out, ' ');
}

static void put_char(struct writing *w, uint32_t c)
{
	char utf8[5];

	/* Zero width spaces and the like, which programs leave behind. */
	if (c == 0x200b || c == 0xfeff || c == 0xad || c == '\r')
		return;
	if (c == 0xa0 || c == 0x202f)
		c = ' ';
	if (w->is_html && (c == ' ' || c == '\n' || c == '\t')) {
		put_space(w);
		return;
	}
	text_put_char(utf8, c);
	buf_add_str(&w->out, utf8);
}

/* Takes what stands at s; where the rest begins. */
static const char *take(struct writing *w, const char *s, const char *end)
{
	struct tag tag;
	uint32_t code = 0;
	size_t len = *s == '&' ? reference_at(s, &code) : 0;

	if (len) {
		put_char(w, code);
		return s + len;
	}
	if (w->is_html && strncmp(s, "<!--", 4) == 0) {
		const char *close = strstr(s, "-->");
		return close ? close + 3 : end;
	}
	if (w->is_html && s[0] == '<' && s[1] == '!')
		return s + strcspn(s, ">") + (strchr(s, '>') != NULL);
	if (*s == '<' && tag_at(s, &tag)) {
		put_tag(w, &tag);
		return is_unread(&tag) ? skip(s, &tag) : s + tag.len;
	}
	put_char(w, text_next_char(&s, end));
	return s;
}

static bool looks_like_html(const char *s)
{
	struct tag tag;

	for (; (s = strchr(s, '<')); s++)
		if (tag_at(s, &tag) &&
			(ends_line(&tag) || strcmp(tag.name, "html") == 0))
			return true;
	return false;
}

char *plain_text(const char *s, bool is_html)
{
	struct writing w = {.is_html = is_html || looks_like_html(s)};
	const char *end = s + strlen(s);

	while (s < end)
		s = take(&w, s, end);
	end_link(&w);
	return buf_steal(&w.out);
}

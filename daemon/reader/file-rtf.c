#include "reader/file-rtf.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "mail/charset.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define DEPTH_MAX 256
#define WORD_MAX 32 /* a control word, by the standard */

struct rtf {
	const char *at;
	const char *end;
	struct buf *to;
	size_t text_max;
	/* Of each group that is open, the innermost last. */
	bool skips[DEPTH_MAX];
	unsigned char fallbacks[DEPTH_MAX]; /* \uc */
	int depth;
	int to_skip;	    /* characters that stand in for the \u before */
	uint32_t surrogate; /* the first half of a character, 0 */
};

static void put_char(struct rtf *r, uint32_t c)
{
	char utf8[5];

	if (r->skips[r->depth] || r->to->len + 4 > r->text_max)
		return;
	text_put_char(utf8, c);
	buf_add_str(r->to, utf8);
}

/* A byte of the document's charset, which is taken for Windows-1252. */
static void put_byte(struct rtf *r, char byte)
{
	if (r->to_skip > 0) {
		r->to_skip--;
		return;
	}
	if (!r->skips[r->depth] && r->to->len + 4 <= r->text_max)
		charset_decode(r->to, "windows-1252", &byte, 1);
}

/* \u takes signed 16 bits; beyond them come two halves (UTF-16). */
static void put_unicode(struct rtf *r, long value)
{
	uint32_t c = (uint32_t)(value < 0 ? value + 65536 : value) & 0xffff;

	r->to_skip = r->fallbacks[r->depth];
	if (c >= 0xd800 && c < 0xdc00) {
		r->surrogate = c;
		return;
	}
	if (c >= 0xdc00 && c < 0xe000)
		c = r->surrogate
			    ? 0x10000 + ((r->surrogate - 0xd800) << 10) + (c - 0xdc00)
			    : 0xfffd;
	r->surrogate = 0;
	put_char(r, c);
}

/* Groups that hold no words of the text. */
static bool is_aside(const char *word)
{
	static const char *const asides[] = {"fonttbl", "colortbl", "stylesheet",
		"info", "pict", "object", "objdata", "themedata", "colorschememapping",
		"datastore", "latentstyles", "listtable", "listoverridetable",
		"rsidtbl", "generator", "xmlnstbl", "fldinst", "bkmkstart", "bkmkend",
		"filetbl", "private", "passwordhash"};

	for (size_t i = 0; i < COUNT(asides); i++)
		if (strcmp(word, asides[i]) == 0)
			return true;
	return false;
}

static uint32_t char_of(const char *word)
{
	static const struct {
		const char *word;
		uint32_t c;
	} chars[] = {{"par", '\n'}, {"line", '\n'}, {"row", '\n'}, {"sect", '\n'},
		{"page", '\n'}, {"tab", '\t'}, {"cell", '\t'}, {"emdash", 0x2014},
		{"endash", 0x2013}, {"lquote", 0x2018}, {"rquote", 0x2019},
		{"ldblquote", 0x201c}, {"rdblquote", 0x201d}, {"bullet", 0x2022}};

	for (size_t i = 0; i < COUNT(chars); i++)
		if (strcmp(word, chars[i].word) == 0)
			return chars[i].c;
	return 0;
}

static void do_word(struct rtf *r, const char *word, bool has_value, long value)
{
	uint32_t c = char_of(word);

	if (c)
		put_char(r, c);
	else if (strcmp(word, "u") == 0 && has_value)
		put_unicode(r, value);
	else if (strcmp(word, "uc") == 0 && value >= 0 && value < 256)
		r->fallbacks[r->depth] = (unsigned char)value;
	else if (strcmp(word, "bin") == 0 && value > 0)
		r->at += value < r->end - r->at ? value : r->end - r->at;
	else if (is_aside(word))
		r->skips[r->depth] = true;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void read_word(struct rtf *r)
{
	char word[WORD_MAX + 1];
	size_t len = 0;
	long value = 0;
	bool is_negative = false;

	for (; r->at < r->end && is_letter(*r->at); r->at++)
		if (len < WORD_MAX)
			word[len++] = *r->at;
	word[len] = '\0';
	if (r->at < r->end && *r->at == '-') {
		is_negative = true;
		r->at++;
	}
	const char *digits = r->at;
	for (; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++)
		if (value < 100000000)
			value = value * 10 + (*r->at - '0');
	bool has_value = r->at > digits;
	if (r->at < r->end && *r->at == ' ')
		r->at++;
	do_word(r, word, has_value, is_negative ? -value : value);
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (c | 0x20) - 'a' + 10;
	return -1;
}

static void read_hex(struct rtf *r)
{
	if (r->end - r->at < 2)
		return;
	int high = hex(r->at[0]);
	int low = hex(r->at[1]);
	r->at += 2;
	if (high >= 0 && low >= 0)
		put_byte(r, (char)(high * 16 + low));
}

/* Behind a backslash. */
static void read_control(struct rtf *r)
{
	if (r->at == r->end)
		return;
	if (is_letter(*r->at)) {
		read_word(r);
		return;
	}
	char c = *r->at++;
	if (c == '\'')
		read_hex(r);
	else if (c == '*')
		r->skips[r->depth] = true;
	else if (c == '~')
		put_char(r, 0xa0);
	else if (c == '_')
		put_char(r, '-');
	else if (c == '\n' || c == '\r')
		put_char(r, '\n');
	else if (c == '\\' || c == '{' || c == '}')
		put_byte(r, c);
}

/* False where it is nested deeper than anybody's document. */
static bool open_group(struct rtf *r)
{
	if (r->depth + 1 == DEPTH_MAX)
		return false;
	r->depth++;
	r->skips[r->depth] = r->skips[r->depth - 1];
	r->fallbacks[r->depth] = r->fallbacks[r->depth - 1];
	r->to_skip = 0;
	return true;
}

bool rtf_text(struct buf *to, const char *bytes, size_t len, size_t text_max,
	const struct mapping *mapping)
{
	size_t passed = 0;
	struct rtf r = {
		.at = bytes, .end = bytes + len, .to = to, .text_max = text_max};

	r.fallbacks[0] = 1;
	while (r.at < r.end) {
		char c = *r.at++;
		mapping_passed(mapping, &passed, 1);
		if ((c == '{' && !open_group(&r)) || (c == '}' && r.depth == 0))
			return false;
		if (c == '}' && --r.depth == 0)
			return true;
		if (c == '\\')
			read_control(&r);
		else if (c == '}')
			r.to_skip = 0;
		else if (c != '{' && c != '\r' && c != '\n' && c != '\0')
			put_byte(&r, c);
	}
	return false;
}

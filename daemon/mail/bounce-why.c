#include "mail/bounce-why.h"

#include <stddef.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "mail/bounce-meaning.h"

#define WORDS_MAX 6000 /* bytes of a server's words that are looked at */

struct said {
	const char *words; /* as bounce_words writes them; '*' anything between */
	enum bounce_why why;
};

/* The first that fits counts: what says more stands above what says less. */
static const struct said table[] = {
#include "mail/bounce-phrases.inc"
};

/* Codes that say why by themselves. Longest first where one begins another. */
static const struct {
	const char *detail; /* without the class */
	enum bounce_why why;
} codes[] = {{"1.10", BOUNCE_TAKES_NO_MAIL}, {"1.1", BOUNCE_NO_USER},
	{"1.2", BOUNCE_NO_HOST}, {"1.3", BOUNCE_NO_USER}, {"1.4", BOUNCE_POLICY},
	{"1.6", BOUNCE_MOVED}, {"1.7", BOUNCE_SENDER}, {"1.8", BOUNCE_SENDER},
	{"1.9", BOUNCE_SENDER}, {"2.1", BOUNCE_SUSPENDED}, {"2.2", BOUNCE_FULL},
	{"2.3", BOUNCE_TOO_LARGE}, {"3.1", BOUNCE_SYSTEM}, {"3.2", BOUNCE_LATER},
	{"3.4", BOUNCE_TOO_LARGE}, {"4.1", BOUNCE_NETWORK}, {"4.2", BOUNCE_NETWORK},
	{"4.4", BOUNCE_NO_HOST}, {"4.5", BOUNCE_LATER}, {"4.6", BOUNCE_NETWORK},
	{"4.7", BOUNCE_NETWORK}, {"4.310", BOUNCE_NO_HOST}, {"6.0", BOUNCE_CONTENT},
	{"7.0", BOUNCE_POLICY}, {"7.1", BOUNCE_POLICY}, {"7.13", BOUNCE_SUSPENDED}};

static const struct {
	const char *name;
	bool is_permanent;
} kinds[] = {[BOUNCE_UNSAID] = {NULL, false},
	[BOUNCE_NO_USER] = {"no-user", true},
	[BOUNCE_NO_HOST] = {"no-host", true},
	[BOUNCE_MOVED] = {"moved", true},
	[BOUNCE_TAKES_NO_MAIL] = {"takes-no-mail", true},
	[BOUNCE_SUSPENDED] = {"suspended", false},
	[BOUNCE_FULL] = {"full", false},
	[BOUNCE_TOO_LARGE] = {"too-large", false},
	[BOUNCE_SENDER] = {"sender", false},
	[BOUNCE_CONTENT] = {"content", false},
	[BOUNCE_POLICY] = {"policy", false},
	[BOUNCE_LATER] = {"later", false},
	[BOUNCE_NETWORK] = {"network", false},
	[BOUNCE_SYSTEM] = {"system", false}};

static bool is_digits(const char *s, size_t count)
{
	return strspn(s, "0123456789") >= count;
}

/* "550-", "550-5.1.1", "5.1.1", "#5.1.1": said again on every line of a long reply. */
static bool is_code(const char *word)
{
	if (is_digits(word, 3) && word[3] == '-')
		return word[4] == '\0' || is_code(word + 4);
	word += *word == '#';
	return strlen(word) >= 5 && (*word == '2' || *word == '4' || *word == '5') &&
	       word[1] == '.' && strspn(word, "0123456789.:") == strlen(word);
}

static void add_word(struct buf *to, const char *word, size_t len)
{
	static const char before[] = "<([\"':=", after[] = ">)]\"':,;.";
	str_auto *copy = xstrndup(word, len);
	if (is_code(copy))
		return;
	if (to->len > 0)
		buf_add_char(to, ' ');
	if (!strchr(copy, '@') || strstr(copy, "://")) {
		buf_add_str(to, copy);
		return;
	}
	/* "from:<a@x>:" keeps what stands around its address. */
	size_t end = len;
	size_t begin = 0;
	while (end > 0 && strchr(after, copy[end - 1]))
		end--;
	for (size_t i = 0; copy[i] != '@'; i++)
		begin = strchr(before, copy[i]) ? i + 1 : begin;
	buf_add(to, copy, begin);
	buf_add_char(to, '@');
	buf_add(to, copy + end, len - end);
}

/* A word in which a code and others are glued to each other stays as it is. */
char *bounce_words(const char *text)
{
	buf_auto words = BUF_EMPTY;
	str_auto *start = xstrndup(text, WORDS_MAX);
	str_auto *folded = text_fold(start);
	for (const char *at = folded; *at;) {
		at += strspn(at, " \t\r\n\xc2\xa0");
		size_t len = strcspn(at, " \t\r\n");
		if (len > 0)
			add_word(&words, at, len);
		at += len;
	}
	return buf_steal(&words);
}

bool bounce_words_have(const char *text, const char *pattern)
{
	while (*pattern) {
		size_t len = strcspn(pattern, "*");
		text = memmem(text, strlen(text), pattern, len);
		if (!text)
			return false;
		text += len;
		pattern += len + (pattern[len] == '*');
	}
	return true;
}

enum bounce_why bounce_why_said(const char *text)
{
	str_auto *words = bounce_words(text);
	for (size_t i = 0; *words && i < sizeof(table) / sizeof(table[0]); i++)
		if (bounce_words_have(words, table[i].words))
			return table[i].why;
	return bounce_meaning(words);
}

enum bounce_why bounce_why_of_status(const char *status)
{
	if (!status || strlen(status) < 5)
		return BOUNCE_UNSAID;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strcmp(status + 2, codes[i].detail) == 0)
			return codes[i].why;
	return BOUNCE_UNSAID;
}

bool bounce_why_is_vague(const char *text)
{
	str_auto *words = bounce_words(text);
	return bounce_words_have(words, "user unknown") ||
	       bounce_words_have(words, "unknown user");
}

bool bounce_why_is_permanent(enum bounce_why why)
{
	return kinds[why].is_permanent;
}

const char *bounce_why_name(enum bounce_why why)
{
	return kinds[why].name;
}

#include "mail/bounce-meaning.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/mem.h"

/* How many words may lie between whom it speaks of and what it says. */
#define BETWEEN_MAX 7

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const persons[] = {
#define BOUNCE_MEANING_PERSONS
#include "mail/bounce-meaning.inc"
#undef BOUNCE_MEANING_PERSONS
};
static const char *const hosts[] = {
#define BOUNCE_MEANING_HOSTS
#include "mail/bounce-meaning.inc"
#undef BOUNCE_MEANING_HOSTS
};
static const char *const gone[] = {
#define BOUNCE_MEANING_GONE
#include "mail/bounce-meaning.inc"
#undef BOUNCE_MEANING_GONE
};
static const char *const elsewhere[] = {
#define BOUNCE_MEANING_ELSE
#include "mail/bounce-meaning.inc"
#undef BOUNCE_MEANING_ELSE
};

/* "mailbox," is "mailbox". */
static size_t core_length(const char *word, size_t len)
{
	while (len > 1 && strchr(",.;:!?", word[len - 1]))
		len--;
	return len;
}

static bool is_word(const char *word, size_t len, const char *pattern)
{
	size_t most = strlen(pattern);

	if (pattern[most - 1] == '*')
		return len >= most - 1 && memcmp(word, pattern, most - 1) == 0;
	return len == most && memcmp(word, pattern, len) == 0;
}

/* A word of the list at most that many words before or behind the stretch. */
static bool has_near(const char *sentence, const char *from, const char *to,
	const char *const *list, size_t count)
{
	int distance = 0;

	for (const char *at = sentence; at < from; at++)
		distance += *at == ' ';
	for (const char *at = sentence; *at;) {
		size_t len = strcspn(at, " ");
		size_t core = core_length(at, len);
		bool is_close = distance <= BETWEEN_MAX && distance >= -BETWEEN_MAX;
		for (size_t i = 0; is_close && i < count; i++)
			if (is_word(at, core, list[i]))
				return true;
		at += len + (at[len] == ' ');
		/* What the stretch itself is made of counts no distance. */
		if (at <= from || at > to)
			distance--;
	}
	return false;
}

/* As a whole, but that it may go on: "desconocid" in "desconocido". */
static const char *find_said(const char *sentence, const char *said)
{
	const char *at = sentence;

	while ((at = strstr(at, said)) && at > sentence && at[-1] != ' ')
		at++;
	return at;
}

static bool is_of_else(const char *sentence)
{
	for (size_t i = 0; i < COUNT(elsewhere); i++)
		if (find_said(sentence, elsewhere[i]))
			return true;
	return false;
}

static enum bounce_why of_sentence(const char *sentence)
{
	if (is_of_else(sentence))
		return BOUNCE_UNSAID;
	for (size_t i = 0; i < COUNT(gone); i++) {
		const char *from = find_said(sentence, gone[i]);
		if (!from)
			continue;
		const char *to = from + strlen(gone[i]);
		if (has_near(sentence, from, to, hosts, COUNT(hosts)))
			return BOUNCE_NO_HOST;
		if (has_near(sentence, from, to, persons, COUNT(persons)))
			return BOUNCE_NO_USER;
	}
	return BOUNCE_UNSAID;
}

/* What comes behind one of these is a sentence of its own: "your message ... because"
 */
static bool is_joint(const char *words)
{
	static const char *const joints[] = {" because ", " since ", " as there ",
		" eftersom ", " weil ", " fordi "};

	for (size_t i = 0; i < COUNT(joints); i++)
		if (strncmp(words, joints[i], strlen(joints[i])) == 0)
			return true;
	return false;
}

/* Up to a full stop or the like that a blank follows, or a joint. */
static size_t sentence_length(const char *words)
{
	size_t len = 0;

	while (words[len] && !is_joint(words + len) &&
		!(strchr(".;!?", words[len]) && words[len + 1] == ' '))
		len++;
	return len;
}

enum bounce_why bounce_meaning(const char *words)
{
	while (*words) {
		size_t len = sentence_length(words);
		str_auto *sentence = xstrndup(words, len);
		enum bounce_why why = of_sentence(sentence);
		if (why != BOUNCE_UNSAID)
			return why;
		words += len;
		words += strspn(words, ".;!? ");
	}
	return BOUNCE_UNSAID;
}

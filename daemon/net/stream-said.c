#include "net/stream-said.h"

#include <jansson.h>
#include <sodium.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

/* Of the greeting, EHLO and sign-in; what a server says beyond that is of no use. */
#define SAID_MAX 16384
/* As much of each as an error has room for. */
#define WORDS_MAX 80

void said_deinit(struct said *said)
{
	buf_deinit(&said->extensions);
	buf_deinit(&said->last);
	buf_deinit(&said->reason);
}

/* "250-SIZE 1000": a line of an EHLO reply; the first, with the host's name, begins a
 * new list. */
static void keep_extension(struct said *said, const char *line, size_t len)
{
	bool is_250 = len >= 4 && !strncmp(line, "250", 3);

	if (is_250 && said->in_ehlo) {
		buf_add(&said->extensions, line + 4, len - 4);
		buf_add_char(&said->extensions, '\n');
	} else if (is_250) {
		buf_clear(&said->extensions);
	}
	said->in_ehlo = is_250 && line[3] == '-';
}

/* What follows "+ " or "334 ", a challenge; NULL where the line is none. */
static const char *challenge_of(const char *line)
{
	if (text_starts(line, "+ "))
		return line + 2;
	return text_starts(line, "334 ") ? line + 4 : NULL;
}

/* "+ eyJ...": a server that refuses a token says why in JSON. */
static void keep_reason(struct said *said, const char *challenge)
{
	size_t max = strlen(challenge);
	size_t len = 0;

	buf_clear(&said->reason);
	char *to = buf_reserve(&said->reason, max);
	int bad = sodium_base642bin((unsigned char *)to, max, challenge, max, NULL,
		&len, NULL, sodium_base64_VARIANT_ORIGINAL);
	to[len] = '\0';
	json_auto_t *json = bad ? NULL : json_loadb(to, len, 0, NULL);
	if (json_is_object(json))
		said->reason.len = len;
	else
		to[0] = '\0';
}

bool said_line(struct said *said, const char *bytes, size_t len)
{
	said->total += len;
	if (said->total > SAID_MAX)
		return false;
	while (len && (bytes[len - 1] == '\r' || bytes[len - 1] == '\n'))
		len--;
	buf_clear(&said->last);
	buf_add(&said->last, bytes, len);
	keep_extension(said, bytes, len);
	/* The "NO" that follows a reason does not undo it. */
	const char *challenge = challenge_of(buf_str(&said->last));
	if (challenge)
		keep_reason(said, challenge);
	return true;
}

char *said_words(const struct said *said)
{
	str_auto *last = text_printable(buf_str(&said->last));
	str_auto *reason = text_printable(buf_str(&said->reason));

	if (!*reason)
		return xstrndup(last, WORDS_MAX);
	/* The challenge itself is the reason in another guise. */
	if (challenge_of(last))
		return xstrndup(reason, 2 * WORDS_MAX - 2);
	return xasprintf("%.*s; %.*s", WORDS_MAX, reason, WORDS_MAX, last);
}

bool said_bad_day(const struct said *said)
{
	const char *words = buf_str(&said->last);

	return words[0] == '4' || strstr(words, "[UNAVAILABLE]") ||
	       strstr(words, "[INUSE]") || strstr(words, "[LIMIT]");
}

bool said_no_refusal(const struct said *said)
{
	const char *words = buf_str(&said->last);
	const char *answer = strchr(words, ' ');

	return text_starts(words, "250") || text_starts(words, "* ") ||
	       (answer && text_starts_nocase(answer, " OK"));
}

#include "mail/bounce-text.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "mail/address.h"

#define ENTRIES_MAX 1000
#define PARAGRAPHS_MAX 6
#define SAID_MAX 2000 /* bytes */
#define NOTICE_MAX (64 * 1024)
#define ABOUT_MAX 4000

/* Words of a server, as bounce_words writes them. */
static const char *const reports[] = {"could not be delivered", "couldn't be delivered",
	"cannot be delivered", "can't be delivered", "was not delivered",
	"wasn't delivered", "not been delivered", "wasn't able to deliver",
	"unable to deliver", "could not deliver", "couldn't deliver", "cannot deliver",
	"did not reach", "could not be reached", "undeliverable", "undelivered",
	"delivery fail", "delivery has failed", "delivery error", "delivery status",
	"failed to deliver", "failed permanently", "permanent error", "fatal error",
	"transcript of session", "returned to sender", "returning message",
	"message was not sent", "has been returned", "have been returned",
	"error has occurred while attempting to deliver", "mail delivery",
	"not delivered to", "had delivery problems", "did not receive the following",
	"message is delayed", "has been delayed", "delivery attempts",
	"incorrectly constructed", "message was rejected", "mail system",
	"kunde inte levereras", "kan inte levereras", "gick inte att leverera",
	"har inte levererats", "inte nått", "nådde inte", "misslyckades*lever",
	"leverans*misslyckades", "kunne ikke leveres", "ei voitu toimittaa",
	"konnte nicht zugestellt", "konnte*nicht zugestellt", "nicht zustellbar",
	"n'a pas pu être", "no se pudo entregar"};

/* It is still tried: RFC 3464's "delayed" in words. */
static const char *const delays[] = {"has not yet been delivered",
	"have not yet been delivered", "will continue to be",
	"delivery attempts will continue", "delivery will continue",
	"message is delayed", "has been delayed", "delivery delay", "is delayed",
	"temporary failure report", "will be retried", "will keep trying",
	"still trying", "do not need to re-send", "do not need to resend",
	"no need to resend", "need not resend", "this is a warning message only",
	"warning message only", "will try again", "har försenats", "är försenat",
	"försenad leverans", "nya försök"};
/* And yet it is over. */
static const char *const ends[] = {"given up", "giving up", "permanent error",
	"permanent fatal", "permanently", "failed permanently", "returned to sender",
	"deleted from queue", "message has been in the queue too long",
	"not going to try"};

static bool has_one(const char *words, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (bounce_words_have(words, list[i]))
			return true;
	return false;
}

#define HAS_ONE(words, list) has_one(words, list, sizeof(list) / sizeof((list)[0]))

/* The next line as a copy, NULL at the end; *at moves behind it. */
static char *next_line(const char **at)
{
	const char *start = *at;

	if (!*start)
		return NULL;
	size_t len = strcspn(start, "\r\n");
	*at = start + len;
	*at += **at == '\r' && (*at)[1] == '\n' ? 2 : **at != '\0';
	return xstrndup(start, len);
}

static bool is_blank(const char *line)
{
	return line[strspn(line, " \t\xc2\xa0")] == '\0';
}

/* Where the returned mail begins. Before any address it is the notice's own header. */
static void split(struct bounce_text *b, const char *text)
{
	const char *at = text;
	bool has_words = false;

	for (const char *start = at; *at && start - text < NOTICE_MAX; start = at) {
		str_auto *line = next_line(&at);
		bool returned = has_words && bounce_line_is_returned(line);
		if (returned || (has_words && bounce_line_is_divider(line))) {
			b->returned = returned ? start : at;
			b->notice = xstrndup(text, (size_t)(start - text));
			return;
		}
		has_words = has_words || strchr(line, '@') || HAS_ONE(line, reports);
	}
	b->notice = xstrndup(text, NOTICE_MAX);
}

static struct bounce_entry *find_entry(const struct bounce_text *b, const char *address)
{
	for (size_t i = 0; i < b->count; i++)
		if (strcmp(b->list[i].address, address) == 0)
			return &b->list[i];
	return NULL;
}

static bool is_own(const char *address, const char *const *own)
{
	for (; *own; own++)
		if (address_is_same(address, *own))
			return true;
	return false;
}

/* Paragraphs up to the one that says why. */
static char *words_after(const char *rest, const char *end, enum bounce_why *ret_why)
{
	buf_auto said = BUF_EMPTY;
	size_t seen = 0; /* bytes that were asked for a reason */
	int paragraphs = 0;

	*ret_why = BOUNCE_UNSAID;
	while (rest < end && said.len < SAID_MAX && paragraphs < PARAGRAPHS_MAX) {
		str_auto *line = next_line(&rest);
		if (!line)
			break;
		if (is_blank(line) && said.len > seen) {
			seen = said.len;
			paragraphs++;
			*ret_why = bounce_why_said(buf_str(&said));
			if (*ret_why != BOUNCE_UNSAID)
				return buf_steal(&said);
		}
		if (is_blank(line))
			continue;
		if (said.len > 0)
			buf_add_char(&said, '\n');
		buf_add_str(&said, line + strspn(line, " \t:"));
	}
	*ret_why = bounce_why_said(buf_str(&said));
	return buf_steal(&said);
}

/* Takes both strings of the entry. */
static void add_entry(struct bounce_text *b, struct bounce_entry entry)
{
	struct bounce_entry *old = find_entry(b, entry.address);

	if (old && old->why == BOUNCE_UNSAID && *entry.said) {
		free(old->address);
		free(old->said);
		*old = entry;
		return;
	}
	if (old || b->count >= ENTRIES_MAX) {
		free(entry.address);
		free(entry.said);
		return;
	}
	b->list = xrealloc(b->list, (b->count + 1) * sizeof(*b->list));
	b->list[b->count++] = entry;
}

/* A named address waits for its words until the next is named. */
struct waiting {
	char *address;
	const char *rest;
	enum bounce_rank rank;
};

static void end_waiting(struct bounce_text *b, struct waiting *w, const char *end)
{
	struct bounce_entry entry = {.address = w->address, .rank = w->rank};

	w->address = NULL;
	if (!entry.address)
		return;
	entry.said = words_after(w->rest, end, &entry.why);
	add_entry(b, entry);
}

/* A reply stands below the dialogue that led to it: from start to its own line's end.
 */
static void add_reply(struct bounce_text *b, const struct waiting *w, const char *start,
	const char *end)
{
	struct bounce_entry entry = {.address = w->address, .rank = w->rank};

	entry.said = words_after(w->rest, end, &entry.why);
	if (entry.why == BOUNCE_UNSAID || entry.why == BOUNCE_NETWORK) {
		str_auto *before = xstrndup(start, (size_t)(end - start));
		enum bounce_why why = bounce_why_said(before);
		entry.why = why == BOUNCE_UNSAID ? entry.why : why;
		free(entry.said);
		entry.said = xstrndup(before, SAID_MAX);
	}
	add_entry(b, entry);
}

static void collect(
	struct bounce_text *b, enum bounce_rank rank, const char *const *own)
{
	struct waiting w = {NULL, NULL, rank};
	const char *at = b->notice;
	const char *since = at; /* behind the last reply */

	for (const char *start = at; *at; start = at) {
		const char *rest;
		str_auto *line = next_line(&at);
		str_auto *address = bounce_line_address(line, rank, &rest);
		if (!address || is_own(address, own))
			continue;
		end_waiting(b, &w, start);
		w.rest = start + (rest - line);
		w.address = TAKE(address);
		if (rank != BOUNCE_RANK_REPLY)
			continue;
		add_reply(b, &w, since, at);
		w.address = NULL;
		since = at;
	}
	end_waiting(b, &w, b->notice + strlen(b->notice));
}

static void collect_surest(
	struct bounce_text *b, const char *const *own, enum bounce_rank least)
{
	for (enum bounce_rank rank = BOUNCE_RANK_HEAD; rank <= least && b->count == 0;
		rank++)
		collect(b, rank, own);
}

/* Several in a row that share what is said behind the last. */
static void share_words(struct bounce_text *b)
{
	for (size_t i = b->count; i-- > 1;)
		if (!*b->list[i - 1].said && *b->list[i].said) {
			free(b->list[i - 1].said);
			b->list[i - 1].said = xstrdup(b->list[i].said);
			b->list[i - 1].why = b->list[i].why;
		}
}

void bounce_text_read(struct bounce_text *ret, const char *text, const char *const *own)
{
	static const char *const nobody[] = {NULL};

	*ret = (struct bounce_text){0};
	split(ret, text);
	collect_surest(ret, own, BOUNCE_RANK_INSIDE);
	/* Who wrote to himself. */
	collect_surest(ret, nobody, BOUNCE_RANK_COMMAND);
	share_words(ret);
	str_auto *words = bounce_words(ret->notice);
	ret->is_delayed = HAS_ONE(words, delays) && !HAS_ONE(words, ends);
	ret->is_after_data = bounce_words_have(words, ">>> data") ||
			     bounce_words_have(words, "end of data") ||
			     bounce_words_have(words, "in reply to data");
}

char *bounce_text_about(const struct bounce_text *b, const char *address)
{
	buf_auto said = BUF_EMPTY;
	const char *at = b->notice;
	const struct bounce_entry *entry = find_entry(b, address);

	if (entry)
		buf_add_str(&said, entry->said);
	for (char *line; said.len < ABOUT_MAX && (line = next_line(&at)); free(line)) {
		if (!strcasestr(line, address))
			continue;
		if (said.len > 0)
			buf_add_char(&said, '\n');
		buf_add_str(&said, line + strspn(line, " \t<>"));
	}
	return buf_steal(&said);
}

bool bounce_text_is_report(const char *text)
{
	str_auto *words = bounce_words(text);

	return HAS_ONE(words, reports) || HAS_ONE(words, delays);
}

void bounce_text_deinit(struct bounce_text *b)
{
	for (size_t i = 0; i < b->count; i++) {
		free(b->list[i].address);
		free(b->list[i].said);
	}
	free(b->list);
	free(b->notice);
	*b = (struct bounce_text){0};
}

#include "mail/mail-text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define ATTRIBUTION_LINES 3 /* "Den ... skrev" may be broken that often */
#define HEADER_LINES 2	    /* so many together make a quoted header */

struct line {
	const char *start;
	size_t len;
};

struct lines {
	struct line *list;
	size_t count;
};

/* "Från: ...", as Outlook puts it above what it quotes. */
static const char *const quoted_fields[] = {"från:", "skickat:", "till:", "ämne:",
	"kopia:", "datum:", "from:", "sent:", "to:", "subject:", "cc:", "date:", "fra:",
	"sendt:", "til:", "emne:", "von:", "gesendet:", "an:", "betreff:", "lähettäjä:",
	"lähetetty:", "vastaanottaja:", "aihe:", "de :", "envoyé :", "objet :"};

/* How a line between two texts ("-----Original Message-----") reads inside. */
static const char *const dividers[] = {"ursprungligt meddelande", "ursprungligt e-post",
	"original message", "vidarebefordrat meddelande", "vidarebefordrat brev",
	"forwarded message", "opprinnelig melding", "oprindelig meddelelse",
	"ursprüngliche nachricht", "alkuperäinen viesti", "message d'origine"};

/* First and last words of a line that says who wrote what follows. */
static const struct {
	const char *first, *last;
} attributions[] = {{"den ", "skrev"}, {"på ", "skrev"}, {"on ", "wrote:"},
	{"den ", "skrev:"}, {"am ", "schrieb"}, {"le ", "a écrit"}, {"", "> skrev:"},
	{"", "> wrote:"}, {"mån ", "skrev"}, {"tis ", "skrev"}, {"ons ", "skrev"},
	{"tors ", "skrev"}, {"fre ", "skrev"}, {"lör ", "skrev"}, {"sön ", "skrev"}};

static const char *const phone_signatures[] = {"skickat från min ",
	"skickat från outlook", "sent from my ", "hämta outlook för ",
	"get outlook for ", "skickades från e-post för", "sent from mail for"};

static char *fold_line(const struct line *line)
{
	str_auto *copy = xstrndup(line->start, line->len);
	str_auto *trimmed = text_trim(copy);
	return text_fold(trimmed);
}

static bool starts_with_one(const char *s, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text_starts(s, list[i]))
			return true;
	return false;
}

static bool is_divider(const char *folded)
{
	size_t dashes = strspn(folded, "-_ ");
	return dashes >= 2 && starts_with_one(folded + dashes, dividers,
				      sizeof(dividers) / sizeof(dividers[0]));
}

static bool is_signature(const struct line *line, const char *folded)
{
	return (line->len <= 3 && strcmp(folded, "--") == 0) ||
	       starts_with_one(folded, phone_signatures,
		       sizeof(phone_signatures) / sizeof(phone_signatures[0]));
}

static bool is_quoted_field(const char *folded)
{
	folded += strspn(folded, "*");
	return starts_with_one(folded, quoted_fields,
		sizeof(quoted_fields) / sizeof(quoted_fields[0]));
}

/* A block of header lines, the first of which names a sender. */
static bool is_quoted_header(const struct lines *lines, size_t at)
{
	size_t count = 0;
	for (size_t i = at; i < lines->count && count < HEADER_LINES; i++, count++) {
		str_auto *folded = fold_line(&lines->list[i]);
		if (!is_quoted_field(folded))
			return false;
	}
	return count >= HEADER_LINES;
}

static bool ends_with(const char *s, const char *end)
{
	size_t len = strlen(s);
	size_t end_len = strlen(end);
	return len >= end_len && strcmp(s + len - end_len, end) == 0;
}

static bool is_attribution_text(const char *folded)
{
	size_t len = strlen(folded);
	if (len == 0 || folded[len - 1] != ':')
		return false;
	for (size_t i = 0; i < sizeof(attributions) / sizeof(attributions[0]); i++) {
		if (!text_starts(folded, attributions[i].first))
			continue;
		if (ends_with(folded, attributions[i].last) ||
			text_has_word_folded(folded, attributions[i].last))
			return true;
	}
	return false;
}

/* How many lines from here on say who wrote what follows; 0: they do not. */
static size_t attribution_lines(const struct lines *lines, size_t at)
{
	buf_auto joined = BUF_EMPTY;
	for (size_t i = 0; i < ATTRIBUTION_LINES && at + i < lines->count; i++) {
		str_auto *folded = fold_line(&lines->list[at + i]);
		if (!*folded)
			return 0;
		if (i > 0)
			buf_add_char(&joined, ' ');
		buf_add_str(&joined, folded);
		if (is_attribution_text(buf_str(&joined)))
			return i + 1;
	}
	return 0;
}

static bool is_quote(const struct line *line)
{
	size_t i = 0;
	while (i < line->len && line->start[i] == ' ')
		i++;
	return i < line->len && line->start[i] == '>';
}

static bool is_blank(const struct line *line)
{
	for (size_t i = 0; i < line->len; i++)
		if (line->start[i] != ' ' && line->start[i] != '\t')
			return false;
	return true;
}

static bool quote_follows(const struct lines *lines, size_t at)
{
	while (at < lines->count && is_blank(&lines->list[at]))
		at++;
	return at < lines->count && is_quote(&lines->list[at]);
}

/* Lines to pass over here: 0 none, all the rest where something else begins. */
static size_t lines_to_drop(const struct lines *lines, size_t at)
{
	const struct line *line = &lines->list[at];
	str_auto *folded = fold_line(line);
	size_t rest = lines->count - at;
	if (is_quote(line))
		return 1;
	if (is_divider(folded) || is_signature(line, folded) ||
		(is_quoted_field(folded) && is_quoted_header(lines, at)))
		return rest;
	size_t attribution = attribution_lines(lines, at);
	if (attribution == 0)
		return 0;
	return quote_follows(lines, at + attribution) ? attribution : rest;
}

static struct lines split(const char *text)
{
	struct lines lines = {NULL, 0};
	while (*text) {
		size_t len = strcspn(text, "\r\n");
		if ((lines.count & (lines.count - 1)) == 0)
			lines.list = xrealloc(
				lines.list, (lines.count ? lines.count * 2 : 1) *
						    sizeof(*lines.list));
		lines.list[lines.count++] = (struct line){text, len};
		text += len;
		if (text[0] == '\r' && text[1] == '\n')
			text++;
		if (*text)
			text++;
	}
	return lines;
}

/* Blank lines at both ends are dropped; white space before the first word stays. */
static char *without_blank_ends(const struct buf *b)
{
	const char *start = buf_str(b);
	for (const char *s = start; *s == ' ' || *s == '\t' || *s == '\n'; s++)
		if (*s == '\n')
			start = s + 1;
	size_t len = strlen(start);
	while (len > 0 && strchr(" \t\n", start[len - 1]))
		len--;
	return xstrndup(start, len);
}

char *mail_text_trim(const char *text)
{
	buf_auto kept = BUF_EMPTY;
	struct lines lines = split(text);
	for (size_t i = 0; i < lines.count;) {
		size_t drop = lines_to_drop(&lines, i);
		if (drop == 0) {
			buf_add(&kept, lines.list[i].start, lines.list[i].len);
			buf_add_char(&kept, '\n');
		}
		i += drop ? drop : 1;
	}
	free(lines.list);
	return without_blank_ends(&kept);
}

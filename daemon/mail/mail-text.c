#include "mail/mail-text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define ATTRIBUTION_LINES 4 /* "Den ... skrev" may be broken that often */
#define ATTRIBUTION_MAX 400 /* bytes */
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

/* Who wrote what follows: how such a line may begin, a digit being a date, too. */
static const char *const attribution_starts[] = {"den ", "på ", "on ", "am ", "le ",
	"kl ", "kl. ", "mån", "tis", "ons", "tors", "fre", "lör", "sön", "mon", "tue",
	"wed", "thu", "fri", "sat", "sun", "man. ", "tir", "to. ", "ma ", "ti ", "ke ",
	"to ", "pe ", "la ", "su "};
static const char *const attribution_verbs[] = {
	"skrev", "wrote", "schrieb", "kirjoitti", "skreiv", "écrit"};

/* What telephones and mail programs put below. They stand alone on a short line. */
static const char *const phone_signatures[] = {"skickat från min",
	"skickat från outlook", "skickat från mobil", "skickat från yahoo",
	"skickat från gmail", "skickat från proton", "skickat från samsung",
	"skickat från e-post", "skickat från mail", "skickat via", "skickat med",
	"skickades från e-post", "sänt från min", "sent from my", "sent from outlook",
	"sent from mail", "sent from yahoo", "sent from gmail", "sent from proton",
	"sent from samsung", "sent from mobile", "sent from a mobile",
	"sent with proton", "sent via", "hämta outlook", "skaffa outlook",
	"get outlook", "sendt fra min", "sendt fra outlook", "hent outlook",
	"få outlook", "lähetetty", "hanki outlook", "von meinem", "gesendet von mein",
	"envoyé de mon"};
#define PHONE_LINE_MAX 70

/* Words with which a letter ends; few short lines, the name, follow. */
static const char *const farewells[] = {"med vänlig hälsning", "med vänliga hälsningar",
	"vänlig hälsning", "vänliga hälsningar", "med bästa hälsningar",
	"bästa hälsningar", "bästa hälsning", "varma hälsningar", "hälsningar",
	"hälsning", "hälsar", "mvh", "m v h", "m.v.h", "vh", "allt gott",
	"soliga hälsningar", "best regards", "kind regards", "warm regards", "regards",
	"yours sincerely", "sincerely", "best wishes", "all the best", "br",
	"med vennlig hilsen", "vennlig hilsen", "med venlig hilsen", "venlig hilsen",
	"mvh.", "hilsen", "ystävällisin terveisin", "terveisin",
	"mit freundlichen grüßen", "freundliche grüße", "viele grüße"};
#define NOTICE_LINES 40
#define FAREWELL_LINES 14    /* so many lines may follow */
#define FAREWELL_LINE_MAX 90 /* bytes of each */

/* How paragraphs begin that no person wrote for this mail, and what else is in them.
 * Folded. */
static const struct {
	const char *start, *inside;
} notices[] = {{"detta meddelande", "avsett"}, {"detta meddelande", "konfidentiell"},
	{"detta meddelande", "sekretess"}, {"detta mejl", "avsett"},
	{"detta e-post", "avse"}, {"detta e-post", "konfidentiell"},
	{"det här meddelandet", "avsett"}, {"denna e-post", "avse"},
	{"informationen i detta", "avse"}, {"innehållet i detta", "avse"},
	{"om du inte är rätt mottagare", ""}, {"om du har fått detta", "fel"},
	{"this e-mail", "intended"}, {"this email", "intended"},
	{"this message", "intended"}, {"this e-mail", "confidential"},
	{"this email", "confidential"}, {"this message", "confidential"},
	{"the information", "intended"}, {"the contents of this", "confidential"},
	{"if you are not the intended", ""}, {"confidentiality notice", ""},
	{"confidential:", ""}, {"disclaimer", "mail"}, {"legal notice", "mail"},
	{"please consider the environment", ""}, {"tänk på miljön", ""},
	{"think before you print", ""}, {"behöver du verkligen skriva ut", ""},
	{"när du", "behandlar dina personuppgifter"},
	{"när du", "personuppgifter att behandlas"},
	{"vi behandlar", "personuppgifter"}, {"så behandlar vi", "personuppgifter"},
	{"så här behandlar vi", "personuppgifter"}, {"läs om hur", "personuppgifter"},
	{"läs mer om hur", "personuppgifter"},
	{"information om", "behandling av personuppgifter"},
	/* put above by the recipient's own server */
	{"[extern", ""}, {"[external", ""}, {"extern avsändare", ""},
	{"external email", ""}, {"caution:", "outside"}, {"caution:", "external"},
	{"warning:", "outside"}, {"varning:", "extern"}, {"obs!", "extern avsändare"},
	{"obs! detta mejl", "utifrån"}, {"du får inte ofta e-post från", ""},
	{"du får inte ofta mejl från", ""}, {"you don't often get email from", ""},
	{"some people who received this message don't often", ""},
	/* virus scanners */
	{"virusfri", "avast"}, {"virus-free", "avast"}, {"denna e-post", "virus"},
	{"this email has been", "virus"}, {"this email has been scanned", ""}};

/* What a mailing list puts below. */
static const char *const list_footers[] = {"du får det här meddelandet eftersom du",
	"du får detta eftersom du prenumererar",
	"you received this message because you", "you are receiving this",
	"to unsubscribe", "avregistrera dig", "för att avsluta prenumerationen"};

static char *fold_line(const struct line *line)
{
	str_auto *copy = xstrndup(line->start, line->len);
	str_auto *trimmed = text_trim(copy);
	return text_fold(trimmed);
}

static bool is_divider(const char *folded)
{
	size_t dashes = strspn(folded, "-_ ");
	return dashes >= 2 && text_starts_one(folded + dashes, dividers,
				      sizeof(dividers) / sizeof(dividers[0]));
}

static bool is_blank(const struct line *line)
{
	size_t i = 0;
	while (i < line->len && (line->start[i] == ' ' || line->start[i] == '\t' ||
					strncmp(line->start + i, "\xc2\xa0", 2) == 0))
		i += line->start[i] == '\xc2' ? 2 : 1;
	return i == line->len;
}

static bool is_signature(const struct lines *lines, size_t at, const char *folded)
{
	const struct line *line = &lines->list[at];
	bool is_alone = at + 1 >= lines->count || is_blank(&lines->list[at + 1]) ||
			lines->list[at + 1].len <= PHONE_LINE_MAX;
	if (line->len <= 3 && strcmp(folded, "--") == 0)
		return true;
	folded += strspn(folded, "<[(");
	return line->len <= PHONE_LINE_MAX && is_alone &&
	       (TEXT_STARTS_ONE(folded, phone_signatures) ||
		       TEXT_STARTS_ONE(folded, list_footers));
}

static bool is_quoted_field(const char *folded)
{
	folded += strspn(folded, "*");
	return text_starts_one(folded, quoted_fields,
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

/* A time of day, a year or an address: nobody quotes so exactly in a sentence. */
static bool is_exact(const char *folded)
{
	const char *at = strchr(folded, '@');
	if (at && strpbrk(at, ">):]"))
		return true;
	for (const char *s = folded; *s; s++) {
		size_t digits = strspn(s, "0123456789");
		if (digits == 4 && s[0] == '2' && s[1] == '0')
			return true;
		if (digits == 2 && (s[2] == ':' || s[2] == '.') &&
			strspn(s + 3, "0123456789") == 2)
			return true;
		s += digits ? digits - 1 : 0;
	}
	return false;
}

enum attribution {
	ATTRIBUTION_NONE,
	ATTRIBUTION_VAGUE, /* only where something quoted follows */
	ATTRIBUTION_EXACT,
};

static bool has_verb(const char *folded)
{
	for (size_t i = 0; i < sizeof(attribution_verbs) / sizeof(attribution_verbs[0]);
		i++)
		if (text_has_word_folded(folded, attribution_verbs[i]))
			return true;
	return false;
}

/* The first of its lines. */
static bool begins_attribution(const char *folded)
{
	return TEXT_STARTS_ONE(folded, attribution_starts) ||
	       (folded[0] >= '0' && folded[0] <= '9') ||
	       (strchr(folded, '<') && strchr(folded, '@')) || has_verb(folded);
}

static enum attribution attribution_of(const char *folded)
{
	size_t len = strlen(folded);
	if (len == 0 || len > ATTRIBUTION_MAX || folded[len - 1] != ':' ||
		!has_verb(folded))
		return ATTRIBUTION_NONE;
	bool starts = TEXT_STARTS_ONE(folded, attribution_starts) ||
		      (folded[0] >= '0' && folded[0] <= '9') || strchr(folded, '<');
	return starts && is_exact(folded) ? ATTRIBUTION_EXACT : ATTRIBUTION_VAGUE;
}

/* How many lines from here on say who wrote what follows; 0: they do not. */
static size_t attribution_lines(
	const struct lines *lines, size_t at, enum attribution *ret)
{
	buf_auto joined = BUF_EMPTY;
	for (size_t i = 0; i < ATTRIBUTION_LINES && at + i < lines->count; i++) {
		str_auto *folded = fold_line(&lines->list[at + i]);
		size_t len = strlen(folded);
		if (len == 0 || len > ATTRIBUTION_MAX ||
			(i == 0 && !begins_attribution(folded)))
			return 0;
		if (i > 0)
			buf_add_char(&joined, ' ');
		buf_add_str(&joined, folded);
		*ret = attribution_of(buf_str(&joined));
		if (*ret != ATTRIBUTION_NONE)
			return i + 1;
		/* A sentence of the writer's ends here. */
		if (strchr(".!?", folded[len - 1]))
			return 0;
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

static bool quote_follows(const struct lines *lines, size_t at)
{
	while (at < lines->count && is_blank(&lines->list[at]))
		at++;
	return at < lines->count && is_quote(&lines->list[at]);
}

/* Only a name, a title, an address and the like follow, and then at most a quote. */
static bool is_farewell(const struct lines *lines, size_t at, const char *folded)
{
	size_t len = strlen(folded);
	while (len > 0 && strchr(",!. /", folded[len - 1]))
		len--;
	bool found = false;
	for (size_t i = 0; i < sizeof(farewells) / sizeof(farewells[0]); i++)
		found = found || (strlen(farewells[i]) == len &&
					 memcmp(farewells[i], folded, len) == 0);
	if (!found || at == 0)
		return false;
	size_t follow = 0;
	for (size_t i = at + 1; i < lines->count; i++) {
		if (is_blank(&lines->list[i]))
			continue;
		if (++follow > FAREWELL_LINES || lines->list[i].len > FAREWELL_LINE_MAX)
			return false;
	}
	return true;
}

/* A paragraph from here on that is a notice; its lines, 0: it is none. */
static size_t notice_lines(
	const struct lines *lines, size_t at, const char *first_folded)
{
	buf_auto joined = BUF_EMPTY;
	bool begins = false;
	const char *start = first_folded + strspn(first_folded, "*_- ");
	for (size_t i = 0; i < sizeof(notices) / sizeof(notices[0]); i++)
		begins = begins || text_starts(start, notices[i].start);
	if (!begins)
		return 0;
	size_t end = at;
	for (; end < lines->count && !is_blank(&lines->list[end]); end++) {
		if (end - at >= NOTICE_LINES)
			return 0;
		str_auto *folded = fold_line(&lines->list[end]);
		buf_add_str(&joined, folded);
		buf_add_char(&joined, ' ');
	}
	for (size_t i = 0; i < sizeof(notices) / sizeof(notices[0]); i++)
		if (text_starts(start, notices[i].start) &&
			strstr(buf_str(&joined), notices[i].inside))
			return end - at;
	return 0;
}

/* "________", as Outlook and lists draw it above what is not the writer's. */
static bool is_rule(const char *folded)
{
	size_t len = strspn(folded, "_-");
	return len >= 8 && !folded[len];
}

static size_t next_written(const struct lines *lines, size_t at)
{
	while (at < lines->count && is_blank(&lines->list[at]))
		at++;
	return at;
}

static bool begins_other(const struct lines *lines, size_t at, const char *folded)
{
	return is_divider(folded) || is_signature(lines, at, folded) ||
	       (is_quoted_field(folded) && is_quoted_header(lines, at));
}

/* A rule above such, or above a list's name and address. */
static bool is_rule_above(const struct lines *lines, size_t at, const char *folded)
{
	size_t next = next_written(lines, at + 1);
	if (!is_rule(folded) || next >= lines->count)
		return false;
	str_auto *below = fold_line(&lines->list[next]);
	return begins_other(lines, next, below) || strstr(below, "mailing list") ||
	       strstr(below, "e-postlista") || strstr(below, "/listinfo/");
}

/* Lines to pass over here: 0 none, all the rest where something else begins. */
static size_t lines_to_drop(const struct lines *lines, size_t at)
{
	const struct line *line = &lines->list[at];
	str_auto *folded = fold_line(line);
	size_t rest = lines->count - at;
	if (is_quote(line))
		return 1;
	if (begins_other(lines, at, folded) || is_rule_above(lines, at, folded))
		return rest;
	size_t notice = notice_lines(lines, at, folded);
	if (notice > 0)
		return notice;
	enum attribution kind = ATTRIBUTION_NONE;
	size_t attribution = attribution_lines(lines, at, &kind);
	if (attribution == 0)
		return 0;
	if (quote_follows(lines, at + attribution))
		return attribution;
	return kind == ATTRIBUTION_EXACT ? rest : 0;
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

static char *without_farewell(const char *text)
{
	struct lines lines = split(text);
	size_t end = strlen(text);
	for (size_t i = 0; i < lines.count; i++) {
		if (lines.list[i].len > FAREWELL_LINE_MAX)
			continue;
		str_auto *folded = fold_line(&lines.list[i]);
		if (is_farewell(&lines, i, folded)) {
			end = (size_t)(lines.list[i].start - text);
			break;
		}
	}
	free(lines.list);
	buf_auto kept = BUF_EMPTY;
	buf_add(&kept, text, end);
	return without_blank_ends(&kept);
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
	str_auto *trimmed = without_blank_ends(&kept);
	return without_farewell(trimmed);
}

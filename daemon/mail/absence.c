#include "mail/absence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define TEXT_MAX 8000	/* bytes that are looked through */
#define CUE_REACH 48	/* bytes between a cue and its date */
#define PAST_DAYS 31	/* a day further back without a year is one of next year */
#define AHEAD_DAYS 1100 /* nobody says so long before */

struct day {
	int year, month, day; /* year 0: not said */
};

/* Folded, whole words. */
static const struct {
	const char *name;
	int month;
} months[] = {{"januari", 1}, {"january", 1}, {"januar", 1}, {"jan", 1},
	{"tammikuuta", 1}, {"tammikuun", 1}, {"februari", 2}, {"february", 2},
	{"februar", 2}, {"feb", 2}, {"febr", 2}, {"helmikuuta", 2}, {"helmikuun", 2},
	{"mars", 3}, {"march", 3}, {"marts", 3}, {"märz", 3}, {"mar", 3},
	{"maaliskuuta", 3}, {"maaliskuun", 3}, {"april", 4}, {"apr", 4},
	{"huhtikuuta", 4}, {"huhtikuun", 4}, {"maj", 5}, {"may", 5}, {"mai", 5},
	{"toukokuuta", 5}, {"toukokuun", 5}, {"juni", 6}, {"june", 6}, {"jun", 6},
	{"kesäkuuta", 6}, {"kesäkuun", 6}, {"juli", 7}, {"july", 7}, {"jul", 7},
	{"heinäkuuta", 7}, {"heinäkuun", 7}, {"augusti", 8}, {"august", 8}, {"aug", 8},
	{"elokuuta", 8}, {"elokuun", 8}, {"september", 9}, {"sept", 9}, {"sep", 9},
	{"syyskuuta", 9}, {"syyskuun", 9}, {"oktober", 10}, {"october", 10},
	{"okt", 10}, {"oct", 10}, {"lokakuuta", 10}, {"lokakuun", 10}, {"november", 11},
	{"nov", 11}, {"marraskuuta", 11}, {"marraskuun", 11}, {"december", 12},
	{"desember", 12}, {"dezember", 12}, {"dec", 12}, {"des", 12}, {"dez", 12},
	{"joulukuuta", 12}, {"joulukuun", 12}};

enum cue {
	CUE_NONE,
	CUE_WEAK,   /* "till", which says many things */
	CUE_LAST,   /* the last day away */
	CUE_RETURN, /* the first day back */
};

/* What stands before such a date. Of several the nearest counts. */
static const struct {
	const char *words;
	enum cue cue;
} cues[] = {{"åter", CUE_RETURN}, {"åter i tjänst", CUE_RETURN},
	{"tillbaka", CUE_RETURN}, {"på plats igen", CUE_RETURN}, {"igen", CUE_RETURN},
	{"börjar jobba", CUE_RETURN}, {"back", CUE_RETURN}, {"return", CUE_RETURN},
	{"returning", CUE_RETURN}, {"returns", CUE_RETURN},
	{"available again", CUE_RETURN}, {"tilbake", CUE_RETURN},
	{"tilbage", CUE_RETURN}, {"igjen", CUE_RETURN}, {"takaisin", CUE_RETURN},
	{"palaan", CUE_RETURN}, {"paikalla jälleen", CUE_RETURN},
	{"tavoitettavissa", CUE_RETURN}, {"zurück", CUE_RETURN}, {"wieder", CUE_RETURN},
	{"till och med", CUE_LAST}, {"t.o.m", CUE_LAST}, {"t.o.m.", CUE_LAST},
	{"tom", CUE_LAST}, {"t o m", CUE_LAST}, {"fram till", CUE_LAST},
	{"till", CUE_WEAK}, {"until", CUE_LAST}, {"till den", CUE_LAST},
	{"through", CUE_LAST}, {"thru", CUE_LAST}, {"to", CUE_WEAK},
	{"til og med", CUE_LAST}, {"til", CUE_WEAK}, {"frem til", CUE_LAST},
	{"bis", CUE_LAST}, {"bis zum", CUE_LAST}, {"bis einschließlich", CUE_LAST}};

/* Finnish says it behind the date. */
static const char *const cues_after[] = {"asti", "saakka"};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

/* A number of at most max digits that no further digit follows; its length, 0 none. */
static size_t read_number(const char *s, size_t max, int *ret)
{
	size_t len = strspn(s, "0123456789");

	if (len == 0 || len > max)
		return 0;
	*ret = atoi(s);
	return len;
}

static size_t read_month_name(const char *s, int *ret)
{
	size_t len = 0;

	while (is_letter(s[len]))
		len++;
	for (size_t i = 0; i < sizeof(months) / sizeof(months[0]); i++)
		if (strlen(months[i].name) == len &&
			memcmp(months[i].name, s, len) == 0) {
			*ret = months[i].month;
			return len;
		}
	return 0;
}

/* What may stand between a day and its month: "12:e ", "12th of ", "12. ". */
static size_t skip_ordinal(const char *s)
{
	static const char *const ordinals[] = {":e", ":a", "st", "nd", "rd", "th", "."};
	size_t at = 0;

	for (size_t i = 0; i < sizeof(ordinals) / sizeof(ordinals[0]); i++)
		if (at == 0 && text_starts(s, ordinals[i]))
			at = strlen(ordinals[i]);
	at += strspn(s + at, " ");
	return text_starts(s + at, "of ") ? at + 3 : at;
}

/* A year behind the rest, " 2026", ", 2026" or "-2026" where it is one. */
static size_t read_year(const char *s, int *ret)
{
	size_t before = strspn(s, " ,.");
	int year;

	before += before == 0 && (*s == '-' || *s == '/');
	if (read_number(s + before, 4, &year) != 4 || year < 2000 || year > 2200)
		return 0;
	*ret = year;
	return before + 4;
}

/* 2026-08-12 */
static size_t read_iso(const char *s, struct day *ret)
{
	size_t len = read_number(s, 4, &ret->year);

	if (len != 4 || s[4] != '-' || read_number(s + 5, 2, &ret->month) != 2 ||
		s[7] != '-' || read_number(s + 8, 2, &ret->day) != 2)
		return 0;
	return 10;
}

/* 12/8, 12/8-26 (not its year), 12.8., 12.8.2026 */
static size_t read_numbers(const char *s, struct day *ret)
{
	size_t at = read_number(s, 2, &ret->day);
	char sign = s[at];

	if (at == 0 || (sign != '/' && sign != '.'))
		return 0;
	size_t month = read_number(s + at + 1, 2, &ret->month);
	if (month == 0)
		return 0;
	at += 1 + month;
	if (sign == '.' && s[at] != '.')
		return 0;
	if (ret->month > 12 && ret->day <= 12) {
		int day = ret->month;
		ret->month = ret->day;
		ret->day = day;
	}
	return at + read_year(s + at, &ret->year);
}

/* 12 augusti 2026, 12th of August */
static size_t read_day_month(const char *s, struct day *ret)
{
	size_t at = read_number(s, 2, &ret->day);

	if (at == 0)
		return 0;
	at += skip_ordinal(s + at);
	size_t month = read_month_name(s + at, &ret->month);
	if (month == 0)
		return 0;
	at += month;
	return at + read_year(s + at, &ret->year);
}

/* August 12th, 2026 */
static size_t read_month_day(const char *s, struct day *ret)
{
	size_t at = read_month_name(s, &ret->month);

	if (at == 0 || s[at] != ' ')
		return 0;
	size_t day = read_number(s + at + 1, 2, &ret->day);
	if (day == 0)
		return 0;
	at += 1 + day;
	size_t ordinal = skip_ordinal(s + at);
	size_t year = read_year(s + at + ordinal, &ret->year);
	year = year ? ordinal + year : read_year(s + at, &ret->year);
	return at + year;
}

static size_t read_day(const char *s, struct day *ret)
{
	size_t (*const ways[])(const char *, struct day *) = {
		read_iso, read_numbers, read_day_month, read_month_day};

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		*ret = (struct day){0};
		size_t len = ways[i](s, ret);
		if (len > 0 && ret->month >= 1 && ret->month <= 12 && ret->day >= 1 &&
			ret->day <= 31)
			return len;
	}
	return 0;
}

static bool is_dash_before(const char *text, size_t at)
{
	return (at > 0 && text[at - 1] == '-') ||
	       (at > 2 && memcmp(text + at - 3, "\xe2\x80\x93", 3) == 0);
}

/* A paragraph or a sentence ends somewhere in it; "d. 3. august" does not. */
static bool ends_sentence(const char *s)
{
	for (const char *stop = strchr(s, '.'); stop; stop = strchr(stop + 1, '.'))
		if (stop[1] == ' ' && stop - s > 1 && is_letter(stop[-1]) &&
			is_letter(stop[-2]))
			return true;
	return strchr(s, '\n') != NULL;
}

/* The cue that ends nearest before at; a range's dash is one too. */
static enum cue cue_before(const char *text, size_t at)
{
	size_t from = at > CUE_REACH ? at - CUE_REACH : 0;
	size_t nearest = 0;
	enum cue found = CUE_NONE;
	str_auto *before = xstrndup(text + from, at - from);
	str_auto *trimmed = text_trim(before);
	size_t len = strlen(trimmed);

	if (len > 1 && is_dash_before(trimmed, len))
		return CUE_LAST;
	for (size_t i = 0; i < sizeof(cues) / sizeof(cues[0]); i++) {
		size_t words = strlen(cues[i].words);
		for (const char *s = strstr(before, cues[i].words); s;
			s = strstr(s + 1, cues[i].words)) {
			size_t end = (size_t)(s - before) + words;
			bool whole = (s == before || !is_letter(s[-1])) &&
				     !is_letter(s[words]);
			if (!whole || ends_sentence(s + words))
				continue;
			bool stronger = found <= CUE_WEAK && cues[i].cue > CUE_WEAK;
			bool weaker = found > CUE_WEAK && cues[i].cue <= CUE_WEAK;
			if (stronger || (end > nearest && !weaker)) {
				nearest = end;
				found = cues[i].cue;
			}
		}
	}
	return found;
}

static bool has_cue_after(const char *s)
{
	s += strspn(s, " .");
	for (size_t i = 0; i < sizeof(cues_after) / sizeof(cues_after[0]); i++)
		if (text_starts(s, cues_after[i]))
			return true;
	return false;
}

/* Days since a fixed one; months as of 31 days are near enough to compare. */
static int number_of(const struct day *d)
{
	return d->year * 372 + d->month * 31 + d->day;
}

/* Fills the year, by when it was sent. False where the day makes no sense then. */
static bool settle_year(struct day *d, const char *sent)
{
	struct day when;

	if (!sent || read_iso(sent, &when) == 0)
		return d->year > 0;
	bool said = d->year > 0;
	if (!said)
		d->year = when.year;
	int away = number_of(d) - number_of(&when);
	if (!said && away < -PAST_DAYS) {
		d->year++;
		away += 372;
	}
	return away >= -PAST_DAYS && away <= AHEAD_DAYS;
}

/* One space for any white space but a blank line, so that a cue may end a line. */
static char *flatten(const char *text)
{
	str_auto *start = xstrndup(text, TEXT_MAX);
	char *folded = text_fold(start);
	size_t to = 0;

	for (size_t i = 0; folded[i];) {
		size_t run = strspn(folded + i, " \t\r\n");
		if (run == 0) {
			folded[to++] = folded[i++];
			continue;
		}
		str_auto *white = xstrndup(folded + i, run);
		char *first = strchr(white, '\n');
		folded[to++] = first && strchr(first + 1, '\n') ? '\n' : ' ';
		i += run;
	}
	folded[to] = '\0';
	return folded;
}

/* Neither within a word or a number, nor "4.1" of "2.4.1". */
static bool begins_here(const char *text, size_t at)
{
	if (at == 0 || is_dash_before(text, at))
		return true;
	if (is_digit(text[at - 1]) || is_letter(text[at - 1]))
		return false;
	return at < 2 || !strchr("./:", text[at - 1]) || !is_digit(text[at - 2]);
}

char *absence_until(const char *text, const char *sent, bool *ret_is_return)
{
	str_auto *flat = flatten(text);
	struct day best = {0};
	enum cue best_cue = CUE_NONE;

	for (size_t at = 0; flat[at];) {
		struct day day;
		size_t len = begins_here(flat, at) ? read_day(flat + at, &day) : 0;
		if (len == 0) {
			at++;
			continue;
		}
		enum cue cue = has_cue_after(flat + at + len) ? CUE_LAST
							      : cue_before(flat, at);
		at += len;
		if (cue > best_cue && settle_year(&day, sent)) {
			best = day;
			best_cue = cue;
		}
	}
	*ret_is_return = best_cue == CUE_RETURN;
	return best_cue == CUE_NONE
		       ? NULL
		       : xasprintf("%04d-%02d-%02d", best.year, best.month, best.day);
}

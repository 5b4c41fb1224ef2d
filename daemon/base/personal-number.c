#include "base/personal-number.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define CLOSE_BYTES 40 /* how far back a word may stand that names the number */
#define CLOSE_WORDS 3

enum between { BETWEEN_NOTHING, BETWEEN_SIGN, BETWEEN_BLANK };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t digits_at(const char *s)
{
	size_t n = 0;

	while (is_digit(s[n]))
		n++;
	return n;
}

/* Hyphens of all widths (U+2010 to U+2013, U+2212) stand for the hyphen. */
static size_t sign_at(const char *s)
{
	if (*s == '-' || *s == '+')
		return 1;
	if (strncmp(s, "\xe2\x80", 2) == 0 && s[2] >= '\x90' && s[2] <= '\x93')
		return 3;
	return strncmp(s, "\xe2\x88\x92", 3) == 0 ? 3 : 0;
}

static size_t blank_at(const char *s)
{
	if (*s == ' ')
		return 1;
	return strncmp(s, "\xc2\xa0", 2) == 0 ? 2 : 0;
}

/* ---- the digits alone ---- */

static int two(const char *digits)
{
	return (digits[0] - '0') * 10 + (digits[1] - '0');
}

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* century 0: not said. Then 29 February is right where it was in one of them. */
static bool is_date(int century, const char *yymmdd)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int year = two(yymmdd);
	int month = two(yymmdd + 2);
	int day = two(yymmdd + 4) > 60 ? two(yymmdd + 4) - 60 : two(yymmdd + 4);

	if (month < 1 || month > 12 || day < 1)
		return false;
	if (month == 2 && day == 29)
		return century ? is_leap(century * 100 + year)
			       : is_leap(1900 + year) || is_leap(2000 + year);
	return day <= days[month - 1];
}

static bool has_luhn(const char *ten)
{
	int sum = 0;

	for (int i = 0; i < 10; i++) {
		int d = (ten[i] - '0') * (i % 2 == 0 ? 2 : 1);
		sum += d > 9 ? d - 9 : d;
	}
	return sum % 10 == 0;
}

/* date: 6 or 8 digits; last: 4. */
static bool is_number(const char *date, size_t date_len, const char *last)
{
	char ten[10];
	int century = date_len == 8 ? two(date) : 0;
	const char *yymmdd = date + date_len - 6;

	if (century && (century < 18 || century > 20))
		return false;
	memcpy(ten, yymmdd, 6);
	memcpy(ten + 6, last, 4);
	return is_date(century, yymmdd) && has_luhn(ten);
}

/* ---- its surroundings ---- */

static bool joins(char c)
{
	return c == '-' || c == '+' || c == '.';
}

static bool stands_alone_before(const char *text, size_t at)
{
	char c = at ? text[at - 1] : ' ';

	if (is_digit(c) || is_letter(c) || c == '+')
		return false;
	return !joins(c) || at < 2 || !is_digit(text[at - 2]);
}

static bool stands_alone_behind(const char *s)
{
	if (is_digit(*s) || is_letter(*s))
		return false;
	return !(joins(*s) && is_digit(s[1]));
}

/* "+46 ": a country's code before it. */
static bool has_country_code(const char *text, size_t at)
{
	size_t i = at;

	while (i > 0 && (text[i - 1] == ' ' || text[i - 1] == ')'))
		i--;
	size_t end = i;
	while (i > 0 && is_digit(text[i - 1]))
		i--;
	return end > i && end - i <= 3 && i > 0 && text[i - 1] == '+';
}

/* The words close before it on its line, in small letters; the caller frees. */
static char *words_before(const char *text, size_t at)
{
	size_t start = at;
	int words = 0;
	bool in_word = false;

	while (start > 0 && at - start < CLOSE_BYTES && text[start - 1] != '\n') {
		bool is_gap = text[start - 1] == ' ' || text[start - 1] == '\t';
		if (is_gap && in_word && ++words == CLOSE_WORDS)
			break;
		in_word = !is_gap;
		start--;
	}
	str_auto *piece = xstrndup(text + start, at - start);
	return text_fold(piece);
}

static bool has_any(const char *words, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strstr(words, list[i]))
			return true;
	return false;
}

static bool is_named(const char *words)
{
	static const char *const names[] = {"personnummer", "personnr", "person-nr",
		"person nr", "personal identity", "personal number", "pnr", "p-nr",
		"samordningsn", "coordination number", "född", "fodd", "born"};

	return has_any(words, names, sizeof(names) / sizeof(*names));
}

static bool is_one_of(const char *word, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(word, list[i]) == 0)
			return true;
	return false;
}

/* Takes the last word off words, without signs at its ends; the caller frees. */
static char *take_last_word(char *words)
{
	size_t end = strlen(words);

	while (end && strchr(" \t:.;,(#\"'=", words[end - 1]))
		end--;
	size_t start = end;
	while (start && words[start - 1] != ' ' && words[start - 1] != '\t')
		start--;
	str_auto *word = xstrndup(words + start, end - start);
	words[start] = '\0';
	return xstrdup(word + strspn(word, "(\"'"));
}

/* The word right before it, but for "nr", says what it is; a reference number of the
 * archive has its series between ("diarienummer KS 811228-9874"). */
static bool is_named_otherwise(const char *words)
{
	static const char *const fillers[] = {"nr", "nummer", "no", "number"};
	static const char *const archive[] = {"dnr", "diarienr", "diarienummer"};
	static const char *const names[] = {"ocr", "ocr-nummer", "ocr-nr", "tel",
		"telefon", "telefonnummer", "tfn", "mobil", "mobilnummer", "phone",
		"mobile", "ring", "fax", "sms", "dnr", "diarienr", "diarienummer",
		"ärendenummer", "ärendenr", "faktura", "fakturanummer", "fakturanr",
		"invoice", "konto", "kontonummer", "kontonr", "bankgiro", "plusgiro",
		"bg", "pg", "iban", "kundnummer", "kundnr", "referens",
		"referensnummer", "ref", "ordernummer", "artikelnummer", "orgnr",
		"org.nr", "organisationsnummer", "bokningsnummer", "kolli",
		"kollinummer", "mötes-id", "meeting-id"};
	str_auto *rest = xstrdup(words);
	str_auto *last = take_last_word(rest);

	if (is_one_of(last, fillers, sizeof(fillers) / sizeof(*fillers))) {
		free(TAKE(last));
		last = take_last_word(rest);
	}
	if (is_one_of(last, names, sizeof(names) / sizeof(*names)))
		return true;
	str_auto *before = take_last_word(rest);
	return is_one_of(before, archive, sizeof(archive) / sizeof(*archive));
}

static bool is_plausible(
	const char *text, size_t at, size_t digits, enum between between)
{
	str_auto *words = words_before(text, at);

	if (is_named(words))
		return true;
	if (has_country_code(text, at) || is_named_otherwise(words))
		return false;
	if (between == BETWEEN_BLANK)
		return false;
	return !(between == BETWEEN_NOTHING && digits == 10 && text[at] == '0');
}

/* ---- at one place ---- */

/* Length in bytes of the number that begins at `at`, where digits begin; 0: none. */
static size_t number_at(const char *text, size_t at)
{
	const char *s = text + at;
	size_t run = digits_at(s);
	size_t date_len = run;
	enum between between = BETWEEN_NOTHING;
	const char *last = s + run;

	if (run == 10 || run == 12) {
		date_len = run - 4;
		last = s + date_len;
	} else if (run == 6 || run == 8) {
		size_t gap = sign_at(last);
		between = gap ? BETWEEN_SIGN : BETWEEN_BLANK;
		gap = gap ? gap : blank_at(last);
		if (!gap || digits_at(last + gap) != 4)
			return 0;
		last += gap;
	} else {
		return 0;
	}
	if (!is_number(s, date_len, last) || !stands_alone_before(text, at) ||
		!stands_alone_behind(last + 4) ||
		!is_plausible(text, at, date_len + 4, between))
		return 0;
	return (size_t)(last + 4 - s);
}

bool personal_number_find(
	const char *text, size_t from, size_t *ret_at, size_t *ret_len)
{
	for (size_t at = from; text[at];) {
		if (!is_digit(text[at])) {
			at++;
			continue;
		}
		size_t len = number_at(text, at);
		if (len) {
			*ret_at = at;
			*ret_len = len;
			return true;
		}
		at += digits_at(text + at);
	}
	return false;
}

bool personal_number_is_in(const char *text)
{
	size_t at = 0;
	size_t len = 0;

	return text && personal_number_find(text, 0, &at, &len);
}

size_t personal_number_count(const char *text)
{
	size_t count = 0;
	size_t at = 0;
	size_t len = 0;

	while (personal_number_find(text, at, &at, &len)) {
		count++;
		at += len;
	}
	return count;
}

char *personal_number_mask(const char *text)
{
	size_t at = 0;
	size_t len = 0;

	if (!text)
		return NULL;
	char *copy = xstrdup(text);
	while (personal_number_find(text, at, &at, &len)) {
		for (size_t i = at; i < at + len; i++)
			if (is_digit(copy[i]))
				copy[i] = 'X';
		at += len;
	}
	return copy;
}

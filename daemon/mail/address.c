#include "mail/address.h"

#include <idn2.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

#define LOCAL_MAX 64
#define ADDRESS_MAX 254
#define DOMAIN_MAX 253
#define LABEL_MAX 63

/* What the C library says depends on the locale; addresses do not. */
static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_atext(char c)
{
	return is_letter(c) || is_digit(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

static char *lower_copy(const char *s, size_t len)
{
	char *copy = xstrndup(s, len);
	for (char *p = copy; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return copy;
}

static bool is_ascii(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

/* dot-atom of RFC 5322 3.2.3, ASCII alone. */
static bool local_is_valid(const char *s, size_t len)
{
	if (len == 0 || len > LOCAL_MAX || s[0] == '.' || s[len - 1] == '.')
		return false;
	for (size_t i = 0; i < len; i++) {
		bool dots = s[i] == '.' && s[i - 1] == '.';
		if (dots || (s[i] != '.' && !is_atext(s[i])))
			return false;
	}
	return true;
}

static bool label_is_valid(const char *s, size_t len)
{
	if (len == 0 || len > LABEL_MAX || s[0] == '-' || s[len - 1] == '-')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_letter(s[i]) && !is_digit(s[i]) && s[i] != '-')
			return false;
	return true;
}

static bool all_are(const char *s, bool (*is)(char))
{
	while (is(*s))
		s++;
	return !*s;
}

/* Labels of letters, digits and hyphens; an address of digits (10.0.0.1) is no name. */
static bool domain_is_valid(const char *domain)
{
	const char *last = domain;
	if (strlen(domain) > DOMAIN_MAX)
		return false;
	for (const char *at = domain;; at++) {
		size_t len = strcspn(at, ".");
		if (!label_is_valid(at, len))
			return false;
		last = at;
		at += len;
		if (!*at)
			break;
	}
	if (last == domain)
		return all_are(domain, is_letter);
	return !all_are(last, is_digit);
}

/* A-labels, lower case; NULL where IDNA takes it not. */
static char *domain_normal(const char *domain)
{
	str_auto *low = lower_copy(domain, strlen(domain));
	if (!is_ascii(domain) || strstr(low, "xn--")) {
		char *idn = NULL;
		if (!text_is_utf8(domain, strlen(domain)) ||
			idn2_to_ascii_8z(low, &idn,
				IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
			return NULL;
		free(low);
		low = lower_copy(idn, strlen(idn));
		idn2_free(idn);
	}
	return domain_is_valid(low) ? TAKE(low) : NULL;
}

char *address_normal(const char *address)
{
	const char *at = address ? strrchr(address, '@') : NULL;
	if (!at || strlen(address) > ADDRESS_MAX)
		return NULL;
	if (!local_is_valid(address, (size_t)(at - address)))
		return NULL;
	str_auto *domain = domain_normal(at + 1);
	if (!domain)
		return NULL;
	str_auto *local = lower_copy(address, (size_t)(at - address));
	str_auto *whole = xasprintf("%s@%s", local, domain);
	return strlen(whole) <= ADDRESS_MAX ? TAKE(whole) : NULL;
}

bool address_is_valid(const char *address)
{
	str_auto *normal = address_normal(address);
	return normal != NULL;
}

bool address_is_same(const char *a, const char *b)
{
	str_auto *one = address_normal(a);
	str_auto *two = address_normal(b);
	return one && two && strcmp(one, two) == 0;
}

const char *address_domain(const char *address)
{
	const char *at = address ? strrchr(address, '@') : NULL;
	return at ? at + 1 : "";
}

/* A display name as typed, with its quotes and backslashes undone. */
static char *unquote(const char *s)
{
	size_t len = strlen(s);
	if (len < 2 || s[0] != '"' || s[len - 1] != '"')
		return xstrdup(s);
	buf_auto name = BUF_EMPTY;
	for (size_t i = 1; i + 1 < len; i++) {
		if (s[i] == '\\' && i + 2 < len)
			i++;
		buf_add_char(&name, s[i]);
	}
	return buf_steal(&name);
}

static bool name_is_valid(const char *name)
{
	size_t len = strlen(name);
	if (!text_is_utf8(name, len) || text_has_controls(name, len))
		return false;
	return name[0] == '"' || !strpbrk(name, "<>");
}

bool address_parse_line(const char *line, char **ret_name, char **ret_address)
{
	str_auto *trimmed = text_trim(line);
	char *open = strrchr(trimmed, '<');
	size_t len = strlen(trimmed);
	str_auto *address = NULL;
	if (!open)
		address = xstrdup(trimmed);
	else if (len > 0 && trimmed[len - 1] == '>')
		address = xstrndup(open + 1, len - 2 - (size_t)(open - trimmed));
	if (!address_is_valid(address))
		return false;
	if (open)
		*open = '\0';
	str_auto *name = text_trim(open ? trimmed : "");
	if (!name_is_valid(name))
		return false;
	*ret_name = unquote(name);
	*ret_address = TAKE(address);
	return true;
}

enum script {
	SCRIPT_NONE = 0,
	SCRIPT_LATIN = 1,
	SCRIPT_GREEK = 2,
	SCRIPT_CYRILLIC = 4,
	SCRIPT_OTHER = 8
};

/* Coarse on purpose: the scripts whose letters are taken for Latin ones, and all
 * others. */
static enum script script_of(uint32_t c)
{
	static const struct {
		uint32_t first, last;
		enum script script;
	} ranges[] = {
		{0x00, 0x40, SCRIPT_NONE},
		{0x5b, 0x60, SCRIPT_NONE},
		{0x7b, 0xa9, SCRIPT_NONE},
		{0x41, 0x24f, SCRIPT_LATIN},
		{0x250, 0x2af, SCRIPT_OTHER},
		{0x2b0, 0x36f, SCRIPT_NONE},
		{0x370, 0x3ff, SCRIPT_GREEK},
		{0x400, 0x52f, SCRIPT_CYRILLIC},
		{0x1e00, 0x1eff, SCRIPT_LATIN},
		{0x1f00, 0x1fff, SCRIPT_GREEK},
		{0x2000, 0x2bff, SCRIPT_NONE},
		{0x2de0, 0x2dff, SCRIPT_CYRILLIC},
		{0xa640, 0xa69f, SCRIPT_CYRILLIC},
	};
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return ranges[i].script;
	return SCRIPT_OTHER;
}

static bool is_invisible(uint32_t c)
{
	return c == 0xad || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
	       c == 0xfeff || c == 0xfffd;
}

/* Cyrillic and Greek letters that a reader takes for Latin ones. */
static bool looks_latin(uint32_t c)
{
	static const uint32_t twins[] = {0x430, 0x435, 0x43e, 0x440, 0x441, 0x443,
		0x445, 0x455, 0x456, 0x458, 0x4bb, 0x501, 0x51b, 0x51d, 0x3bf, 0x3b1,
		0x3bd, 0x3c1, 0x3c5, 0x3c7, 0x3b9, 0x3ba, 0x4cf, 0x475};
	for (size_t i = 0; i < sizeof(twins) / sizeof(twins[0]); i++)
		if (c == twins[i])
			return true;
	return false;
}

/* One label, or a local part: two scripts in it, or every letter a twin of a Latin one.
 */
static bool label_is_suspicious(const char *s, const char *end)
{
	unsigned int seen = 0;
	bool all_twins = true;
	while (s < end) {
		uint32_t c = text_next_char(&s, end);
		enum script script = script_of(c);
		if (is_invisible(c))
			return true;
		seen |= script;
		if (script != SCRIPT_NONE && !looks_latin(c))
			all_twins = false;
	}
	bool one = (seen & (seen - 1)) == 0;
	return !one || (seen && all_twins);
}

bool address_is_suspicious(const char *address)
{
	char *shown = NULL;
	const char *domain = address_domain(address);
	if (idn2_to_unicode_8z8z(domain, &shown, 0) != IDN2_OK)
		shown = NULL;
	const char *local_end = *domain ? domain - 1 : address + strlen(address);
	bool odd = label_is_suspicious(address, local_end);
	for (const char *at = shown ? shown : domain; !odd && *at;) {
		size_t len = strcspn(at, ".");
		odd = label_is_suspicious(at, at + len);
		at += len + (at[len] == '.');
	}
	idn2_free(shown);
	return odd;
}

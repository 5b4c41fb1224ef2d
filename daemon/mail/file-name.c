/* Names of files as strangers give them (A4, A19). */
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "mail/mail-part.h"

#define NAME_BYTES_MAX 200
#define EXTENSION_MAX 12

/* Turns the text around, hides in it, or ends lines. */
static bool is_odd(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || c == 0x200b ||
	       c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

static const char *last_component(const char *name)
{
	const char *last = name;
	for (; *name; name++)
		if (*name == '/' || *name == '\\' || (*name == ':' && name - last == 1))
			last = name + 1;
	return last;
}

/* Cut between two characters, the extension kept: it tells people what it is. */
static void shorten(struct buf *name)
{
	if (name->len <= NAME_BYTES_MAX)
		return;
	const char *dot = strrchr(name->data, '.');
	str_auto *extension = xstrdup(dot && strlen(dot) <= EXTENSION_MAX ? dot : "");
	size_t len = NAME_BYTES_MAX - strlen(extension);
	while (len > 0 && ((unsigned char)name->data[len] & 0xc0) == 0x80)
		len--;
	name->len = len;
	buf_add_str(name, extension);
}

/* "con.pdf", "LPT1": a device to Windows, whatever comes behind the dot. */
static bool is_device(const char *name)
{
	static const char *const devices[] = {"con", "prn", "aux", "nul"};
	static const char *const numbered[] = {"com", "lpt"};
	str_auto *first = xstrndup(name, strcspn(name, "."));
	str_auto *base = text_trim(first);
	size_t len = strlen(base);

	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		if (text_equal_nocase(base, devices[i]))
			return true;
	if (len != 4 || base[3] < '0' || base[3] > '9')
		return false;
	base[3] = '\0';
	return text_equal_nocase(base, numbered[0]) ||
	       text_equal_nocase(base, numbered[1]);
}

/* What a recipient's system or a command there would take for something else. */
static bool needs_prefix(const char *name)
{
	return *name == '-' || *name == '.' || is_device(name);
}

char *name_harmless(const char *name, bool *ret_odd)
{
	buf_auto clean = BUF_EMPTY;
	const char *at = last_component(name);
	const char *end = at + strlen(at);
	*ret_odd = false;
	while (at < end) {
		char utf8[5];
		uint32_t c = text_next_char(&at, end);
		text_put_char(utf8, c);
		*ret_odd = *ret_odd || is_odd(c);
		if (!is_odd(c))
			buf_add_str(&clean, utf8);
	}
	shorten(&clean);
	str_auto *trimmed = text_trim(buf_str(&clean));
	if (!trimmed[strspn(trimmed, ". ")])
		return xstrdup("unnamed");
	if (!needs_prefix(trimmed))
		return TAKE(trimmed);
	buf_clear(&clean);
	buf_add_char(&clean, '_');
	buf_add_str(&clean, trimmed);
	shorten(&clean);
	return buf_steal(&clean);
}

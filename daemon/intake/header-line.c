#include "intake/header-line.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

#define VALUE_MAX 500

static const char *next_line(const char *at)
{
	const char *lf = strchr(at, '\n');

	return lf ? lf + 1 : at + strlen(at);
}

/* A line and those that continue it, without line ends. */
static char *unfold(const char *at)
{
	buf_auto value = BUF_EMPTY;

	do {
		const char *next = next_line(at);
		size_t len = strcspn(at, "\r\n");

		buf_add(&value, at, len);
		at = next;
	} while (*at == ' ' || *at == '\t');
	return buf_steal(&value);
}

char *header_line_value(const char *header, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = header; *at; at = next_line(at)) {
		if (strncasecmp(at, name, len) != 0 || at[len] != ':')
			continue;
		str_auto *value = unfold(at + len + 1);
		str_auto *trimmed = text_trim(value);
		str_auto *cut = xstrndup(trimmed, VALUE_MAX);
		return text_printable(cut);
	}
	return NULL;
}

#include "mail/header-fields.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "mail/mail-lines.h"

/* Where the field's name ends, before the colon; NULL where the line is no field. */
static const char *name_end(const char *s, const char *colon)
{
	const char *end = colon;
	while (end > s && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	for (const char *at = s; at < end; at++)
		if (*at <= 0x20 || *at >= 0x7f)
			return NULL;
	return end > s ? end : NULL;
}

static void put(struct header_fields *f, const char *s, const char *end)
{
	const char *colon = memchr(s, ':', (size_t)(end - s));
	const char *stop = colon ? name_end(s, colon) : NULL;
	if (!stop)
		return;
	/* The list doubles at each power of two. */
	if ((f->count & (f->count - 1)) == 0)
		f->list = xrealloc(
			f->list, (f->count ? f->count * 2 : 1) * sizeof(*f->list));
	f->list[f->count++] = (struct header_field){xstrndup(s, (size_t)(stop - s)),
		xstrndup(colon + 1, (size_t)(end - colon) - 1)};
}

static bool is_folded(const char *s)
{
	return *s == ' ' || *s == '\t';
}

size_t header_fields_read(struct header_fields *ret, const char *bytes, size_t len)
{
	const char *end = bytes + len;
	const char *at = bytes;
	struct line line;
	*ret = HEADER_FIELDS_NONE;
	while (line_next(&at, end, &line) && line_len(&line) > 0) {
		const char *start = line.start;
		while (at < end && is_folded(at))
			line_next(&at, end, &line);
		put(ret, start, line.end);
	}
	return (size_t)(at - bytes);
}

const char *header_fields_get(const struct header_fields *f, const char *name)
{
	for (size_t i = 0; i < f->count; i++)
		if (text_equal_nocase(f->list[i].name, name))
			return f->list[i].value;
	return NULL;
}

size_t header_fields_count(const struct header_fields *f, const char *name)
{
	size_t count = 0;
	for (size_t i = 0; i < f->count; i++)
		count += text_equal_nocase(f->list[i].name, name);
	return count;
}

void header_fields_deinit(struct header_fields *f)
{
	for (size_t i = 0; i < f->count; i++) {
		free(f->list[i].name);
		free(f->list[i].value);
	}
	free(f->list);
	*f = HEADER_FIELDS_NONE;
}

#define _GNU_SOURCE 1

#include "base/problems.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

/* By file and line; what is on one line stays in the order it was found. */
static bool stands_after(const struct problem *a, const char *file, int line)
{
	int order = strcmp(a->file, file);

	return order > 0 || (order == 0 && a->line > line);
}

static struct problem *make_room(struct problems *p, const char *file, int line)
{
	size_t at = p->count;

	p->list = xrealloc(p->list, (p->count + 1) * sizeof(*p->list));
	while (at && stands_after(&p->list[at - 1], file, line))
		at--;
	memmove(&p->list[at + 1], &p->list[at], (p->count - at) * sizeof(*p->list));
	p->count++;
	return &p->list[at];
}

void problems_add(struct problems *p, const char *file, int line, const char *field,
	const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	char *text = xvasprintf(fmt, ap);
	va_end(ap);
	struct problem *to = make_room(p, file, line);
	*to = (struct problem){xstrdup(file), line, xstrdup(field), text};
}

void problems_print(struct problems *p, FILE *to)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct problem *one = &p->list[i];
		str_auto *file = text_printable(one->file);
		str_auto *field = text_printable(one->field);
		str_auto *text = text_printable(one->text);

		fprintf(to, "%s:", file);
		if (one->line)
			fprintf(to, "%d:", one->line);
		fprintf(to, " %s%s%s\n", field, *field ? ": " : "", text);
	}
}

void problems_deinit(struct problems *p)
{
	for (size_t i = 0; i < p->count; i++) {
		free(p->list[i].file);
		free(p->list[i].field);
		free(p->list[i].text);
	}
	free(p->list);
	*p = PROBLEMS_NONE;
}

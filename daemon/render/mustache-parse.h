/*
 * A template as a flat list of tokens; names and texts are slices of the template.
 */
#pragma once

#include <stddef.h>

#include "base/err.h"

#define MUSTACHE_SECTION_DEPTH 64

enum mustache_kind {
	MUSTACHE_TEXT,
	MUSTACHE_VALUE,	    /* {{x}} */
	MUSTACHE_RAW_VALUE, /* {{{x}}}, {{&x}} */
	MUSTACHE_SECTION,
	MUSTACHE_INVERTED,
	MUSTACHE_PARTIAL,
};

struct mustache_token {
	enum mustache_kind kind;
	const char *text; /* what stands there, or the name */
	size_t len;
	const char *indent; /* of a partial alone on its line: the blanks before it */
	size_t indent_len;
	size_t end; /* of a section: index of the first token behind it */
};

struct mustache {
	const char *template; /* borrowed */
	struct mustache_token *list;
	size_t count;
	size_t size;
};

/* The template must outlive ret. 0, or -1 with "line 3: ...". */
int mustache_parse(const char *template, struct mustache *ret, struct err *err);
/* Line (1-based) of a place in the template. */
int mustache_line(const char *template, const char *at);

void mustache_deinit(struct mustache *m);
#define mustache_auto __attribute__((cleanup(mustache_deinit))) struct mustache

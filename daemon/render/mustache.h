/*
 * Mustache (the 1.x specification, without lambdas) over JSON data. Values stay data:
 * they are never read as templates. false, null, "" and [] are false, everything else
 * is true.
 */
#pragma once

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"

#define RENDER_OUTPUT_MAX (8U << 20)
#define RENDER_PARTIAL_DEPTH 32

enum render_escape {
	RENDER_TEXT, /* {{x}} as it is */
	RENDER_HTML, /* {{x}} with & " < > as entities: what the specification says */
	RENDER_HTML_BREAKS, /* as RENDER_HTML, and a line end in a value is <br> */
};

/* Partial `name` is texts[prefix name suffix]; all borrowed, NULL prefix or suffix: "".
 */
struct render_partials {
	const json_t *texts;
	const char *prefix;
	const char *suffix;
};

/*
 * Appends the rendered template to ret. partials may be NULL; one that is not there is
 * empty. 0, or -1 (ERR_PERM, "line 3: ..."; ret as before): an unclosed section or tag,
 * a close without its section, bad delimiters, partials deeper than
 * RENDER_PARTIAL_DEPTH, output above RENDER_OUTPUT_MAX.
 */
int render_template(const char *template, const json_t *data, enum render_escape escape,
	const struct render_partials *partials, struct buf *ret, struct err *err);

/*
 * A mail line by line, whatever ends its lines, and the mending of what ends them
 * oddly.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct line {
	const char *start;
	const char *end; /* of its content */
	bool lone_cr;	 /* a CR alone ends it */
};

/* The line at *at, which moves behind its end: LF, CRLF, CR CRLF or CR. False at the
 * end. */
bool line_next(const char **at, const char *end, struct line *ret);
size_t line_len(const struct line *line);
bool line_starts(const struct line *line, const char *text);
/*
 * Its value where it is the header field of that name, in any case, maybe with spaces
 * before the colon; NULL.
 */
const char *line_field(const struct line *line, const char *name);
/* It has the form of a header field: a name of printable ASCII and a colon. */
bool line_is_field(const struct line *line);

/* The bytes with LF for each CR that ends a line alone, and spaces for NUL. */
void lines_mend(const char *bytes, size_t len, struct buf *ret);

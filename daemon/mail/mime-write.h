/*
 * The body of a mail as frozen CRLF bytes: its MIME header fields, a blank line, the
 * content. Same input and same boundary seed, same bytes. Every line ends in CRLF and
 * is at most 998 bytes; no bare CR or LF (F2, A12): text goes quoted-printable or
 * base64.
 */
#pragma once

#include <stddef.h>

#include "base/content.h"
#include "base/err.h"
#include "mail/mime-text.h"

struct mime_file {
	const char *name; /* UTF-8; RFC 2231 and RFC 2047 forms are written */
	const char *media_type;
	struct content content;
};

struct mime_body {
	const char *text;     /* UTF-8, any line ends */
	const char *html;     /* NULL: none */
	const char *language; /* Content-Language; NULL */
	const char *calendar; /* CRLF iCalendar; NULL: none */
	const char *method;   /* the calendar's METHOD, for the MIME type */
	const struct mime_file *files;
	size_t file_count;
	const char *seed; /* what boundaries are made from, unique per mail or letter */
};

/*
 * text, or alternative{text, html, text/calendar; method=...}; with files or a calendar
 * inside mixed{..., files, invite.ics as application/ics}. The files' sources are
 * borrowed by ret. -1 ERR_PERM: bad UTF-8, a control byte in a name, a media type that
 * is none.
 */
int mime_body_write(
	const struct mime_body *body, struct mime_text *ret, struct err *err);

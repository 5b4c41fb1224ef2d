/*
 * A mail from outside as JSON (GMime 3). Runs in the sealed reader only. What the JSON holds is in
 * daemon/reader/PROTOCOL.md.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "base/buf.h"

struct mail_limits {
	int depth;            /* nested parts */
	int parts;            /* parts in all */
	size_t text_max;      /* bytes of `text` and of one part's text that are kept */
	size_t header_line_max;
	int header_fields_max;
	size_t calendar_max;  /* bytes of one calendar part */
};

/* Loads what GMime and iconv need before the process is sealed. Once. */
void mail_read_warm_up(void);

/*
 * New reference. Within limits always an object; over a limit or unreadable: {"broken": reason code,
 * "what": words}. Never aborts on bad input.
 */
json_t *mail_read(const void *bytes, size_t len, const struct mail_limits *limits);
/* Decoded bytes of the first leaf part with that SHA-256. 1, 0 none. */
int mail_read_part(const void *bytes, size_t len, const struct mail_limits *limits,
	const char *sha256, struct buf *ret);

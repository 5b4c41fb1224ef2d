/*
 * A mail from outside as JSON (GMime 3). Runs in the sealed reader only. What the JSON
 * holds is in daemon/reader/PROTOCOL.md.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/mapping.h"
#include "mail/mail-part.h"

struct mail_limits {
	int depth;	 /* nested parts */
	int parts;	 /* parts in all */
	size_t text_max; /* bytes of `text` and of one part's text that are kept */
	size_t header_line_max;
	int header_fields_max;
	size_t calendar_max;	       /* bytes of one calendar part */
	bool without_parts;	       /* the caller has no use for `parts` */
	const struct mapping *mapping; /* that the mail lies in; NULL: in memory */
};

/* Loads what GMime and iconv need before the process is sealed. Once. */
void mail_read_warm_up(void);

/* The calendars that come with a mail, as UTF-8; what they say is for daemon/calendar
 * to tell. */
struct mail_calendars {
	struct buf *list;
	bool *is_forwarded; /* it stands in a mail within the mail */
	size_t count;
};

#define MAIL_CALENDARS_NONE ((struct mail_calendars){NULL, NULL, 0})

/*
 * New reference. Within limits always an object; over a limit or unreadable: {"broken":
 * reason code, "what": words}. Never aborts on bad input. `class` is told without
 * regard to calendars. ret_calendars: each part that is a calendar by its type, its
 * name
 * (.ics) or its content, once, those over calendar_max cut off behind it by a byte.
 */
json_t *mail_read(const void *bytes, size_t len, const struct mail_limits *limits,
	struct mail_calendars *ret_calendars);
void mail_calendars_deinit(struct mail_calendars *c);
#define mail_calendars_auto                                                            \
	__attribute__((cleanup(mail_calendars_deinit))) struct mail_calendars

/* The decoded bytes of the first leaf part with that SHA-256 go to fn, which is called
 * at least once. 1, 0 none. */
int mail_read_part(const char *bytes, size_t len, const struct mail_limits *limits,
	const char *sha256, mail_piece_fn fn, void *context);

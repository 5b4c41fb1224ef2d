/*
 * The exact mail to one recipient: words from the templates, the calendar, files, head.
 * What is composed here is frozen in the store by the office, or shown by `utskick
 * preview`.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "calendar/calendar-reply.h"
#include "config/config.h"
#include "mail/mime-write.h"
#include "store/directory.h"
#include "store/meeting.h"

enum compose_calendar {
	COMPOSE_NO_CALENDAR,
	COMPOSE_REQUEST,
	COMPOSE_CANCEL,
	COMPOSE_DECLINE_COUNTER,
	COMPOSE_ACCEPTED /* of somebody else's meeting */
};

/*
 * What is to be said; everything borrowed. In `extra`, an object with one member that
 * begins with $ stands for words in the recipient's language: {"$date": at},
 * {"$moment": at}, {"$span": [starts_at, ends_at]},
 * {"$size": bytes}, {"$name": [group, key]}, {"$phrase": [group, key, data]}, {"$list":
 * [strings]},
 * {"$kind": id}, {"$minutes_types": true}.
 */
struct compose_order {
	const char *kind;	       /* the templates' name: "invitation" */
	const struct meeting *meeting; /* NULL: about no meeting */
	const json_t *roles;	       /* of the meeting, as meeting_roles gives them */
	const json_t
		*extra; /* template data beside office, meeting, recipient; or NULL */
	enum compose_calendar calendar;
	const struct calendar_reply *reply; /* of COMPOSE_ACCEPTED */
	bool for_information; /* he need not come, though the matter is decisive */
	const struct mime_file *files;
	size_t file_count;
	const char *in_reply_to;    /* with angle brackets; NULL */
	const char *references;	    /* a list of such ids; NULL: in_reply_to alone */
	const char *auto_submitted; /* "auto-generated", "auto-replied" (RFC 3834 5) */
};

/* Kinds whose body names the recipient or holds his calendar: each delivery has its
 * own. */
bool compose_is_personal(const char *kind);

/*
 * Subject and body for recipient (its language; the personal parts only for personal
 * kinds). seed makes the boundaries. The body borrows the contents of order's files.
 */
int compose_body(const struct config *config, const struct compose_order *order,
	const struct recipient *to, const char *seed, int64_t now, char **ret_subject,
	struct mime_text *ret_body, struct err *err);
/* The head up to and with the CRLF of its last field. */
int compose_head(const struct config *config, const struct compose_order *order,
	const struct recipient *to, const char *subject, const char *message_id,
	int64_t now, struct buf *ret_head, struct err *err);
/* {"code", "title", "kind", "council", "date", ...} of a meeting in words; new
 * reference. */
json_t *compose_meeting_facts(const struct config *config,
	const struct meeting *meeting, const json_t *roles, const char *language);
/* LANGUAGE/words.json of the templates; new reference. */
json_t *compose_words(const struct config *config, const char *language);

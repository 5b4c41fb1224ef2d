/*
 * One question to a CalDAV server; its XML is read by the sealed reader, not here.
 */
#pragma once

#include <jansson.h>

#include "base/buf.h"
#include "intake/fetching.h"

struct caldav_answer {
	struct http_reply reply;
	json_t *said; /* reader/PROTOCOL.md; NULL where it was no multistatus */
};

void caldav_answer_deinit(struct caldav_answer *a);
#define caldav_answer_auto                                                             \
	__attribute__((cleanup(caldav_answer_deinit))) struct caldav_answer
#define CALDAV_ANSWER_EMPTY ((struct caldav_answer){HTTP_REPLY_EMPTY, NULL})

/*
 * 1 a multistatus, read; 0 another status; -1 with err: no answer, or one that cannot
 * be read.
 */
int caldav_ask(struct fetching *f, const char *url, const char *method,
	const char *depth, const char *body, struct caldav_answer *ret,
	struct err *err);
/* Text as XML content. */
void caldav_add_text(struct buf *xml, const char *text);
/* Fills err from a status that was no multistatus. */
enum fetch caldav_refused(
	const char *url, const struct caldav_answer *a, struct err *err);

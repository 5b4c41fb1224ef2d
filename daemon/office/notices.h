/*
 * What the coordinator is told: aloud, once, in one mail and not a hundred.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"
#include "office/handler.h"
#include "office/office.h"
#include "store/held.h"
#include "store/source.h"

struct meeting;

/* A letter of that kind to the coordinator; about: what else makes it one of its kind.
 * Takes extra. Inside a transaction. 1 new, 0 was there, -1. */
int notice_post(struct office *o, const char *kind, const char *about,
	const struct meeting *m, const json_t *roles, json_t *extra, const char *reason,
	int64_t now, struct err *err);

/* These are called inside a transaction. */
int notice_held(struct office *o, const struct mail_case *c, const struct held *h,
	int64_t held_id, struct err *err);
/* A matter that no mail asks for; see held_ask. */
int notice_matter(struct office *o, const struct held *h, int64_t held_id,
	const json_t *facts, int64_t now, struct err *err);
int notice_too_large(
	struct office *o, const struct incoming *in, int64_t now, struct err *err);
int notice_calendar_broken(struct office *o, const struct source *source,
	const char *what, int64_t now, struct err *err);
/* Entries that could not be understood, as the reader lists them. */
int notice_problems(struct office *o, const struct source *source,
	const json_t *problems, int64_t now, struct err *err);

/* Failures, lateness, meetings without a place: what has come up since the last time.
 * Count or -1. Own transactions. */
int notices_work(struct office *o, int64_t now, struct err *err);
/* Calendars whose servers have been away for long. Count or -1. Own transactions. */
int fetch_notices_work(struct office *o, int64_t now, struct err *err);

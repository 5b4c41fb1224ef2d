/*
 * How things stand with the calendars that are fetched from servers: what to ask the
 * next time, and since when it fails. Written by intake.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"

struct db;

struct fetched {
	char *etag;	     /* of a subscription's newest bytes; NULL: none */
	char *last_modified; /* of the same */
	char *collection;    /* CalDAV: its address, as it was found; NULL: not yet */
	char *sync_token;    /* RFC 6578; NULL: everything is new */
};

void fetched_deinit(struct fetched *f);
#define fetched_auto __attribute__((cleanup(fetched_deinit))) struct fetched
#define FETCHED_EMPTY ((struct fetched){NULL, NULL, NULL, NULL})

/*
 * address: what the configuration says (only its hash is kept); what was kept for
 * another one does not count. 1 found, 0 none, -1.
 */
int fetched_get(struct db *db, const char *calendar, const char *address,
	struct fetched *ret, struct err *err);
/* It went well, up to here. 1 it had failed before, 0, -1. */
int fetched_put(struct db *db, const char *calendar, const char *address,
	const struct fetched *f, int64_t now, struct err *err);
/* It failed. 1 it had not failed before, 0, -1. */
int fetched_fail(struct db *db, const char *calendar, const char *address,
	const char *why, int64_t now, struct err *err);
/* Others than these (a JSON array of names) are forgotten. */
int fetched_keep_only(struct db *db, const json_t *calendars, struct err *err);
/* [{calendar, why, since, good_at (0: never)}] of those that fail, UTC seconds; new
 * reference. */
json_t *fetched_failing(struct db *db, struct err *err);

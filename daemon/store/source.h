/*
 * Calendars as they came: raw bytes per source (a folder's file, later a subscription),
 * the last one that could be read kept beside a newer one that cannot. Written by
 * intake, read by office.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct db;

struct source {
	int64_t id;
	char *calendar; /* the name in the configuration */
	char *path;	/* file name within the folder; of a server, see intake */
	char *sha256;
	int64_t seen_at;
	bool is_new;  /* the office has not dealt with these bytes, or with their being
			 gone, yet */
	bool is_gone; /* the file is no longer there */
	char *broken; /* why the newest bytes cannot be read; NULL: they can */
	int64_t broken_since; /* 0: not broken */
};

void source_deinit(struct source *s);
#define source_auto __attribute__((cleanup(source_deinit))) struct source
#define SOURCE_EMPTY ((struct source){0})

/* Keeps the bytes where they differ from what is there. 1 new bytes, 0 as before, -1.
 */
int source_put(struct db *db, const char *calendar, const char *path, const void *bytes,
	size_t len, int64_t now, struct err *err);
/* Marks files of that calendar gone whose path is not in paths (a JSON array). Count or
 * -1. */
int source_put_gone(struct db *db, const char *calendar, const json_t *paths,
	int64_t now, struct err *err);

/* {path: etag or ""} of what is there of a calendar: the ETag under which a server gave
 * it (RFC 4791, 5.3.4). New reference. */
json_t *source_etags(struct db *db, const char *calendar, struct err *err);
int source_set_etag(struct db *db, const char *calendar, const char *path,
	const char *etag, struct err *err);

/* Called per source in order of calendar and path; s is borrowed. fn returning -1
 * stops. */
typedef int (*source_fn)(const struct source *s, void *context);
int source_each(struct db *db, source_fn fn, void *context, struct err *err);
/* Makes every one is_new again: the window has moved on. */
int source_renew_all(struct db *db, struct err *err);
/* The next source that is_new. 1, 0, -1. */
int source_next(struct db *db, struct source *ret, struct err *err);
int source_read(struct db *db, int64_t id, struct buf *ret, struct err *err);
/* The newest bytes that could be read (they may be these). 1, 0 never any, -1. */
int source_read_good(struct db *db, int64_t id, struct buf *ret, struct err *err);
/* The office has read it: broken NULL makes the bytes the good ones. */
int source_decide(struct db *db, int64_t id, const char *sha256, const char *broken,
	int64_t now, struct err *err);
int source_count_try(struct db *db, int64_t id, int *ret_tries, struct err *err);

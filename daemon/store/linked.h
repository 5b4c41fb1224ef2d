/*
 * What calendar entries have attached by its address: fetched by intake, kept as a
 * blob, looked at again as long as a meeting to come has it. A meeting waits for its
 * own until they are settled: fetched, or given up.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct db;

struct linked {
	char *link;
	char *etag; /* of the bytes that are kept; NULL */
	char *last_modified;
	char *calendar;	  /* one that has it, by its name in the settings; NULL */
	int64_t asked_at; /* 0: never before */
	int tries;	  /* since it last went well */
};

void linked_deinit(struct linked *l);
#define linked_auto __attribute__((cleanup(linked_deinit))) struct linked
#define LINKED_EMPTY ((struct linked){.link = NULL})

/* The first that is due and that a meeting to come has, not cancelled. 1, 0, -1. */
int linked_next(struct db *db, int64_t now, struct linked *ret, struct err *err);
/* When the next of them is due: 1, 0 none, -1. */
int linked_next_at(struct db *db, int64_t now, int64_t *ret, struct err *err);

struct linked_bytes {
	const void *bytes;
	size_t len;
	const char *media_type; /* NULL: not said */
	const char *etag;
	const char *last_modified;
};

int linked_keep(struct db *db, const char *link, const struct linked_bytes *got,
	int64_t due_at, int64_t now, struct err *err);
/* As it was. */
int linked_same(
	struct db *db, const char *link, int64_t due_at, int64_t now, struct err *err);
/* is_settled: no meeting waits for it any longer. */
int linked_fail(struct db *db, const char *link, const char *why, bool is_settled,
	int64_t due_at, int64_t now, struct err *err);

/* Until when the meeting waits for what it has attached: 1, 0 nothing to wait for, -1.
 * wait: seconds from the first asking, which may be now. */
int linked_wait_until(struct db *db, int64_t meeting_id, int64_t wait, int64_t now,
	int64_t *ret, struct err *err);
/* [{link, why, since, title, starts_at}], one for each settled link of a meeting to
 * come that cannot be had and of which nothing is kept; new reference. */
json_t *linked_failing(struct db *db, int64_t now, struct err *err);

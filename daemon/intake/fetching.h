/*
 * One look at a calendar on a server, question by question: mail comes first, so each
 * step asks the server once at most.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "duty/reader-client.h"
#include "duty/worker.h"
#include "net/http.h"
#include "store/fetched.h"

struct db;

struct fetching {
	const struct worker_context *ctx;
	struct db *db;
	const struct calendar_settings *calendar;
	struct http *http;
	struct reader *reader; /* for what CalDAV says; started when first asked */
	struct fetched known; /* what is kept for the next look when this one is done */
	bool has_news;	      /* something new is in the store */
};

enum fetch {
	FETCH_DONE,
	FETCH_MORE,   /* a step more */
	FETCH_FAILED, /* the server, with err: what is there already stands */
	FETCH_STORE,  /* the store, with err */
};

/* The path in store/source of a subscription's one file. */
#define FETCH_ICS_PATH "subscription"
/* A subscription, in one step (RFC 9110, 13). */
enum fetch fetch_ics(struct fetching *f, int64_t now, struct err *err);
/* source_put, noted in has_news. 0 or -1. */
int fetching_keep(struct fetching *f, const char *path, const void *bytes, size_t len,
	int64_t now, struct err *err);
/* source_put_gone, noted in has_news. 0 or -1. */
int fetching_drop_others(
	struct fetching *f, const json_t *paths, int64_t now, struct err *err);

/*
 * What calendar entries have attached by its address, fetched into the store: https
 * only, nobody signs in, no server in a private network but those of the settings and
 * of the calendar itself. The store says what is due (store/linked.h).
 */
#pragma once

#include <stdint.h>

#include "config/settings.h"
#include "duty/worker.h"
#include "net/http.h"
#include "store/db.h"

struct links {
	const struct settings *settings;
	int64_t wait; /* seconds that a meeting waits for one */
	struct http *http;
};

struct links links_new(const struct worker_context *ctx);
/* The first that is due. 1 one was asked for, 0 none is due, -1 the store. */
int links_step(struct links *l, struct db *db, int64_t now, struct err *err);
/* Seconds until the next is due; -1: none. */
int64_t links_left(const struct links *l, struct db *db, int64_t now);
void links_deinit(struct links *l);

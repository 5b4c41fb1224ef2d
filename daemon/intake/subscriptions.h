/*
 * Calendars on servers (subscriptions and CalDAV collections) to the store, each looked
 * at when it is due, one question at a time. What fails is said once and tried again
 * after growing pauses; what was read last stands.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "duty/trouble.h"
#include "duty/worker.h"

struct db;
struct look;

struct subscription {
	const struct calendar_settings *calendar;
	struct look *look; /* the one under way; NULL */
	int64_t due_at;
	struct trouble trouble;
};

struct subscriptions {
	const struct worker_context *ctx;
	struct db *db;
	struct subscription *list;
	size_t count;
	bool is_tidy;
};

/* All are due at once. */
struct subscriptions subscriptions_new(const struct worker_context *ctx, struct db *db);
/* One question at most. 1 something new is in the store, 0, -1 the store is in trouble.
 */
int subscriptions_step(struct subscriptions *s, int64_t now, struct err *err);
/* Seconds until the next step; 0 now, -1 never. */
int64_t subscriptions_left(const struct subscriptions *s, int64_t now);
bool subscriptions_have_trouble(const struct subscriptions *s);
void subscriptions_deinit(struct subscriptions *s);

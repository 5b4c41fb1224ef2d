/*
 * Addresses at rest: what kept failing for good over days is asked about, and where the
 * coordinator says yes nothing more goes there until something changes. A letter that
 * is owed all the same is kept as a delivery in the state `resting`.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct db;

/*
 * Addresses not at rest whose mail failed for good on `failures` different local days,
 * the first and the last at least `days` apart, since the last that arrived and since
 * the coordinator last decided: [{address, name, failures, first_at, last_at, reply}],
 * times in UTC seconds; new reference. NULL with err.
 */
json_t *rest_candidates(struct db *db, int failures, int days, struct err *err);
/* Nothing more goes there; what waits to go there rests. Count of those, or -1. */
int rest_begin(struct db *db, const char *address, int64_t now, struct err *err);
/* The coordinator said no: what failed before now counts no more. */
int rest_refuse(struct db *db, const char *address, int64_t now, struct err *err);
/* 1, 0, -1. */
int rest_is(struct db *db, const char *address, struct err *err);
/* The rest is over, why is a reason code: what last told of each meeting ahead goes out
 * after all. 1, 0 where it did not rest, -1. */
int rest_end(struct db *db, const char *address, const char *why, int64_t now,
	struct err *err);
/* Ends it for addresses that the directory has taken from their person. Count or -1. */
int rest_end_changed(struct db *db, int64_t now, struct err *err);
/* What rests: [{address, name, since, letters}]; new reference. */
json_t *rest_list(struct db *db, struct err *err);

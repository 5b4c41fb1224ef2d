/*
 * When the office has to look at a meeting again. Whatever changes something that a
 * duty follows from (the meeting, its files, roles, answers, deliveries) sets that to
 * "now", by triggers, whoever does it (but look_add); so a turn costs as much as has
 * changed or fallen due, however many meetings there are.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"

struct db;

#define LOOK_NEVER INT64_MAX

/* key: all else that a duty follows from, the day and the configuration. Where it is
 * another than last time, every meeting is to be looked at. 0, -1. */
int look_begin(struct db *db, const char *key, struct err *err);
/* Ids of the meetings to be looked at, in order of their start: an array of integers,
 * a new reference. NULL with err. */
json_t *look_due(struct db *db, int64_t now, struct err *err);
/* A new meeting's row. By hand, as with a trigger SQLite keeps a copy of each page that
 * the insert touches; so it is with new roles (look_set). 0, -1. */
int look_add(struct db *db, int64_t meeting_id, struct err *err);
int look_set(struct db *db, int64_t meeting_id, int64_t at, struct err *err);
/* 1 and when the next is due after now, 0 none, -1. */
int look_next_at(struct db *db, int64_t now, int64_t *ret, struct err *err);

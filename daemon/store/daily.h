/*
 * The coordinator's daily mails: what stood under which number in which of them, so
 * that an answer of Wednesday to Monday's does what Monday's numbers said; and what she
 * has put off.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"

struct db;

/* A mail of that local day was made, or found nothing to say. 1, 0, -1. */
int daily_is_made(struct db *db, const char *day, struct err *err);
/*
 * items: [{kind, key, ...}], numbered from 1 in that order. 1 with its id; 0 that day
 * has one; -1.
 */
int daily_add(struct db *db, const char *day, const json_t *items, int64_t now,
	int64_t *ret_id, struct err *err);
/* When it was made. 1, 0 there is none, -1. */
int daily_find(struct db *db, int64_t id, int64_t *ret_at, struct err *err);
/* What stood there: 1 with a new reference in ret, 0 no such number, -1. */
int daily_item(
	struct db *db, int64_t id, int64_t number, json_t **ret, struct err *err);

/* A matter is left out of daily mails until then, 0: for good. */
int daily_put_off(struct db *db, const char *key, int64_t until, const char *by,
	int64_t now, struct err *err);
/* 1 it is put off at now, 0, -1. */
int daily_is_put_off(struct db *db, const char *key, int64_t now, struct err *err);

/*
 * That a server refuses our sign-in: known from the first refusal to the next
 * acceptance, over restarts, so that each trouble is told once. The journal has both.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"

struct db;

/* server: "imap", "smtp"; words: what was said. 1 the first of this trouble, 0 known,
 * -1. Own transaction. */
int refusal_begin(struct db *db, const char *who, const char *server, const char *words,
	int64_t now, struct err *err);
/* 1 it is over, 0 there was none, -1. Own transaction. */
int refusal_end(struct db *db, const char *who, const char *server, int64_t now,
	struct err *err);
/* In force: [{id (of the journal), server, words, at (UTC seconds)}]; new reference. */
json_t *refusal_list(struct db *db, struct err *err);

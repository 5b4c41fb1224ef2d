/*
 * Mails with the very same words from the same sender, known for a day. Times are those
 * of arrival, so that a mailbox taken over with its past floods nobody.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"

struct db;

/* How many of that content (a hash in hex) came from the sender in the day before at.
 * -1. */
int repeat_count(struct db *db, const char *sender, const char *content, int64_t at,
	struct err *err);
/* Notes one mail, once; forgets what came more than a day before it. 0, -1. */
int repeat_note(struct db *db, const char *sender, const char *content,
	int64_t incoming_id, int64_t at, struct err *err);

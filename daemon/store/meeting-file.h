/*
 * What is attached to a meeting's entry in the calendar, and the files that lie beside
 * the calendars for that.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct db;

/* attachments: as the reader has them; NULL: none. Replaces what is there.
 * meeting.files has those whose bytes are known. */
int meeting_files_put(
	struct db *db, int64_t meeting_id, const json_t *attachments, struct err *err);

/* A file beside the calendars of that name's folder. 1 new or changed, 0 as before, -1.
 */
int beside_put(struct db *db, const char *calendar, const char *name, const void *bytes,
	size_t len, int64_t now, struct err *err);
/* Those not among names (an array of strings) are gone. 1 some are, 0, -1. */
int beside_put_gone(struct db *db, const char *calendar, const json_t *names,
	int64_t now, struct err *err);

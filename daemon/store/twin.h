/*
 * Entries of two calendars that may be one and the same meeting though their UIDs
 * differ: same council, same kind, same beginning. Only the coordinator can tell; what
 * he said holds for the two entries and all their dates.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"

struct db;

enum twin_word {
	TWIN_NONE,	/* there is no other */
	TWIN_WAITING,	/* nobody has said anything yet */
	TWIN_SAME,	/* they are one: the other goes out */
	TWIN_DIFFERENT, /* two meetings at once */
};

/* What is looked for: a meeting that is planned, of an entry in another calendar. */
struct twin_search {
	const char *source_uid;
	const char *recurrence_id;
	int64_t meeting_id; /* the meeting itself; 0: not known yet */
	const char *calendar;
	const char *council;
	const char *kind;
	int64_t starts_at;
};

/* The meeting that was there first, or was told of; nothing for what was told of
 * itself. A single one that was said to be the same is so at another time too.
 * ret_other: its id; -1 on error. */
int twin_find(struct db *db, const struct twin_search *search, enum twin_word *ret,
	int64_t *ret_other, struct err *err);
/* The entry waits for a word on that meeting's entry. */
int twin_note(struct db *db, const char *source_uid, int64_t other_meeting_id,
	int64_t now, struct err *err);

/* [{id, meeting_id (of what waits), other_id, dates}]; new reference. Pairs that are no
 * longer at once are forgotten. */
json_t *twin_waiting(struct db *db, struct err *err);
/* 1, 0 it waits no more, -1. */
int twin_decide(struct db *db, int64_t id, enum twin_word word, struct err *err);
/* Its meetings are to be worked out again: their source is read once more. */
int twin_renew(struct db *db, int64_t id, struct err *err);

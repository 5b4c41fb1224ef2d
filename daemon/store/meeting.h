/*
 * Meetings: one occurrence of the calendar is one row, with our own UID and SEQUENCE,
 * and who is secretary or chair of it.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct db;

enum meeting_state {
	MEETING_PLANNED,
	MEETING_CANCELLED, /* in the calendar, or gone from it */
	MEETING_UNPLACED,  /* no council or kind found, or several: for the coordinator
			    */
};

const char *meeting_state_name(enum meeting_state state);

struct meeting {
	int64_t id;
	char *uid;  /* ours */
	char *code; /* for people and subjects: "EKH-2026-09-14" */
	char *source_uid;
	char *recurrence_id; /* UTC stamp of the original start, "" for a single event
			      */
	int64_t source_id;
	char *kind;    /* id in the configuration; NULL when unplaced */
	char *council; /* id in the directory; NULL when unplaced */
	enum meeting_state state;
	char *reason; /* why unplaced or cancelled: a reason code */
	char *title;
	char *location;
	char *agenda; /* what people read: the description without our own lines */
	int64_t starts_at;
	int64_t ends_at;
	bool all_day;
	char *files; /* what is attached: JSON [{name, media_type, size, sha256} or
			{name, link}]; "[]": nothing. Not written by meeting_put. */
	bool decisive;
	int sequence; /* of what was last told; 0 before and with the first invitation
		       */
	char *told; /* JSON of what was last told (starts_at, ends_at, location, title,
		       agenda, state); NULL: nothing yet */
	int64_t told_at;
};

void meeting_deinit(struct meeting *m);
#define meeting_auto __attribute__((cleanup(meeting_deinit))) struct meeting
#define MEETING_EMPTY ((struct meeting){0})

/*
 * Inserts or updates by (source_uid, recurrence_id): everything but id, sequence, told,
 * told_at. uid is set at the first insert and kept, code until something is told;
 * m->code is a wish: "-2", "-3" ... is added where taken. ret_id. 1 changed or new, 0
 * as it was, -1.
 */
int meeting_put(struct db *db, const struct meeting *m, int64_t now, int64_t *ret_id,
	struct err *err);
/* The same of one that is not known yet. 1, -1. */
int meeting_add(struct db *db, const struct meeting *m, int64_t now, int64_t *ret_id,
	struct err *err);
/* By row id in decimal, code or uid. 1, 0, -1. */
int meeting_find(struct db *db, const char *key, struct meeting *ret, struct err *err);
/* By our own uid alone: what a mail from outside may name. 1, 0, -1. */
int meeting_find_uid(
	struct db *db, const char *uid, struct meeting *ret, struct err *err);
/* By the calendar's own (source uid, recurrence id). 1, 0, -1. */
int meeting_find_source(struct db *db, const char *source_uid,
	const char *recurrence_id, struct meeting *ret, struct err *err);
/* The same, only its id. */
int meeting_find_source_id(struct db *db, const char *source_uid,
	const char *recurrence_id, int64_t *ret_id, struct err *err);
/* The meeting of that date (not "") of an entry, or the only one of the same day, whose
 * recurrence_id is then ret_old (the caller frees); else that stays. 1, 0, -1. */
int meeting_find_date(struct db *db, const char *source_uid, const char *recurrence_id,
	int64_t *ret_id, char **ret_old, struct err *err);
/* The entry was moved as a whole: its dates have other names now. */
int meeting_set_recurrence_id(
	struct db *db, int64_t id, const char *recurrence_id, struct err *err);
/* Whether any occurrence of that entry is known. 1, 0, -1. */
int meeting_knows_entry(struct db *db, const char *source_uid, struct err *err);
/* 1, or -1 (also where there is none). */
int meeting_get(struct db *db, int64_t id, struct meeting *ret, struct err *err);
/* starts_at in [from, to), in that order; m is borrowed. fn returning -1 stops. */
typedef int (*meeting_fn)(const struct meeting *m, void *context);
int meeting_each(struct db *db, int64_t from, int64_t to, meeting_fn fn, void *context,
	struct err *err);
/* Not those that the coordinator was asked about (store/twin.h). */
int meeting_each_unplaced(struct db *db, int64_t from, int64_t to, meeting_fn fn,
	void *context, struct err *err);
int meeting_set_state(struct db *db, int64_t id, enum meeting_state state,
	const char *reason, int64_t now, struct err *err);
int meeting_set_told(struct db *db, int64_t id, int sequence, const json_t *told,
	int64_t now, struct err *err);

/* Who is secretary or chair of this meeting; replaces what is there for role. address
 * lower case. */
int meeting_role_put(struct db *db, int64_t meeting_id, const char *role,
	const char *name, const char *address, struct err *err);
/* Of a meeting that is new. */
int meeting_role_add(struct db *db, int64_t meeting_id, const char *role,
	const char *name, const char *address, struct err *err);
/* The same by the coordinator's word: what the calendar says of that role no longer
 * counts. */
int meeting_role_appoint(struct db *db, int64_t meeting_id, const char *role,
	const char *name, const char *address, const char *by, struct err *err);
int meeting_role_drop(
	struct db *db, int64_t meeting_id, const char *role, struct err *err);
/* [{role, name, address, appointed_by}]; new reference. */
json_t *meeting_roles(struct db *db, int64_t meeting_id, struct err *err);
/* Meetings in which address holds one of the roles and that start in [from, to): array
 * of ids. */
json_t *meeting_ids_by_role(
	struct db *db, const char *address, int64_t from, int64_t to, struct err *err);

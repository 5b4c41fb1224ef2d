/*
 * Which source says which meeting. The same meeting from several sources is one row of
 * `meeting`; the claim that counts is the one with the highest SEQUENCE, then the one
 * changed last, then that of the calendar named first in the settings. What a source no
 * longer says is first noted as gone and dropped by claim_drop, so that a calendar
 * which empties itself can be held.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct db;

/* The rank of calendars that the settings no longer name: they keep nothing alive. */
#define CLAIM_RANK_RETIRED 1000000

struct claim {
	int64_t meeting_id;
	int64_t source_id;
	int rank; /* place of its calendar in the settings, 0 the first */
	int sequence;
	int64_t modified_at; /* LAST-MODIFIED, else DTSTAMP (RFC 5545); 0: neither */
};

/* Notes it. 1 it counts, 0 another source's does, -1. */
int claim_put(struct db *db, const struct claim *c, struct err *err);

/* The first, on a meeting that is new: it counts. 0, -1. */
int claim_add(struct db *db, const struct claim *c, struct err *err);

/* calendars: the names that the settings have. What others say is retired; one that is
 * back is read again. */
int claim_retire(struct db *db, const json_t *calendars, struct err *err);

/*
 * Meetings of the source that start at or after from, are not among seen (a JSON array
 * of ids) and whose UID is not in spared (UIDs; what cannot be read says nothing): gone
 * where no other source has them; else that one is read again. 0, -1.
 */
int claim_miss(struct db *db, int64_t source_id, const json_t *seen,
	const json_t *spared, int64_t from, struct err *err);

/* A calendar some of whose meetings to come went: counts of them and of all it has. */
struct claim_loss {
	char *calendar;
	int gone;	  /* planned, to come */
	int gone_told;	  /* of these, told of */
	int gone_entries; /* the same by UID: a series is one */
	int all;
	int all_told;
};
void claim_loss_deinit(struct claim_loss *l);
#define claim_loss_auto __attribute__((cleanup(claim_loss_deinit))) struct claim_loss
#define CLAIM_LOSS_NONE ((struct claim_loss){0})

/* Calendars with anything gone, by name: a JSON array of strings. NULL, err. */
json_t *claim_calendars_with_loss(struct db *db, struct err *err);
/* What of it is past by now is forgotten. 0, -1. */
int claim_loss_of(struct db *db, const char *calendar, int64_t now,
	struct claim_loss *ret, struct err *err);
/* Cancels what is gone from that calendar. Count, -1. */
int claim_drop(struct db *db, const char *calendar, int64_t now, struct err *err);
/* It stays planned though its source does not have it. Count, -1. */
int claim_keep(struct db *db, const char *calendar, struct err *err);

/* [{calendar, path, counts, state}] of who says it, who counts first; new reference. */
json_t *claim_sources(struct db *db, int64_t meeting_id, struct err *err);

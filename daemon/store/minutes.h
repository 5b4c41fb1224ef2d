/*
 * Minutes that were handed in for a meeting: versions, files (as blobs), by whom,
 * state.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"

struct db;

/* files: [{name, media_type, size, sha256}], each a blob already. Version is the next
 * one. */
int minutes_add(struct db *db, int64_t meeting_id, int64_t incoming_id,
	const char *from_address, const char *from_name, const json_t *files,
	int64_t now, int64_t *ret_id, int *ret_version, struct err *err);
/* [{id, version, incoming_id, from_address, from_name, at, withdrawn_at, files}],
 * newest last, times in UTC seconds, withdrawn_at only where it is; new reference. */
json_t *minutes_list(struct db *db, int64_t meeting_id, struct err *err);
/* The same without those that the coordinator has withdrawn or asked to. */
json_t *minutes_standing(struct db *db, int64_t meeting_id, struct err *err);
/* 1 where the same set of files was accepted for the meeting before and stands, 0, -1.
 */
int minutes_has_files(
	struct db *db, int64_t meeting_id, const json_t *files, struct err *err);

/* ---- withdrawing: asked for by the coordinator, carried out by the office ---- */

struct minutes_withdrawal {
	int64_t id; /* of the minutes */
	int64_t meeting_id;
	int version;
	char *from_address;
	char *from_name;
	char *by;
	int64_t right_meeting_id; /* the meeting they are from; 0: not said */
};

void minutes_withdrawal_deinit(struct minutes_withdrawal *w);
#define minutes_withdrawal_auto                                                        \
	__attribute__((cleanup(minutes_withdrawal_deinit))) struct minutes_withdrawal
#define MINUTES_WITHDRAWAL_NONE ((struct minutes_withdrawal){0})

/* version 0: the newest that stands. 1 asked, 0 there is none (any more), -1. */
int minutes_ask_withdraw(struct db *db, int64_t meeting_id, int version,
	int64_t right_meeting_id, const char *by, int64_t now, int *ret_version,
	struct err *err);
/* What was asked for and is not carried out. 1, 0, -1. */
int minutes_next_withdrawal(
	struct db *db, struct minutes_withdrawal *ret, struct err *err);
int minutes_set_withdrawn(struct db *db, int64_t id, int64_t now, struct err *err);

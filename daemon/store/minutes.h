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
/* [{id, version, incoming_id, from_address, from_name, at, files}], newest last, at in
 * UTC seconds; new reference. */
json_t *minutes_list(struct db *db, int64_t meeting_id, struct err *err);
/* 1 where the same set of files was accepted for the meeting before, 0, -1. */
int minutes_has_files(
	struct db *db, int64_t meeting_id, const json_t *files, struct err *err);

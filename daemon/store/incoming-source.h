/*
 * A mail's raw bytes by and by, so that a large one takes no memory.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct db;

struct incoming_source {
	struct db *db;
	int64_t id;
	int64_t size;
	int64_t *pieces; /* row ids; NULL where it is kept whole */
	size_t piece_count;
};
#define INCOMING_SOURCE_NONE ((struct incoming_source){0})
int incoming_source_open(
	struct db *db, int64_t id, struct incoming_source *ret, struct err *err);
/* size bytes from at on, of a struct incoming_source. 0 or -1. */
int incoming_source_read(
	void *source, uint64_t at, void *to, size_t size, struct err *err);
void incoming_source_deinit(struct incoming_source *s);
#define incoming_source_auto                                                           \
	__attribute__((cleanup(incoming_source_deinit))) struct incoming_source

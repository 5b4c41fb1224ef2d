/*
 * Deputies who are called in, each in the place of one who declined a call that asks
 * for attendance.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "store/directory.h"

struct db;

/* person is the deputy. 1 new, 0 he was called before, -1. */
int called_add(struct db *db, int64_t meeting_id, const char *person,
	const char *instead_of, int64_t now, struct err *err);
/* Their ids in the directory, in the order in which they were called: array of strings;
 * new reference. */
json_t *called_list(struct db *db, int64_t meeting_id, struct err *err);
/* A changed time or place: everybody is asked anew. */
int called_clear(struct db *db, int64_t meeting_id, struct err *err);

/*
 * The committee's deputies on that local day who have not declined the meeting, in the
 * directory's order; role "deputy".
 */
int called_deputies(struct db *db, const char *committee, const char *day,
	int64_t meeting_id, struct recipients *ret, struct err *err);

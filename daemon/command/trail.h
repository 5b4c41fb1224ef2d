/*
 * The journal of one thing, for verbs that show it.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "command/out.h"
#include "store/db.h"

/*
 * [{at, who, what, why, sentence, detail}], oldest first, at in RFC 3339, about the one
 * of the three that is not 0; new reference.
 */
json_t *trail_of(struct db *db, int64_t meeting_id, int64_t incoming_id,
	int64_t delivery_id, struct err *err);
/* with_sentences: each step's reason in words below it. */
void trail_print(const struct out *o, const json_t *trail, bool with_sentences);

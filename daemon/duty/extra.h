/*
 * The template data that a kind of letter has beside office, meeting and recipient:
 * compose_order.extra. What the office sends and what `utskick preview` shows come from
 * here. New references.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "config/settings.h"
#include "store/db.h"
#include "store/meeting.h"

/* update: told is what the recipients were told before. */
json_t *extra_update(const struct meeting *m, const json_t *told);
/* minutes-request: until when, and as what file. */
json_t *extra_minutes_request(const struct settings *s, const struct meeting *m);
/* minutes: files as minutes_list has them; a sender without a name has the directory's.
 */
json_t *extra_minutes(struct db *db, int version, bool is_corrected,
	int64_t received_at, const char *from_name, const char *from_address,
	const json_t *files);

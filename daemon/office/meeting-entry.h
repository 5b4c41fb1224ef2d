/*
 * One occurrence of a calendar as a meeting's row with its roles.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"
#include "config/config.h"
#include "office/office.h"

/* Inside a transaction. Only the claim is kept where another source's word counts
 * (store/claim.h). ret_id: the meeting's. */
int meeting_entry_put(struct office *o, int64_t source_id,
	const struct calendar_settings *calendar, const json_t *component,
	const json_t *occurrence, int64_t now, int64_t *ret_id, struct err *err);

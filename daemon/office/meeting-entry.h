/*
 * One occurrence of a calendar as a meeting's row with its roles.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"
#include "config/config.h"
#include "office/office.h"

struct calendar_entry {
	int64_t source_id;
	const struct calendar_settings *calendar;
	const json_t *component; /* what it is like, as the reader says it */
	const json_t *occurrence;
	const json_t *cancelled; /* the component that calls it off; NULL */
	/* All that were read with it. */
	const json_t *components;
	const json_t *occurrences;
};

/* Inside a transaction. Only the claim is kept where another source's word counts
 * (store/claim.h). The ids of the meetings that the source has go to seen. */
int meeting_entry_put(struct office *o, const struct calendar_entry *entry, int64_t now,
	json_t *seen, struct err *err);

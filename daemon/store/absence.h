/*
 * Who is away, and until when, as automatic answers said. Never an answer to anything:
 * it only explains a silence.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct db;

struct absence {
	const char *address;
	const char *until; /* "2026-08-12", local day; NULL: it does not say */
	bool is_return;	   /* until is the first day back, not the last one away */
	int64_t incoming_id;
	int64_t from_at; /* when the answer arrived */
};

/* The person is the one who has the address now. The same mail once: 1 new, 0 was
 * there, -1. */
int absence_add(struct db *db, const struct absence *a, int64_t now, struct err *err);
/*
 * What each address last said that holds on that local day ("2026-07-20"): an absence
 * without an end counts for seven days. [{person, name, address, until, is_return, at,
 * register}], by name; new reference, NULL with err.
 */
json_t *absence_list(struct db *db, const char *day, struct err *err);

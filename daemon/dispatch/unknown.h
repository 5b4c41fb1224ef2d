/*
 * Deliveries whose outcome is not known: the connection closed behind the final dot, or
 * we died. Evidence first, then once more under the same Message-ID, and not for ever.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/wake.h"
#include "config/settings.h"

struct db;

/* Sends that a server left without an answer before the delivery is given up. */
#define UNKNOWN_SENDS_MAX 3

/* Settles, or asks about, the next one that is due. 1 done one, 0 none is due, -1. */
int unknown_step(struct db *db, const struct settings *s, const struct wake *wake,
	int64_t now, struct err *err);

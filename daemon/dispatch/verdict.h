/*
 * What a server's word means for a delivery: the one place where that is decided.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "config/settings.h"
#include "net/smtp.h"
#include "store/delivery-move.h"
#include "store/delivery.h"

struct verdict {
	struct delivery_result result; /* reply is borrowed from the smtp_reply */
	bool gives_up; /* deferred for retry_hours: to be moved to failed */
};

/* lane_pause: seconds until the lane is tried again. chance: makes any random number,
 * for the jitter. */
struct verdict verdict_of(const struct smtp_reply *reply, const struct delivery *d,
	const struct settings *s, int64_t now, int64_t lane_pause,
	uint32_t (*chance)(void));
/* Seconds after the n-th try (from 1): first, doubled each time, an hour at most, and
 * up to a quarter less by chance. */
int64_t verdict_pause(int first, int tries, uint32_t chance);
/* The state that an outcome leads to, for the log. */
const char *verdict_outcome_name(enum smtp_outcome outcome);

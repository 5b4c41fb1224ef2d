/*
 * Minutes that went out for the wrong meeting: what has not gone out stays, who got
 * them is told, and the right ones are asked for again.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"
#include "office/office.h"

/* What the coordinator has asked for (minutes_ask_withdraw): count or -1. A transaction
 * for each. */
int minutes_withdraw_work(struct office *o, int64_t now, struct err *err);
/* A line of the coordinator's: "återkalla RYD-2026-09-07". Appends to lines what comes
 * of it. In a transaction. */
int command_withdraw(struct office *o, const json_t *said, int64_t now, json_t *lines,
	struct err *err);

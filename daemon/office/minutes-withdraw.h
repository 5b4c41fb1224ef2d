/*
 * Minutes that went out for the wrong meeting: what has not gone out stays, who got
 * them is told, and the right ones are asked for again.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "office/office.h"

/* What the coordinator has asked for (minutes_ask_withdraw): count or -1. A transaction
 * for each. */
int minutes_withdraw_work(struct office *o, int64_t now, struct err *err);

/*
 * Removes what the settings say may go, once a day. Nothing without a rule.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "office/office.h"

/* Count of mails, or -1. A transaction for each. */
int retention_work(struct office *o, int64_t now, struct err *err);

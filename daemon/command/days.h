/*
 * --from and --to as times.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "command/arguments.h"

/*
 * RFC 3339, or a local day: --from its start. --to is where the range ends, itself
 * outside: of a day its start, or with whole_last_day its end. Absent ones leave *ret
 * as it is. -1 with what would be right.
 */
int days_range(const struct arguments *a, bool whole_last_day, int64_t *ret_from,
	int64_t *ret_to, struct err *err);

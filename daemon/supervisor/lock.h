/*
 * Only one daemon for each state directory. The lock is a descriptor that the workers
 * inherit, so it holds as long as one of them is still finishing its step.
 */
#pragma once

#include "base/err.h"

/* Makes state_dir (0700) if need be. The descriptor, or -1: ERR_TEMP where another
 * daemon has it, with its pid. */
int lock_take(const char *state_dir, struct err *err);

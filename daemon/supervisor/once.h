/*
 * `--once`: every worker in turn, again and again, until a whole round did nothing.
 */
#pragma once

#include "base/err.h"
#include "supervisor/spawn.h"

/* Exit code of the program: 0, 1 where a worker needs a person, 75 where one had
 * temporary trouble. */
int once_run(const struct spawn *spawn, int signal_fd, struct err *err);

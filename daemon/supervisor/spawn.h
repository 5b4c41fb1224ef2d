/*
 * Starting a worker: this very program again, with its descriptors as arguments.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/wake.h"
#include "supervisor/supervisor.h"

struct spawn {
	const struct supervisor_options *options;
	int config_fd;
	int lock_fd;
	struct wake wake;
};

/* The pid, or -1. ret_heartbeat_fd: the pipe to read its heart-beats from,
 * non-blocking; the caller closes. */
pid_t spawn_worker(const struct spawn *s, enum worker worker, int *ret_heartbeat_fd,
	struct err *err);

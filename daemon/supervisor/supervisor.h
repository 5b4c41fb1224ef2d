/*
 * The parent of the workers: starts them, restarts one that dies, passes on signals,
 * tells systemd, and owns the control socket and the lock of the state directory. It
 * reads no mail and no database.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct supervisor_options {
	const char *config_dir;
	const char *state_dir;
	bool once;
	int64_t now; /* --now; 0: the real clock */
};

/* What a worker finds among its arguments; filled by supervisor_parse_worker. */
struct supervisor_worker {
	const char *name;
	const char *state_dir;
	bool once;
	int64_t now;
	int config_fd;
	int wake_fd[3];
	int heartbeat_fd;
	int lock_fd;
};

/* Runs until told to stop; with once until nothing is left to do. The exit code of the
 * program. */
int supervisor_run(const struct supervisor_options *options);

/* argv as the supervisor makes it ("--worker", name, state_dir, ...). False: not of
 * that form. */
bool supervisor_parse_worker(int argc, char **argv, struct supervisor_worker *ret);

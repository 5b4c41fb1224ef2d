/*
 * A foreign program run once over bytes from outside: it reads them from its stdin and
 * writes to stdout, under limits, without network, and can neither write nor start
 * anything (sandbox_program).
 */
#pragma once

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct program_limits {
	int cpu_seconds;
	int wall_ms;	   /* elapsed time, a net for a program that sleeps */
	size_t memory;	   /* bytes of address space */
	size_t output_max; /* bytes of stdout that are kept; more ends it */
};

enum program_outcome {
	PROGRAM_ENDED,	  /* by itself, with an exit code */
	PROGRAM_TOO_SLOW, /* ended at a time limit */
	PROGRAM_TOO_MUCH, /* ended when it had written output_max bytes */
	PROGRAM_DIED,	  /* by a signal */
	PROGRAM_NOT_RUN,  /* not there, or no process to be had; err says why */
};

/*
 * argv[0] is a path; in, borrowed, is its stdin. ret_out: what it wrote to stdout;
 * ret_said: the beginning of what it wrote to stderr; ret_exit: its exit code where it
 * ended by itself.
 */
enum program_outcome program_run(const char *const *argv,
	const struct program_limits *limits, int in, struct buf *ret_out,
	struct buf *ret_said, int *ret_exit, struct err *err);

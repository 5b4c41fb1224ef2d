/*
 * What a worker is given, and how it behaves towards its supervisor: signals,
 * heart-beat, exit codes. A worker's entry is `int NAME_main(const struct
 * worker_context *ctx)`; its return value is the process's exit code.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/wake.h"
#include "config/config.h"

struct worker_context {
	struct config *config;
	const char *state_dir;
	struct wake wake;
	bool once;	  /* do all that is due now, then return */
	int heartbeat_fd; /* a pipe's write end, non-blocking; -1: none */
};

enum worker_exit {
	WORKER_ENDED = 0,  /* as asked; with once: there was nothing to do */
	WORKER_FAILED = 1, /* a person has to act: a damaged database, say */
	WORKER_DID_SOMETHING =
		10, /* with once: something was done, others may have work now */
	WORKER_TRY_LATER = 75, /* temporary trouble: no server, a full disk */
};

/* Bytes on heartbeat_fd. Who is busy and silent for long hangs; who waits may be
 * silent. */
#define WORKER_BUSY 'b'
#define WORKER_WAITING 'w'
/* The store cannot be written to, so that nothing can be told by way of it; it can
 * again. */
#define WORKER_STORE_TROUBLE 's'
#define WORKER_STORE_BACK 'o'

/*
 * First thing in a worker: log name, time zone, signals. TERM and HUP are blocked from
 * here on but while waiting in worker_wait; both ask to finish the step in hand and
 * return (after HUP the supervisor starts the worker again with the new configuration).
 * PIPE is ignored.
 */
void worker_begin(const struct worker_context *ctx, enum worker self);
/* A TERM or HUP came; also one that is still blocked. */
bool worker_should_stop(void);
/* I am alive and busy: once per step. */
void worker_beat(const struct worker_context *ctx);
/*
 * A step went well, or the store did not take it (why): the store's trouble is met, or
 * over where it can be written to, and the supervisor hears of it.
 */
struct db;
struct trouble;
void worker_note_store(const struct worker_context *ctx, struct trouble *t,
	struct db *db, const struct err *why, int64_t now);
/* wake_wait_many, told to the supervisor as waiting. */
enum wake_reason worker_wait(const struct worker_context *ctx, enum worker self,
	const int *fds, size_t count, int64_t timeout_ms);
enum wake_reason worker_wait_polled(const struct worker_context *ctx, enum worker self,
	const struct pollfd *fds, size_t count, int64_t timeout_ms);

/* state_dir/utskick.db; the caller frees. */
char *worker_db_path(const struct worker_context *ctx);
/* For the end of a run: trouble first, then what was done. */
enum worker_exit worker_result(bool did_something, bool had_trouble);

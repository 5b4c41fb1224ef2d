/*
 * The three workers as the supervisor sees them: when to start, when one hangs, how
 * often it fell.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/wake.h"
#include "supervisor/spawn.h"

struct child_process {
	pid_t pid;	  /* 0: not running */
	int heartbeat_fd; /* -1: none */
	bool is_busy;	  /* its last heart-beat said so */
	bool is_reloading;
	int64_t heard_ms;
	int64_t started_ms;
	int64_t store_trouble_ms; /* since when it cannot write to the store; 0 */
	int64_t start_at_ms;
	int64_t pause_ms; /* before the next start, if it falls again soon */
	int restarts;
};

struct children {
	struct child_process list[WORKER_COUNT];
	int64_t kill_at_ms; /* while stopping: when patience ends; 0 */
};

void children_init(struct children *c);
int children_running(const struct children *c);
/* Starts those whose time has come. True where one was. */
bool children_start_due(struct children *c, const struct spawn *spawn, int64_t now_ms);
/* Waits for those that ended; sets when they start again. */
void children_reap(struct children *c, bool is_stopping, int64_t now_ms);
void children_hear(struct children *c, enum worker worker, int64_t now_ms);
void children_kill_hung(struct children *c, int64_t now_ms);
/* TERM: finish the step in hand; KILL where patience ends. */
void children_stop(struct children *c, int64_t now_ms);
/* HUP: finish, and start again at once with the new configuration. */
void children_reload(struct children *c);
/* Until something of the above is due; -1: nothing is. */
int64_t children_next_ms(const struct children *c, bool is_stopping, int64_t now_ms);
/* {"workers": [{"name", "pid", "running_seconds", "restarts",
 * "store_trouble_seconds"}]}; new reference. */
json_t *children_status(const struct children *c);

#include "supervisor/children.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "duty/worker.h"

#define PAUSE_FIRST_MS 1000
#define PAUSE_LAST_MS 300000
#define STEADY_MS 60000 /* who lived this long starts again without a pause */
#define HUNG_MS                                                                        \
	(30 * 60000) /* busy and silent: more than any deadline below it allows */
#define STOP_PATIENCE_MS 80000 /* below systemd's TimeoutStopSec */

void children_init(struct children *c)
{
	memset(c, 0, sizeof(*c));
	for (int i = 0; i < WORKER_COUNT; i++)
		c->list[i].heartbeat_fd = -1;
}

int children_running(const struct children *c)
{
	int n = 0;

	for (int i = 0; i < WORKER_COUNT; i++)
		n += c->list[i].pid > 0;
	return n;
}

static void start(struct child_process *child, enum worker worker,
	const struct spawn *spawn, int64_t now_ms)
{
	struct err err = ERR_INIT;
	pid_t pid = spawn_worker(spawn, worker, &child->heartbeat_fd, &err);

	if (pid < 0) {
		log_event(LOG_LEVEL_ERROR, "cannot-start", "worker=%s what=%s",
			worker_name(worker), err.text);
		child->start_at_ms = now_ms + PAUSE_LAST_MS;
		return;
	}
	child->pid = pid;
	child->is_busy = true;
	child->is_reloading = false;
	child->store_trouble_ms = 0;
	child->heard_ms = child->started_ms = now_ms;
}

bool children_start_due(struct children *c, const struct spawn *spawn, int64_t now_ms)
{
	bool did = false;

	for (int i = 0; i < WORKER_COUNT; i++) {
		struct child_process *child = &c->list[i];
		if (child->pid || child->start_at_ms > now_ms)
			continue;
		start(child, (enum worker)i, spawn, now_ms);
		did = true;
	}
	return did;
}

static void plan_restart(struct child_process *child, int64_t now_ms)
{
	bool was_steady = now_ms - child->started_ms >= STEADY_MS;

	child->start_at_ms = now_ms;
	if (child->is_reloading)
		return;
	child->restarts++;
	if (was_steady)
		child->pause_ms = 0;
	child->start_at_ms += child->pause_ms;
	child->pause_ms = child->pause_ms ? child->pause_ms * 2 : PAUSE_FIRST_MS;
	if (child->pause_ms > PAUSE_LAST_MS)
		child->pause_ms = PAUSE_LAST_MS;
}

static void say_end(const struct child_process *child, enum worker worker, int status,
	int64_t now_ms)
{
	int64_t pause = child->start_at_ms - now_ms;

	if (WIFSIGNALED(status))
		log_event(LOG_LEVEL_ERROR, "worker-died",
			"worker=%s signal=%d again_in_ms=%lld", worker_name(worker),
			WTERMSIG(status), (long long)pause);
	else if (WEXITSTATUS(status) != 0)
		log_event(LOG_LEVEL_WARNING, "worker-ended",
			"worker=%s code=%d again_in_ms=%lld", worker_name(worker),
			WEXITSTATUS(status), (long long)pause);
}

static void bury(
	struct children *c, pid_t pid, int status, bool is_stopping, int64_t now_ms)
{
	for (int i = 0; i < WORKER_COUNT; i++) {
		struct child_process *child = &c->list[i];
		if (child->pid != pid)
			continue;
		child->pid = 0;
		close(child->heartbeat_fd);
		child->heartbeat_fd = -1;
		plan_restart(child, now_ms);
		if (!is_stopping)
			say_end(child, (enum worker)i, status, now_ms);
	}
}

void children_reap(struct children *c, bool is_stopping, int64_t now_ms)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		bury(c, pid, status, is_stopping, now_ms);
}

static void hear_one(struct child_process *child, char beat, int64_t now_ms)
{
	switch (beat) {
	case WORKER_STORE_TROUBLE:
		child->store_trouble_ms = now_ms;
		return;
	case WORKER_STORE_BACK:
		child->store_trouble_ms = 0;
		return;
	case WORKER_BUSY:
	case WORKER_WAITING:
		child->is_busy = beat == WORKER_BUSY;
		return;
	}
}

void children_hear(struct children *c, enum worker worker, int64_t now_ms)
{
	struct child_process *child = &c->list[worker];
	char beats[256];
	ssize_t n = read(child->heartbeat_fd, beats, sizeof(beats));

	if (n <= 0)
		return;
	child->heard_ms = now_ms;
	for (ssize_t i = 0; i < n; i++)
		hear_one(child, beats[i], now_ms);
}

void children_kill_hung(struct children *c, int64_t now_ms)
{
	for (int i = 0; i < WORKER_COUNT; i++) {
		struct child_process *child = &c->list[i];
		bool is_hung = child->pid && child->is_busy &&
			       now_ms - child->heard_ms >= HUNG_MS;
		bool is_late = child->pid && c->kill_at_ms && now_ms >= c->kill_at_ms;
		if (!is_hung && !is_late)
			continue;
		log_event(LOG_LEVEL_ERROR, "worker-hangs", "worker=%s",
			worker_name((enum worker)i));
		kill(child->pid, SIGKILL);
		child->heard_ms = now_ms;
	}
}

void children_stop(struct children *c, int64_t now_ms)
{
	c->kill_at_ms = c->kill_at_ms ? now_ms : now_ms + STOP_PATIENCE_MS;
	for (int i = 0; i < WORKER_COUNT; i++)
		if (c->list[i].pid)
			kill(c->list[i].pid, SIGTERM);
}

void children_reload(struct children *c)
{
	for (int i = 0; i < WORKER_COUNT; i++) {
		struct child_process *child = &c->list[i];
		child->pause_ms = 0;
		child->start_at_ms = 0;
		if (!child->pid)
			continue;
		child->is_reloading = true;
		kill(child->pid, SIGHUP);
	}
}

static int64_t earlier(int64_t ms, int64_t at_ms, int64_t now_ms)
{
	int64_t in = at_ms > now_ms ? at_ms - now_ms : 0;

	return ms < 0 || in < ms ? in : ms;
}

int64_t children_next_ms(const struct children *c, bool is_stopping, int64_t now_ms)
{
	int64_t ms = -1;

	for (int i = 0; i < WORKER_COUNT; i++) {
		const struct child_process *child = &c->list[i];
		if (!child->pid && !is_stopping)
			ms = earlier(ms, child->start_at_ms, now_ms);
		if (child->pid && child->is_busy)
			ms = earlier(ms, child->heard_ms + HUNG_MS, now_ms);
	}
	if (c->kill_at_ms)
		ms = earlier(ms, c->kill_at_ms, now_ms);
	return ms;
}

json_t *children_status(const struct children *c)
{
	int64_t now_ms = clock_monotonic_ms();
	json_t *workers = json_array();

	for (int i = 0; i < WORKER_COUNT; i++) {
		const struct child_process *child = &c->list[i];
		json_t *one = json_object();
		json_put_str(one, "name", worker_name((enum worker)i));
		if (child->pid) {
			json_put_int(one, "pid", child->pid);
			json_put_int(one, "running_seconds",
				(now_ms - child->started_ms) / 1000);
		}
		json_put_int(one, "restarts", child->restarts);
		if (child->pid && child->store_trouble_ms)
			json_put_int(one, "store_trouble_seconds",
				(now_ms - child->store_trouble_ms) / 1000);
		json_array_append_new(workers, one);
	}
	return json_pack("{s:o}", "workers", workers);
}

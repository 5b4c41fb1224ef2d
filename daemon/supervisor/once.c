#include "supervisor/once.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <poll.h>

#include "base/log.h"
#include "base/mem.h"
#include "duty/worker.h"

#define ROUNDS_MAX                                                                     \
	200	      /* two workers that keep each other busy for ever are a fault    \
		       */
#define TROUBLE_MAX 2 /* temporary trouble of one worker before it is left alone */

struct round {
	const struct spawn *spawn;
	int signal_fd;
	int trouble[WORKER_COUNT];
	bool needs_person;
	bool is_stopping;
};

/* Passes TERM and INT on while the worker runs. */
static void pass_on(struct round *r, pid_t pid)
{
	struct signalfd_siginfo info;

	while (read(r->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo != SIGTERM && info.ssi_signo != SIGINT)
			continue;
		r->is_stopping = true;
		kill(pid, SIGTERM);
	}
}

static int wait_for(struct round *r, pid_t pid)
{
	struct pollfd fd = {.fd = r->signal_fd, .events = POLLIN};
	int status = 0;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		poll(&fd, 1, -1);
		pass_on(r, pid);
	}
	return status;
}

/* True where the worker did something. */
static int run_worker(struct round *r, enum worker worker, struct err *err)
{
	int heartbeat_fd = -1;
	pid_t pid = spawn_worker(r->spawn, worker, &heartbeat_fd, err);

	if (pid < 0)
		return -1;
	int status = wait_for(r, pid);
	close(heartbeat_fd);
	if (!WIFEXITED(status))
		log_event(LOG_LEVEL_ERROR, "worker-died", "worker=%s signal=%d",
			worker_name(worker), WTERMSIG(status));
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : WORKER_TRY_LATER;
	if (code == WORKER_TRY_LATER)
		r->trouble[worker]++;
	else if (code != WORKER_ENDED && code != WORKER_DID_SOMETHING)
		r->needs_person = true;
	return code == WORKER_DID_SOMETHING;
}

static int one_round(struct round *r, struct err *err)
{
	int did = 0;

	for (int i = 0; i < WORKER_COUNT && !r->is_stopping; i++) {
		if (r->trouble[i] >= TROUBLE_MAX)
			continue;
		int status = run_worker(r, (enum worker)i, err);
		if (status < 0)
			return -1;
		did += status;
	}
	return did;
}

int once_run(const struct spawn *spawn, int signal_fd, struct err *err)
{
	struct round r = {.spawn = spawn, .signal_fd = signal_fd};
	int did = 1;

	for (int i = 0; i < ROUNDS_MAX && did > 0 && !r.needs_person; i++)
		did = one_round(&r, err);
	if (did < 0)
		return 1;
	if (did > 0 && !r.needs_person && !r.is_stopping)
		log_event(LOG_LEVEL_ERROR, "no-end", "rounds=%d", ROUNDS_MAX);
	if (r.needs_person)
		return 1;
	for (int i = 0; i < WORKER_COUNT; i++)
		if (r.trouble[i])
			return 75;
	return 0;
}

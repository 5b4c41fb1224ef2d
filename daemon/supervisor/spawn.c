#include "supervisor/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

#define WORKER_ARGS 6

static void keep_over_exec(int fd)
{
	if (fd >= 0)
		fcntl(fd, F_SETFD, 0);
}

/* In the child. Never returns. */
__attribute__((noreturn)) static void become(
	const struct spawn *s, int heartbeat_fd, pid_t parent, char *const *argv)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(0);
	keep_over_exec(s->config_fd);
	keep_over_exec(s->lock_fd);
	keep_over_exec(heartbeat_fd);
	for (int i = 0; i < WORKER_COUNT; i++)
		keep_over_exec(s->wake.fd[i]);
	execv("/proc/self/exe", argv);
	_exit(127);
}

pid_t spawn_worker(const struct spawn *s, enum worker worker, int *ret_heartbeat_fd,
	struct err *err)
{
	int pipe_fd[2];

	if (pipe2(pipe_fd, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_set(err, ERR_TEMP, "pipe: %s", strerror(errno));
	str_auto *now =
		xasprintf("%lld", s->options->now ? (long long)clock_now() : 0LL);
	str_auto *fds = xasprintf("%d,%d,%d,%d,%d,%d", s->config_fd, s->wake.fd[0],
		s->wake.fd[1], s->wake.fd[2], pipe_fd[1], s->lock_fd);
	char *argv[] = {"utskickd", "--worker", (char *)worker_name(worker),
		(char *)s->options->state_dir, s->options->once ? "once" : "on", now,
		fds, NULL};
	pid_t parent = getpid();
	pid_t pid = fork();
	if (pid == 0)
		become(s, pipe_fd[1], parent, argv);
	close(pipe_fd[1]);
	if (pid < 0) {
		close(pipe_fd[0]);
		return err_set(err, ERR_TEMP, "fork: %s", strerror(errno));
	}
	*ret_heartbeat_fd = pipe_fd[0];
	return pid;
}

bool supervisor_parse_worker(int argc, char **argv, struct supervisor_worker *ret)
{
	if (argc != WORKER_ARGS + 1 || strcmp(argv[1], "--worker") != 0)
		return false;
	ret->name = argv[2];
	ret->state_dir = argv[3];
	ret->once = strcmp(argv[4], "once") == 0;
	ret->now = strtoll(argv[5], NULL, 10);
	int n = sscanf(argv[6], "%d,%d,%d,%d,%d,%d", &ret->config_fd, &ret->wake_fd[0],
		&ret->wake_fd[1], &ret->wake_fd[2], &ret->heartbeat_fd, &ret->lock_fd);
	const int fds[] = {ret->config_fd, ret->wake_fd[0], ret->wake_fd[1],
		ret->wake_fd[2], ret->heartbeat_fd, ret->lock_fd};
	for (size_t i = 0; n == 6 && i < 6; i++)
		fcntl(fds[i], F_SETFD, FD_CLOEXEC);
	return n == 6;
}

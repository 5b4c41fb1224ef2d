#define _GNU_SOURCE 1

#include "base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/sandbox.h"

/* What a shell says of a program that cannot be run. */
#define EXIT_NOT_RUN 127
#define SAID_MAX 4096

/* One run. */
struct run {
	pid_t pid;
	int out; /* its stdout and stderr */
	int said;
	int64_t end_ms;
};

/* In the child, after fork. */
static void become(const char *const *argv, const struct program_limits *limits, int in,
	int out, int said, pid_t asker)
{
	static const char *const env[] = {
		"LC_ALL=C.UTF-8", "PATH=/usr/bin:/bin", "HOME=/nonexistent", NULL};
	struct err err = ERR_INIT;
	sigset_t none;

	sigemptyset(&none);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != asker || dup2(in, STDIN_FILENO) < 0 ||
		dup2(out, STDOUT_FILENO) < 0 || dup2(said, STDERR_FILENO) < 0)
		_exit(EXIT_NOT_RUN);
	close_range(STDERR_FILENO + 1, ~0U, 0);
	if (sandbox_limits(limits->memory, limits->cpu_seconds, &err) < 0 ||
		sandbox_program(&err) < 0)
		_exit(EXIT_NOT_RUN);
	execve(argv[0], (char *const *)argv, (char *const *)env);
	_exit(EXIT_NOT_RUN);
}

static int start(struct run *run, const char *const *argv,
	const struct program_limits *limits, int in, struct err *err)
{
	int out[2] = {-1, -1};
	int said[2] = {-1, -1};
	pid_t asker = getpid();

	run->pid = -1;
	if (pipe2(out, O_CLOEXEC) < 0 || pipe2(said, O_CLOEXEC) < 0 ||
		(run->pid = fork()) < 0)
		err_set(err, ERR_TEMP, "%s: %s", argv[0], strerror(errno));
	else if (run->pid == 0)
		become(argv, limits, in, out[1], said[1], asker);
	fd_closep(&out[1]);
	fd_closep(&said[1]);
	run->out = out[0];
	run->said = said[0];
	run->end_ms = clock_monotonic_ms() + limits->wall_ms;
	return run->pid > 0 ? 0 : -1;
}

/* Up to max bytes are kept; the rest is read and dropped. False at the end. */
static bool take(int fd, struct buf *to, size_t max)
{
	char bytes[16384];
	ssize_t n = read(fd, bytes, sizeof(bytes));

	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	size_t room = max > to->len ? max - to->len : 0;
	if (n > 0 && room > 0)
		buf_add(to, bytes, (size_t)n < room ? (size_t)n : room);
	return n > 0;
}

/* PROGRAM_ENDED: it has closed both. */
static enum program_outcome listen_to(
	const struct run *run, size_t output_max, struct buf *out, struct buf *said)
{
	struct pollfd fds[] = {{.fd = run->out, .events = POLLIN},
		{.fd = run->said, .events = POLLIN}};

	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		int64_t left = run->end_ms - clock_monotonic_ms();
		if (left <= 0)
			return PROGRAM_TOO_SLOW;
		if (poll(fds, 2, (int)left) <= 0)
			continue;
		if (fds[0].revents && !take(run->out, out, output_max))
			fds[0].fd = -1;
		if (fds[1].revents && !take(run->said, said, SAID_MAX))
			fds[1].fd = -1;
		if (out->len >= output_max)
			return PROGRAM_TOO_MUCH;
	}
	return PROGRAM_ENDED;
}

static enum program_outcome judge(
	int status, const char *name, int *ret_exit, struct err *err)
{
	if (WIFSIGNALED(status)) {
		err_set(err, ERR_PERM, "%s: ended by signal %d (%s)", name,
			WTERMSIG(status), strsignal(WTERMSIG(status)));
		return WTERMSIG(status) == SIGXCPU ? PROGRAM_TOO_SLOW : PROGRAM_DIED;
	}
	*ret_exit = WEXITSTATUS(status);
	if (*ret_exit == EXIT_NOT_RUN) {
		err_set(err, ERR_TEMP, "%s: cannot be run", name);
		return PROGRAM_NOT_RUN;
	}
	return PROGRAM_ENDED;
}

/* One that has closed its output may take what is left of its time to leave; KILL does
 * no harm to one that has left. */
static int reap(const struct run *run, enum program_outcome heard)
{
	fd_auto pidfd = pidfd_open(run->pid, 0);
	struct pollfd left = {.fd = pidfd, .events = POLLIN};
	int64_t ms = run->end_ms - clock_monotonic_ms();
	int status = 0;

	if (heard != PROGRAM_ENDED || ms <= 0 || poll(&left, 1, (int)ms) <= 0)
		kill(run->pid, SIGKILL);
	while (waitpid(run->pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

enum program_outcome program_run(const char *const *argv,
	const struct program_limits *limits, int in, struct buf *ret_out,
	struct buf *ret_said, int *ret_exit, struct err *err)
{
	struct run run = {.pid = -1, .out = -1, .said = -1};

	*ret_exit = 0;
	if (start(&run, argv, limits, in, err) < 0) {
		fd_closep(&run.out);
		fd_closep(&run.said);
		return PROGRAM_NOT_RUN;
	}
	enum program_outcome heard =
		listen_to(&run, limits->output_max, ret_out, ret_said);
	int status = reap(&run, heard);
	close(run.out);
	close(run.said);
	if (heard != PROGRAM_ENDED) {
		err_set(err, ERR_PERM, "%s: went over a limit", argv[0]);
		return heard;
	}
	return judge(status, argv[0], ret_exit, err);
}

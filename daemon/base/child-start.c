#define _GNU_SOURCE 1

#include "base/child-start.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/child.h"
#include "base/mem.h"

#define PIPE_SIZE (1 << 20)

/* dup2 leaves one that has the number already closed at exec. */
static int lend(int fd)
{
	if (fd == CHILD_FD)
		return fcntl(fd, F_SETFD, 0);
	return fd < 0 ? 0 : dup2(fd, CHILD_FD);
}

/*
 * In the child, after fork. A stop is for the asker to carry out: the question it has
 * asked is still to be answered, so the signals of a terminal or a service manager pass
 * by here, and the asker's end is the child's end.
 */
static void run(char **argv, int lent, int in, int out, pid_t asker)
{
	sigset_t none;

	sigemptyset(&none);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != asker || dup2(in, STDIN_FILENO) < 0 ||
		dup2(out, STDOUT_FILENO) < 0 || lend(lent) < 0)
		_exit(CHILD_NOT_RUN);
	close_range(lent < 0 ? CHILD_FD : CHILD_FD + 1, ~0U, 0);
	execv(argv[0], argv);
	_exit(CHILD_NOT_RUN);
}

pid_t child_start(char **argv, int lent, int *ret_to, int *ret_from, struct err *err)
{
	int to[2] = {-1, -1};
	int from[2] = {-1, -1};
	pid_t asker = getpid();
	pid_t pid = -1;

	if (pipe2(to, O_CLOEXEC) < 0 || pipe2(from, O_CLOEXEC) < 0 ||
		fcntl(to[1], F_SETFL, O_NONBLOCK) < 0 ||
		fcntl(from[0], F_SETFL, O_NONBLOCK) < 0 || (pid = fork()) < 0)
		err_set(err, ERR_TEMP, "%s: %s", argv[0], strerror(errno));
	else if (pid == 0)
		run(argv, lent, to[0], from[1], asker);
	/* So that the two change places less often; refused, it goes as well. */
	(void)fcntl(to[1], F_SETPIPE_SZ, PIPE_SIZE);
	(void)fcntl(from[0], F_SETPIPE_SZ, PIPE_SIZE);
	fd_closep(&to[0]);
	fd_closep(&from[1]);
	if (pid < 0) {
		fd_closep(&to[1]);
		fd_closep(&from[0]);
		return 0;
	}
	*ret_to = to[1];
	*ret_from = from[0];
	return pid;
}

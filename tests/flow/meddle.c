/*
 * Loaded before libc into the programs under test: ends one worker at its n-th call of
 * those through which bytes leave a process, or lets the disk be full.
 *
 *   MEDDLE_KILL=WORKER:N   SIGKILL in the named worker at its N-th such call: before it
 *                          where N is odd, behind it where N is even
 *   MEDDLE_FULL=FILE       while FILE is there, every write to a database ends in
 * ENOSPC
 */
#define _GNU_SOURCE 1
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static long left; /* calls until the end; 0: nobody is to be killed */
static const char *full;

__attribute__((constructor)) static void look_who_this_is(void)
{
	char line[4096] = "";
	const char *kill_at = getenv("MEDDLE_KILL");
	int fd = open("/proc/self/cmdline", O_RDONLY);
	ssize_t n = read(fd, line, sizeof(line) - 1);

	close(fd);
	full = getenv("MEDDLE_FULL");
	for (ssize_t i = 0; i < n; i++)
		if (!line[i])
			line[i] = ' ';
	const char *colon = kill_at ? strchr(kill_at, ':') : NULL;
	const char *role = strstr(line, "--worker ");
	if (colon && role && !strncmp(role + 9, kill_at, (size_t)(colon - kill_at)))
		left = atol(colon + 1);
}

static void end_here(void)
{
	kill(getpid(), SIGKILL);
	__builtin_trap(); /* where a sandbox lets nobody send signals */
}

/* True where it is to end behind the call. */
static int count(void)
{
	static long calls;

	if (!left || ++calls != left)
		return 0;
	if (left % 2)
		end_here();
	return 1;
}

static int is_full(void)
{
	return full && access(full, F_OK) == 0;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define MEDDLED(type, name, parameters, arguments)                                     \
	type name parameters                                                           \
	{                                                                              \
		int last = count();                                                    \
		type result = REAL(name) arguments;                                    \
		if (last)                                                              \
			end_here();                                                    \
		return result;                                                         \
	}

MEDDLED(int, fsync, (int fd), (fd))
MEDDLED(int, fdatasync, (int fd), (fd))
MEDDLED(int, unlink, (const char *path), (path))
MEDDLED(ssize_t, write, (int fd, const void *bytes, size_t n), (fd, bytes, n))
MEDDLED(ssize_t, writev, (int fd, const struct iovec *v, int n), (fd, v, n))
MEDDLED(ssize_t, send, (int fd, const void *bytes, size_t n, int flags),
	(fd, bytes, n, flags))
MEDDLED(ssize_t, sendmsg, (int fd, const struct msghdr *m, int flags), (fd, m, flags))
MEDDLED(ssize_t, recv, (int fd, void *bytes, size_t n, int flags),
	(fd, bytes, n, flags))

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at)
{
	int last = count();

	if (is_full()) {
		errno = ENOSPC;
		return -1;
	}
	ssize_t result = REAL(pwrite64)(fd, bytes, n, at);
	if (last)
		end_here();
	return result;
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
	return pwrite64(fd, bytes, n, at);
}

/*
 * Loaded before libc into the programs under test: ends one worker at its n-th call of
 * those through which bytes leave a process, fills the disk, sets the clock, loses
 * names.
 *
 * MEDDLE_KILL=WORKER:N: SIGKILL in the named worker at its N-th such call: before it
 * where N is odd, behind it where N is even.
 *
 * MEDDLE_FULL=FILE: while FILE is there, every write to a database ends in ENOSPC; in
 * EROFS where FILE says "read-only". MEDDLE_ONLY=WORKER: for this worker alone.
 *
 * MEDDLE_CLOCK=FILE: the program's clock is as many seconds ahead as FILE says; who
 * watches for the clock being set hears of a new FILE.
 *
 * MEDDLE_SPEED=N: a second is N of the program's, where it reads the time and where it
 * waits; how long it is patient with a server as well, but not beside MEDDLE_CLOCK.
 * libcurl keeps its own time.
 *
 * MEDDLE_NAMES=FILE: *.example is this computer; while FILE is there, no name is found,
 * or, where FILE says "slow", only after two seconds.
 */
#define _GNU_SOURCE 1
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static long left; /* calls until the end; 0: nobody is to be killed */
static const char *full, *clock_file, *names;
static int clock_fd = -1;
static long speed = 1;
static struct timespec begin, begin_monotonic;

__attribute__((constructor)) static void look_who_this_is(void)
{
	char line[4096] = "";
	const char *kill_at = getenv("MEDDLE_KILL");
	int fd = open("/proc/self/cmdline", O_RDONLY);
	ssize_t n = read(fd, line, sizeof(line) - 1);

	close(fd);
	full = getenv("MEDDLE_FULL");
	clock_file = getenv("MEDDLE_CLOCK");
	names = getenv("MEDDLE_NAMES");
	speed = getenv("MEDDLE_SPEED") ? atol(getenv("MEDDLE_SPEED")) : 1;
	clock_gettime(CLOCK_REALTIME, &begin);
	clock_gettime(CLOCK_MONOTONIC, &begin_monotonic);
	for (ssize_t i = 0; i < n; i++)
		if (!line[i])
			line[i] = ' ';
	const char *colon = kill_at ? strchr(kill_at, ':') : NULL;
	const char *role = strstr(line, "--worker ");
	if (colon && role && !strncmp(role + 9, kill_at, (size_t)(colon - kill_at)))
		left = atol(colon + 1);
	const char *only = getenv("MEDDLE_ONLY");
	if (only && (!role || strncmp(role + 9, only, strlen(only)) != 0))
		full = NULL;
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

/* What a file says; "" where it is not there or may not be read. */
static const char *said_in(const char *path, char *to, size_t size)
{
	int saved = errno;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, to, size - 1);

	if (fd >= 0)
		close(fd);
	to[n < 0 ? 0 : n] = 0;
	errno = saved;
	return to;
}

/* What keeps a database from being written to; 0: nothing. */
static int obstacle(void)
{
	char words[32];

	if (!full || access(full, F_OK) != 0)
		return 0;
	return strncmp(said_in(full, words, sizeof(words)), "read-only", 9) ? ENOSPC
									    : EROFS;
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

	int error = obstacle();
	if (error) {
		errno = error;
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

/* ---- the clock ---- */

/* Not that of TLS: certificates have dates of their own. */
static int is_program(const void *caller)
{
	Dl_info program, other;

	return dladdr((const void *)getauxval(AT_PHDR), &program) &&
	       dladdr(caller, &other) && program.dli_fbase == other.dli_fbase;
}

/* By which a fast clock is ahead, in ms. */
static long gained(const struct timespec *since, const struct timespec *now)
{
	long ms = (now->tv_sec - since->tv_sec) * 1000 +
		  (now->tv_nsec - since->tv_nsec) / 1000000;

	return ms * (speed - 1);
}

int clock_gettime(clockid_t clock, struct timespec *ret)
{
	int result = REAL(clock_gettime)(clock, ret);

	if (speed > 1 && !clock_file && clock == CLOCK_MONOTONIC &&
		is_program(__builtin_return_address(0))) {
		long ms = gained(&begin_monotonic, ret);
		ret->tv_sec += ms / 1000;
		ret->tv_nsec += ms % 1000 * 1000000;
		ret->tv_sec += ret->tv_nsec / 1000000000;
		ret->tv_nsec %= 1000000000;
	}
	return result;
}

int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *limit,
	const sigset_t *signals)
{
	struct timespec sooner;

	if (limit && speed > 1) {
		long long ns = (limit->tv_sec * 1000000000LL + limit->tv_nsec) / speed;
		sooner = (struct timespec){ns / 1000000000, ns % 1000000000};
		limit = &sooner;
	}
	return REAL(ppoll)(fds, count, limit, signals);
}

time_t time(time_t *ret)
{
	struct timespec now;
	char words[32] = "";

	clock_gettime(CLOCK_REALTIME, &now);
	if (clock_file && is_program(__builtin_return_address(0)))
		now.tv_sec += gained(&begin, &now) / 1000 +
			      atol(said_in(clock_file, words, sizeof(words)));
	if (ret)
		*ret = now.tv_sec;
	return now.tv_sec;
}

/* A new file in place of the old one is the clock being set. */
int timerfd_create(int clock, int flags)
{
	if (!clock_file || clock != CLOCK_REALTIME)
		return REAL(timerfd_create)(clock, flags);
	char folder[4096] = "";
	strncpy(folder, clock_file, sizeof(folder) - 1);
	*strrchr(folder, '/') = 0;
	clock_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	inotify_add_watch(clock_fd, folder, IN_MOVED_TO);
	return clock_fd;
}

int timerfd_settime(
	int fd, int flags, const struct itimerspec *new, struct itimerspec *old)
{
	return fd == clock_fd && fd >= 0 ? 0
					 : REAL(timerfd_settime)(fd, flags, new, old);
}

ssize_t read(int fd, void *to, size_t size)
{
	char events[4096];

	if (fd != clock_fd || fd < 0)
		return REAL(read)(fd, to, size);
	if (REAL(read)(fd, events, sizeof(events)) > 0)
		errno = ECANCELED;
	return -1;
}

/* ---- names ---- */

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
	struct addrinfo **ret)
{
	const char *dot = name && names ? strrchr(name, '.') : NULL;

	if (!dot || strcmp(dot, ".example") != 0)
		return REAL(getaddrinfo)(name, service, hints, ret);
	char words[32];
	if (access(names, F_OK) == 0 &&
		strncmp(said_in(names, words, sizeof(words)), "slow", 4) != 0)
		return EAI_AGAIN;
	if (access(names, F_OK) == 0)
		sleep(2);
	return REAL(getaddrinfo)("127.0.0.1", service, hints, ret);
}

#define _GNU_SOURCE 1

#include "base/wake.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

const char *worker_name(enum worker worker)
{
	switch (worker) {
	case WORKER_INTAKE:
		return "intake";
	case WORKER_OFFICE:
		return "office";
	case WORKER_DISPATCH:
		return "dispatch";
	}
	return "?";
}

int wake_open(struct wake *ret)
{
	*ret = WAKE_NONE;
	for (int i = 0; i < WORKER_COUNT; i++) {
		/* Not CLOEXEC: the workers inherit it. */
		ret->fd[i] = eventfd(0, EFD_NONBLOCK);
		if (ret->fd[i] < 0) {
			int saved = errno;
			wake_close(ret);
			errno = saved;
			return -1;
		}
	}
	return 0;
}

void wake_close(struct wake *w)
{
	for (int i = 0; i < WORKER_COUNT; i++)
		if (w->fd[i] >= 0)
			close(w->fd[i]);
	*w = WAKE_NONE;
}

void wake_up(const struct wake *w, enum worker worker)
{
	uint64_t one = 1;

	if (w->fd[worker] < 0)
		return;
	/* Fails only where so many calls wait that one more says nothing new. */
	ssize_t n = write(w->fd[worker], &one, sizeof(one));
	(void)n;
}

static void empty(int fd)
{
	uint64_t calls;
	ssize_t n = read(fd, &calls, sizeof(calls));

	(void)n;
}

/* ppoll looks at descriptors first: without this a stream of calls would hide a signal.
 */
static bool signal_waits(const sigset_t *none_blocked)
{
	static const struct timespec no_time = {0, 0};

	return ppoll(NULL, 0, &no_time, none_blocked) < 0 && errno == EINTR;
}

enum wake_reason wake_wait_polled(const struct wake *w, enum worker worker,
	const struct pollfd *fds, size_t count, int64_t timeout_ms)
{
	struct pollfd polled[1 + WAKE_FDS_MAX] = {
		{.fd = w->fd[worker], .events = POLLIN}};
	struct timespec limit = {timeout_ms / 1000, timeout_ms % 1000 * 1000000};
	sigset_t none_blocked;

	assert(count <= WAKE_FDS_MAX);
	for (size_t i = 0; i < count; i++)
		polled[1 + i] = fds[i];
	sigemptyset(&none_blocked);
	if (signal_waits(&none_blocked))
		return WAKE_SIGNAL;
	int n = ppoll(polled, 1 + count, timeout_ms < 0 ? NULL : &limit, &none_blocked);
	if (n < 0)
		return WAKE_SIGNAL;
	if (polled[0].revents) {
		empty(w->fd[worker]);
		return WAKE_CALLED;
	}
	return n ? WAKE_OTHER_FD : WAKE_TIMEOUT;
}

enum wake_reason wake_wait_many(const struct wake *w, enum worker worker,
	const int *fds, size_t count, int64_t timeout_ms)
{
	struct pollfd polled[WAKE_FDS_MAX];

	assert(count <= WAKE_FDS_MAX);
	for (size_t i = 0; i < count; i++)
		polled[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
	return wake_wait_polled(w, worker, polled, count, timeout_ms);
}

enum wake_reason wake_wait(
	const struct wake *w, enum worker worker, int other_fd, int64_t timeout_ms)
{
	return wake_wait_many(w, worker, &other_fd, 1, timeout_ms);
}

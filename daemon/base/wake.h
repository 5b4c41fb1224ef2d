/*
 * How the workers tell each other that a row waits: an eventfd each, made by the
 * supervisor and inherited by all. A wake-up carries nothing; what there is to do
 * stands in the store.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum worker { WORKER_INTAKE, WORKER_OFFICE, WORKER_DISPATCH };
#define WORKER_COUNT 3

struct wake {
	int fd[WORKER_COUNT]; /* -1: nobody to wake (a worker run alone, the command) */
};

#define WAKE_NONE ((struct wake){{-1, -1, -1}})

const char *worker_name(enum worker worker);

/* -1 with errno where the system has no descriptors left. */
int wake_open(struct wake *ret);
void wake_close(struct wake *w);
void wake_up(const struct wake *w, enum worker worker);
enum wake_reason { WAKE_CALLED, WAKE_TIMEOUT, WAKE_OTHER_FD, WAKE_SIGNAL };
/*
 * Waits until worker is called, other_fd (or -1) is readable, a signal comes, or
 * timeout_ms has passed (-1: no limit). Empties the eventfd.
 *
 * The mains keep their signals (TERM, HUP ...) blocked, with a handler that sets a
 * flag; all signals are unblocked while this waits and only then. So none is missed
 * between looking at the flag and waiting; WAKE_SIGNAL says that a handler ran, and
 * comes before a call.
 */
enum wake_reason wake_wait(
	const struct wake *w, enum worker worker, int other_fd, int64_t timeout_ms);
/* The same for several descriptors (-1 among them is passed over), at most
 * WAKE_FDS_MAX. */
#define WAKE_FDS_MAX 32
enum wake_reason wake_wait_many(const struct wake *w, enum worker worker,
	const int *fds, size_t count, int64_t timeout_ms);
/* The same, for what each of them is to be polled for. */
struct pollfd;
enum wake_reason wake_wait_polled(const struct wake *w, enum worker worker,
	const struct pollfd *fds, size_t count, int64_t timeout_ms);

#include "supervisor/supervisor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "config/config.h"
#include "duty/worker.h"
#include "store/db.h"
#include "supervisor/children.h"
#include "supervisor/control.h"
#include "supervisor/lock.h"
#include "supervisor/once.h"
#include "supervisor/reload.h"
#include "supervisor/spawn.h"

/* Among what is polled, behind signals, visitors and the clock. */
#define FIRST_CHILD 3

struct supervisor {
	struct spawn spawn;
	struct children children;
	int control_fd;
	int signal_fd;
	int clock_fd;	     /* readable where the clock was set; -1 */
	int64_t watchdog_ms; /* half of what systemd waits; 0: it does not */
	int64_t watchdog_at;
	bool is_stopping;
};

static int open_signals(struct err *err)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return err_set(err, ERR_TEMP, "signalfd: %s", strerror(errno));
	return fd;
}

/*
 * Workers sleep until the time of the next thing due, and sleep too long where the
 * clock is set meanwhile: by hand, by a first word from a time server, after a
 * suspended machine. The timer itself never comes.
 */
static void watch_clock(int fd)
{
	const struct itimerspec never = {.it_value.tv_sec = (time_t)1 << 40};

	(void)timerfd_settime(
		fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL);
}

static int open_clock_watch(void)
{
	int fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd >= 0)
		watch_clock(fd);
	return fd;
}

static void take_clock_change(struct supervisor *s)
{
	uint64_t expirations;

	if (read(s->clock_fd, &expirations, sizeof(expirations)) >= 0 ||
		errno != ECANCELED)
		return;
	log_event(LOG_LEVEL_INFO, "clock-set", "%s", "");
	watch_clock(s->clock_fd);
	for (int i = 0; i < WORKER_COUNT; i++)
		wake_up(&s->spawn.wake, (enum worker)i);
}

static void tell_systemd(const struct supervisor *s)
{
	if (s->is_stopping)
		sd_notify(0, "STOPPING=1\nSTATUS=finishing the step in hand");
	else
		sd_notifyf(0, "READY=1\nSTATUS=%d of %d workers run",
			children_running(&s->children), WORKER_COUNT);
}

static void stop(struct supervisor *s, int64_t now_ms)
{
	s->is_stopping = true;
	log_event(LOG_LEVEL_INFO, "stopping", "%s", "");
	tell_systemd(s);
	children_stop(&s->children, now_ms);
}

static void reload(struct supervisor *s)
{
	sd_notify(0, "RELOADING=1");
	if (reload_config(&s->spawn)) {
		log_event(LOG_LEVEL_INFO, "reloaded", "dir=%s",
			s->spawn.options->config_dir);
		children_reload(&s->children);
	}
	tell_systemd(s);
}

static void take_signals(struct supervisor *s, int64_t now_ms)
{
	struct signalfd_siginfo info;

	while (read(s->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGHUP && !s->is_stopping)
			reload(s);
		else if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT)
			stop(s, now_ms);
	}
	children_reap(&s->children, s->is_stopping, now_ms);
}

static int64_t soonest(int64_t a, int64_t b)
{
	if (a < 0 || b < 0)
		return a < 0 ? b : a;
	return a < b ? a : b;
}

static int64_t wait_ms(const struct supervisor *s, int64_t now_ms)
{
	int64_t ms = children_next_ms(&s->children, s->is_stopping, now_ms);

	if (s->watchdog_ms)
		ms = soonest(ms, s->watchdog_at > now_ms ? s->watchdog_at - now_ms : 0);
	return ms;
}

static void pat_watchdog(struct supervisor *s, int64_t now_ms)
{
	if (!s->watchdog_ms || now_ms < s->watchdog_at)
		return;
	sd_notify(0, "WATCHDOG=1");
	s->watchdog_at = now_ms + s->watchdog_ms;
}

static void serve_visitor(struct supervisor *s)
{
	json_auto_t *status = children_status(&s->children);

	if (!control_serve(s->control_fd, status))
		return;
	wake_up(&s->spawn.wake, WORKER_OFFICE);
	wake_up(&s->spawn.wake, WORKER_DISPATCH);
}

static void one_round(struct supervisor *s)
{
	int64_t now_ms = clock_monotonic_ms();
	struct pollfd fds[FIRST_CHILD + WORKER_COUNT] = {
		{.fd = s->signal_fd, .events = POLLIN},
		{.fd = s->control_fd, .events = POLLIN},
		{.fd = s->clock_fd, .events = POLLIN},
	};

	for (int i = 0; i < WORKER_COUNT; i++)
		fds[FIRST_CHILD + i] = (struct pollfd){
			.fd = s->children.list[i].heartbeat_fd, .events = POLLIN};
	poll(fds, FIRST_CHILD + WORKER_COUNT, (int)wait_ms(s, now_ms));
	now_ms = clock_monotonic_ms();
	for (int i = 0; i < WORKER_COUNT; i++)
		if (fds[FIRST_CHILD + i].revents)
			children_hear(&s->children, (enum worker)i, now_ms);
	if (fds[0].revents)
		take_signals(s, now_ms);
	if (fds[1].revents)
		serve_visitor(s);
	if (fds[2].revents)
		take_clock_change(s);
	children_kill_hung(&s->children, now_ms);
	if (!s->is_stopping && children_start_due(&s->children, &s->spawn, now_ms))
		tell_systemd(s);
	pat_watchdog(s, now_ms);
}

static int run(struct supervisor *s, struct err *err)
{
	uint64_t watchdog_us = 0;

	s->control_fd = control_open(s->spawn.options->state_dir, err);
	if (s->control_fd < 0)
		return -1;
	if (sd_watchdog_enabled(0, &watchdog_us) > 0)
		s->watchdog_ms = (int64_t)(watchdog_us / 2000);
	log_event(LOG_LEVEL_INFO, "started", "state=%s", s->spawn.options->state_dir);
	while (!s->is_stopping || children_running(&s->children) > 0)
		one_round(s);
	close(s->control_fd);
	log_event(LOG_LEVEL_INFO, "stopped", "%s", "");
	return 0;
}

/*
 * The database is there and of this program's form before anybody is told that we are
 * ready. A full disk passes by itself; a newer or damaged database needs a person.
 */
static int prepare_store(const char *state_dir, struct err *err)
{
	str_auto *path = file_join(state_dir, "utskick.db");
	db_auto *db = db_open(path, err);

	if (db || err->kind == ERR_PERM)
		return db ? 0 : -1;
	log_event(LOG_LEVEL_ERROR, "store-trouble", "what=%s", err->text);
	*err = ERR_INIT;
	return 0;
}

static int prepare(struct supervisor *s, struct err *err)
{
	children_init(&s->children);
	umask(0077);
	if (!reload_config(&s->spawn))
		return err_set(
			err, ERR_PERM, "%s", "the configuration has errors: see above");
	s->spawn.lock_fd = lock_take(s->spawn.options->state_dir, err);
	if (s->spawn.lock_fd < 0)
		return -1;
	if (prepare_store(s->spawn.options->state_dir, err) < 0)
		return -1;
	if (wake_open(&s->spawn.wake) < 0)
		return err_set(err, ERR_TEMP, "eventfd: %s", strerror(errno));
	s->clock_fd = open_clock_watch();
	s->signal_fd = open_signals(err);
	return s->signal_fd < 0 ? -1 : 0;
}

int supervisor_run(const struct supervisor_options *options)
{
	struct err err = ERR_INIT;
	struct supervisor s = {
		.spawn = {.options = options, .config_fd = -1, .lock_fd = -1},
		.control_fd = -1,
		.signal_fd = -1,
		.clock_fd = -1,
	};
	int status = prepare(&s, &err);
	int code = 0;

	if (status == 0 && options->once)
		code = once_run(&s.spawn, s.signal_fd, &err);
	else if (status == 0)
		status = run(&s, &err);
	if (status < 0 || err.kind != ERR_NONE) {
		fprintf(stderr, "utskickd: %s\n", err.text);
		code = err.kind == ERR_TEMP ? 75 : 1;
	}
	return code;
}

#include "duty/worker.h"

#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "duty/trouble.h"
#include "store/journal.h"

/* A signal handler can reach nothing else. */
static volatile sig_atomic_t stop_asked;

static void ask_to_stop(int signal_number)
{
	(void)signal_number;
	stop_asked = 1;
}

static sigset_t stop_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	return set;
}

void worker_begin(const struct worker_context *ctx, enum worker self)
{
	struct sigaction stop = {.sa_handler = ask_to_stop};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigset_t blocked = stop_signals();

	log_open(worker_name(self));
	clock_set_zone(ctx->config->settings.time_zone);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGHUP, &stop, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

bool worker_should_stop(void)
{
	sigset_t pending;

	if (stop_asked)
		return true;
	sigpending(&pending);
	return sigismember(&pending, SIGTERM) || sigismember(&pending, SIGHUP);
}

static void say(const struct worker_context *ctx, char what)
{
	if (ctx->heartbeat_fd < 0)
		return;
	/* A full pipe holds enough heart-beats. */
	ssize_t n = write(ctx->heartbeat_fd, &what, 1);
	(void)n;
}

void worker_beat(const struct worker_context *ctx)
{
	say(ctx, WORKER_BUSY);
}

void worker_note_store(const struct worker_context *ctx, struct trouble *t,
	struct db *db, const struct err *why, int64_t now)
{
	bool was_there = t->pause > 0;
	struct err err = ERR_INIT;

	/* That nothing failed says little where nothing was to be written. */
	if (!why && was_there &&
		trouble_keep(db, t->who, t->what, t->since, "", now, &err) < 0) {
		if (trouble_left(t, now) > 0)
			return;
		why = &err;
	}
	if (why)
		trouble_met(t, db, why, now);
	else
		trouble_over(t, db, now);
	if (was_there != (t->pause > 0))
		say(ctx, t->pause ? WORKER_STORE_TROUBLE : WORKER_STORE_BACK);
}

enum wake_reason worker_wait(const struct worker_context *ctx, enum worker self,
	const int *fds, size_t count, int64_t timeout_ms)
{
	say(ctx, WORKER_WAITING);
	enum wake_reason why = wake_wait_many(&ctx->wake, self, fds, count, timeout_ms);
	say(ctx, WORKER_BUSY);
	return why;
}

enum wake_reason worker_wait_polled(const struct worker_context *ctx, enum worker self,
	const struct pollfd *fds, size_t count, int64_t timeout_ms)
{
	say(ctx, WORKER_WAITING);
	enum wake_reason why =
		wake_wait_polled(&ctx->wake, self, fds, count, timeout_ms);
	say(ctx, WORKER_BUSY);
	return why;
}

char *worker_db_path(const struct worker_context *ctx)
{
	return file_join(ctx->state_dir, "utskick.db");
}

enum worker_exit worker_result(bool did_something, bool had_trouble)
{
	if (had_trouble)
		return WORKER_TRY_LATER;
	return did_something ? WORKER_DID_SOMETHING : WORKER_ENDED;
}

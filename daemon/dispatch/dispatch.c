#include "dispatch/dispatch.h"

#include <malloc.h>
#include <sodium.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "dispatch/sender.h"
#include "dispatch/unknown.h"
#include "duty/server.h"
#include "duty/trouble.h"
#include "net/stream.h"
#include "store/db.h"
#include "store/delivery-move.h"

/* Connections are kept through pauses up to this long. */
#define KEEP_OPEN_MS 30000
#define ONCE_RETRIES 1
#define ONCE_WAIT_MS 600000
#define HOUR 3600
#define MALLOC_LARGE (256 * 1024)

struct dispatch {
	const struct worker_context *ctx;
	const struct settings *settings;
	struct db *db;
	struct sender *sender;
	struct server_access access;
	struct trouble store_trouble;
	struct sender_tally told; /* what the others were woken for */
	int64_t looked_at;	  /* for unknown outcomes */
	int64_t seen_at;	  /* what the clock said last */
	bool did_something;
	int retries; /* with once */
};

static struct smtp *open_session(void *context, struct err *err)
{
	struct dispatch *d = context;

	return server_begin_smtp(&d->access, &d->settings->smtp, clock_now(), err);
}

/* ---- turns ---- */

/* The office says what failed, and after some hours what is late. */
static void wake_others(struct dispatch *d, int64_t now)
{
	struct sender_tally tally = sender_tally(d->sender);
	int64_t patience = (int64_t)d->settings->smtp.tell_after_hours * HOUR;
	bool is_late = tally.trouble_since && now - tally.trouble_since >= patience &&
		       tally.trouble_pause != d->told.trouble_pause;

	if (tally.results != d->told.results || is_late)
		wake_up(&d->ctx->wake, WORKER_OFFICE);
	if (tally.copies != d->told.copies)
		wake_up(&d->ctx->wake, WORKER_INTAKE);
	d->did_something |= tally.results != d->told.results;
	d->told = tally;
}

/* Those of unknown outcome, once a second. 1, 0, -1. */
static int settle_unknown(struct dispatch *d, int64_t now, struct err *err)
{
	if (d->looked_at == now)
		return 0;
	int done = unknown_step(d->db, d->settings, &d->ctx->wake, now, err);
	if (done > 0)
		d->did_something = true;
	if (done == 0)
		d->looked_at = now;
	return done;
}

/* A clock that was ahead has named hours that are far away now. */
static int look_at_clock(struct dispatch *d, int64_t now, struct err *err)
{
	bool went_back = now < d->seen_at;

	d->seen_at = now;
	return went_back ? delivery_clock_went_back(d->db, now, err) : 0;
}

/* 1 there may be more to do at once, 0 not, -1 the store. */
static int turn(struct dispatch *d, int64_t now, struct err *err)
{
	if (look_at_clock(d, now, err) < 0)
		return -1;
	bool may_claim =
		!worker_should_stop() && trouble_left(&d->store_trouble, now) == 0;
	int settled = may_claim ? settle_unknown(d, now, err) : 0;

	if (settled < 0)
		return -1;
	int done = sender_turn(d->sender, may_claim, now, err);
	if (server_note(&d->access, d->db, "dispatch", now))
		wake_up(&d->ctx->wake, WORKER_OFFICE);
	wake_others(d, now);
	return done < 0 ? -1 : settled || done;
}

/* Where nothing waits nobody lacks anything, and nothing would find out that the server
 * is back. */
static void let_trouble_rest(struct dispatch *d)
{
	struct err ignored = ERR_INIT;
	int64_t next_at = 0;

	if (sender_tally(d->sender).trouble_pause &&
		delivery_next_due_at(d->db, &next_at, &ignored) == 0 && !next_at &&
		!sender_is_busy(d->sender))
		sender_forget_trouble(d->sender);
}

static void work(struct dispatch *d)
{
	int more = 1;

	while (more > 0) {
		struct err err = ERR_INIT;
		int64_t now = clock_now();

		worker_beat(d->ctx);
		more = turn(d, now, &err);
		worker_note_store(
			d->ctx, &d->store_trouble, d->db, more < 0 ? &err : NULL, now);
	}
	let_trouble_rest(d);
}

/* ---- waiting ---- */

static int64_t sooner(int64_t a, int64_t b)
{
	if (a < 0 || b < 0)
		return a < 0 ? b : a;
	return a < b ? a : b;
}

/* Milliseconds until there may be something new to begin; -1: only when called. */
static int64_t wait_ms(struct dispatch *d, int64_t now)
{
	struct err err = ERR_INIT;
	int64_t next_at = 0;
	int64_t store = 1000 * trouble_left(&d->store_trouble, now);

	if (store)
		return store;
	if (delivery_next_due_at(d->db, &next_at, &err) < 0)
		return 1000;
	if (!next_at)
		return -1;
	int64_t due = next_at > now ? 1000 * (next_at - now) : 0;
	int64_t sender = sender_wait_ms(d->sender, now, &err);
	return due > sender ? due : sender;
}

static void wait_for_more(struct dispatch *d, int64_t now)
{
	struct pollfd fds[SENDER_LANES_MAX];
	size_t count = 0;
	int64_t begin = wait_ms(d, now);

	if (!sender_is_busy(d->sender) && (begin < 0 || begin > KEEP_OPEN_MS))
		sender_rest(d->sender);
	int64_t lanes = sender_poll(d->sender, fds, &count, now);
	/* Something could begin and has not: every lane is full. */
	if (begin == 0)
		begin = sender_is_busy(d->sender) ? -1 : 100;
	/* Nothing goes on before a result is down. */
	if (d->store_trouble.pause) {
		lanes = -1;
		count = 0;
	}
	worker_wait_polled(d->ctx, WORKER_DISPATCH, fds, count, sooner(begin, lanes));
}

/* What is on its way is finished also when asked to stop; not where the store is away.
 */
static bool is_at_work(const struct dispatch *d)
{
	return sender_is_busy(d->sender) &&
	       !(worker_should_stop() && d->store_trouble.pause);
}

static void run(struct dispatch *d)
{
	while (!worker_should_stop() || is_at_work(d)) {
		work(d);
		if (!worker_should_stop() || is_at_work(d))
			wait_for_more(d, clock_now());
	}
}

/* Something is due now, or when trouble may have passed: worth to wait for, once. */
static bool has_more(struct dispatch *d, int64_t now)
{
	struct err err = ERR_INIT;
	int64_t next_at = 0;
	struct sender_tally tally = sender_tally(d->sender);
	bool trouble = tally.trouble_pause || d->store_trouble.pause;
	int64_t pause = tally.trouble_pause > d->store_trouble.pause
				? tally.trouble_pause
				: d->store_trouble.pause;

	/* A certificate or a password does not get better by waiting. */
	if (tally.trouble_pause && tally.trouble_kind == ERR_PERM &&
		!server_may_renew(&d->access, now))
		return false;
	if (trouble && d->retries++ == ONCE_RETRIES)
		return false;
	/* What goes beyond a day's limit is another run's. */
	if (sender_wait_ms(d->sender, now, &err) > ONCE_WAIT_MS)
		return false;
	if (delivery_next_due_at(d->db, &next_at, &err) < 0)
		return trouble;
	return next_at && next_at <= now + pause;
}

/* Until nothing is on its way. */
static void work_through(struct dispatch *d)
{
	work(d);
	while (is_at_work(d)) {
		wait_for_more(d, clock_now());
		work(d);
	}
}

static void run_once(struct dispatch *d)
{
	/* A run before this one has waited already. */
	d->retries = sender_tally(d->sender).trouble_pause ? ONCE_RETRIES : 0;
	work_through(d);
	while (!worker_should_stop() && has_more(d, clock_now())) {
		wait_for_more(d, clock_now());
		work_through(d);
	}
}

/* ---- life ---- */

static int start(struct dispatch *d, struct err *err)
{
	str_auto *path = worker_db_path(d->ctx);

	d->db = db_open(path, err);
	if (!d->db)
		return -1;
	trouble_begin_anew(&d->store_trouble, d->db);
	/* Who died between a commit and its wake-up may have been us. */
	wake_up(&d->ctx->wake, WORKER_OFFICE);
	wake_up(&d->ctx->wake, WORKER_INTAKE);
	if (delivery_clock_went_back(d->db, clock_now(), err) < 0 ||
		delivery_find_interrupted(d->db, clock_now(),
			d->settings->smtp.unknown_grace_seconds, err) < 0)
		return -1;
	d->sender = sender_new(d->db, d->settings, open_session, d, clock_now(), err);
	return d->sender ? 0 : -1;
}

static int finish(struct dispatch *d)
{
	bool trouble = sender_tally(d->sender).trouble_pause || d->store_trouble.pause;

	sender_free(d->sender);
	server_access_deinit(&d->access);
	db_free(d->db);
	return d->ctx->once ? (int)worker_result(d->did_something, trouble)
			    : WORKER_ENDED;
}

int dispatch_main(const struct worker_context *ctx)
{
	struct err err = ERR_INIT;
	struct dispatch d = {.ctx = ctx,
		.settings = &ctx->config->settings,
		.access = server_access_smtp(&ctx->config->settings, ctx->state_dir),
		.store_trouble = {
			.who = "dispatch", .what = "store", .first = 1, .longest = 60}};

	worker_begin(ctx, WORKER_DISPATCH);
	/* Pieces of large mails are given back, whatever came before. */
	mallopt(M_MMAP_THRESHOLD, MALLOC_LARGE);
	if (stream_init() < 0 || sodium_init() < 0 || start(&d, &err) < 0) {
		log_event(LOG_LEVEL_ERROR, "cannot-start", "why=%s", err.text);
		db_free(d.db);
		return err.kind == ERR_PERM ? WORKER_FAILED : WORKER_TRY_LATER;
	}
	if (ctx->once)
		run_once(&d);
	else
		run(&d);
	return finish(&d);
}

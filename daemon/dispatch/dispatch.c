#include "dispatch/dispatch.h"

#include <sodium.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "dispatch/bucket.h"
#include "dispatch/lane.h"
#include "dispatch/unknown.h"
#include "dispatch/verdict.h"
#include "net/stream.h"
#include "store/db.h"
#include "store/delivery-move.h"
#include "store/delivery.h"

/* A connection is kept through pauses up to this long. */
#define KEEP_OPEN_MS 30000
#define ONCE_RETRIES 1

struct dispatch {
	const struct worker_context *ctx;
	const struct settings *settings;
	struct db *db;
	struct bucket bucket;
	struct lane lane; /* one for now; each would run step_send of its own */
	struct trouble store_trouble;
	/* A result the store could not take yet; nothing else is done before it is
	 * there. */
	struct verdict unrecorded;
	struct smtp_reply unrecorded_reply;
	int64_t unrecorded_id; /* 0: none */
	bool did_something;
	int lane_tries; /* with once */
};

static const char *outcome_name(const struct verdict *v)
{
	return v->gives_up ? "failed" : delivery_state_name(v->result.state);
}

/* ---- recording ---- */

static int record_in(struct dispatch *d, int64_t now, struct err *err)
{
	int64_t id = d->unrecorded_id;
	const struct verdict *v = &d->unrecorded;

	if (delivery_record(d->db, id, &v->result, now, err) < 0)
		return -1;
	return v->gives_up ? delivery_move(d->db, id, DELIVERY_FAILED, v->result.reply,
				     now, err)
			   : 0;
}

static int record(struct dispatch *d, int64_t now, struct err *err)
{
	if (db_begin(d->db, err) < 0)
		return -1;
	if (record_in(d, now, err) < 0 || db_commit(d->db, err) < 0) {
		db_rollback(d->db);
		return -1;
	}
	return 0;
}

static void say_result(const struct dispatch *d)
{
	enum delivery_state state = d->unrecorded.result.state;

	log_event(state == DELIVERY_SENT ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING,
		outcome_name(&d->unrecorded), "delivery=%lld reply=%s",
		(long long)d->unrecorded_id, d->unrecorded_reply.text);
	wake_up(&d->ctx->wake, WORKER_OFFICE);
	if (d->unrecorded.result.with_sent_copy)
		wake_up(&d->ctx->wake, WORKER_INTAKE);
}

/* 0 nothing is left to record, -1. */
static int flush_record(struct dispatch *d, int64_t now, struct err *err)
{
	if (!d->unrecorded_id)
		return 0;
	int done = record(d, now, err);
	if (done < 0 && err->kind == ERR_TEMP)
		return -1;
	if (done == 0)
		say_result(d);
	else
		log_event(LOG_LEVEL_ERROR, "cannot-record", "delivery=%lld why=%s",
			(long long)d->unrecorded_id, err->text);
	d->unrecorded_id = 0;
	d->did_something = true;
	return done;
}

static void keep_verdict(
	struct dispatch *d, const struct delivery *delivery, int64_t now)
{
	int64_t pause = trouble_left(&d->lane.trouble, now);

	d->unrecorded_id = delivery->id;
	d->unrecorded = verdict_of(&d->unrecorded_reply, delivery, d->settings, now,
		pause, randombytes_random());
}

/* ---- steps: 1 did something, 0 nothing to do now, -1 the store is in trouble ---- */

static int send_claimed(struct dispatch *d, const struct delivery *delivery,
	int64_t now, struct err *err)
{
	struct smtp_reply *reply = &d->unrecorded_reply;
	buf_auto mail = BUF_EMPTY;

	*reply = (struct smtp_reply){.outcome = SMTP_REFUSED};
	if (delivery_read(d->db, delivery->id, &mail, err) == 0)
		lane_send(&d->lane, d->db, d->settings, delivery, &mail, now, reply);
	else if (err->kind == ERR_PERM)
		snprintf(reply->text, sizeof(reply->text), "not sent: %s", err->text);
	else
		*reply = (struct smtp_reply){.outcome = SMTP_DEFERRED, .is_lane = true};
	keep_verdict(d, delivery, now);
	return flush_record(d, clock_now(), err) < 0 ? -1 : 1;
}

static bool may_send(struct dispatch *d, int64_t now)
{
	return trouble_left(&d->lane.trouble, now) == 0 &&
	       bucket_wait_ms(&d->bucket, clock_monotonic_ms()) == 0;
}

static int step_send(struct dispatch *d, int64_t now, struct err *err)
{
	int64_t next_at = 0;
	delivery_auto delivery = DELIVERY_EMPTY;

	if (!may_send(d, now) || delivery_next_due_at(d->db, &next_at, err) < 0)
		return err->kind == ERR_NONE ? 0 : -1;
	if (!next_at || next_at > now)
		return 0;
	/* Connected before it is claimed: a server that is away costs no delivery a
	 * try. */
	if (lane_open(&d->lane, d->db, d->settings, now) < 0)
		return 0;
	int found = delivery_claim(d->db, now, &delivery, err);
	if (found < 1)
		return found;
	bucket_take(&d->bucket);
	return send_claimed(d, &delivery, now, err);
}

static int step(struct dispatch *d, int64_t now, struct err *err)
{
	if (flush_record(d, now, err) < 0)
		return -1;
	int done = unknown_step(d->db, d->settings, &d->ctx->wake, now, err);
	if (done < 0)
		return -1;
	if (done)
		d->did_something = true;
	return done ? 1 : step_send(d, now, err);
}

/* All that can be done now. */
static void work(struct dispatch *d)
{
	int more = 1;

	while (more > 0 && !worker_should_stop()) {
		struct err err = ERR_INIT;
		int64_t now = clock_now();

		worker_beat(d->ctx);
		more = step(d, now, &err);
		if (more < 0)
			trouble_met(&d->store_trouble, d->db, &err, now);
		else
			trouble_over(&d->store_trouble, d->db, now);
	}
}

/* ---- waiting ---- */

static int64_t max_of(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Milliseconds until there may be something to do; -1: only when called. */
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
	int64_t lane = 1000 * trouble_left(&d->lane.trouble, now);
	return max_of(
		due, max_of(lane, bucket_wait_ms(&d->bucket, clock_monotonic_ms())));
}

static void run(struct dispatch *d)
{
	while (!worker_should_stop()) {
		work(d);
		int64_t wait = wait_ms(d, clock_now());
		if (wait < 0 || wait > KEEP_OPEN_MS)
			lane_close(&d->lane);
		worker_wait(d->ctx, WORKER_DISPATCH, NULL, 0, wait);
	}
}

/* Something is due now, or when trouble may have passed: worth to wait for, once. */
static bool has_more(struct dispatch *d, int64_t now)
{
	struct err err = ERR_INIT;
	int64_t next_at = 0;
	bool trouble = d->lane.trouble.pause || d->store_trouble.pause;
	int64_t horizon = now + trouble_left(&d->lane.trouble, now) +
			  trouble_left(&d->store_trouble, now);

	/* A certificate or a password does not get better by waiting. */
	if (d->lane.trouble.pause && d->lane.trouble.said == ERR_PERM)
		return false;
	if (trouble && d->lane_tries++ == ONCE_RETRIES)
		return false;
	if (delivery_next_due_at(d->db, &next_at, &err) < 0)
		return trouble;
	return next_at && next_at <= horizon;
}

static void run_once(struct dispatch *d)
{
	work(d);
	while (!worker_should_stop() && has_more(d, clock_now())) {
		worker_wait(d->ctx, WORKER_DISPATCH, NULL, 0, wait_ms(d, clock_now()));
		work(d);
	}
}

/* ---- life ---- */

static int start(struct dispatch *d, struct err *err)
{
	str_auto *path = worker_db_path(d->ctx);

	d->db = db_open(path, err);
	if (!d->db)
		return -1;
	/* Who died between a commit and its wake-up may have been us. */
	wake_up(&d->ctx->wake, WORKER_OFFICE);
	wake_up(&d->ctx->wake, WORKER_INTAKE);
	return delivery_find_interrupted(
		d->db, clock_now(), d->settings->smtp.unknown_grace_seconds, err);
}

static int finish(struct dispatch *d)
{
	bool trouble = d->lane.trouble.pause || d->store_trouble.pause;

	lane_close(&d->lane);
	db_free(d->db);
	return d->ctx->once ? (int)worker_result(d->did_something, trouble)
			    : WORKER_ENDED;
}

int dispatch_main(const struct worker_context *ctx)
{
	struct err err = ERR_INIT;
	struct dispatch d = {.ctx = ctx,
		.settings = &ctx->config->settings,
		.lane = LANE_NEW,
		.store_trouble = {
			.who = "dispatch", .what = "store", .first = 1, .longest = 60}};

	worker_begin(ctx, WORKER_DISPATCH);
	if (stream_init() < 0 || sodium_init() < 0 || start(&d, &err) < 0) {
		log_event(LOG_LEVEL_ERROR, "cannot-start", "why=%s", err.text);
		db_free(d.db);
		return err.kind == ERR_PERM ? WORKER_FAILED : WORKER_TRY_LATER;
	}
	d.bucket =
		bucket_full(d.settings->smtp.messages_per_minute, clock_monotonic_ms());
	if (ctx->once)
		run_once(&d);
	else
		run(&d);
	return finish(&d);
}

#include "intake/intake.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "intake/calendars.h"
#include "intake/links.h"
#include "intake/mailbox.h"
#include "intake/subscriptions.h"
#include "net/stream.h"
#include "store/db.h"
#include "store/mailbox-request.h"

/* Requests that are done before the mailbox is looked into again. */
#define REQUESTS_IN_A_ROW 50

struct intake {
	const struct worker_context *ctx;
	struct db *db;
	struct mailbox mailbox;
	struct calendars calendars;
	struct subscriptions subscriptions;
	struct links links;
	struct trouble store_trouble;
	int64_t look_at; /* when the mailbox is looked at unasked (idle or poll) */
	int64_t seen_at; /* what the clock said last; 0: not yet */
	bool did_something;
};

/* ---- steps ---- */

static void note_store(struct intake *in, bool ok, const struct err *err, int64_t now)
{
	worker_note_store(in->ctx, &in->store_trouble, in->db, ok ? NULL : err, now);
}

static void work_calendars(struct intake *in, int64_t now)
{
	struct err err = ERR_INIT;
	bool retry = in->calendars.trouble.pause &&
		     trouble_left(&in->calendars.trouble, now) == 0;

	if (!in->calendars.is_due && !retry)
		return;
	int done = calendars_scan(&in->calendars, in->db, now, &err);
	if (done) /* nothing to keep says nothing of the store */
		note_store(in, done > 0, &err, now);
	if (done > 0) {
		in->did_something = true;
		wake_up(&in->ctx->wake, WORKER_OFFICE);
	}
}

/* One question to one calendar server: mail does not wait long for it. */
static void work_subscriptions(struct intake *in, int64_t now)
{
	struct err err = ERR_INIT;

	if (subscriptions_left(&in->subscriptions, now) != 0 ||
		trouble_left(&in->store_trouble, now) != 0)
		return;
	int done = subscriptions_step(&in->subscriptions, now, &err);
	if (done)
		note_store(in, done > 0, &err, clock_now());
	if (done > 0) {
		in->did_something = true;
		wake_up(&in->ctx->wake, WORKER_OFFICE);
	}
}

/* What entries have attached by its address: one at a time, mail between any two. */
static void work_links(struct intake *in, int64_t now)
{
	struct err err = ERR_INIT;

	if (trouble_left(&in->store_trouble, now) != 0)
		return;
	worker_beat(in->ctx);
	int done = links_step(&in->links, in->db, now, &err);
	if (done)
		note_store(in, done > 0, &err, clock_now());
	if (done > 0) {
		in->did_something = true;
		wake_up(&in->ctx->wake, WORKER_OFFICE);
	}
}

/* What others have asked for, but new mail does not wait for all of it. */
static enum step do_requests(struct intake *in, enum step done, struct err *err)
{
	struct mailbox *m = &in->mailbox;

	for (int left = REQUESTS_IN_A_ROW; left > 0 && !worker_should_stop();) {
		int count = 1;
		worker_beat(in->ctx);
		enum step asked = mailbox_open(m, clock_now(), err);
		if (asked == STEP_NOTHING)
			asked = mailbox_do_requests(m, clock_now(), &count, err);
		if (asked == STEP_NOTHING)
			break;
		left -= count;
		done = asked;
		in->did_something = true;
		if (done != STEP_DONE)
			break;
	}
	return done;
}

/* One round: some of what is new in the mailbox, then some requests. STEP_DONE: there
 * may be more. */
static enum step mailbox_round(struct intake *in, struct err *err)
{
	enum step done = mailbox_open(&in->mailbox, clock_now(), err);

	worker_beat(in->ctx);
	if (done == STEP_NOTHING)
		done = mailbox_fetch(&in->mailbox, clock_now(), err);
	if (done == STEP_NOTHING || done == STEP_DONE)
		done = do_requests(in, done, err);
	return done;
}

static void settle(
	struct intake *in, enum step done, const struct err *err, int64_t now)
{
	switch (done) {
	case STEP_LOST:
		trouble_met(&in->mailbox.trouble, in->db, err, now);
		break;
	case STEP_STORE:
		note_store(in, false, err, now);
		break;
	case STEP_DONE:
		in->did_something = true;
		/* fall through */
	case STEP_NOTHING:
		trouble_over(&in->mailbox.trouble, in->db, now);
		note_store(in, true, err, now);
		break;
	}
}

static int64_t longest_wait(const struct intake *in)
{
	const struct imap_settings *s = in->mailbox.settings;

	return 60 * (in->mailbox.is_idling ? s->idle_minutes : s->poll_minutes);
}

/* Until there is nothing left to do and the server watches for us. */
static void work_mailbox(struct intake *in)
{
	enum step done = STEP_DONE;

	if (in->look_at <= clock_now())
		mailbox_doubt(&in->mailbox);
	while (done == STEP_DONE && !worker_should_stop()) {
		struct err err = ERR_INIT;

		done = mailbox_round(in, &err);
		if (done == STEP_NOTHING && !in->ctx->once)
			done = mailbox_idle(&in->mailbox, &err);
		settle(in, done, &err, clock_now());
	}
	in->look_at = clock_now() + longest_wait(in);
}

/* ---- waiting ---- */

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Seconds until the mailbox is to be looked at; 0 now. Clocks jump: what is further
 * away than it can have been planned is due. */
static int64_t mailbox_left(struct intake *in, int64_t now)
{
	struct err err = ERR_INIT;
	int64_t request_at = 0;
	int64_t left = trouble_left(&in->mailbox.trouble, now);

	if (in->mailbox.trouble.pause)
		return left;
	left = in->look_at - now;
	if (left > longest_wait(in))
		left = 0;
	if (mailbox_request_next_due_at(in->db, &request_at, &err) == 0 && request_at)
		left = smaller(left, request_at - now);
	return left > 0 ? left : 0;
}

static int64_t wait_seconds(struct intake *in, int64_t now)
{
	int64_t left = mailbox_left(in, now);

	/* Its next try is the next mail, which a server that is away keeps waiting. */
	if (in->store_trouble.pause)
		return larger(trouble_left(&in->store_trouble, now),
			trouble_left(&in->mailbox.trouble, now));
	if (in->calendars.trouble.pause)
		left = smaller(left, trouble_left(&in->calendars.trouble, now));
	if (in->subscriptions.count)
		left = smaller(left, subscriptions_left(&in->subscriptions, now));
	int64_t link = links_left(&in->links, in->db, now);
	return link < 0 ? left : smaller(left, link);
}

/* True where the mailbox has to be looked at. */
static bool wait_for_work(struct intake *in)
{
	struct err err = ERR_INIT;
	int64_t now = clock_now();
	int fds[] = {mailbox_fd(&in->mailbox), in->calendars.watch_fd};
	enum wake_reason why = worker_wait(
		in->ctx, WORKER_INTAKE, fds, 2, 1000 * wait_seconds(in, now));

	calendars_take_events(&in->calendars);
	now = clock_now();
	enum step news = mailbox_take_news(&in->mailbox, &err);
	if (news == STEP_LOST)
		settle(in, news, &err, now);
	return why == WAKE_CALLED || news == STEP_DONE || in->store_trouble.pause ||
	       mailbox_left(in, now) == 0;
}

static bool may_use_mailbox(struct intake *in, int64_t now)
{
	return trouble_left(&in->mailbox.trouble, now) == 0 &&
	       trouble_left(&in->store_trouble, now) == 0;
}

/* A clock that was ahead, now or before the start, has named hours that are far away.
 */
static void look_at_clock(struct intake *in, int64_t now)
{
	struct err ignored = ERR_INIT;

	if (!in->seen_at || now < in->seen_at)
		mailbox_request_clock_went_back(in->db, now, &ignored);
	in->seen_at = now;
}

static void run(struct intake *in)
{
	bool look = true;

	while (!worker_should_stop()) {
		int64_t now = clock_now();

		worker_beat(in->ctx);
		look_at_clock(in, now);
		if (trouble_left(&in->store_trouble, now) == 0)
			work_calendars(in, now);
		if (look && may_use_mailbox(in, now))
			work_mailbox(in);
		work_subscriptions(in, clock_now());
		work_links(in, clock_now());
		look = wait_for_work(in);
	}
}

/* ---- life ---- */

static int finish(struct intake *in)
{
	bool trouble = in->mailbox.trouble.pause || in->calendars.trouble.pause ||
		       in->store_trouble.pause;

	/* A calendar server that is away keeps no mail from being worked on. */
	if (!in->did_something && subscriptions_have_trouble(&in->subscriptions))
		trouble = true;
	subscriptions_deinit(&in->subscriptions);
	links_deinit(&in->links);
	mailbox_deinit(&in->mailbox);
	calendars_deinit(&in->calendars);
	db_free(in->db);
	return in->ctx->once ? (int)worker_result(in->did_something, trouble)
			     : WORKER_ENDED;
}

/* Each of them once. */
static void work_all_subscriptions(struct intake *in)
{
	while (!worker_should_stop() && !in->store_trouble.pause &&
		subscriptions_left(&in->subscriptions, clock_now()) == 0)
		work_subscriptions(in, clock_now());
}

static void work_all_links(struct intake *in)
{
	while (!worker_should_stop() && !in->store_trouble.pause &&
		links_left(&in->links, in->db, clock_now()) == 0)
		work_links(in, clock_now());
}

static int cannot_start(const struct err *err)
{
	log_event(LOG_LEVEL_ERROR, "cannot-start", "why=%s", err->text);
	return err->kind == ERR_PERM ? WORKER_FAILED : WORKER_TRY_LATER;
}

int intake_main(const struct worker_context *ctx)
{
	struct err err = ERR_INIT;
	struct intake in = {.ctx = ctx,
		.store_trouble = {
			.who = "intake", .what = "store", .first = 1, .longest = 60}};

	worker_begin(ctx, WORKER_INTAKE);
	str_auto *path = worker_db_path(ctx);
	if (stream_init() < 0)
		err_set(&err, ERR_TEMP, "libcurl cannot start");
	else
		in.db = db_open(path, &err);
	if (!in.db)
		return cannot_start(&err);
	/* Who died between a commit and its wake-up may have been us. */
	wake_up(&ctx->wake, WORKER_OFFICE);
	in.mailbox = mailbox_new(ctx, in.db);
	in.calendars = calendars_new(&ctx->config->settings);
	in.subscriptions = subscriptions_new(ctx, in.db);
	in.links = links_new(ctx);
	trouble_resume(&in.mailbox.trouble, in.db, clock_now());
	trouble_resume(&in.calendars.trouble, in.db, clock_now());
	trouble_begin_anew(&in.store_trouble, in.db);
	if (ctx->once) {
		look_at_clock(&in, clock_now());
		work_calendars(&in, clock_now());
		work_mailbox(&in);
		work_all_subscriptions(&in);
		work_all_links(&in);
	} else {
		run(&in);
	}
	return finish(&in);
}

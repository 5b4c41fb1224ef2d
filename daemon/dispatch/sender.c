#include "dispatch/sender.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "dispatch/lane.h"
#include "dispatch/pace.h"
#include "dispatch/verdict.h"
#include "duty/trouble.h"
#include "store/db.h"
#include "store/delivery-move.h"

#define HOUR 3600
#define OVERDUE_AT_ONCE 100
/* So long a result waits for those of other lanes that are about to come: less than
 * the commit takes that they then share. */
#define GATHER_MS 2

struct sender {
	struct db *db;
	const struct settings *settings;
	sender_open_fn open;
	void *context;
	struct pace pace;
	struct trouble trouble; /* of the server: no lane gets through */
	struct lane lanes[SENDER_LANES_MAX];
	size_t lane_count;
	bool has_more;	       /* the last claim found as much as it wanted */
	int64_t gathers_until; /* monotonic ms; 0: there is nothing to commit */
	struct sender_tally tally;
};

static const struct trouble no_trouble = {
	.who = "dispatch", .what = "smtp", .first = 5, .longest = 300};

struct sender *sender_new(struct db *db, const struct settings *settings,
	sender_open_fn open, void *context, int64_t now, struct err *err)
{
	sender_auto *s = xcalloc(1, sizeof(*s));
	size_t count = (size_t)settings->smtp.connections;

	s->db = db;
	s->settings = settings;
	s->open = open;
	s->context = context;
	s->trouble = no_trouble;
	s->lane_count = count < SENDER_LANES_MAX ? count : SENDER_LANES_MAX;
	trouble_resume(&s->trouble, db, now);
	if (pace_start(&s->pace, db, &settings->smtp, now, clock_monotonic_ms(), err) <
		0)
		return NULL;
	return TAKE(s);
}

static size_t count_on_way(const struct sender *s)
{
	size_t count = 0;

	for (size_t i = 0; i < s->lane_count; i++)
		count += s->lanes[i].count;
	return count;
}

/* ---- trouble ---- */

static bool has_other_way(const struct sender *s, const struct lane *lane)
{
	for (size_t i = 0; i < s->lane_count; i++) {
		const struct lane *other = &s->lanes[i];
		if (other != lane && lane_is_open(other) && !other->pause)
			return true;
	}
	return false;
}

/* Tried for as long as the settings allow without the server taking anything. */
static void fail_overdue(struct sender *s, const char *words, int64_t now)
{
	struct err err = ERR_INIT;
	int64_t patience = (int64_t)s->settings->smtp.retry_hours * HOUR;
	int count;

	if (now - s->trouble.since < patience)
		return;
	do {
		count = delivery_fail_overdue(
			s->db, now - patience, words, OVERDUE_AT_ONCE, now, &err);
		if (count > 0)
			log_event(LOG_LEVEL_WARNING, "failed",
				"deliveries=%d why=tried-too-long", count);
		s->tally.results += count > 0 ? (uint64_t)count : 0;
	} while (count == OVERDUE_AT_ONCE);
}

/* One lane sent away while others work is that lane's; the last one's is the server's.
 */
static void note_trouble(
	struct sender *s, struct lane *lane, const struct err *why, int64_t now)
{
	lane->is_noted = true;
	lane_pause_grow(lane, now);
	if (has_other_way(s, lane) || trouble_left(&s->trouble, now) > 0)
		return;
	trouble_met(&s->trouble, s->db, why, now);
	fail_overdue(s, why->text, now);
}

static void note_good(struct sender *s, struct lane *lane, int64_t now)
{
	lane->pause = 0;
	trouble_over(&s->trouble, s->db, now);
}

static void look_at_result(
	struct sender *s, struct lane *lane, const struct smtp_reply *r, int64_t now)
{
	struct err why = ERR_INIT;

	/* A server that ends behind each final dot would make all there is unknown. */
	if (!r->is_lane && r->outcome != SMTP_UNKNOWN) {
		note_good(s, lane, now);
		return;
	}
	if (lane->is_noted)
		return;
	err_set(&why, ERR_TEMP, "%.200s", r->text);
	note_trouble(s, lane, &why, now);
}

static void look_at_lane(struct sender *s, struct lane *lane, int64_t now)
{
	if (!lane->smtp)
		return;
	lane->was_open = lane->was_open || smtp_state(lane->smtp) == SMTP_OPEN;
	const struct smtp_reply *r = smtp_result(lane->smtp);
	if (r)
		look_at_result(s, lane, r, now);
	bool has_ended = smtp_state(lane->smtp) == SMTP_ENDED && !lane->count;
	/* A server may close what rests. */
	if (has_ended && !lane->was_open && !lane->is_noted)
		note_trouble(s, lane, smtp_why(lane->smtp), now);
	bool is_done = lane->carried >= s->settings->smtp.messages_per_connection;
	if (has_ended || (!lane->count && (is_done || lane_pause_left(lane, now))))
		lane_close(lane);
}

/* ---- connections ---- */

static void open_lane(struct sender *s, struct lane *lane, int64_t now)
{
	struct err err = ERR_INIT;

	lane_close(lane);
	lane->smtp = s->open(s->context, &err);
	if (lane->smtp)
		smtp_work(lane->smtp);
	else
		note_trouble(s, lane, &err, now);
}

/* A lane is wanted when there is more than the open ones can take. 1, 0, -1. */
static int wants_lane(struct sender *s, size_t open, int64_t now, struct err *err)
{
	int64_t wait = 0;

	if (trouble_left(&s->trouble, now) ||
		(open && (s->trouble.pause || !s->has_more)))
		return 0;
	int due = open ? 1 : delivery_is_due(s->db, now, err);
	if (due < 1)
		return due;
	if (pace_wait(&s->pace, s->db, (int)count_on_way(s), now, clock_monotonic_ms(),
		    &wait, err) < 0)
		return -1;
	return wait == 0;
}

/* Opened one after the other, and before anything is claimed for it: a server that is
 * away costs no delivery a try. */
static int open_lanes(struct sender *s, int64_t now, struct err *err)
{
	struct lane *free_lane = NULL;
	size_t open = 0;

	for (size_t i = 0; i < s->lane_count; i++) {
		struct lane *lane = &s->lanes[i];
		if (lane->smtp && smtp_state(lane->smtp) == SMTP_OPENING)
			return 0;
		if (lane->smtp && lane_room(lane) > 0 && !lane->count)
			return 0;
		open += lane->smtp != NULL;
		if (!lane->smtp && !free_lane && !lane_pause_left(lane, now))
			free_lane = lane;
	}
	int wanted = free_lane ? wants_lane(s, open, now, err) : 0;
	if (wanted == 1)
		open_lane(s, free_lane, now);
	return wanted;
}

/* ---- the transaction ---- */

static int record_one(struct sender *s, struct lane *lane, int64_t now, struct err *err)
{
	const struct smtp_reply *r = smtp_result(lane->smtp);
	const struct delivery *d = &lane->cargo[0]->delivery;
	int64_t server = trouble_left(&s->trouble, now);
	int64_t own = lane_pause_left(lane, now);
	struct verdict v = verdict_of(r, d, s->settings, now,
		server > own ? server : own, randombytes_random);

	if (delivery_record(s->db, d->id, &v.result, now, err) < 0)
		return -1;
	if (v.gives_up && delivery_move(s->db, d->id, DELIVERY_FAILED, v.result.reply,
				  now, err) < 0)
		return -1;
	return 0;
}

static int record_all(struct sender *s, int64_t now, struct err *err)
{
	for (size_t i = 0; i < s->lane_count; i++) {
		struct lane *lane = &s->lanes[i];
		if (lane->smtp && smtp_result(lane->smtp) &&
			record_one(s, lane, now, err) < 0)
			return -1;
	}
	return 0;
}

/* What a lane can take; while the server is in trouble, one mail to try it with. */
static size_t wanted(const struct sender *s, const struct lane *lane, int64_t now)
{
	int most = s->settings->smtp.messages_per_connection;
	size_t room = lane_room(lane);
	size_t left = lane->carried < most ? (size_t)(most - lane->carried) : 0;

	if (lane_pause_left(lane, now) || trouble_left(&s->trouble, now))
		return 0;
	if (s->trouble.pause)
		return count_on_way(s) == 0 && room && left;
	return room < left ? room : left;
}

static bool wants_any(const struct sender *s, int64_t now)
{
	for (size_t i = 0; i < s->lane_count; i++)
		if (wanted(s, &s->lanes[i], now))
			return true;
	return false;
}

static bool has_results(const struct sender *s)
{
	for (size_t i = 0; i < s->lane_count; i++)
		if (s->lanes[i].smtp && smtp_result(s->lanes[i].smtp))
			return true;
	return false;
}

/* A result is there, and others may be before a commit of its own would be over. */
static bool gathers(struct sender *s)
{
	int64_t now_ms = clock_monotonic_ms();

	if (!s->gathers_until)
		s->gathers_until = now_ms + GATHER_MS;
	if (now_ms >= s->gathers_until)
		return false;
	for (size_t i = 0; i < s->lane_count; i++)
		if (s->lanes[i].smtp && smtp_awaits_result(s->lanes[i].smtp))
			return true;
	return false;
}

/* 1 one more may be claimed, 0 not now, -1. */
static int may_go(struct sender *s, size_t claimed, int64_t now, struct err *err)
{
	int64_t wait = 0;
	int on_way = (int)(count_on_way(s) + claimed);

	if (pace_wait(&s->pace, s->db, on_way, now, clock_monotonic_ms(), &wait, err) <
		0)
		return -1;
	return wait == 0;
}

/* 1 claimed, 0 there is none, -1. */
static int claim_one(struct sender *s, struct lane *lane, int64_t now, struct err *err)
{
	struct cargo *cargo = NULL;
	int failed = 0;
	int got = cargo_claim(&cargo, &failed, s->db, now, err);

	s->tally.results += (uint64_t)failed;
	if (got == 1)
		lane->claimed[lane->claimed_count++] = cargo;
	return got;
}

/* First one for each lane, then the next for each. Count or -1. */
static int claim_all(struct sender *s, int64_t now, struct err *err)
{
	size_t claimed = 0;

	s->has_more = true;
	for (size_t round = 0; round < LANE_CARGO; round++)
		for (size_t i = 0; i < s->lane_count; i++) {
			struct lane *lane = &s->lanes[i];
			if (wanted(s, lane, now) <= lane->claimed_count)
				continue;
			if (s->trouble.pause && claimed)
				continue;
			int go = may_go(s, claimed, now, err);
			int got = go == 1 ? claim_one(s, lane, now, err) : go;
			if (got < 1) {
				s->has_more = false;
				return got < 0 ? -1 : (int)claimed;
			}
			pace_take(&s->pace);
			claimed++;
		}
	return (int)claimed;
}

static int commit_all(struct sender *s, bool may_claim, int64_t now, struct err *err)
{
	if (db_begin(s->db, err) < 0)
		return -1;
	int claimed = 0;
	if (record_all(s, now, err) < 0 ||
		(may_claim && (claimed = claim_all(s, now, err)) < 0) ||
		db_commit(s->db, err) < 0) {
		db_rollback(s->db);
		for (size_t i = 0; i < s->lane_count; i++)
			lane_drop_claimed(&s->lanes[i]);
		return -1;
	}
	return claimed;
}

/* ---- after the commit ---- */

static void say_result(struct sender *s, const struct lane *lane)
{
	const struct smtp_reply *r = smtp_result(lane->smtp);
	bool is_sent = r->outcome == SMTP_ACCEPTED;

	log_event(is_sent ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING,
		verdict_outcome_name(r->outcome), "delivery=%lld reply=%s",
		(long long)lane->cargo[0]->delivery.id, r->text);
	s->tally.results++;
	s->tally.copies += is_sent && s->settings->imap.sent_copy;
}

static void go_on(struct sender *s, struct lane *lane, int64_t now)
{
	if (!lane->smtp)
		return;
	if (smtp_result(lane->smtp)) {
		say_result(s, lane);
		lane_take(lane);
	}
	lane_offer(lane, s->settings);
	smtp_work(lane->smtp);
	look_at_lane(s, lane, now);
}

int sender_turn(struct sender *s, bool may_claim, int64_t now, struct err *err)
{
	for (size_t i = 0; i < s->lane_count; i++)
		if (s->lanes[i].smtp)
			smtp_work(s->lanes[i].smtp);
	for (size_t i = 0; i < s->lane_count; i++)
		look_at_lane(s, &s->lanes[i], now);
	int opened = may_claim ? open_lanes(s, now, err) : 0;
	if (opened < 0)
		return -1;
	bool has_result = has_results(s);
	if (has_result && gathers(s))
		return opened;
	s->gathers_until = 0;
	int due = !has_result && may_claim && wants_any(s, now)
			  ? delivery_is_due(s->db, now, err)
			  : has_result;
	if (due < 1)
		return due < 0 ? -1 : opened;
	int claimed = commit_all(s, may_claim, now, err);
	if (claimed < 0)
		return -1;
	for (size_t i = 0; i < s->lane_count; i++)
		go_on(s, &s->lanes[i], now);
	return opened || has_result || claimed > 0;
}

/* ---- waiting ---- */

bool sender_is_busy(const struct sender *s)
{
	for (size_t i = 0; i < s->lane_count; i++) {
		const struct lane *lane = &s->lanes[i];
		if (lane->count ||
			(lane->smtp && smtp_state(lane->smtp) == SMTP_OPENING))
			return true;
	}
	return false;
}

int64_t sender_poll(
	struct sender *s, struct pollfd *fds, size_t *ret_count, int64_t now)
{
	int64_t first = -1;

	(void)now;
	*ret_count = 0;
	if (s->gathers_until)
		first = GATHER_MS;
	for (size_t i = 0; i < s->lane_count; i++) {
		if (!s->lanes[i].smtp)
			continue;
		int64_t ms = smtp_poll(s->lanes[i].smtp, &fds[(*ret_count)++]);
		if (ms >= 0 && (first < 0 || ms < first))
			first = ms;
	}
	return first;
}

int64_t sender_wait_ms(struct sender *s, int64_t now, struct err *err)
{
	int64_t pace = 0, lanes = INT64_MAX;

	for (size_t i = 0; i < s->lane_count; i++) {
		int64_t left = lane_pause_left(&s->lanes[i], now);
		lanes = left < lanes ? left : lanes;
	}
	if (pace_wait(&s->pace, s->db, (int)count_on_way(s), now, clock_monotonic_ms(),
		    &pace, err) < 0)
		return -1;
	int64_t server = trouble_left(&s->trouble, now);
	int64_t pause = 1000 * (server > lanes ? server : lanes);
	return pause > pace ? pause : pace;
}

void sender_forget_trouble(struct sender *s)
{
	trouble_begin_anew(&s->trouble, s->db);
}

void sender_rest(struct sender *s)
{
	for (size_t i = 0; i < s->lane_count; i++)
		if (!s->lanes[i].count)
			lane_close(&s->lanes[i]);
}

struct sender_tally sender_tally(const struct sender *s)
{
	struct sender_tally tally = s->tally;

	tally.trouble_pause = s->trouble.pause;
	tally.trouble_kind = s->trouble.said;
	tally.trouble_since = s->trouble.pause ? s->trouble.since : 0;
	return tally;
}

void sender_free(struct sender *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->lane_count; i++)
		lane_close(&s->lanes[i]);
	free(s);
}

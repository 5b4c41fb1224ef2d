#include <stdlib.h>

#include "base/json.h"
#include "office/batch.h"
#include "office/incoming-inside.h"
#include "office/incoming-work.h"
#include "office/notices.h"
#include "store/incoming-source.h"

/* ---- reading ---- */

void reading_deinit(struct reading *r)
{
	incoming_deinit(&r->in);
	json_decref(r->said);
}

/* -1 where it is none of the mail's doing. */
static int check_outcome(const struct reading *r, struct err *err)
{
	if (r->outcome != READER_CRASHED || r->why.kind != ERR_TEMP)
		return 0;
	*err = r->why;
	return -1;
}

int reading_ask(struct office *o, struct reading *r, struct err *err)
{
	incoming_source_auto source = INCOMING_SOURCE_NONE;

	if (incoming_source_open(o->db, r->in.id, &source, err) < 0)
		return -1;
	const struct content mail = {
		(uint64_t)source.size, incoming_source_read, &source};
	r->outcome = reader_mail(o->reader, &mail, &r->said, &r->why);
	return check_outcome(r, err);
}

/* The reader died or hung: three tries, then the mail is set aside. */
static int count_failure(struct office *o, const struct incoming *in, int tries,
	const char *reason, const struct err *why, int64_t now, struct err *err)
{
	if (tries < o->config->settings.reader.tries)
		return 0;
	return incoming_set_broken(o, in, reason, why->text, now, err);
}

static int conclude(
	struct office *o, const struct reading *r, int64_t now, struct err *err)
{
	switch (r->outcome) {
	case READER_OK:
		return incoming_take(o, &r->in, r->said, now, err);
	case READER_BROKEN:
		return incoming_set_broken(o, &r->in,
			json_str_or(r->said, "broken", "broken-parse"),
			json_str_or(r->said, "what", ""), now, err);
	case READER_SLOW:
		return count_failure(
			o, &r->in, r->tries, "broken-slow", &r->why, now, err);
	case READER_CRASHED:
		break;
	}
	return count_failure(o, &r->in, r->tries, "broken-crash", &r->why, now, err);
}

static int read_mail(
	struct office *o, const struct incoming *in, int64_t now, struct err *err)
{
	reading_auto r = {.why = ERR_INIT};

	if (incoming_get(o->db, in->id, &r.in, err) < 0 ||
		incoming_count_try(o->db, in->id, &r.tries, err) < 0)
		return -1;
	if (r.tries > o->config->settings.reader.tries)
		return incoming_set_broken(o, in, "broken-crash",
			"it was tried too often without an end", now, err);
	return reading_ask(o, &r, err) < 0 ? -1 : conclude(o, &r, now, err);
}

static int note_too_large(
	struct office *o, const struct incoming *in, int64_t now, struct err *err)
{
	const struct incoming_decision decision = {.state = INCOMING_TOO_LARGE,
		.class = "unknown",
		.outcome = "recorded",
		.reason = "too-large"};

	if (db_begin(o->db, err) < 0)
		return -1;
	if (notice_too_large(o, in, now, err) < 0 ||
		incoming_decide(o->db, in->id, &decision, now, err) < 0 ||
		db_commit(o->db, err) < 0) {
		db_rollback(o->db);
		return -1;
	}
	return 0;
}

/* ---- many at once ---- */

/*
 * A flood is read by so many at a time, of so many bytes together, in one commit: all
 * decisions, and the tries of the next ones. What has been tried is read alone the next
 * time, so that a mail that ends the office takes no others with it.
 */
#define TOGETHER 50
#define TOGETHER_BYTES ((int64_t)4 << 20)

/* Mails whose tries are counted, to be read now. */
struct group {
	struct reading list[TOGETHER];
	int count;
};

static void group_clear(struct group *g)
{
	for (int i = 0; i < g->count; i++)
		reading_deinit(&g->list[i]);
	g->count = 0;
}

static void group_free(struct group *g)
{
	group_clear(g);
	free(g);
}
DEFINE_FREEP(group, struct group, group_free)
#define group_auto __attribute__((cleanup(group_freep))) struct group

/* In the caller's transaction. 0, or -1 and g is empty. */
static int count_tries(struct office *o, const int64_t *ids, int count, struct group *g,
	struct err *err)
{
	while (g->count < count) {
		struct reading *r = &g->list[g->count];
		*r = (struct reading){.why = ERR_INIT};
		if (incoming_get(o->db, ids[g->count++], &r->in, err) < 0 ||
			incoming_count_try(o->db, r->in.id, &r->tries, err) < 0) {
			group_clear(g);
			return -1;
		}
	}
	return 0;
}

/* Count of those that can be read together, 0 where it would be one, -1. */
static int find_group(struct office *o, int64_t *ret_ids, struct err *err)
{
	int many = incoming_next_many(o->db, TOGETHER_BYTES, ret_ids, TOGETHER, err);

	return many == 1 ? 0 : many;
}

/* With nothing to decide before. 0 or -1. */
static int begin_group(struct office *o, struct group *g, struct err *err)
{
	int64_t ids[TOGETHER];
	int many = find_group(o, ids, err);

	if (many <= 0)
		return many;
	if (db_begin(o->db, err) < 0)
		return -1;
	if (count_tries(o, ids, many, g, err) == 0 && db_commit(o->db, err) == 0)
		return 0;
	db_rollback(o->db);
	group_clear(g);
	return -1;
}

static bool is_small(const struct reading *r)
{
	return r->in.size <= READER_AHEAD;
}

static int give(struct office *o, const struct reading *r, struct err *err)
{
	buf_auto bytes = BUF_EMPTY;

	if (incoming_read(o->db, r->in.id, &bytes, err) < 0)
		return -1;
	reader_mail_put(o->reader, buf_str(&bytes), bytes.len);
	return 0;
}

/* Small ones as far as the next: the reader has it while its answer about this one is
 * dealt with. */
static int give_some(struct office *o, const struct group *g, int at, int *ret_given,
	struct err *err)
{
	int given = *ret_given > at ? *ret_given : at;

	for (; given < g->count && given <= at + 1; given++) {
		if (!is_small(&g->list[given]))
			break;
		if (give(o, &g->list[given], err) < 0)
			return -1;
	}
	*ret_given = given;
	return 0;
}

static int take(struct office *o, struct reading *r, struct err *err)
{
	r->outcome = reader_mail_take(o->reader, &r->said, &r->why);
	return check_outcome(r, err);
}

/* Count of those that were read, or -1. */
static int read_group(struct office *o, struct group *g, struct err *err)
{
	int given = 0;
	int done = 0;

	for (; done < g->count && !worker_should_stop(); done++) {
		struct reading *r = &g->list[done];
		if (give_some(o, g, done, &given, err) < 0 ||
			(given > done ? take(o, r, err) : reading_ask(o, r, err)) < 0)
			return err_prefix(err, "mail %s", r->in.register_number);
		worker_beat(o->ctx);
	}
	return done;
}

/* The tries of the next ones, where a batch is open; a stop leaves them untried. */
static int count_next(struct office *o, struct group *next, struct err *err)
{
	int64_t ids[TOGETHER];

	if (!o->batch || worker_should_stop())
		return 0;
	int many = find_group(o, ids, err);
	return many <= 0 ? many : count_tries(o, ids, many, next, err);
}

/* A mail whose handler takes time ends the batch, and the next one begins another. */
static int conclude_all(struct office *o, const struct group *g, int count,
	struct group *next, int64_t now, struct err *err)
{
	for (int i = 0; i < count; i++) {
		const struct reading *r = &g->list[i];
		if ((!o->batch && batch_begin(o, err) < 0) ||
			conclude(o, r, now, err) < 0) {
			batch_drop(o);
			return err_prefix(err, "mail %s", r->in.register_number);
		}
	}
	if (count_next(o, next, err) < 0) {
		batch_drop(o);
		return -1;
	}
	return batch_end(o, err);
}

/* Count of those in g that were decided, or -1. g has the next ones then, if any. */
static int work_group(struct office *o, struct group *g, int64_t now, struct err *err)
{
	group_auto *next = xcalloc(1, sizeof(*next));
	int done = read_group(o, g, err);

	reader_mail_drop(o->reader);
	if (done >= 0 && conclude_all(o, g, done, next, now, err) < 0)
		done = -1;
	group_clear(g);
	if (done < 0)
		return -1;
	*g = *next;
	next->count = 0;
	return done;
}

/* 1, 0 there is none, -1. */
static int work_alone(struct office *o, int64_t now, struct err *err)
{
	incoming_auto in = INCOMING_EMPTY;
	int found = incoming_next(o->db, &in, err);

	if (found <= 0)
		return found;
	int status = in.state == INCOMING_TOO_LARGE ? note_too_large(o, &in, now, err)
						    : read_mail(o, &in, now, err);
	return status < 0 ? err_prefix(err, "mail %s", in.register_number) : 1;
}

int incoming_work(struct office *o, int64_t now, struct err *err)
{
	group_auto *group = xcalloc(1, sizeof(*group));
	int count = 0;

	while (!count || !worker_should_stop()) {
		if (!group->count && begin_group(o, group, err) < 0)
			return -1;
		int done = group->count ? work_group(o, group, now, err)
					: work_alone(o, now, err);
		if (done <= 0)
			return done < 0 ? -1 : count;
		count += done;
		worker_beat(o->ctx);
	}
	return count;
}

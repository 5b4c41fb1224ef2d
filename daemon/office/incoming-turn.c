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

int reading_ask(struct office *o, struct reading *r, struct err *err)
{
	incoming_source_auto source = INCOMING_SOURCE_NONE;

	if (incoming_source_open(o->db, r->in.id, &source, err) < 0)
		return -1;
	const struct content mail = {
		(uint64_t)source.size, incoming_source_read, &source};
	r->outcome = reader_mail(o->reader, &mail, &r->said, &r->why);
	if (r->outcome == READER_CRASHED && r->why.kind == ERR_TEMP) {
		*err = r->why; /* none of the mail's doing */
		return -1;
	}
	return 0;
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
 * A flood is read by so many at a time, of so many bytes together, in two commits: the
 * tries, before the first is asked, and all decisions. What has been tried is read
 * alone the next time, so that a mail that ends the office takes no others with it.
 */
#define TOGETHER 50
#define TOGETHER_BYTES ((int64_t)4 << 20)

static int count_tries(struct office *o, const int64_t *ids, int count,
	struct reading *ret, struct err *err)
{
	if (db_begin(o->db, err) < 0)
		return -1;
	for (int i = 0; i < count; i++) {
		ret[i].why = ERR_INIT;
		if (incoming_get(o->db, ids[i], &ret[i].in, err) < 0 ||
			incoming_count_try(o->db, ids[i], &ret[i].tries, err) < 0) {
			db_rollback(o->db);
			return -1;
		}
	}
	if (db_commit(o->db, err) == 0)
		return 0;
	db_rollback(o->db);
	return -1;
}

/* A mail whose handler takes time ends the batch, and the next one begins another. */
static int conclude_all(struct office *o, const struct reading *list, int count,
	int64_t now, struct err *err)
{
	for (int i = 0; i < count; i++) {
		if ((!o->batch && batch_begin(o, err) < 0) ||
			conclude(o, &list[i], now, err) < 0) {
			batch_drop(o);
			return err_prefix(err, "mail %s", list[i].in.register_number);
		}
	}
	return batch_end(o, err);
}

/* Count of those that were read, or -1. */
static int read_and_conclude(
	struct office *o, struct reading *list, int count, int64_t now, struct err *err)
{
	int done = 0;

	while (done < count && !worker_should_stop()) {
		if (reading_ask(o, &list[done], err) < 0)
			return err_prefix(
				err, "mail %s", list[done].in.register_number);
		done++;
		worker_beat(o->ctx);
	}
	return conclude_all(o, list, done, now, err) < 0 ? -1 : done;
}

static int work_together(
	struct office *o, const int64_t *ids, int count, int64_t now, struct err *err)
{
	struct reading *list = xcalloc((size_t)count, sizeof(*list));
	int done = count_tries(o, ids, count, list, err);

	if (done == 0)
		done = read_and_conclude(o, list, count, now, err);
	for (int i = 0; i < count; i++)
		reading_deinit(&list[i]);
	free(list);
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
	int count = 0;

	while (!count || !worker_should_stop()) {
		int64_t ids[TOGETHER];
		int many =
			incoming_next_many(o->db, TOGETHER_BYTES, ids, TOGETHER, err);
		int done = many > 1   ? work_together(o, ids, many, now, err)
			   : many < 0 ? -1
				      : work_alone(o, now, err);
		if (done <= 0)
			return done < 0 ? -1 : count;
		count += done;
		worker_beat(o->ctx);
	}
	return count;
}

/* What the coordinator has decided is carried out. */
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "office/held-acts.h"
#include "office/incoming-work.h"
#include "store/journal.h"
#include "store/mailbox-request.h"

static bool is_yes(const struct held *held)
{
	return held->state == HELD_RELEASED;
}

/* ---- the mail that asked for it ---- */

static int close_mail(struct office *o, const struct held *held,
	const struct incoming *in, const struct held_result *result, int64_t now,
	struct err *err)
{
	const struct incoming_decision decision = {.state = INCOMING_DONE,
		.class = in->class,
		.outcome = is_yes(held) ? "applied" : "ignored",
		.reason = result->reason,
		.meeting_id = held->meeting_id};

	if (incoming_decide(o->db, in->id, &decision, now, err) < 0)
		return -1;
	return mailbox_request_add(o->db, MAILBOX_MOVE, in->id, 0,
		o->config->settings.imap.handled, now, err);
}

/* ---- carrying out ---- */

static int note(struct office *o, const struct held *held, const char *why, int64_t now,
	struct err *err)
{
	str_auto *detail =
		held->title ? xasprintf("%lld %s", (long long)held->id, held->title)
			    : NULL;
	const struct journal_entry entry = {.who = held->decided_by,
		.what = is_yes(held) ? "released" : "refused",
		.why = why,
		.detail = detail,
		.meeting_id = held->meeting_id,
		.incoming_id = held->incoming_id};

	return journal_add(o->db, &entry, now, err);
}

static int run_act(struct office *o, const struct held *held, const struct incoming *in,
	struct held_result *result, int64_t now, struct err *err)
{
	const struct held_act *act = held_act_find(held->act);
	held_act_fn run = !act ? NULL : is_yes(held) ? act->yes : act->no;

	*result = (struct held_result){.reason = is_yes(held) ? "held-released"
						 : act	      ? act->no_reason
							      : "held-refused"};
	/* A newer version's act, or a matter that has no yes. */
	if (is_yes(held) && !run)
		result->waits_for = "held-act-failed";
	return run ? run(o, held, in, now, result, err) : 0;
}

static int carry_out(struct office *o, const struct held *held,
	const struct incoming *in, int64_t now, struct err *err)
{
	struct held_result result;

	if (run_act(o, held, in, &result, now, err) < 0)
		return -1;
	if (result.waits_for && is_yes(held))
		return held_reopen(o->db, held->id, result.waits_for, err);
	if ((in && close_mail(o, held, in, &result, now, err) < 0) ||
		note(o, held, held->reason, now, err) < 0)
		return -1;
	return held_set_acted(o->db, held->id, result.reason, now, err);
}

static int act(struct office *o, const struct held *held, const struct incoming *in,
	int64_t now, struct err *err)
{
	if (db_begin(o->db, err) < 0)
		return -1;
	if (carry_out(o, held, in, now, err) < 0 || db_commit(o->db, err) < 0) {
		db_rollback(o->db);
		return -1;
	}
	return 0;
}

/* What can never be carried out waits again and keeps nothing else waiting. */
static int reopen(struct office *o, const struct held *held, struct err *err)
{
	log_event(LOG_LEVEL_ERROR, "trouble", "held=%lld what=%s", (long long)held->id,
		err->text);
	*err = ERR_INIT;
	return held_reopen(o->db, held->id, "held-act-failed", err);
}

static int work_on(
	struct office *o, const struct held *held, int64_t now, struct err *err)
{
	const struct held_act *known = held_act_find(held->act);
	incoming_auto in = INCOMING_EMPTY;

	if (held->incoming_id && incoming_get(o->db, held->incoming_id, &in, err) <= 0)
		return -1;
	int status = is_yes(held) && held->incoming_id && !(known && known->yes)
			     ? incoming_release(o, held, &in, now, err)
			     : act(o, held, held->incoming_id ? &in : NULL, now, err);
	if (status < 0 && err->kind == ERR_PERM && is_yes(held))
		return reopen(o, held, err);
	return status;
}

int held_work(struct office *o, int64_t now, struct err *err)
{
	int count = 0;

	for (;;) {
		held_auto held = HELD_EMPTY;
		int found = held_next_decided(o->db, &held, err);
		if (found <= 0)
			return found < 0 ? -1 : count;
		if (work_on(o, &held, now, err) < 0)
			return -1;
		count++;
	}
}

/* Minutes from the meeting's secretary: taken in, kept, sent on to the committees, and
 * a receipt to the secretary. */
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "office/batch.h"
#include "office/handler.h"
#include "office/match.h"
#include "office/minutes-files.h"
#include "office/minutes-out.h"
#include "office/minutes-scan.h"
#include "office/personal-guard.h"
#include "office/policy.h"
#include "store/held.h"
#include "store/journal.h"
#include "store/mailbox-request.h"
#include "store/meeting.h"
#include "store/minutes.h"

/* ---- which files ---- */

static bool is_handed_in(const struct office *o, const json_t *attachment)
{
	(void)o;
	return !minutes_files_is_ornament(attachment);
}

static bool may_be_minutes(const struct office *o, const json_t *attachment)
{
	return is_handed_in(o, attachment) && minutes_files_may_be(o, attachment);
}

static size_t count_files(const struct office *o, const json_t *said,
	bool (*fits)(const struct office *o, const json_t *attachment))
{
	size_t n = 0;
	size_t i;
	json_t *attachment;

	json_array_foreach (json_object_get(said, "attachments"), i, attachment)
		n += fits(o, attachment);
	return n;
}

static int matches(struct office *o, const struct mail_case *c, struct err *err)
{
	int64_t meeting = 0;

	if (!c->from || count_files(o, c->said, is_handed_in) == 0)
		return 0;
	int hander = match_is_hander(o, c->from, c->now, err);
	if (hander != 0)
		return hander;
	/* A stranger's file counts as minutes only where it is plainly about a meeting.
	 */
	int match = match_meeting(o, c, &meeting, err);
	if (match < 0)
		return -1;
	return match != MATCH_NONE && count_files(o, c->said, may_be_minutes) > 0;
}

/* Other processes are asked, before the transaction. */
static int prepare(struct office *o, struct mail_case *c, struct err *err)
{
	if (batch_end(o, err) < 0 || minutes_files_take(o, c, err) < 0)
		return -1;
	minutes_scan(o, c);
	return 0;
}

/* ---- what is done with them ---- */

static int hold(struct office *o, const struct mail_case *c, const char *reason,
	int64_t meeting_id, struct decision *ret, struct err *err)
{
	return handler_hold(o, c, "minutes", reason, meeting_id, ret, err);
}

/* A type that is not allowed, and what the scanner does not take, go out by the
 * coordinator's yes, and nothing else that is wrong with a file. */
static bool is_overruled(const struct mail_case *c, const char *reason)
{
	return c->is_released && (strcmp(reason, "minutes-type-refused") == 0 ||
					 strcmp(reason, "scanner-too-large") == 0);
}

static const char *against_files(const struct mail_case *c)
{
	if (c->refusal && !is_overruled(c, c->refusal))
		return c->refusal;
	if (c->unscanned && !is_overruled(c, c->unscanned))
		return c->unscanned;
	return NULL;
}

/* The coordinator says which of several. */
static int hold_for_choice(struct office *o, const struct mail_case *c,
	const char *reason, struct decision *ret, struct err *err)
{
	json_auto_t *choices = match_choices(o, c, err);

	if (!choices)
		return -1;
	return handler_hold_choice(o, c, "minutes", reason, 0, choices, ret, err);
}

/*
 * NULL: nothing stands against it; else the reason code to hold it for. The
 * coordinator's yes overrides all but what leaves nothing to send, or nobody to send it
 * to.
 */
static const char *objection(struct office *o, const struct mail_case *c,
	const struct meeting *m, int *ret_status, struct err *err)
{
	*ret_status = 0;
	if (c->file_count == 0)
		return "minutes-type-refused";
	if (c->refusal && against_files(c))
		return against_files(c);
	if (!m->council || !m->kind)
		return "minutes-no-meeting";
	if (c->is_released)
		return against_files(c);
	if (m->starts_at > c->now || m->state != MEETING_PLANNED)
		return "minutes-meeting-not-held";
	const char *reason = NULL;
	int may = policy_allows(o, c, POLICY_MINUTES, m->id, &reason, err);
	if (may < 0)
		*ret_status = -1;
	return may > 0 ? against_files(c) : reason;
}

/* A yes to who sent it, or to which meeting it is about, is none to what is in it. */
static bool waits_for_number(const struct mail_case *c, const struct meeting *m)
{
	bool is_seen = c->is_released && c->released_for &&
		       strcmp(c->released_for, "personal-number") == 0;

	return !is_seen && personal_guard_minutes(c, m);
}

/* ---- what the sender has made good ---- */

static bool can_be_made_good(const char *reason)
{
	return minutes_files_is_refusal(reason) ||
	       strcmp(reason, "personal-number") == 0;
}

static int settle_one(struct office *o, const struct mail_case *c,
	const struct meeting *m, const json_t *held, struct err *err)
{
	int64_t incoming_id = json_int_or(held, "incoming_id", 0);

	const struct incoming_decision decision = {.state = INCOMING_DONE,
		.class = "minutes",
		.outcome = "ignored",
		.reason = "minutes-corrected",
		.meeting_id = m->id};
	const struct journal_entry entry = {.who = "office",
		.what = "ignored",
		.why = "minutes-corrected",
		.meeting_id = m->id,
		.incoming_id = incoming_id};
	if (incoming_decide(o->db, incoming_id, &decision, c->now, err) < 0 ||
		journal_add(o->db, &entry, c->now, err) < 0 ||
		mailbox_request_add(o->db, MAILBOX_MOVE, incoming_id, 0,
			o->config->settings.imap.handled, c->now, err) < 0)
		return -1;
	return held_withdraw(
		o->db, json_int_or(held, "id", 0), "minutes-corrected", c->now, err);
}

/* Files of his that could not go out wait for nobody any more. */
static int settle(struct office *o, const struct mail_case *c, const struct meeting *m,
	struct err *err)
{
	json_auto_t *held = held_of_sender(o->db, "minutes", m->id, c->from, err);
	size_t i;
	json_t *one;

	if (!held)
		return -1;
	json_array_foreach (held, i, one) {
		if (json_int_or(one, "incoming_id", 0) == c->in->id ||
			!can_be_made_good(json_str_or(one, "reason", "")))
			continue;
		if (settle_one(o, c, m, one, err) < 0)
			return -1;
	}
	return 0;
}

/* What is odd about a file that goes out all the same. */
static int note_files(struct office *o, const struct mail_case *c,
	const struct meeting *m, struct err *err)
{
	size_t i;
	json_t *file;

	json_array_foreach (c->files, i, file) {
		const char *name = json_str_or(file, "name", "");
		const char *was = json_str(file, "named");
		str_auto *detail = was ? xasprintf("%s: %s", was, name) : xstrdup(name);
		const struct journal_entry entry = {.who = "office",
			.what = "file",
			.why = json_str(file, "note"),
			.detail = detail,
			.meeting_id = m->id,
			.incoming_id = c->in->id};
		if (entry.why && journal_add(o->db, &entry, c->now, err) < 0)
			return -1;
	}
	return 0;
}

static int accept_or_skip(struct office *o, const struct mail_case *c,
	const struct meeting *m, struct decision *ret, struct err *err)
{
	int same = minutes_has_files(o->db, m->id, c->files, err);

	if (same < 0)
		return -1;
	ret->meeting_id = m->id;
	ret->is_handled = true;
	if (same) {
		ret->outcome = "ignored";
		ret->reason = "minutes-same";
		return 0;
	}
	ret->outcome = "applied";
	ret->reason = c->is_released ? "minutes-released" : "minutes-accepted";
	if (note_files(o, c, m, err) < 0 || settle(o, c, m, err) < 0)
		return -1;
	return minutes_send_on(o, c, m, err);
}

static int act(struct office *o, const struct mail_case *c, struct decision *ret,
	struct err *err)
{
	meeting_auto m = MEETING_EMPTY;
	int64_t id = 0;
	int status = 0;

	*ret = (struct decision){.class = "minutes"};
	int match = match_meeting(o, c, &id, err);
	if (match < 0)
		return -1;
	if (match == MATCH_SEVERAL)
		return hold_for_choice(o, c, "minutes-several-meetings", ret, err);
	if (match == MATCH_NONE)
		return hold_for_choice(o, c, "minutes-no-meeting", ret, err);
	int found = meeting_get(o->db, id, &m, err);
	if (found < 0)
		return -1;
	if (!found)
		return hold(o, c, "minutes-no-meeting", 0, ret, err);
	const char *reason = objection(o, c, &m, &status, err);
	if (status < 0)
		return -1;
	if (!reason && waits_for_number(c, &m))
		reason = "personal-number";
	if (reason)
		return hold(o, c, reason, m.id, ret, err);
	return accept_or_skip(o, c, &m, ret, err);
}

const struct handler handler_minutes = {
	.name = "minutes",
	.matches = matches,
	.prepare = prepare,
	.act = act,
	.describe = "Minutes from a meeting's secretary, chair or the security unit go "
		    "to the committees; from anyone else they are held.",
};

/* REPLY (RFC 5546, 3.2.3): each answer of the mail that is the sender's own is
 * recorded. */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "office/decline.h"
#include "office/itip.h"
#include "office/policy.h"
#include "store/answer.h"
#include "store/journal.h"
#include "store/letter.h"

/* Of several answers in one mail the one that did most is the mail's outcome. */
enum rank { RANK_NONE, RANK_NOT_HIS, RANK_NO_CHANGE, RANK_RECORDED, RANK_APPLIED };

struct replying {
	struct office *o;
	const struct mail_case *c;
	struct decision *ret;
	enum rank rank;
	json_t *done; /* "meeting attendee": each once in a mail */
	bool is_held;
};

struct finding {
	enum rank rank;
	const char *outcome;
	const char *reason;
	int64_t meeting_id;
	bool is_handled;
};

static void take(struct replying *r, const struct finding *f)
{
	if (f->rank <= r->rank)
		return;
	r->rank = f->rank;
	r->ret->outcome = f->outcome;
	r->ret->reason = f->reason;
	r->ret->meeting_id = f->meeting_id;
	r->ret->is_handled = f->is_handled;
}

static struct finding not_his(const json_t *answer)
{
	bool is_forwarded = json_bool_or(answer, "forwarded", false);

	return (struct finding){RANK_NOT_HIS, is_forwarded ? "recorded" : "ignored",
		is_forwarded ? "answer-forwarded" : "answer-wrong-sender", 0, false};
}

static struct finding finding_of(
	enum answer_outcome outcome, bool is_invited, int64_t meeting_id)
{
	switch (outcome) {
	case ANSWER_APPLIED:
		break;
	case ANSWER_SAME:
		return (struct finding){
			RANK_NO_CHANGE, "ignored", "answer-same", meeting_id, true};
	case ANSWER_STALE:
		return (struct finding){
			RANK_NO_CHANGE, "ignored", "answer-stale", meeting_id, true};
	}
	if (!is_invited)
		return (struct finding){RANK_RECORDED, "recorded", "answer-uninvited",
			meeting_id, true};
	return (struct finding){
		RANK_APPLIED, "applied", "answer-applied", meeting_id, true};
}

/* ---- one answer ---- */

static bool is_partstat(const char *s)
{
	static const char *const known[] = {
		"ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED"};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(s, known[i]) == 0)
			return true;
	return false;
}

/* Outlook sends a COMMENT of a line end alone. NULL: none; the caller frees. */
static char *comment_of(const json_t *said)
{
	str_auto *comment = text_trim(json_str_or(said, "comment", ""));
	const char *to = json_str(said, "delegated_to");

	if (to)
		return xasprintf("%s%s-> %s", comment, *comment ? " " : "", to);
	return *comment ? TAKE(comment) : NULL;
}

/*
 * A stamp of the future or a SEQUENCE that was never told would make every later answer
 * of that person an old one.
 */
static struct answer answer_from(const struct mail_case *c, const json_t *said,
	const struct meeting *m, const struct invited *who)
{
	int64_t latest = c->now > c->in->arrived_at ? c->now : c->in->arrived_at;
	int sequence = (int)json_int_or(said, "sequence", 0);
	int64_t dtstamp = 0;

	if (json_str(said, "dtstamp"))
		clock_parse(json_str(said, "dtstamp"), &dtstamp);
	return (struct answer){
		.meeting_id = m->id,
		.attendee = who->address ? who->address : c->from,
		.partstat = json_str_or(said, "partstat", ""),
		.sequence = sequence > m->sequence ? m->sequence : sequence,
		.dtstamp = dtstamp > latest ? latest : dtstamp,
		.incoming_id = c->in->id,
		.invited = who->address != NULL,
	};
}

static int mark_answered(
	struct office *o, const struct invited *who, int64_t now, struct err *err)
{
	size_t i;
	json_t *id;

	json_array_foreach (who->deliveries, i, id)
		if (delivery_prove(o->db, json_integer_value(id), DELIVERY_ANSWERED,
			    NULL, o->config->settings.imap.sent_copy, now, err) < 0)
			return -1;
	return 0;
}

static bool is_first(struct replying *r, const struct answer *a)
{
	str_auto *key = xasprintf("%lld %s", (long long)a->meeting_id, a->attendee);
	bool is_first = !json_object_get(r->done, key);

	json_object_set_new(r->done, key, json_true());
	return is_first;
}

/* Several in one mail: the journal has what became of each. */
static int note_answer(struct replying *r, const struct answer *a,
	const struct finding *f, struct err *err)
{
	str_auto *detail = xasprintf("%s %s", a->attendee, a->partstat);
	const struct journal_entry entry = {.who = "office",
		.what = "answer",
		.why = f->reason,
		.detail = detail,
		.meeting_id = a->meeting_id,
		.incoming_id = r->c->in->id};

	if (json_array_size(json_object_get(r->c->said, "answers")) < 2)
		return 0;
	return journal_add(r->o->db, &entry, r->c->now, err);
}

static int apply(struct replying *r, const json_t *said, const struct meeting *m,
	struct err *err)
{
	invited_auto who = INVITED_NOBODY;
	enum answer_outcome outcome;

	/* The attendee's address where an assistant speaks for him. */
	const char *attendee = json_str(said, "attendee");
	int is_invited = itip_invited(r->o, m, attendee, &who, err);
	if (is_invited < 0)
		return -1;
	if (!is_invited)
		invited_deinit(&who);
	struct answer answer = answer_from(r->c, said, m, &who);
	if (!is_invited)
		answer.attendee = attendee;
	str_auto *comment = comment_of(said);
	answer.comment = comment;
	if (!is_first(r, &answer))
		return 0;
	if (answer_put(r->o->db, &answer, r->c->now, &outcome, err) < 0)
		return -1;
	struct finding f = finding_of(outcome, answer.invited, m->id);
	take(r, &f);
	if (note_answer(r, &answer, &f, err) < 0)
		return -1;
	if (outcome != ANSWER_APPLIED || !answer.invited)
		return 0;
	if (mark_answered(r->o, &who, r->c->now, err) < 0)
		return -1;
	return decline_work(
		r->o, m, &who, &answer, json_str(said, "delegated_to"), r->c->now, err);
}

static int hold(
	struct replying *r, const char *reason, int64_t meeting_id, struct err *err)
{
	r->is_held = true;
	return handler_hold(r->o, r->c, "answer", reason, meeting_id, r->ret, err);
}

static int take_answer(struct replying *r, const json_t *said, struct err *err)
{
	const struct mail_case *c = r->c;
	meeting_auto m = MEETING_EMPTY;
	enum voice voice;

	if (itip_voice(r->o, c, said, &voice, err) < 0)
		return -1;
	int found = itip_meeting(r->o, said, &m, err);
	if (found < 0)
		return -1;
	const char *why = NULL;
	int may = policy_allows(r->o, c, POLICY_ANSWER, m.id, &why, err);
	if (may < 0)
		return -1;
	struct finding f = not_his(said);
	if (voice != VOICE_NONE && !found)
		f = (struct finding){
			RANK_NOT_HIS, "ignored", "answer-unknown-meeting", 0, false};
	else if (voice != VOICE_NONE && !is_partstat(json_str_or(said, "partstat", "")))
		f = (struct finding){
			RANK_NOT_HIS, "ignored", "answer-no-partstat", m.id, true};
	else if (voice != VOICE_NONE && !may && !c->is_released)
		return hold(r, why, m.id, err);
	else if (voice == VOICE_ASSISTANT && !c->is_released)
		return hold(r, "answer-sent-by", m.id, err);
	else if (voice != VOICE_NONE)
		return apply(r, said, &m, err);
	take(r, &f);
	return 0;
}

int itip_reply(struct office *o, const struct mail_case *c, struct decision *ret,
	struct err *err)
{
	json_auto_t *done = json_object();
	struct replying r = {.o = o, .c = c, .ret = ret, .done = done};
	size_t i;
	json_t *said;

	json_array_foreach (json_object_get(c->said, "answers"), i, said)
		if (!r.is_held && take_answer(&r, said, err) < 0)
			return -1;
	return 0;
}

/* Answers to invitations: iTIP REPLY (RFC 5546 3.2.3). We are the organiser: any other
 * method is ignored. */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "mail/address.h"
#include "office/handler.h"
#include "store/answer.h"
#include "store/letter.h"
#include "store/meeting.h"

static int matches(struct office *o, const struct mail_case *c, struct err *err)
{
	(void)o;
	(void)err;
	return strcmp(c->class, "itip") == 0;
}

/* By our UID, or by the calendar's own (a client may answer the unit's entry). */
static int find_meeting(
	struct office *o, const json_t *answer, struct meeting *ret, struct err *err)
{
	const char *uid = json_str_or(answer, "uid", "");
	int found = meeting_find_uid(o->db, uid, ret, err);

	if (found != 0)
		return found;
	return meeting_find_source(
		o->db, uid, json_str_or(answer, "recurrence_id", ""), ret, err);
}

struct invited {
	struct office *o;
	const char *address;
	char *attendee; /* the address that was invited: this one, or another of that
			   person's */
	json_t *deliveries;
	struct err *err;
};

static int look_for_invited(const struct delivery *d, void *context)
{
	struct invited *i = context;

	if (d->state == DELIVERY_WITHDRAWN ||
		(strcmp(d->kind, "invitation") != 0 && strcmp(d->kind, "update") != 0))
		return 0;
	int same = handler_is_same_person(i->o, i->address, d->address, i->err);
	if (same < 0)
		return -1;
	if (!same)
		return 0;
	free(i->attendee);
	i->attendee = xstrdup(d->address);
	json_array_append_new(i->deliveries, json_integer(d->id));
	return 0;
}

static int mark_answered(
	struct office *o, const json_t *deliveries, int64_t now, struct err *err)
{
	size_t i;
	json_t *id;

	json_array_foreach (deliveries, i, id)
		if (delivery_move(o->db, json_integer_value(id), DELIVERY_ANSWERED,
			    NULL, now, err) < 0)
			return -1;
	return 0;
}

static void decide(struct decision *ret, enum answer_outcome outcome, bool is_invited)
{
	ret->is_handled = true;
	switch (outcome) {
	case ANSWER_APPLIED:
		ret->outcome = is_invited ? "applied" : "recorded";
		ret->reason = is_invited ? "answer-applied" : "answer-uninvited";
		return;
	case ANSWER_SAME:
		ret->outcome = "ignored";
		ret->reason = "answer-same";
		return;
	case ANSWER_STALE:
		ret->outcome = "ignored";
		ret->reason = "answer-stale";
		return;
	}
}

static int apply(struct office *o, const struct mail_case *c, const json_t *said,
	const struct meeting *m, struct decision *ret, struct err *err)
{
	json_auto_t *deliveries = json_array();
	struct invited who = {o, c->from, NULL, deliveries, err};
	enum answer_outcome outcome;

	int walked = delivery_each(o->db, m->id, look_for_invited, &who, err);
	str_auto *attendee = who.attendee;
	if (walked < 0)
		return -1;
	int64_t dtstamp = 0;
	if (json_str(said, "dtstamp"))
		clock_parse(json_str(said, "dtstamp"), &dtstamp);
	/* Outlook sends a COMMENT of a line end alone. */
	str_auto *comment = text_trim(json_str_or(said, "comment", ""));
	const struct answer answer = {
		.meeting_id = m->id,
		.attendee = attendee ? attendee : c->from,
		.partstat = json_str_or(said, "partstat", "NEEDS-ACTION"),
		.sequence = (int)json_int_or(said, "sequence", 0),
		.dtstamp = dtstamp,
		.comment = *comment ? comment : NULL,
		.incoming_id = c->in->id,
		.invited = attendee != NULL,
	};
	if (answer_put(o->db, &answer, c->now, &outcome, err) < 0)
		return -1;
	decide(ret, outcome, answer.invited);
	if (outcome == ANSWER_APPLIED)
		return mark_answered(o, deliveries, c->now, err);
	return 0;
}

/* The sender speaks for himself only (A6). */
static const json_t *own_answer(
	struct office *o, const struct mail_case *c, struct err *err, int *ret_status)
{
	size_t i;
	json_t *answer;

	*ret_status = 0;
	json_array_foreach (json_object_get(c->said, "answers"), i, answer) {
		const char *attendee = json_str(answer, "attendee");
		int same = attendee && c->from
				   ? handler_is_same_person(o, c->from, attendee, err)
				   : 0;
		if (same < 0)
			*ret_status = -1;
		if (same)
			return same < 0 ? NULL : answer;
	}
	return NULL;
}

static int act(struct office *o, const struct mail_case *c, struct decision *ret,
	struct err *err)
{
	meeting_auto m = MEETING_EMPTY;
	int status = 0;

	*ret = (struct decision){.class = "itip", .outcome = "ignored"};
	if (json_array_size(json_object_get(c->said, "answers")) == 0) {
		ret->reason = "itip-not-reply";
		return 0;
	}
	const json_t *said = own_answer(o, c, err, &status);
	if (status < 0)
		return -1;
	if (!said) {
		ret->reason = "answer-wrong-sender";
		return 0;
	}
	int found = find_meeting(o, said, &m, err);
	if (found < 0)
		return -1;
	if (!found) {
		ret->reason = "answer-unknown-meeting";
		return 0;
	}
	ret->meeting_id = m.id;
	if (!c->is_vouched && !c->is_released)
		return handler_hold(
			o, c, "answer", "answer-not-vouched", m.id, ret, err);
	return apply(o, c, said, &m, ret, err);
}

const struct handler handler_itip = {
	.name = "itip",
	.matches = matches,
	.act = act,
	.describe = "An invited person's answer is recorded; it must come from his own "
		    "address and be vouched for.",
};

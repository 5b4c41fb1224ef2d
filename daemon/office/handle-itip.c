/* Answers to invitations (RFC 5546, 3.2). We are the organiser: what only an organiser
 * sends is ignored. */
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "duty/plan.h"
#include "mail/address.h"
#include "office/batch.h"
#include "office/itip.h"
#include "office/meeting-mail.h"
#include "store/letter.h"

/* ---- who speaks, about what ---- */

int itip_voice(struct office *o, const struct mail_case *c, const json_t *answer,
	enum voice *ret, struct err *err)
{
	const char *attendee = json_str(answer, "attendee");
	const char *sent_by = json_str(answer, "sent_by");

	*ret = VOICE_NONE;
	if (!attendee || !c->from)
		return 0;
	int is_own = handler_is_same_person(o, c->from, attendee, err);
	if (is_own < 0)
		return -1;
	if (is_own)
		*ret = VOICE_OWN;
	if (!sent_by)
		return 0;
	int is_same = handler_is_same_person(o, sent_by, attendee, err);
	if (is_same < 0)
		return -1;
	if (!is_same && (is_own || address_is_same(sent_by, c->from)))
		*ret = VOICE_ASSISTANT;
	return 0;
}

int itip_meeting(
	struct office *o, const json_t *answer, struct meeting *ret, struct err *err)
{
	const char *uid = json_str_or(answer, "uid", "");
	int found = meeting_find_uid(o->db, uid, ret, err);

	if (found != 0)
		return found;
	return meeting_find_source(
		o->db, uid, json_str_or(answer, "recurrence_id", ""), ret, err);
}

struct search {
	struct office *o;
	const char *address;
	struct invited *found;
	int64_t last; /* delivery that says last whether he is invited */
	bool is_invited;
	struct err *err;
};

static bool is_invitation(const char *kind)
{
	return strcmp(kind, "invitation") == 0 || strcmp(kind, "update") == 0;
}

static void note(struct search *s, const struct delivery *d)
{
	struct invited *i = s->found;

	s->last = d->id;
	s->is_invited = is_invitation(d->kind);
	if (!s->is_invited)
		return;
	json_t *deliveries = TAKE(i->deliveries);
	invited_deinit(i);
	*i = (struct invited){.address = xstrdup(d->address),
		.name = xstrdup(d->name ? d->name : ""),
		.person = xstrdup_or_null(d->person),
		.committee = xstrdup_or_null(d->committee),
		.deliveries = deliveries};
}

static int look_at(const struct delivery *d, void *context)
{
	struct search *s = context;

	if (d->state == DELIVERY_WITHDRAWN || !plan_tells_of_meeting(d->kind))
		return 0;
	int same = handler_is_same_person(s->o, s->address, d->address, s->err);
	if (same <= 0)
		return same;
	if (is_invitation(d->kind))
		json_array_append_new(s->found->deliveries, json_integer(d->id));
	if (d->id > s->last)
		note(s, d);
	return 0;
}

int itip_invited(struct office *o, const struct meeting *m, const char *address,
	struct invited *ret, struct err *err)
{
	struct search s = {o, address, ret, 0, false, err};

	invited_deinit(ret);
	ret->deliveries = json_array();
	if (delivery_each(o->db, m->id, look_at, &s, err) < 0)
		return -1;
	/* A meeting that is off as a whole still has those who were invited. */
	return s.is_invited || (s.last && m->state == MEETING_CANCELLED);
}

void invited_deinit(struct invited *i)
{
	free(i->address);
	free(i->name);
	free(i->person);
	free(i->committee);
	json_decref(i->deliveries);
	*i = INVITED_NOBODY;
}

/* ---- the handler ---- */

static bool is_answered(const struct mail_case *c)
{
	static const char *const lists[] = {"answers", "counters", "refreshes"};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (json_array_size(json_object_get(c->said, lists[i])) > 0)
			return true;
	return false;
}

static bool is_person(const struct mail_case *c)
{
	return strcmp(c->class, "reply") == 0 || strcmp(c->class, "unknown") == 0;
}

static int matches(struct office *o, const struct mail_case *c, struct err *err)
{
	if (strcmp(c->class, "itip") == 0)
		return 1;
	/* An invitation that is sent on in a mail of his own. */
	return is_person(c) ? meeting_mail_is(o, c, err) : 0;
}

static int prepare(struct office *o, struct mail_case *c, struct err *err)
{
	int plans = is_answered(c) ? 0 : meeting_mail_is(o, c, err);

	if (plans <= 0)
		return plans;
	return batch_end(o, err) < 0 ? -1 : meeting_mail_prepare(o, c, err);
}

static bool is_answer(const char *method)
{
	return strcmp(method, "REPLY") == 0 || strcmp(method, "COUNTER") == 0 ||
	       strcmp(method, "REFRESH") == 0;
}

/* 1 where a component of the calendar is about a meeting of ours, 0, -1. */
static int is_about_ours(struct office *o, const json_t *calendar, struct err *err)
{
	size_t i;
	json_t *component;

	json_array_foreach (json_object_get(calendar, "components"), i, component) {
		meeting_auto m = MEETING_EMPTY;
		int found = itip_meeting(o, component, &m, err);
		if (found != 0)
			return found;
	}
	return 0;
}

/* An answer in which nobody answers, or what only the organiser may send (A9). */
static int ignore(struct office *o, const struct mail_case *c, struct decision *ret,
	struct err *err)
{
	size_t i;
	json_t *calendar;

	ret->outcome = "recorded";
	ret->reason = "itip-not-ours";
	json_array_foreach (json_object_get(c->said, "calendars"), i, calendar) {
		if (is_answer(json_str_or(calendar, "method", ""))) {
			ret->outcome = "ignored";
			ret->reason = "answer-no-attendee";
			return 0;
		}
		int found = is_about_ours(o, calendar, err);
		if (found < 0)
			return -1;
		if (found) {
			ret->outcome = "ignored";
			ret->reason = "itip-not-reply";
		}
	}
	return 0;
}

static bool has(const struct mail_case *c, const char *list)
{
	return json_array_size(json_object_get(c->said, list)) > 0;
}

static int act(struct office *o, const struct mail_case *c, struct decision *ret,
	struct err *err)
{
	*ret = (struct decision){.class = "itip", .outcome = "ignored"};
	if (has(c, "answers"))
		return itip_reply(o, c, ret, err);
	if (has(c, "counters"))
		return itip_counter(o, c, ret, err);
	if (has(c, "refreshes"))
		return itip_refresh(o, c, ret, err);
	/* It was, when its texts were taken out. */
	return c->calendar_count ? meeting_mail(o, c, ret, err)
				 : ignore(o, c, ret, err);
}

const struct handler handler_itip = {
	.name = "itip",
	.matches = matches,
	.prepare = prepare,
	.act = act,
	.describe = "An invited person's answer is recorded; it must come from his own "
		    "address and be vouched for. Another time that he puts forward is "
		    "held for the coordinator. A meeting that is mailed is taken in, "
		    "from whoever may plan.",
};

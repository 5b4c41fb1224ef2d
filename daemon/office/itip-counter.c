/* COUNTER, REFRESH and what we send in reply (RFC 5546, 3.2.6 to 3.2.8). */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "duty/plan.h"
#include "office/itip.h"
#include "office/policy.h"
#include "office/post.h"
#include "store/incoming.h"
#include "store/journal.h"
#include "store/letter.h"

static int decide(struct decision *ret, const char *outcome, const char *reason,
	int64_t meeting_id, bool is_handled)
{
	ret->outcome = outcome;
	ret->reason = reason;
	ret->meeting_id = meeting_id;
	ret->is_handled = is_handled;
	return 0;
}

static bool is_open(const struct meeting *m, int64_t now)
{
	return m->state == MEETING_PLANNED && m->told && m->starts_at > now;
}

/*
 * The meeting that the first of these is about, where the sender may speak for the
 * attendee and he is invited. 1; 0 with ret decided; -1.
 */
static int find(struct office *o, const struct mail_case *c, const json_t *said,
	struct meeting *m, struct invited *who, struct decision *ret, struct err *err)
{
	enum voice voice;

	if (itip_voice(o, c, said, &voice, err) < 0)
		return -1;
	if (voice == VOICE_NONE)
		return decide(ret, "ignored", "answer-wrong-sender", 0, false);
	int found = itip_meeting(o, said, m, err);
	if (found < 0)
		return -1;
	if (!found)
		return decide(ret, "ignored", "answer-unknown-meeting", 0, false);
	int is_invited = itip_invited(o, m, json_str(said, "attendee"), who, err);
	if (is_invited < 0)
		return -1;
	if (!is_invited)
		return decide(ret, "recorded", "itip-uninvited", m->id, false);
	return 1;
}

/* Posts what says in reply to his mail; the rest of the order is the same for all. */
static int answer_invited(struct office *o, const struct post *what,
	const struct invited *who, int64_t incoming_id, int64_t now, struct err *err)
{
	json_auto_t *roles = meeting_roles(o->db, what->order.meeting->id, err);
	str_auto *about = xasprintf("incoming:%lld", (long long)incoming_id);
	const struct recipient to = {
		.person = who->person,
		.name = who->name,
		.address = who->address,
		.committee = who->committee,
	};
	struct post post = *what;

	if (!roles)
		return -1;
	post.order.roles = roles;
	post.order.auto_submitted = "auto-replied";
	post.about = about;
	post.priority = POST_TODAY;
	return post_to(o, &post, &to, now, err) < 0 ? -1 : 0;
}

/* ---- COUNTER ---- */

int itip_counter(struct office *o, const struct mail_case *c, struct decision *ret,
	struct err *err)
{
	const json_t *said = json_array_get(json_object_get(c->said, "counters"), 0);
	invited_auto who = INVITED_NOBODY;
	meeting_auto m = MEETING_EMPTY;

	int found = find(o, c, said, &m, &who, ret, err);
	if (found <= 0)
		return found;
	if (c->is_released)
		return decide(ret, "applied", "counter-accepted", m.id, true);
	if (!is_open(&m, c->now))
		return decide(ret, "recorded", "itip-too-late", m.id, false);
	if (json_int_or(said, "sequence", 0) < m.sequence)
		return decide(ret, "ignored", "counter-stale", m.id, true);
	const char *why = NULL;
	int may = policy_allows(o, c, POLICY_ANSWER, m.id, &why, err);
	if (may < 0)
		return -1;
	return handler_hold(
		o, c, "counter", may ? "counter-proposed" : why, m.id, ret, err);
}

int itip_refuse_counter(struct office *o, const struct held *held,
	const struct incoming *in, int64_t now, struct held_result *ret,
	struct err *err)
{
	invited_auto who = INVITED_NOBODY;
	meeting_auto m = MEETING_EMPTY;

	(void)ret;
	if (!held->meeting_id || !in->from_address)
		return 0;
	int found = meeting_get(o->db, held->meeting_id, &m, err);
	if (found <= 0)
		return found;
	int is_invited = itip_invited(o, &m, in->from_address, &who, err);
	if (is_invited <= 0)
		return is_invited;
	return answer_invited(o,
		&(struct post){.order = {.kind = "counter-declined",
				       .meeting = &m,
				       .calendar = COMPOSE_DECLINE_COUNTER},
			.reason = "counter-refused"},
		&who, in->id, now, err);
}

/* ---- REFRESH ---- */

static int post_again(struct office *o, const struct mail_case *c,
	const struct meeting *m, const struct invited *who, struct err *err)
{
	int for_information = plan_is_for_information(
		o->db, &o->config->settings, m, who->person, c->now, err);

	if (for_information < 0)
		return -1;
	return answer_invited(o,
		&(struct post){.order = {.kind = "invitation-again",
				       .meeting = m,
				       .calendar = COMPOSE_REQUEST,
				       .for_information = for_information > 0},
			.reason = "refresh-sent"},
		who, c->in->id, c->now, err);
}

int itip_refresh(struct office *o, const struct mail_case *c, struct decision *ret,
	struct err *err)
{
	const json_t *said = json_array_get(json_object_get(c->said, "refreshes"), 0);
	invited_auto who = INVITED_NOBODY;
	meeting_auto m = MEETING_EMPTY;

	int found = find(o, c, said, &m, &who, ret, err);
	if (found <= 0)
		return found;
	if (!is_open(&m, c->now))
		return decide(ret, "recorded", "itip-too-late", m.id, true);
	const char *why = NULL;
	int may = policy_allows(o, c, POLICY_ANSWER, m.id, &why, err);
	if (may < 0)
		return -1;
	if (!may && !c->is_released)
		return handler_hold(o, c, "refresh", why, m.id, ret, err);
	int count =
		delivery_count_to(o->db, who.address, clock_add_days(c->now, -1), err);
	if (count < 0)
		return -1;
	if (count >= o->config->settings.automatic_mail_per_day)
		return decide(ret, "ignored", "automatic-mail-cap", m.id, true);
	decide(ret, "applied", "refresh-sent", m.id, true);
	return post_again(o, c, &m, &who, err);
}

/* Questions of members, passed on to who answers them, and the answers passed back. */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/personal-number.h"
#include "duty/placing.h"
#include "mail/address.h"
#include "mail/reply-sense.h"
#include "office/handler.h"
#include "office/match.h"
#include "office/question-out.h"
#include "store/directory.h"
#include "store/letter.h"
#include "store/meeting.h"

enum part {
	PART_NONE,	/* nothing of ours: the next handler */
	PART_MIXED,	/* attendance and a question */
	PART_NEW,	/* somebody asks */
	PART_FOLLOW_UP, /* the asker writes again */
	PART_ANSWER,	/* the contact answers */
	PART_OTHERS,	/* somebody else answers our letter to the contact */
};

/* What the mail is in the thread of which question. */
struct turn {
	enum part part;
	struct question q;
	char *contact; /* of a new one */
};

static void turn_deinit(struct turn *t)
{
	question_deinit(&t->q);
	free(t->contact);
}
#define turn_auto __attribute__((cleanup(turn_deinit))) struct turn

/* ---- who ---- */

static bool is_of_unit(const struct office *o, const char *address)
{
	size_t i;
	json_t *one;

	json_array_foreach (o->config->settings.security_unit, i, one)
		if (address_is_same(address, json_string_value(one)))
			return true;
	return false;
}

static bool is_coordinator(const struct office *o, const char *address)
{
	return address_is_same(address, o->config->settings.coordinator_address);
}

/* The council's own, else the settings', else the unit's first; borrowed. NULL: none.
 */
static const char *contact_for(const struct office *o, const char *council)
{
	const struct settings *s = &o->config->settings;
	const char *own =
		council ? json_str(placing_council(o->config, council), "contact")
			: NULL;

	if (own)
		return own;
	if (s->questions.to)
		return s->questions.to;
	return json_string_value(json_array_get(s->security_unit, 0));
}

/* ---- in which thread ---- */

/* Letters that people are asked to answer with what is on their mind. */
static bool invites_questions(const char *kind)
{
	static const char *const kinds[] = {"invitation", "update", "cancellation",
		"reminder", "withdrawal", "minutes", "invitation-again",
		"counter-declined"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(kinds[i], kind) == 0)
			return true;
	return false;
}

/* 1 it answers such a letter of ours (ret_meeting 0: about none) or names a meeting's
 * code; 0, -1. */
static int answers_letter(struct office *o, const struct mail_case *c,
	int64_t *ret_meeting, struct err *err)
{
	delivery_auto d = DELIVERY_EMPTY;
	str_auto *key = xasprintf("%lld", (long long)c->delivery_id);

	*ret_meeting = 0;
	if (!c->delivery_id)
		return strcmp(c->class, "reply") == 0
			       ? match_code(o, c, ret_meeting, err)
			       : 0;
	int found = delivery_find(o->db, key, &d, err);
	if (found <= 0)
		return found;
	*ret_meeting = d.meeting_id;
	return invites_questions(d.kind);
}

static int find_thread(struct office *o, const struct mail_case *c, struct question *q,
	struct err *err)
{
	int found = c->delivery_id ? question_of_delivery(o->db, c->delivery_id, q, err)
				   : 0;

	if (found)
		return found;
	return question_of_message(
		o->db, json_str_or(c->said, "in_reply_to", ""), q, err);
}

/* A mail in a thread that is there. */
static int find_part(
	struct office *o, const struct mail_case *c, struct turn *t, struct err *err)
{
	enum reply_sense sense = reply_sense_of(json_str_or(c->said, "text", ""));

	if (sense == REPLY_EMPTY)
		return 0;
	int is_asker = handler_is_same_person(o, c->from, t->q.asker, err);
	if (is_asker < 0)
		return -1;
	if (is_asker) {
		bool says_more = sense == REPLY_QUESTION || sense == REPLY_MIXED;
		t->part = says_more ? PART_FOLLOW_UP : PART_NONE;
		return 0;
	}
	int is_contact = handler_is_same_person(o, c->from, t->q.contact, err);
	if (is_contact < 0)
		return -1;
	t->part = is_contact || is_of_unit(o, c->from) ? PART_ANSWER : PART_OTHERS;
	return 0;
}

static int find_new(
	struct office *o, const struct mail_case *c, struct turn *t, struct err *err)
{
	meeting_auto m = MEETING_EMPTY;
	str_auto *person = NULL;
	str_auto *name = NULL;
	int64_t meeting_id = 0;

	if (!c->is_vouched)
		return 0;
	int known = directory_person_by_address(o->db, c->from, &person, &name, err);
	int ours = known > 0 ? answers_letter(o, c, &meeting_id, err) : known;
	if (ours <= 0)
		return ours;
	enum reply_sense sense = reply_sense_of(json_str_or(c->said, "text", ""));
	if (sense != REPLY_QUESTION && sense != REPLY_MIXED)
		return 0;
	if (meeting_id && meeting_get(o->db, meeting_id, &m, err) < 0)
		return -1;
	const char *contact = contact_for(o, m.council);
	if (!contact || address_is_same(contact, c->from) || is_of_unit(o, c->from))
		return 0;
	t->part = sense == REPLY_MIXED ? PART_MIXED : PART_NEW;
	t->contact = xstrdup(contact);
	t->q.meeting_id = meeting_id;
	t->q.asker_name = TAKE(name);
	return 0;
}

static bool is_for_nobody(const struct office *o, const struct mail_case *c)
{
	return !o->config->settings.questions.forward || !c->from ||
	       json_bool_or(c->said, "list", false) || is_coordinator(o, c->from) ||
	       (strcmp(c->class, "reply") != 0 && strcmp(c->class, "unknown") != 0);
}

static int find_turn(
	struct office *o, const struct mail_case *c, struct turn *t, struct err *err)
{
	if (is_for_nobody(o, c))
		return 0;
	int found = find_thread(o, c, &t->q, err);
	if (found < 0)
		return -1;
	return found ? find_part(o, c, t, err) : find_new(o, c, t, err);
}

/* Nobody vouches for him: what he says in a thread waits, all else is left alone. */
static int matches(struct office *o, const struct mail_case *c, struct err *err)
{
	turn_auto t = {.part = PART_NONE};

	if (find_turn(o, c, &t, err) < 0)
		return -1;
	return t.part != PART_NONE;
}

/* ---- what stands against it ---- */

static bool has_personal_number(const struct mail_case *c)
{
	size_t i;
	json_t *file;

	json_array_foreach (json_object_get(c->said, "attachments"), i, file)
		if (personal_number_is_in(json_str(file, "name")))
			return true;
	return personal_number_is_in(json_str(c->said, "text")) ||
	       personal_number_is_in(json_str(c->said, "subject"));
}

/* The reason to hold it for; NULL: none. */
static const char *objection(const struct mail_case *c, const struct turn *t)
{
	if (c->is_released)
		return NULL;
	if (!c->is_vouched)
		return "question-not-vouched";
	if (t->part == PART_OTHERS)
		return "question-other-answers";
	return has_personal_number(c) ? "personal-number" : NULL;
}

/* The reason to leave it to the coordinator as it is; NULL: none. */
static const char *too_much(struct office *o, const struct mail_case *c,
	const struct turn *t, int *ret_status, struct err *err)
{
	const struct question_settings *s = &o->config->settings.questions;

	*ret_status = 0;
	if (t->part == PART_MIXED)
		return "reply-mixed";
	if (strlen(json_str_or(c->said, "text", "")) > s->longest)
		return "question-too-long";
	int count =
		question_count_from(o->db, c->from, clock_add_days(c->now, -1), err);
	if (count < 0)
		*ret_status = -1;
	return count >= s->per_sender_per_day ? "question-cap" : NULL;
}

/* ---- what is done ---- */

static int begin(
	struct office *o, const struct mail_case *c, struct turn *t, struct err *err)
{
	const char *name = t->q.asker_name;
	const struct question asked = {
		.meeting_id = t->q.meeting_id,
		.asker = (char *)c->from,
		.asker_name =
			(char *)(name && *name ? name
					       : json_str_or(c->said, "from_name", "")),
		.contact = t->contact,
		.subject = (char *)json_str_or(c->said, "subject", ""),
	};
	int64_t id = 0;

	if (question_add(o->db, &asked, c->now, &id, err) < 0)
		return -1;
	return question_get(o->db, id, &t->q, err) < 0 ? -1 : 0;
}

static int pass_on(struct office *o, const struct mail_case *c, struct turn *t,
	struct decision *ret, struct err *err)
{
	bool is_answer = t->part == PART_ANSWER || t->part == PART_OTHERS;

	if (t->part == PART_NEW && begin(o, c, t, err) < 0)
		return -1;
	int posted = is_answer ? question_answer(o, c, &t->q, err)
			       : question_forward(
					 o, c, &t->q, t->part == PART_FOLLOW_UP, err);
	if (posted < 0)
		return -1;
	ret->outcome = "applied";
	ret->reason = is_answer			  ? "question-answered"
		      : t->part == PART_FOLLOW_UP ? "question-follow-up"
						  : "question-forwarded";
	ret->meeting_id = t->q.meeting_id;
	/* Files go no further by themselves: a person sees the mail. */
	ret->is_handled = !question_has_files(c);
	return question_add_mail(
		o->db, t->q.id, c->in->id, c->from, is_answer, c->now, err);
}

static int act(struct office *o, const struct mail_case *c, struct decision *ret,
	struct err *err)
{
	turn_auto t = {.part = PART_NONE};
	int status = 0;

	*ret = (struct decision){.class = "question"};
	if (find_turn(o, c, &t, err) < 0)
		return -1;
	const char *reason = too_much(o, c, &t, &status, err);
	if (status < 0)
		return -1;
	if (reason && !c->is_released) {
		ret->class = t.part == PART_MIXED ? "reply" : "question";
		ret->outcome = "recorded";
		ret->reason = reason;
		ret->meeting_id = t.q.meeting_id;
		return 0;
	}
	reason = objection(c, &t);
	if (!reason)
		return pass_on(o, c, &t, ret, err);
	bool is_answer = t.part == PART_ANSWER || t.part == PART_OTHERS;
	return handler_hold(o, c, is_answer ? "question-answer" : "question", reason,
		t.q.meeting_id, ret, err);
}

const struct handler handler_question = {
	.name = "question",
	.matches = matches,
	.act = act,
	.describe = "A member's question goes to who answers for the council, the "
		    "answer back to him.",
};

#include "office/incoming-work.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/personal-number.h"
#include "mail/address.h"
#include "mail/auth-results.h"
#include "mail/exchange-auth.h"
#include "mail/message-id.h"
#include "office/batch.h"
#include "office/command.h"
#include "office/handler.h"
#include "office/incoming-inside.h"
#include "office/match.h"
#include "office/minutes-files.h"
#include "office/notices.h"
#include "office/receipt.h"
#include "store/directory.h"
#include "store/held.h"
#include "store/journal.h"
#include "store/mailbox-request.h"
#include "store/meeting.h"
#include "store/rest.h"

/* Design decision 5. */
static const struct handler *const handlers[] = {&handler_own, &handler_bounce,
	&handler_auto_reply, &handler_loop, &handler_itip, &handler_command,
	&handler_minutes, &handler_unreadable, &handler_repeated, &handler_question,
	&handler_person, &handler_unknown};

/* ---- what handlers share ---- */

int handler_is_same_person(
	struct office *o, const char *a, const char *b, struct err *err)
{
	str_auto *person_a = NULL;
	str_auto *person_b = NULL;
	str_auto *name_a = NULL;
	str_auto *name_b = NULL;

	if (address_is_same(a, b))
		return 1;
	int found_a = directory_person_by_address(o->db, a, &person_a, &name_a, err);
	if (found_a <= 0)
		return found_a;
	int found_b = directory_person_by_address(o->db, b, &person_b, &name_b, err);
	if (found_b <= 0)
		return found_b;
	return strcmp(person_a, person_b) == 0;
}

/* The one who handed it in hears that it waits, where he has a role in the meeting. */
static int tell_sender(struct office *o, const struct mail_case *c, const char *reason,
	int64_t meeting_id, struct err *err)
{
	meeting_auto m = MEETING_EMPTY;

	if (!c->is_vouched || !meeting_id)
		return 0;
	int may = match_may_hand_in(o, meeting_id, c->from, err);
	if (may <= 0)
		return may;
	int found = meeting_get(o->db, meeting_id, &m, err);
	if (found <= 0)
		return found;
	return minutes_files_is_refusal(reason) ? receipt_refused(o, c, &m, err)
						: receipt_held(o, c, &m, reason, err);
}

/* One that waits for the scanner is tried again and again: told of once. */
static int is_told_unscanned(
	struct office *o, const struct mail_case *c, struct err *err)
{
	str_auto *key = xasprintf("scanner-away:%lld", (long long)c->in->id);
	int first = told_once(o->db, key, c->now, err);

	return first < 0 ? -1 : !first;
}

/*
 * Of the answers that somebody sends about a meeting only the first of a day is told of
 * (A24): all of them wait.
 */
static int is_told(struct office *o, const struct mail_case *c, const char *act,
	const char *reason, int64_t meeting_id, struct err *err)
{
	if (strcmp(reason, "scanner-away") == 0)
		return is_told_unscanned(o, c, err);
	if (strcmp(act, "minutes") == 0)
		return 0;
	str_auto *day = clock_day(c->now);
	str_auto *key = xasprintf("held:%s:%lld:%s:%s", act, (long long)meeting_id,
		c->from ? c->from : "", day);
	int first = told_once(o->db, key, c->now, err);
	return first < 0 ? -1 : !first;
}

int handler_hold(struct office *o, const struct mail_case *c, const char *act,
	const char *reason, int64_t meeting_id, struct decision *ret, struct err *err)
{
	return handler_hold_choice(o, c, act, reason, meeting_id, NULL, ret, err);
}

int handler_hold_choice(struct office *o, const struct mail_case *c, const char *act,
	const char *reason, int64_t meeting_id, const json_t *choices,
	struct decision *ret, struct err *err)
{
	json_auto_t *data = json_array_size(choices)
				    ? json_pack("{s:O}", "choices", (json_t *)choices)
				    : NULL;
	const struct held held = {.incoming_id = c->in->id,
		.meeting_id = meeting_id,
		.data = data,
		.act = (char *)act,
		.reason = (char *)reason};
	int64_t id = 0;

	ret->outcome = "held";
	ret->reason = reason;
	ret->meeting_id = meeting_id;
	ret->is_held = true;
	int is_new = held_add(o->db, &held, c->now, &id, err);
	/* A yes that met something else to decide on is told of again. */
	if (is_new < 0 || (is_new == 0 && !c->is_released))
		return is_new;
	int told = is_told(o, c, act, reason, meeting_id, err);
	if (told != 0)
		return told < 0 ? -1 : 0;
	if (notice_held(o, c, &held, id, err) < 0)
		return -1;
	return strcmp(act, "minutes") == 0 ? tell_sender(o, c, reason, meeting_id, err)
					   : 0;
}

/* ---- the case ---- */

static int64_t quoted_delivery(const struct office *o, const json_t *said)
{
	int64_t id = message_id_delivery(o->key, json_str_or(said, "in_reply_to", ""));

	return id ? id
		  : message_id_delivery(o->key, json_str_or(said, "references", ""));
}

static bool is_vouched(
	const struct trust_settings *trust, const json_t *said, const char *from)
{
	const json_t *fields = json_object_get(said, "authentication_results");
	const struct exchange_tenant tenant = {trust->tenant_id, trust->tenant_domains};

	return auth_results_vouch(fields, trust->authserv_ids, from) ||
	       (trust->is_exchange_online && exchange_auth_vouches(said, &tenant));
}

static void open_case(struct mail_case *c, const struct office *o,
	const struct incoming *in, const json_t *said, int64_t now)
{
	c->in = in;
	c->said = said;
	c->from = json_str(said, "from");
	c->class = json_str_or(said, "class", "unknown");
	c->is_vouched = c->from && json_int_or(said, "from_count", 1) == 1 &&
			is_vouched(&o->config->settings.trust, said, c->from);
	c->delivery_id = quoted_delivery(o, said);
	c->has_code = command_target_of_code(o, json_str(said, "code")).about !=
		      COMMAND_NOTHING;
	c->now = now;
}

static void close_case(struct mail_case *c)
{
	json_decref(c->files);
	for (size_t i = 0; i < c->file_count; i++) {
		spool_close(&c->spools[i]);
		buf_deinit(&c->texts[i]);
	}
	for (size_t i = 0; i < c->calendar_count; i++)
		buf_deinit(&c->calendars[i]);
	free(c->spools);
	free(c->texts);
	free(c->calendars);
}

/* ---- the decision ---- */

/* Mail that comes in is marked, never kept back, for a personal number in it. */
static void mark_personal_number(json_t *detail, const json_t *said)
{
	json_t *flags = json_object_get(said, "flags");

	if (!personal_number_is_in(json_str(said, "text")) &&
		!personal_number_is_in(json_str(said, "subject")))
		return;
	flags = flags ? json_copy(flags) : json_array();
	json_array_append_new(flags, json_string("personal-number"));
	json_object_set_new(detail, "flags", flags);
}

/* What `export incoming` and `explain` show later of what the reader said. */
static json_t *detail_of(const json_t *said)
{
	static const char *const kept[] = {"text", "attachments", "answers", "failed",
		"counters", "refreshes", "attendee", "partstat", "comment", "sequence",
		"flags", "to", "date", "original_message_id", "auto_submitted",
		"reached", "complaint", "absent_until", "absent_until_is_return"};
	json_t *detail = json_object();

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		json_t *value = json_object_get(said, kept[i]);
		if (value)
			json_object_set(detail, kept[i], value);
	}
	mark_personal_number(detail, said);
	return detail;
}

static int record(struct office *o, const struct mail_case *c, const struct decision *d,
	struct err *err)
{
	json_auto_t *detail = detail_of(c->said);
	json_put_str(detail, "what", d->what);
	const struct incoming_decision decision = {
		.state = d->is_held	? INCOMING_HELD
			 : d->is_broken ? INCOMING_BROKEN
					: INCOMING_DONE,
		.message_id = json_str(c->said, "message_id"),
		.in_reply_to = json_str(c->said, "in_reply_to"),
		.from_address = c->from,
		.from_name = json_str(c->said, "from_name"),
		.subject = json_str(c->said, "subject"),
		.class = d->class,
		.outcome = d->outcome,
		.reason = d->reason,
		.verified = c->is_vouched,
		.meeting_id = d->meeting_id,
		.detail = detail,
	};
	const struct journal_entry entry = {.who = "office",
		.what = d->outcome,
		.why = d->reason,
		.meeting_id = d->meeting_id,
		.incoming_id = c->in->id};

	if (incoming_decide(o->db, c->in->id, &decision, c->now, err) < 0 ||
		handler_note_words(o, c, d, err) < 0 ||
		journal_add(o->db, &entry, c->now, err) < 0)
		return -1;
	if (!d->is_handled)
		return 0;
	return mailbox_request_add(o->db, MAILBOX_MOVE, c->in->id, 0,
		o->config->settings.imap.handled, c->now, err);
}

static const struct handler *find_handler(
	struct office *o, const struct mail_case *c, struct err *err)
{
	for (size_t i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++) {
		int mine = handlers[i]->matches(o, c, err);
		if (mine < 0)
			return NULL;
		if (mine)
			return handlers[i];
	}
	return NULL;
}

/* Somebody is there after all, whatever his mail is about. */
static int wake_address(
	struct office *o, const struct mail_case *c, const char *class, struct err *err)
{
	static const char *const machines[] = {"own", "bounce", "auto-reply"};

	if (!c->is_vouched)
		return 0;
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (strcmp(class, machines[i]) == 0)
			return 0;
	return rest_end(o->db, c->from, "rest-heard", c->now, err);
}

static int act_and_record(struct office *o, struct mail_case *c,
	const struct handler *handler, struct decision *d, struct err *err)
{
	if (handler->act(o, c, d, err) < 0)
		return err_prefix(err, "%s", handler->name);
	if (wake_address(o, c, d->class, err) < 0)
		return -1;
	return record(o, c, d, err);
}

static int close_held(struct office *o, const struct held *held,
	const struct decision *d, int64_t now, struct err *err)
{
	const struct journal_entry entry = {.who = held->decided_by,
		.what = "released",
		.why = held->reason,
		.meeting_id = d->meeting_id,
		.incoming_id = held->incoming_id};

	if (d->is_held)
		return held_reopen(o->db, held->id, d->reason, err);
	if (journal_add(o->db, &entry, now, err) < 0)
		return -1;
	return held_set_acted(o->db, held->id, d->reason, now, err);
}

/* held: what the coordinator said yes to; NULL. */
static int decide(struct office *o, struct mail_case *c, const struct held *held,
	struct decision *d, struct err *err)
{
	const struct handler *handler = find_handler(o, c, err);

	if (!handler || (handler->prepare && handler->prepare(o, c, err) < 0) ||
		step_begin(o, err) < 0)
		return -1;
	if (act_and_record(o, c, handler, d, err) < 0 ||
		(held && close_held(o, held, d, c->now, err) < 0) ||
		step_end(o, err) < 0) {
		step_undo(o, err);
		return -1;
	}
	step_log(o, LOG_LEVEL_INFO, "decided", "mail=%s class=%s outcome=%s reason=%s",
		c->in->register_number, d->class, d->outcome, d->reason);
	return 0;
}

/* ---- mail that cannot be read ---- */

int incoming_set_broken(struct office *o, const struct incoming *in, const char *reason,
	const char *what, int64_t now, struct err *err)
{
	json_auto_t *detail = json_pack("{s:s}", "what", what);
	const struct incoming_decision decision = {.state = INCOMING_BROKEN,
		.class = "broken",
		.outcome = "broken",
		.reason = reason,
		.detail = detail};
	const struct journal_entry entry = {.who = "office",
		.what = "broken",
		.why = reason,
		.incoming_id = in->id};

	if (step_begin(o, err) < 0)
		return -1;
	if (incoming_decide(o->db, in->id, &decision, now, err) < 0 ||
		journal_add(o->db, &entry, now, err) < 0 || step_end(o, err) < 0) {
		step_undo(o, err);
		return -1;
	}
	step_log(o, LOG_LEVEL_WARNING, "broken", "mail=%s reason=%s what=%s",
		in->register_number, reason, what);
	return 0;
}

int incoming_take(struct office *o, const struct incoming *in, const json_t *said,
	int64_t now, struct err *err)
{
	struct mail_case c = {0};
	struct decision d = {0};

	open_case(&c, o, in, said, now);
	int status = decide(o, &c, NULL, &d, err);
	close_case(&c);
	if (status < 0 && err->kind == ERR_PERM)
		return incoming_set_broken(o, in, "broken-act", err->text, now, err);
	return status;
}

/* ---- what the coordinator said yes to ---- */

int incoming_release(struct office *o, const struct held *held,
	const struct incoming *in, int64_t now, struct err *err)
{
	reading_auto r = {.why = ERR_INIT};
	struct decision d = {0};

	if (incoming_get(o->db, in->id, &r.in, err) < 0 || reading_ask(o, &r, err) < 0)
		return -1;
	if (r.outcome != READER_OK)
		return err_set(err, ERR_TEMP, "mail %s cannot be read again",
			in->register_number);
	struct mail_case c = {0};
	open_case(&c, o, in, r.said, now);
	c.is_released = true;
	c.released_meeting = held->meeting_id;
	c.released_for = held->reason;
	int status = decide(o, &c, held, &d, err);
	close_case(&c);
	return status;
}

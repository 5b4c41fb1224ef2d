/* The handlers that only record: our own mail, automatic answers, calendars that cannot
 * be read, people, and what nobody knows. */
#include <string.h>

#include "base/json.h"
#include "mail/address.h"
#include "mail/message-id.h"
#include "office/handler.h"
#include "store/absence.h"

static int record(
	struct decision *ret, const char *class, const char *reason, bool is_handled)
{
	ret->class = class;
	ret->outcome = "recorded";
	ret->reason = reason;
	ret->is_handled = is_handled;
	return 0;
}

/* ---- our own mail come back ---- */

static int own_matches(struct office *o, const struct mail_case *c, struct err *err)
{
	(void)err;
	const char *mailbox = o->config->settings.mailbox_address;
	const char *id = json_str_or(c->said, "message_id", "");

	return c->from && address_is_same(c->from, mailbox) &&
	       message_id_delivery(o->key, id) > 0;
}

static int own_act(struct office *o, const struct mail_case *c, struct decision *ret,
	struct err *err)
{
	const struct settings *s = &o->config->settings;

	(void)c;
	(void)err;
	record(ret, "own", "own-mail", true);
	ret->outcome = "ignored";
	/* A notice to a coordinator who reads this very mailbox stays where he sees it.
	 */
	ret->is_handled = !address_is_same(s->coordinator_address, s->mailbox_address);
	return 0;
}

const struct handler handler_own = {
	.name = "own",
	.matches = own_matches,
	.act = own_act,
	.describe = "Our own mail that came back is recorded and answered by nobody.",
};

/* ---- automatic answers ---- */

static int auto_reply_matches(
	struct office *o, const struct mail_case *c, struct err *err)
{
	(void)o;
	(void)err;
	return strcmp(c->class, "auto-reply") == 0;
}

static int auto_reply_act(struct office *o, const struct mail_case *c,
	struct decision *ret, struct err *err)
{
	const char *until = json_str(c->said, "absent_until");
	const struct absence absence = {.address = c->from,
		.until = until,
		.is_return = json_bool_or(c->said, "absent_until_is_return", false),
		.incoming_id = c->in->id,
		/* A server whose clock is ahead says nothing of the future. */
		.from_at = c->in->arrived_at < c->now ? c->in->arrived_at : c->now};

	record(ret, "auto-reply", until ? "auto-reply-absent" : "auto-reply", true);
	return c->from && absence_add(o->db, &absence, c->now, err) < 0 ? -1 : 0;
}

const struct handler handler_auto_reply = {
	.name = "auto-reply",
	.matches = auto_reply_matches,
	.act = auto_reply_act,
	.describe =
		"An automatic answer is recorded, as an absence where it says until "
		"when, and never answered.",
};

/* ---- a calendar that cannot be read ---- */

/* The first such calendar; NULL: none. */
static const json_t *broken_calendar(const struct mail_case *c)
{
	size_t i;
	json_t *calendar;

	json_array_foreach (json_object_get(c->said, "calendars"), i, calendar)
		if (json_str(calendar, "broken") &&
			!json_bool_or(calendar, "forwarded", false))
			return calendar;
	return NULL;
}

static int unreadable_matches(
	struct office *o, const struct mail_case *c, struct err *err)
{
	(void)o;
	(void)err;
	return broken_calendar(c) != NULL;
}

static int unreadable_act(struct office *o, const struct mail_case *c,
	struct decision *ret, struct err *err)
{
	const json_t *calendar = broken_calendar(c);

	(void)o;
	(void)err;
	*ret = (struct decision){.class = "broken",
		.outcome = "broken",
		.reason = json_str(calendar, "broken"),
		.is_broken = true,
		.what = json_str(calendar, "what")};
	return 0;
}

const struct handler handler_unreadable = {
	.name = "unreadable",
	.matches = unreadable_matches,
	.act = unreadable_act,
	.describe = "A mail with a calendar that cannot be read is set aside with the "
		    "reason and left unread for the coordinator.",
};

/* ---- people ---- */

static int person_matches(struct office *o, const struct mail_case *c, struct err *err)
{
	(void)o;
	(void)err;
	return c->delivery_id > 0 || strcmp(c->class, "reply") == 0;
}

static int person_act(struct office *o, const struct mail_case *c, struct decision *ret,
	struct err *err)
{
	(void)o;
	(void)c;
	(void)err;
	return record(ret, "reply", "person-reply", false);
}

const struct handler handler_person = {
	.name = "reply",
	.matches = person_matches,
	.act = person_act,
	.describe =
		"A person's reply is registered and left unread for the coordinator.",
};

/* ---- the rest ---- */

static int always(struct office *o, const struct mail_case *c, struct err *err)
{
	(void)o;
	(void)c;
	(void)err;
	return 1;
}

static int unknown_act(struct office *o, const struct mail_case *c,
	struct decision *ret, struct err *err)
{
	(void)o;
	(void)c;
	(void)err;
	return record(ret, "unknown", "not-understood", false);
}

const struct handler handler_unknown = {
	.name = "unknown",
	.matches = always,
	.act = unknown_act,
	.describe = "What nobody understands is registered and left unread for the "
		    "coordinator.",
};

/* Bounces count only where they name a mail of ours and that recipient (A23). */
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "mail/address.h"
#include "office/handler.h"
#include "store/journal.h"
#include "store/letter.h"

static int matches(struct office *o, const struct mail_case *c, struct err *err)
{
	(void)o;
	(void)err;
	return strcmp(c->class, "bounce") == 0;
}

static bool is_named(const json_t *one, const char *member, const struct delivery *d)
{
	const char *address = json_str(one, member);

	return address && address_is_same(address, d->address);
}

/* Where it was forwarded, the report names both, or only where it came in the end. */
static bool names_recipient(const json_t *one, const struct delivery *d)
{
	return is_named(one, "address", d) || is_named(one, "original_address", d);
}

/* "5.1.1 no-user: 550 5.1.1 unknown" */
static char *words_of(const json_t *one)
{
	const char *reason = json_str(one, "reason");
	str_auto *words = xasprintf("%s%s%s %s",
		json_str_or(one, "status", reason ? "" : "5.0.0"), reason ? " " : "",
		reason ? reason : "", json_str_or(one, "diagnostic", ""));
	str_auto *trimmed = text_trim(words);

	return text_printable(trimmed);
}

/* What one line of a report comes to for the delivery it is about. */
struct finding {
	const char *reason;
	const char *action;
	enum delivery_state state; /* DELIVERY_SENT: moves only what may not have gone
				    */
};

static const struct finding findings[] = {
	{"bounce-counted", "failed", DELIVERY_BOUNCED},
	{"bounce-delivered", "delivered", DELIVERY_DELIVERED},
	{"bounce-complaint", "complaint", DELIVERY_SENT},
	{"bounce-delayed", "delayed", DELIVERY_SENT},
	/* Another server has it now: no word yet that it arrived. */
	{"bounce-relayed", "relayed", DELIVERY_SENT},
	{"bounce-relayed", "expanded", DELIVERY_SENT},
};

static const struct finding *finding_of(const json_t *one)
{
	const char *action = json_str_or(one, "action", "failed");

	for (size_t i = 0; i < sizeof(findings) / sizeof(*findings); i++)
		if (text_equal_nocase(action, findings[i].action))
			return &findings[i];
	return NULL;
}

static int note(struct office *o, const struct mail_case *c, const struct delivery *d,
	const struct finding *found, const json_t *one, struct err *err)
{
	str_auto *words = words_of(one);
	bool permanent = json_bool_or(one, "permanent", false);
	struct journal_entry entry = {.who = "office",
		.what = permanent ? "bounce-permanent" : "bounce",
		.why = found->reason,
		.detail = words,
		.meeting_id = d->meeting_id,
		.incoming_id = c->in->id,
		.delivery_id = d->id};

	return journal_add(o->db, &entry, c->now, err);
}

/* ret_reason stays where the report says nothing of this delivery. */
static int count(struct office *o, const struct mail_case *c, const struct delivery *d,
	const json_t *one, const char **ret_reason, struct err *err)
{
	const struct finding *found = finding_of(one);

	if (!found || !names_recipient(one, d))
		return 0;
	str_auto *words = words_of(one);
	/* Whatever else it says: the mail had gone. */
	bool is_news = found->state != DELIVERY_SENT || d->state == DELIVERY_UNKNOWN;
	if (is_news && delivery_prove(o->db, d->id, found->state, words,
			       o->config->settings.imap.sent_copy, c->now, err) < 0)
		return -1;
	*ret_reason = found->reason;
	return note(o, c, d, found, one, err);
}

static int count_all(struct office *o, const struct mail_case *c,
	const struct delivery *d, const char *list, const char **ret_reason,
	struct err *err)
{
	size_t i;
	json_t *one;

	json_array_foreach (json_object_get(c->said, list), i, one)
		if (count(o, c, d, one, ret_reason, err) < 0)
			return -1;
	return 0;
}

/* By Message-ID, or by the envelope id that is the same without its brackets (RFC 3461,
 * 4.4). */
static int find_delivery(struct office *o, const struct mail_case *c,
	struct delivery *ret, struct err *err)
{
	const char *original = json_str(c->said, "original_message_id");
	const char *envelope = json_str(c->said, "original_envelope_id");
	int found = original ? delivery_find(o->db, original, ret, err) : 0;

	if (found != 0 || !envelope)
		return found;
	str_auto *id = xasprintf("<%s>", envelope);
	return delivery_find(o->db, id, ret, err);
}

static int act(struct office *o, const struct mail_case *c, struct decision *ret,
	struct err *err)
{
	delivery_auto d = DELIVERY_EMPTY;
	const char *reason = "bounce-no-failure";

	*ret = (struct decision){
		.class = "bounce", .outcome = "recorded", .reason = "bounce-not-ours"};
	int found = find_delivery(o, c, &d, err);
	if (found <= 0)
		return found;
	if (count_all(o, c, &d, "reached", &reason, err) < 0 ||
		count_all(o, c, &d, "failed", &reason, err) < 0)
		return -1;
	ret->meeting_id = d.meeting_id;
	ret->is_handled = true;
	ret->reason = reason;
	if (strcmp(reason, "bounce-counted") == 0 ||
		strcmp(reason, "bounce-delivered") == 0)
		ret->outcome = "applied";
	return 0;
}

const struct handler handler_bounce = {
	.name = "bounce",
	.matches = matches,
	.act = act,
	.describe = "A bounce or a success notice that names a mail of ours and its "
		    "recipient is counted on that delivery; a delay is only noted.",
};

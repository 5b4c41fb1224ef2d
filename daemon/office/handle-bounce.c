/* Bounces count only where they name a mail of ours and that recipient (A23). */
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "mail/address.h"
#include "office/handler.h"
#include "store/letter.h"

static int matches(struct office *o, const struct mail_case *c, struct err *err)
{
	(void)o;
	(void)err;
	return strcmp(c->class, "bounce") == 0;
}

static bool names_recipient(const json_t *failed, const struct delivery *d)
{
	const char *address = json_str(failed, "address");

	return address && address_is_same(address, d->address);
}

static bool is_permanent(const json_t *failed)
{
	return json_bool_or(failed, "permanent", false) &&
	       !text_equal_nocase(json_str_or(failed, "action", "failed"), "delayed");
}

/* 1 counted, 0 says nothing of this delivery, -1. */
static int count(struct office *o, const json_t *failed, const struct delivery *d,
	int64_t now, struct err *err)
{
	if (!names_recipient(failed, d) || !is_permanent(failed))
		return 0;
	str_auto *words = xasprintf("%s %s", json_str_or(failed, "status", "5.0.0"),
		json_str_or(failed, "diagnostic", ""));
	str_auto *clean = text_printable(words);
	return delivery_move(o->db, d->id, DELIVERY_BOUNCED, clean, now, err);
}

static int act(struct office *o, const struct mail_case *c, struct decision *ret,
	struct err *err)
{
	delivery_auto d = DELIVERY_EMPTY;
	const char *original = json_str(c->said, "original_message_id");
	int counted = 0;
	size_t i;
	json_t *failed;

	*ret = (struct decision){
		.class = "bounce", .outcome = "recorded", .reason = "bounce-not-ours"};
	int found = original ? delivery_find(o->db, original, &d, err) : 0;
	if (found <= 0)
		return found;
	json_array_foreach (json_object_get(c->said, "failed"), i, failed) {
		int one = count(o, failed, &d, c->now, err);
		if (one < 0)
			return -1;
		counted += one;
	}
	ret->meeting_id = d.meeting_id;
	ret->is_handled = true;
	ret->reason = counted ? "bounce-counted" : "bounce-no-failure";
	if (counted)
		ret->outcome = "applied";
	return 0;
}

const struct handler handler_bounce = {
	.name = "bounce",
	.matches = matches,
	.act = act,
	.describe = "A bounce that names a mail of ours and its recipient is counted "
		    "on that delivery.",
};

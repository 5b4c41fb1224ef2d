/* Sends a mail again that failed or bounced. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "command/held-word.h"
#include "store/delivery-move.h"

/* 1, 0 it cannot be sent again, -1. */
static int resend(struct command *c, int64_t id, struct err *err)
{
	str_auto *by = held_user();

	if (db_begin(c->db, err) < 0)
		return -1;
	int done = delivery_send_again(c->db, id, by, c->now, err);
	if (done > 0 && db_commit(c->db, err) < 0)
		done = -1;
	if (done <= 0)
		db_rollback(c->db);
	return done;
}

static int run(struct command *c, struct err *err)
{
	const char *key = c->args->words[0];
	delivery_auto d = DELIVERY_EMPTY;
	int found = *key == 'd' ? delivery_find(c->db, key + 1, &d, err) : 0;

	if (found < 0)
		return -1;
	if (!found)
		return command_not_found("delivery", key,
			"it takes a delivery such as d17; `utskick status` names those "
			"that failed");
	int done = resend(c, d.id, err);
	if (done < 0)
		return -1;
	if (!done)
		return err_set(err, ERR_PERM,
			"%s cannot be sent again: it is %s, a later letter took its "
			"place, the meeting has begun, or the address rests",
			key, delivery_state_name(d.state));
	json_auto_t *said =
		json_pack("{s:I, s:s}", "delivery", (json_int_t)d.id, "state", "due");
	str_auto *what = xasprintf("%s to %s is sent again", key, d.address);
	held_wake(c, said, what);
	return COMMAND_DONE;
}

const struct verb verb_resend = {
	.name = "resend",
	.usage = "DELIVERY",
	.describe = "send a mail again that failed or bounced",
	.words_min = 1,
	.words_max = 1,
	.config = CONFIG_IF_READABLE,
	.store = STORE_WRITE,
	.run = run,
};

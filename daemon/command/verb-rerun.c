/* Reads a broken or unknown mail again. */
#include "base/json.h"
#include "base/mem.h"
#include "command/held-word.h"
#include "store/incoming.h"
#include "store/journal.h"

static int rerun(struct command *c, const struct incoming *in, struct err *err)
{
	str_auto *by = held_user();
	const struct journal_entry entry = {
		.who = by, .what = "rerun", .incoming_id = in->id};

	if (db_begin(c->db, err) < 0)
		return -1;
	int done = incoming_rerun(c->db, in->id, err);
	if (done > 0 && (journal_add(c->db, &entry, c->now, err) < 0 ||
				db_commit(c->db, err) < 0))
		done = -1;
	if (done <= 0)
		db_rollback(c->db);
	return done;
}

static int run(struct command *c, struct err *err)
{
	incoming_auto in = INCOMING_EMPTY;
	const char *id = c->args->words[0];
	int found = incoming_find(c->db, id, &in, err);

	if (found < 0)
		return -1;
	if (!found)
		return command_not_found("mail", id,
			"it takes a register number such as 2026-000123 or a "
			"Message-ID");
	int done = rerun(c, &in, err);
	if (done < 0)
		return -1;
	if (!done)
		return err_set(err, ERR_PERM,
			"mail %s is neither broken, unknown nor held: it is %s (%s)",
			in.register_number, in.outcome ? in.outcome : "new",
			in.class ? in.class : "not read yet");
	json_auto_t *said = json_pack("{s:s}", "register", in.register_number);
	str_auto *what = xasprintf("%s is read again", in.register_number);
	held_wake(c, said, what);
	return COMMAND_DONE;
}

const struct verb verb_rerun = {
	.name = "rerun",
	.usage = "ID",
	.describe = "read a broken or unknown mail again",
	.words_min = 1,
	.words_max = 1,
	.config = CONFIG_IF_READABLE,
	.store = STORE_WRITE,
	.run = run,
};

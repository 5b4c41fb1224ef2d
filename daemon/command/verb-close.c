/* Ends a question that needs no answer any more. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "command/held-word.h"
#include "store/journal.h"
#include "store/question.h"

/* 1, 0 there is none that is open, -1. */
static int close_question(struct command *c, int64_t id, struct err *err)
{
	str_auto *by = held_user();
	str_auto *detail = xasprintf("question %lld", (long long)id);
	const struct journal_entry entry = {.who = by,
		.what = "closed",
		.why = "question-closed",
		.detail = detail};

	if (db_begin(c->db, err) < 0)
		return -1;
	int done = question_close(c->db, id, by, c->now, err);
	if (done > 0 && (journal_add(c->db, &entry, c->now, err) < 0 ||
				db_commit(c->db, err) < 0))
		done = -1;
	if (done <= 0)
		db_rollback(c->db);
	return done;
}

static int run(struct command *c, struct err *err)
{
	const char *key = c->args->words[0];
	char *end = NULL;
	int64_t id = strtoll(key, &end, 10);
	int done = *key && !*end ? close_question(c, id, err) : 0;

	if (done < 0)
		return -1;
	if (!done)
		return command_not_found("open question", key,
			"`utskick questions` lists those that wait");
	if (c->args->json) {
		json_auto_t *said = json_pack("{s:I}", "closed", (json_int_t)id);
		out_json(&c->out, said);
		return COMMAND_DONE;
	}
	out_line(&c->out, OUT_PLAIN, "Question %lld is closed. Nobody is told.",
		(long long)id);
	return COMMAND_DONE;
}

const struct verb verb_close = {
	.name = "close",
	.usage = "ID",
	.describe = "end a question that needs no answer any more",
	.words_min = 1,
	.words_max = 1,
	.config = CONFIG_IF_READABLE,
	.store = STORE_WRITE,
	.run = run,
};

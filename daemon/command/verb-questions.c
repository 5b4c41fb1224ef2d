/* Questions that were passed on and wait for an answer. */
#include "base/json.h"
#include "base/mem.h"
#include "command/command.h"
#include "command/names.h"
#include "command/status-questions.h"
#include "command/table.h"

static void print(const struct out *o, const json_t *list, int64_t now)
{
	static const char *const titles[] = {
		"id", "mail", "since", "meeting", "from", "waits for", "subject"};
	table_auto *t = table_new(7, titles);
	size_t i;
	json_t *row;

	json_array_foreach (list, i, row) {
		str_auto *id = xasprintf("%lld", (long long)json_int_or(row, "id", 0));
		str_auto *since = names_short(json_str(row, "asked_at"), now);
		table_row(t, json_str(row, "reminded_at") ? OUT_BAD : OUT_PLAIN, id,
			json_str_or(row, "register", "-"), since,
			json_str_or(row, "meeting", "-"), json_str(row, "from"),
			json_str(row, "contact"), json_str(row, "subject"));
	}
	if (json_array_size(list) == 0) {
		out_line(o, OUT_GOOD, "No question waits for an answer.");
		return;
	}
	table_print(t, o);
	out_blank(o);
	out_line(o, OUT_FAINT,
		"The contact's answer ends a question; utskick close ID does too");
}

static int run(struct command *c, struct err *err)
{
	json_auto_t *list = status_questions(c, err);

	if (!list)
		return -1;
	if (c->args->json)
		out_json(&c->out, list);
	else
		print(&c->out, list, c->now);
	return COMMAND_DONE;
}

const struct verb verb_questions = {
	.name = "questions",
	.usage = "",
	.describe = "members' questions that wait for an answer",
	.config = CONFIG_IF_READABLE,
	.store = STORE_READ,
	.run = run,
};

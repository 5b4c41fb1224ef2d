/* What waits for the coordinator's yes. */
#include "base/json.h"
#include "base/mem.h"
#include "command/command.h"
#include "command/names.h"
#include "command/table.h"
#include "store/held.h"

static void print(const struct out *o, const json_t *list, int64_t now)
{
	static const char *const titles[] = {
		"id", "mail", "since", "what", "meeting", "from", "subject"};
	table_auto *t = table_new(7, titles);
	size_t i;
	json_t *row;

	json_array_foreach (list, i, row) {
		str_auto *id = xasprintf("%lld", (long long)json_int_or(row, "id", 0));
		str_auto *since = names_short(json_str(row, "held_at"), now);
		table_row(t, OUT_PLAIN, id, json_str_or(row, "register", "-"), since,
			json_str(row, "act"), json_str(row, "meeting"),
			json_str_or(row, "from", "-"), json_str(row, "subject"));
		table_add_line(t, OUT_FAINT, 4, names_reason(json_str(row, "reason")));
	}
	if (json_array_size(list) == 0) {
		out_line(o, OUT_GOOD, "Nothing waits.");
		return;
	}
	table_print(t, o);
	out_blank(o);
	out_line(o, OUT_FAINT, "utskick release ID, or utskick refuse ID");
}

static int run(struct command *c, struct err *err)
{
	json_auto_t *list = held_list(c->db, err);
	size_t i;
	json_t *row;

	if (!list)
		return -1;
	json_array_foreach (list, i, row)
		names_put_time(row, "held_at", json_int_or(row, "held_at", 0));
	if (c->args->json)
		out_json(&c->out, list);
	else
		print(&c->out, list, c->now);
	return COMMAND_DONE;
}

const struct verb verb_held = {
	.name = "held",
	.usage = "",
	.describe = "what waits for the coordinator's yes",
	.config = CONFIG_IF_READABLE,
	.store = STORE_READ,
	.run = run,
};

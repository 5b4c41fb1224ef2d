#include "command/status-resting.h"

#include "base/json.h"
#include "base/mem.h"
#include "command/names.h"
#include "command/table.h"
#include "store/rest.h"

json_t *status_resting(const struct command *c, struct err *err)
{
	json_t *rows = rest_list(c->db, err);
	size_t i;
	json_t *row;

	json_array_foreach (rows, i, row)
		names_put_time(row, "since", json_int_or(row, "since", 0));
	return rows;
}

void status_print_resting(const struct out *o, const json_t *resting)
{
	static const char *const titles[] = {"", "", "", ""};
	table_auto *t = table_new(4, titles);
	size_t i;
	json_t *one;

	if (json_array_size(resting) == 0)
		return;
	out_blank(o);
	out_line(o, OUT_BOLD, "Addresses at rest: nothing is sent there");
	json_array_foreach (resting, i, one) {
		str_auto *at = names_moment(json_str(one, "since"));
		str_auto *kept = names_count(json_int_or(one, "letters", 0),
			"letter not sent", "letters not sent");
		str_auto *since = xasprintf("since %s", at);
		table_row(t, OUT_BAD, json_str_or(one, "address", ""),
			json_str_or(one, "name", ""), since, kept);
	}
	table_print(t, o);
}

/* What the settings' retention removes now: nothing is done. */
#include "base/json.h"
#include "base/mem.h"
#include "command/command.h"
#include "command/names.h"
#include "command/table.h"
#include "duty/retention.h"
#include "store/removal.h"

#define LISTED 100000

static json_t *rule_rows(const struct command *c, size_t index, struct err *err)
{
	const struct retention_settings *rule = &c->config->settings.retention[index];
	const struct removal r = retention_of(rule, c->now);
	json_t *due = removal_due(c->db, &r, LISTED, c->now, err);
	size_t i;
	json_t *row;

	if (!due)
		return NULL;
	json_array_foreach (due, i, row) {
		json_object_del(row, "id");
		names_put_time(row, "arrived_at", json_int_or(row, "arrived_at", 0));
	}
	json_t *one = json_pack("{s:s, s:s, s:o}", "class", rule->class, "decision",
		rule->decision, "due", due);
	if (rule->keep_days)
		json_put_int(one, "keep_days", rule->keep_days);
	if (rule->keep_years)
		json_put_int(one, "keep_years", rule->keep_years);
	names_put_time(one, "arrived_before", r.arrived_before);
	return one;
}

static void print_rule(const struct out *o, const json_t *rule)
{
	static const char *const titles[] = {"", "", ""};
	table_auto *t = table_new(3, titles);
	const json_t *due = json_object_get(rule, "due");
	str_auto *before = names_moment(json_str(rule, "arrived_before"));
	str_auto *count = names_count((int64_t)json_array_size(due), "mail", "mails");
	size_t i;
	json_t *row;

	out_line(o, OUT_BOLD, "%s, arrived before %s: %s (decision %s)",
		json_str_or(rule, "class", ""), before, count,
		json_str_or(rule, "decision", ""));
	json_array_foreach (due, i, row) {
		str_auto *at = names_moment(json_str(row, "arrived_at"));
		str_auto *size =
			xasprintf("%lld bytes", (long long)json_int_or(row, "size", 0));
		table_row(t, OUT_PLAIN, json_str_or(row, "register", ""), at, size);
	}
	if (i > 0)
		table_print(t, o);
}

static int run(struct command *c, struct err *err)
{
	json_auto_t *rules = json_array();
	size_t i;
	json_t *rule;

	for (i = 0; i < c->config->settings.retention_count; i++) {
		rule = rule_rows(c, i, err);
		if (!rule)
			return -1;
		json_array_append_new(rules, rule);
	}
	if (c->args->json) {
		out_json(&c->out, rules);
		return COMMAND_DONE;
	}
	json_array_foreach (rules, i, rule)
		print_rule(&c->out, rule);
	if (i == 0)
		out_line(&c->out, OUT_GOOD,
			"The settings say of no class that it is removed: all mail "
			"stays.");
	return COMMAND_DONE;
}

const struct verb verb_retention = {
	.name = "retention",
	.usage = "",
	.describe = "what the settings' retention would remove now",
	.config = CONFIG_MUST,
	.store = STORE_READ,
	.run = run,
};

#include "command/status-retention.h"

#include "base/json.h"
#include "base/mem.h"
#include "command/names.h"
#include "store/removal.h"

json_t *status_retention(const struct command *c, struct err *err)
{
	size_t rules = c->config ? c->config->settings.retention_count : 0;
	int64_t removed = removal_count(c->db, err);

	if (removed < 0)
		return NULL;
	return json_pack("{s:I, s:I}", "rules", (json_int_t)rules, "removed",
		(json_int_t)removed);
}

void status_print_retention(const struct out *o, const json_t *retention)
{
	int64_t rules = json_int_or(retention, "rules", 0);
	int64_t removed = json_int_or(retention, "removed", 0);

	if (!rules && !removed)
		return;
	str_auto *by = names_count(rules, "rule", "rules");
	str_auto *mails = names_count(removed, "mail", "mails");
	str_auto *text = xasprintf(
		"%s so far, by decision; %s (`utskick retention`)", mails, by);
	out_field(o, OUT_PLAIN, "removed", text);
}

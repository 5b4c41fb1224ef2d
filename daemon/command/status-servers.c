#include "command/status-servers.h"

#include "base/json.h"
#include "base/mem.h"
#include "command/names.h"
#include "config/warnings.h"
#include "store/refusal.h"

json_t *status_refused(const struct command *c, struct err *err)
{
	json_t *list = refusal_list(c->db, err);
	size_t i;
	json_t *one;

	json_array_foreach (list, i, one) {
		names_put_time(one, "at", json_int_or(one, "at", 0));
		json_object_del(one, "id");
	}
	return list;
}

json_t *status_warnings(const struct command *c)
{
	return c->config ? config_warnings(&c->config->settings) : json_array();
}

void status_print_servers(const struct out *o, const json_t *status)
{
	const json_t *refused = json_object_get(status, "refused");
	size_t i;
	json_t *one;

	if (json_array_size(refused)) {
		out_blank(o);
		out_line(o, OUT_BOLD,
			"Sign-in refused (utskick-sign-in(7) says what answers mean)");
	}
	json_array_foreach (refused, i, one) {
		str_auto *since = names_moment(json_str(one, "at"));
		out_line(o, OUT_BAD, "%s since %s", json_str_or(one, "server", ""),
			since);
		out_text(o, OUT_FAINT, 2, json_str_or(one, "words", ""));
	}
	json_array_foreach (json_object_get(status, "warnings"), i, one) {
		out_blank(o);
		out_text(o, OUT_BAD, 0, json_string_value(one));
	}
}

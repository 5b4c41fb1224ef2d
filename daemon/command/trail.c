#include "command/trail.h"

#include "base/json.h"
#include "base/mem.h"
#include "command/names.h"
#include "command/table.h"
#include "store/journal.h"
#include "store/reason.h"

json_t *trail_of(struct db *db, int64_t meeting_id, int64_t incoming_id,
	int64_t delivery_id, struct err *err)
{
	json_t *trail = journal_about(db, meeting_id, incoming_id, delivery_id, err);
	size_t i;
	json_t *entry;

	json_array_foreach (trail, i, entry) {
		const char *why = json_str(entry, "why");
		names_put_time(entry, "at", json_int_or(entry, "at", 0));
		json_put_str(entry, "sentence", why ? reason_sentence(why) : NULL);
	}
	return trail;
}

void trail_print(const struct out *o, const json_t *trail, bool with_sentences)
{
	static const char *const titles[] = {"", "", "", ""};
	table_auto *t = table_new(4, titles);
	size_t i;
	json_t *entry;

	json_array_foreach (trail, i, entry) {
		str_auto *at = names_moment(json_str(entry, "at"));
		table_row(t, OUT_PLAIN, at, json_str(entry, "who"),
			json_str(entry, "what"), json_str(entry, "why"));
		if (with_sentences && json_str(entry, "sentence"))
			table_add_line(t, OUT_FAINT, 18, json_str(entry, "sentence"));
		if (json_str(entry, "detail"))
			table_add_line(t, OUT_FAINT, 18, json_str(entry, "detail"));
	}
	if (json_array_size(trail) == 0)
		out_line(o, OUT_FAINT, "nothing");
	table_print(t, o);
}

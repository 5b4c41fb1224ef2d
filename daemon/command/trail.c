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

/* How many entries from index on say the same. */
static size_t count_same(const json_t *trail, size_t index)
{
	size_t n = 1;

	while (json_equal(
		json_array_get(trail, index), json_array_get(trail, index + n)))
		n++;
	return n;
}

static void add_entry(
	struct table *t, const json_t *entry, size_t times, bool with_sentences)
{
	str_auto *at = names_moment(json_str(entry, "at"));
	const char *what = json_str_or(entry, "what", "");
	str_auto *often =
		times > 1 ? xasprintf("%s, %zu times", what, times) : xstrdup(what);

	table_row(t, OUT_PLAIN, at, json_str(entry, "who"), often,
		json_str(entry, "why"));
	if (with_sentences && json_str(entry, "sentence"))
		table_add_line(t, OUT_FAINT, 18, json_str(entry, "sentence"));
	if (json_str(entry, "detail"))
		table_add_line(t, OUT_FAINT, 18, json_str(entry, "detail"));
}

void trail_print(const struct out *o, const json_t *trail, bool with_sentences)
{
	static const char *const titles[] = {"", "", "", ""};
	table_auto *t = table_new(4, titles);
	size_t count = json_array_size(trail);

	for (size_t i = 0; i < count;) {
		size_t same = count_same(trail, i);
		add_entry(t, json_array_get(trail, i), same, with_sentences);
		i += same;
	}
	if (count == 0)
		out_line(o, OUT_FAINT, "nothing");
	table_print(t, o);
}

#include "office/retention-work.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "duty/retention.h"
#include "store/journal.h"

#define AT_A_TIME 200 /* then mail has its turn */

static int remove_class(
	struct office *o, const struct removal *r, int64_t now, struct err *err)
{
	json_auto_t *due = removal_due(o->db, r, AT_A_TIME, now, err);
	size_t i;
	json_t *row;

	if (!due)
		return -1;
	json_array_foreach (due, i, row) {
		if (removal_do(o->db, r, json_int_or(row, "id", 0), now, err) < 0)
			return -1;
		log_event(LOG_LEVEL_INFO, "removed", "mail=%s class=%s decision=%s",
			json_str_or(row, "register", "?"), r->class, r->decision);
		worker_beat(o->ctx);
	}
	return (int)json_array_size(due);
}

int retention_work(struct office *o, int64_t now, struct err *err)
{
	const struct settings *s = &o->config->settings;
	str_auto *day = clock_day(now);
	int count = 0;

	/* Every turn has its share until nothing is left; then a word a day is enough.
	 */
	if (s->retention_count == 0)
		return 0;
	str_auto *key = xasprintf("retention:%s", day);
	int is_first = told_once(o->db, key, now, err);
	if (is_first <= 0)
		return is_first;
	for (size_t i = 0; i < s->retention_count; i++) {
		const struct removal r = retention_of(&s->retention[i], now);
		int removed = remove_class(o, &r, now, err);
		if (removed < 0) {
			struct err other = ERR_INIT;
			told_forget(o->db, key, &other);
			return -1;
		}
		count += removed;
	}
	if (count > 0 && told_forget(o->db, key, err) < 0)
		return -1;
	return count;
}

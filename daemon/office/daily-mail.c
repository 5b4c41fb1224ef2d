/* When the daily mail goes out, and the mail itself. */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "duty/holidays.h"
#include "office/command.h"
#include "office/daily.h"
#include "office/post.h"
#include "store/daily.h"

#define LOOK_AHEAD_DAYS 30

/* ---- when ---- */

static bool is_holiday(int64_t at)
{
	struct holiday list[HOLIDAYS_MAX];
	struct tm tm = clock_local(at);
	str_auto *day = clock_day(at);
	size_t count = holidays_of_year(tm.tm_year + 1900, list);

	return holidays_find(list, count, day) != NULL;
}

int64_t daily_time_on(const struct daily_settings *s, int64_t at)
{
	static const char *const names[] = {
		"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
	struct tm tm = clock_local(at);

	if (!json_has_str(s->days, names[tm.tm_wday]) || is_holiday(at))
		return 0;
	tm.tm_hour = s->hour;
	tm.tm_min = s->minute;
	tm.tm_sec = 0;
	tm.tm_isdst = -1;
	return clock_from_local(tm);
}

int64_t daily_next_at(const struct office *o, int64_t now)
{
	for (int i = 0; i < LOOK_AHEAD_DAYS; i++) {
		int64_t at = daily_time_on(
			&o->config->settings.daily, clock_add_days(now, i));
		if (at > now)
			return at;
	}
	return 0;
}

/* ---- the mail ---- */

/* [{number, KIND: data}] as the templates have it. */
static json_t *numbered(const json_t *items)
{
	json_t *list = json_array();
	size_t i;
	json_t *item;

	json_array_foreach (items, i, item) {
		json_t *row = json_pack("{s:I}", "number", (json_int_t)i + 1);
		json_t *data = json_deep_copy(json_object_get(item, "data"));
		json_put_int(data, "number", (int64_t)i + 1);
		json_object_set_new(row, json_str_or(item, "kind", "?"), data);
		json_array_append_new(list, row);
	}
	return list;
}

static int post_mail(
	struct office *o, int64_t id, const json_t *items, int64_t now, struct err *err)
{
	const struct settings *s = &o->config->settings;
	str_auto *about = xasprintf("daily:%lld", (long long)id);
	str_auto *code = command_code(o, COMMAND_DAILY, id);
	size_t count = json_array_size(items);
	json_auto_t *extra = json_pack("{s:{s:s, s:I, s:b, s:b, s:{s:I}, s:i}, s:o}",
		"daily", "code", code, "count", (json_int_t)count, "is_one", count == 1,
		"is_empty", count == 0, "date", "$date", (json_int_t)now, "wait_days",
		s->daily.wait_days, "items", numbered(items));
	const struct post post = {
		.order = {.kind = "daily-mail",
			.extra = extra,
			.auto_submitted = "auto-generated"},
		.about = about,
		.reason = "daily-mail",
		.priority = POST_TODAY,
	};

	return post_to_coordinator(o, &post, now, err);
}

static int make(struct office *o, const char *day, int64_t now, struct err *err)
{
	json_auto_t *items = daily_open(o, now, err);
	int64_t id = 0;

	if (!items)
		return -1;
	/* A day with nothing to say is over too: what comes up later waits till the
	 * next. */
	int added = daily_add(o->db, day, items, now, &id, err);
	if (added <= 0)
		return added;
	if (json_array_size(items) == 0 && !o->config->settings.daily.when_nothing)
		return 1;
	return post_mail(o, id, items, now, err) < 0 ? -1 : 1;
}

int daily_work(struct office *o, int64_t now, struct err *err)
{
	int64_t at = daily_time_on(&o->config->settings.daily, now);
	str_auto *day = clock_day(now);

	if (!at || now < at)
		return 0;
	int made = daily_is_made(o->db, day, err);
	if (made)
		return made < 0 ? -1 : 0;
	if (db_begin(o->db, err) < 0)
		return -1;
	int done = make(o, day, now, err);
	if (done < 0 || db_commit(o->db, err) < 0) {
		db_rollback(o->db);
		return -1;
	}
	return done;
}

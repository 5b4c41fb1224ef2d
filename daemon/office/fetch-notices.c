/* What cannot be fetched, told once: a calendar's server that has been away for long, a
 * file that an entry has attached by its address. */
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "office/notices.h"
#include "office/post.h"
#include "store/fetched.h"
#include "store/journal.h"
#include "store/linked.h"

static int post(struct office *o, const json_t *failing, const char *key, int64_t now,
	struct err *err)
{
	const char *calendar = json_str_or(failing, "calendar", "");
	json_auto_t *extra = json_pack("{s:{s:s, s:s, s:{s:I}}}", "calendar", "source",
		calendar, "reason", json_str_or(failing, "why", ""), "since", "$moment",
		(json_int_t)json_int_or(failing, "since", 0));
	const struct post letter = {
		.order = {.kind = "calendar-notice",
			.extra = extra,
			.auto_submitted = "auto-generated"},
		.about = key,
		.reason = "calendar-unreadable",
		.priority = POST_TODAY,
	};

	return post_to_coordinator(o, &letter, now, err);
}

typedef int (*post_fn)(struct office *o, const json_t *failing, const char *key,
	int64_t now, struct err *err);

/* Each time that it begins to fail is told of once. 1, 0, -1. */
static int tell_once(struct office *o, const json_t *failing, const char *key,
	post_fn post_it, int64_t now, struct err *err)
{
	if (db_begin(o->db, err) < 0)
		return -1;
	int first = told_once(o->db, key, now, err);
	if (first > 0 && post_it(o, failing, key, now, err) < 0)
		first = -1;
	if (first >= 0 && db_commit(o->db, err) == 0)
		return first;
	db_rollback(o->db);
	return -1;
}

static int tell(struct office *o, const json_t *failing, int64_t now, struct err *err)
{
	str_auto *key =
		xasprintf("not-fetched:%s:%lld", json_str_or(failing, "calendar", ""),
			(long long)json_int_or(failing, "since", 0));

	return tell_once(o, failing, key, post, now, err);
}

/* ---- what is attached by its address and cannot be had ---- */

static int post_link(struct office *o, const json_t *failing, const char *key,
	int64_t now, struct err *err)
{
	json_auto_t *extra = json_pack("{s:{s:s, s:s, s:s, s:{s:I}}}", "file", "link",
		json_str_or(failing, "link", ""), "reason",
		json_str_or(failing, "why", ""), "title",
		json_str_or(failing, "title", ""), "when", "$moment",
		(json_int_t)json_int_or(failing, "starts_at", 0));
	const struct post letter = {
		.order = {.kind = "file-notice",
			.extra = extra,
			.auto_submitted = "auto-generated"},
		.about = key,
		.reason = "file-not-fetched",
		.priority = POST_TODAY,
	};

	return post_to_coordinator(o, &letter, now, err);
}

static int tell_of_link(
	struct office *o, const json_t *failing, int64_t now, struct err *err)
{
	char hex[HASH_HEX_SIZE];
	const char *link = json_str_or(failing, "link", "");

	hash_hex(link, strlen(link), hex);
	str_auto *key = xasprintf(
		"file:%.32s:%lld", hex, (long long)json_int_or(failing, "since", 0));
	return tell_once(o, failing, key, post_link, now, err);
}

static int links_work(struct office *o, int64_t now, struct err *err)
{
	json_auto_t *list = linked_failing(o->db, now, err);
	int count = 0;
	size_t i;
	json_t *failing;

	json_array_foreach (list, i, failing) {
		int told = tell_of_link(o, failing, now, err);
		if (told < 0)
			return -1;
		count += told;
	}
	return list ? count : -1;
}

int fetch_notices_work(struct office *o, int64_t now, struct err *err)
{
	int64_t patience = 3600 * (int64_t)o->config->settings.smtp.tell_after_hours;
	json_auto_t *list = fetched_failing(o->db, err);
	int count = 0;
	size_t i;
	json_t *failing;

	if (!list)
		return -1;
	json_array_foreach (list, i, failing) {
		if (json_int_or(failing, "since", now) > now - patience)
			continue;
		int told = tell(o, failing, now, err);
		if (told < 0)
			return -1;
		count += told;
	}
	int links = links_work(o, now, err);
	return links < 0 ? -1 : count + links;
}

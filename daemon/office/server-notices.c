#include "office/server-notices.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "office/post.h"
#include "store/journal.h"
#include "store/refusal.h"

static int post_notice(struct office *o, const json_t *refusal, const char *about,
	int64_t now, struct err *err)
{
	const struct settings *s = &o->config->settings;
	const char *address =
		s->fallback_address ? s->fallback_address : s->coordinator_address;
	struct recipient to = {
		.name = (char *)s->coordinator_name,
		.address = (char *)address,
		.language = (char *)s->language,
	};
	json_auto_t *extra = json_pack("{s:{s:s, s:s, s:{s:I}}}", "server", "host",
		s->imap.server.host, "words", json_str_or(refusal, "words", ""),
		"since", "$moment", (json_int_t)json_int_or(refusal, "at", now));
	const struct post post = {
		.order = {.kind = "server-notice",
			.extra = extra,
			.auto_submitted = "auto-generated"},
		.about = about,
		.reason = "sign-in-refused",
		.priority = POST_TODAY,
	};

	return post_to(o, &post, &to, now, err);
}

static int tell(struct office *o, const json_t *refusal, int64_t now, struct err *err)
{
	str_auto *key = xasprintf(
		"server-notice:%lld", (long long)json_int_or(refusal, "id", 0));

	if (db_begin(o->db, err) < 0)
		return -1;
	int first = told_once(o->db, key, now, err);
	if (first > 0 && (post_notice(o, refusal, key, now, err) < 0 ||
				 db_commit(o->db, err) < 0))
		first = -1;
	if (first < 1)
		db_rollback(o->db);
	return first;
}

int server_notices_work(struct office *o, int64_t now, struct err *err)
{
	json_auto_t *refusals = refusal_list(o->db, err);
	size_t i;
	json_t *refusal;
	int told = 0;

	if (!refusals)
		return -1;
	json_array_foreach (refusals, i, refusal) {
		/* What SMTP refuses cannot be mailed. */
		if (strcmp(json_str_or(refusal, "server", ""), "imap") != 0)
			continue;
		int first = tell(o, refusal, now, err);
		if (first < 0)
			return -1;
		told += first;
	}
	return told;
}

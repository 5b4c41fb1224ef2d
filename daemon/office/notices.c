#include "office/notices.h"

#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "office/post.h"
#include "store/journal.h"

int notice_post(struct office *o, const char *kind, const char *about,
	const struct meeting *m, const json_t *roles, json_t *extra, const char *reason,
	int64_t now, struct err *err)
{
	const struct post post = {
		.order = {.kind = kind,
			.meeting = m,
			.roles = roles,
			.extra = extra,
			.auto_submitted = "auto-generated"},
		.about = about,
		.reason = reason,
		.priority = POST_TODAY,
	};

	int status = post_to_coordinator(o, &post, now, err);
	json_decref(extra);
	return status;
}

static json_t *moment(int64_t at)
{
	return json_pack("{s:I}", "$moment", (json_int_t)at);
}

/* ---- too large ---- */

int notice_too_large(
	struct office *o, const struct incoming *in, int64_t now, struct err *err)
{
	str_auto *about = xasprintf("incoming:%lld", (long long)in->id);
	json_t *extra = json_pack("{s:{s:s, s:s, s:{s:I}, s:{s:I}, s:o}}", "mail",
		"from", in->from_address ? in->from_address : "?", "subject",
		in->subject ? in->subject : "", "size", "$size", (json_int_t)in->size,
		"limit", "$size", (json_int_t)o->config->settings.imap.largest_mail,
		"received", moment(in->arrived_at));

	return notice_post(
		o, "too-large-notice", about, NULL, NULL, extra, "too-large", now, err);
}

/* ---- calendars ---- */

/* What is mailed has no name of its own. */
static char *source_label(const struct office *o, const struct source *source)
{
	const struct calendar_settings *calendar =
		settings_calendar(&o->config->settings, source->calendar);

	if (calendar && calendar->mail)
		return xstrdup(source->calendar);
	return xasprintf("%s (%s)", source->calendar, source->path);
}

int notice_calendar_broken(struct office *o, const struct source *source,
	const char *what, int64_t now, struct err *err)
{
	str_auto *label = source_label(o, source);
	str_auto *about = xasprintf("broken:%lld:%.16s", (long long)source->id,
		source->sha256 ? source->sha256 : "");
	json_t *extra = json_pack("{s:{s:s, s:s, s:s}}", "calendar", "source", label,
		"what", source->path, "reason", what);

	return notice_post(o, "calendar-notice", about, NULL, NULL, extra,
		"calendar-unreadable", now, err);
}

static json_t *problem_entries(const json_t *problems)
{
	json_t *entries = json_array();
	size_t i;
	json_t *problem;

	json_array_foreach (problems, i, problem)
		json_array_append_new(
			entries, json_pack("{s:s, s:s, s:s}", "title",
					 json_str_or(problem, "summary",
						 json_str_or(problem, "uid", "?")),
					 "when", json_str_or(problem, "starts_at", "?"),
					 "reason", json_str_or(problem, "what", "?")));
	return entries;
}

int notice_problems(struct office *o, const struct source *source,
	const json_t *problems, int64_t now, struct err *err)
{
	char hex[HASH_HEX_SIZE];

	if (json_array_size(problems) == 0)
		return 0;
	/* The same problems in changed bytes are not told again. */
	str_auto *text = json_text(problems);
	hash_hex(text, strlen(text), hex);
	str_auto *about = xasprintf("problems:%lld:%.16s", (long long)source->id, hex);
	str_auto *label = source_label(o, source);
	json_t *extra = json_pack("{s:{s:s, s:o}}", "calendar", "source", label,
		"entries", problem_entries(problems));
	return notice_post(o, "calendar-notice", about, NULL, NULL, extra,
		"calendar-unreadable", now, err);
}

#include "office/notices.h"

#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "office/minutes-files.h"
#include "office/post.h"
#include "store/journal.h"
#include "store/letter.h"
#include "store/meeting.h"

static int post_notice(struct office *o, const char *kind, const char *about,
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

static json_t *named(const char *group, const char *key)
{
	return json_pack("{s:[s, s]}", "$name", group, key);
}

static json_t *moment(int64_t at)
{
	return json_pack("{s:I}", "$moment", (json_int_t)at);
}

/* ---- held ---- */

/* Of some minutes a yes makes nothing. */
static const char *outcome_of(const char *act, const char *reason)
{
	if (strcmp(reason, "scanner-away") == 0)
		return "minutes-scan";
	if (minutes_files_is_refusal(reason) &&
		strcmp(reason, "minutes-type-refused") != 0)
		return "minutes-file";
	return act;
}

/* What every held matter has. */
static json_t *matter_data(int64_t held_id, const char *act, const char *reason)
{
	return json_pack("{s:I, s:o, s:o, s:o, s:o}", "id", (json_int_t)held_id, "what",
		named("held_what", act), "why", named("reason", reason), "on_yes",
		named("held_on_yes", outcome_of(act, reason)), "on_no",
		named("held_on_no", act));
}

/* The other time and place. */
static void put_counter(json_t *data, const json_t *said)
{
	json_t *counter = json_object();
	json_int_t starts = json_int_or(said, "starts", 0);

	if (starts)
		json_object_set_new(
			counter, "date", json_pack("{s:I}", "$date", starts));
	if (starts && !json_bool_or(said, "all_day", false))
		json_object_set_new(counter, "time",
			json_pack("{s:[I, I]}", "$span", starts,
				(json_int_t)json_int_or(said, "ends", starts)));
	json_put_str(counter, "location", json_str(said, "location"));
	json_object_set_new(data, "counter", counter);
}

static json_t *file_row(const json_t *file)
{
	json_t *row = json_pack("{s:s, s:{s:I}}", "name", json_str_or(file, "name", ""),
		"size", "$size", (json_int_t)json_int_or(file, "size", 0));
	const char *reason = json_str(file, "refused");

	if (reason)
		json_object_set_new(row, "why", named("refused", reason));
	json_put_str(row, "found", json_str(file, "found"));
	return row;
}

/* What was taken out of it, else what it says that it has. */
static json_t *file_rows(const struct mail_case *c, const char *act)
{
	json_t *rows = json_array();
	const json_t *files = json_array_size(c->files) > 0
				      ? c->files
				      : json_object_get(c->said, "attachments");
	size_t i;
	json_t *file;

	json_array_foreach ((json_t *)files, i, file)
		if (strcmp(act, "minutes") == 0)
			json_array_append_new(rows, file_row(file));
	return rows;
}

static json_t *held_data(
	const struct mail_case *c, int64_t held_id, const char *act, const char *reason)
{
	json_t *files = file_rows(c, act);
	json_t *data = json_pack("{s:o, s:{s:o}}", "held",
		matter_data(held_id, act, reason), "minutes", "files", files);
	json_object_update_new(json_object_get(data, "held"),
		json_pack("{s:b, s:s, s:s, s:o}", "is_mail", 1, "from",
			c->from ? c->from : "?", "subject",
			json_str_or(c->said, "subject", ""), "received",
			moment(c->in->arrived_at)));
	if (strcmp(act, "counter") == 0)
		put_counter(
			data, json_array_get(json_object_get(c->said, "counters"), 0));
	return data;
}

/* More in a day than one person reads: the rest is told of in one (A22). 1 it is told
 * of, 0 this one has a notice of its own, -1. */
static int tell_of_many(struct office *o, int64_t now, struct err *err)
{
	int most = o->config->settings.limits.held_notices_per_day;
	int count =
		letter_count_since(o->db, "held-notice", clock_add_days(now, -1), err);
	str_auto *day = clock_day(now);
	str_auto *about = xasprintf("day:%s", day);

	if (count < most)
		return count < 0 ? -1 : 0;
	json_t *extra = json_pack("{s:{s:I}}", "held", "count", (json_int_t)count);
	return post_notice(o, "held-many-notice", about, NULL, NULL, extra, "held-many",
		       now, err) < 0
		       ? -1
		       : 1;
}

int notice_held(struct office *o, const struct mail_case *c, int64_t held_id,
	const char *act, const char *reason, int64_t meeting_id, struct err *err)
{
	meeting_auto m = MEETING_EMPTY;
	json_auto_t *roles = json_array();
	str_auto *about = xasprintf("held:%lld", (long long)held_id);
	int many = tell_of_many(o, c->now, err);

	if (many != 0)
		return many < 0 ? -1 : 0;
	int found = meeting_id ? meeting_get(o->db, meeting_id, &m, err) : 0;
	if (found < 0)
		return -1;
	return post_notice(o, "held-notice", about, found ? &m : NULL, roles,
		held_data(c, held_id, act, reason), reason, c->now, err);
}

int notice_matter(struct office *o, const struct held *h, int64_t held_id,
	const json_t *facts, int64_t now, struct err *err)
{
	meeting_auto m = MEETING_EMPTY;
	json_auto_t *roles = json_array();
	str_auto *about = xasprintf("held:%lld", (long long)held_id);

	int found = h->meeting_id ? meeting_get(o->db, h->meeting_id, &m, err) : 0;
	if (found < 0)
		return -1;
	json_t *data =
		json_pack("{s:o}", "held", matter_data(held_id, h->act, h->reason));
	json_t *held = json_object_get(data, "held");
	json_put_str(held, "title", h->title);
	if (facts)
		json_object_set_new(held, "facts", json_deep_copy(facts));
	return post_notice(o, "held-notice", about, found ? &m : NULL, roles, data,
		h->reason, now, err);
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

	return post_notice(
		o, "too-large-notice", about, NULL, NULL, extra, "too-large", now, err);
}

/* ---- calendars ---- */

static char *source_label(const struct source *source)
{
	return xasprintf("%s (%s)", source->calendar, source->path);
}

int notice_calendar_broken(struct office *o, const struct source *source,
	const char *what, int64_t now, struct err *err)
{
	str_auto *label = source_label(source);
	str_auto *about = xasprintf("broken:%lld:%.16s", (long long)source->id,
		source->sha256 ? source->sha256 : "");
	json_t *extra = json_pack("{s:{s:s, s:s, s:s}}", "calendar", "source", label,
		"what", source->path, "reason", what);

	return post_notice(o, "calendar-notice", about, NULL, NULL, extra,
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
	str_auto *label = source_label(source);
	json_t *extra = json_pack("{s:{s:s, s:o}}", "calendar", "source", label,
		"entries", problem_entries(problems));
	return post_notice(o, "calendar-notice", about, NULL, NULL, extra,
		"calendar-unreadable", now, err);
}

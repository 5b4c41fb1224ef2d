/* What the coordinator is told of a held matter: what, from whom, why, what a yes does.
 */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/personal-number.h"
#include "base/text.h"
#include "office/command.h"
#include "office/minutes-files.h"
#include "office/notices.h"
#include "office/post.h"
#include "store/letter.h"
#include "store/meeting.h"

static json_t *named(const char *group, const char *key)
{
	return json_pack("{s:[s, s]}", "$name", group, key);
}

static json_t *moment(int64_t at)
{
	return json_pack("{s:I}", "$moment", (json_int_t)at);
}

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

/* [{number, title, date, code}] of the meetings that the answer may choose among. New
 * reference; NULL with err. */
static json_t *choices_of(struct office *o, const struct held *h, struct err *err)
{
	json_auto_t *list = json_array();
	size_t i;
	json_t *id;

	json_array_foreach (json_object_get(h->data, "choices"), i, id) {
		meeting_auto m = MEETING_EMPTY;
		if (meeting_get(o->db, json_integer_value(id), &m, err) < 0)
			return NULL;
		json_array_append_new(
			list, json_pack("{s:I, s:s, s:{s:I}, s:s}", "number",
				      (json_int_t)i + 1, "title",
				      m.title ? m.title : "", "date", "$date",
				      (json_int_t)m.starts_at, "code", m.code));
	}
	return TAKE(list);
}

/* What every held matter has. */
static int put_matter(struct office *o, json_t *data, const struct held *h,
	int64_t held_id, struct err *err)
{
	str_auto *code = command_code(o, COMMAND_HELD, held_id);
	json_t *choices = choices_of(o, h, err);

	if (!choices)
		return -1;
	json_t *held = json_pack("{s:I, s:s, s:o, s:o, s:o, s:o, s:o, s:b}", "id",
		(json_int_t)held_id, "code", code, "what", named("held_what", h->act),
		"why", named("reason", h->reason), "on_yes",
		named("held_on_yes", outcome_of(h->act, h->reason)), "on_no",
		named("held_on_no", h->act), "choices", choices, "chosen",
		json_array_size(choices) > 0);
	json_put_str(held, "title", h->title);
	json_object_update(held, json_object_get(data, "held"));
	json_object_set_new(data, "held", held);
	return 0;
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

/* What is odd about the sender (A3, A4, A5). */
static json_t *warnings_of(const struct mail_case *c)
{
	json_t *warnings = json_array();
	size_t i;
	json_t *flag;

	json_array_foreach (json_object_get(c->said, "flags"), i, flag) {
		const char *name = json_string_value(flag);
		if (strcmp(name, "duplicate-content-type") != 0)
			json_array_append_new(warnings,
				json_pack("{s:o}", "text", named("flag", name)));
	}
	return warnings;
}

static void add_fact(json_t *facts, const char *name, json_t *value)
{
	if (value)
		json_array_append_new(
			facts, json_pack("{s:o, s:o}", "label", named("fact", name),
				       "value", value));
}

static json_t *text_or_null(const char *text)
{
	str_auto *clean = text && *text ? text_printable(text) : NULL;
	str_auto *masked = clean ? personal_number_mask(clean) : NULL;

	return masked ? json_string(masked) : NULL;
}

/* What, when and where: of the first event of a mail that plans. */
static json_t *planned_facts(const json_t *said)
{
	const json_t *calendar = json_array_get(json_object_get(said, "calendars"), 0);
	const json_t *event =
		json_array_get(json_object_get(calendar, "components"), 0);
	json_int_t starts = json_int_or(event, "starts", 0);
	json_t *facts = json_array();

	add_fact(facts, "meeting", text_or_null(json_str(event, "summary")));
	add_fact(facts, "when", starts ? moment(starts) : NULL);
	add_fact(facts, "where", text_or_null(json_str(event, "location")));
	add_fact(facts, "organizer",
		text_or_null(json_str(json_object_get(event, "organizer"), "address")));
	return facts;
}

static json_t *mail_data(const struct mail_case *c, const char *act)
{
	str_auto *subject = personal_number_mask(json_str_or(c->said, "subject", ""));
	json_t *data = json_pack("{s:{s:b, s:s, s:s, s:o, s:o}, s:{s:o}}", "held",
		"is_mail", 1, "from", c->from ? c->from : "?", "subject", subject,
		"received", moment(c->in->arrived_at), "warnings", warnings_of(c),
		"minutes", "files", file_rows(c, act));

	if (strcmp(act, "meeting") == 0)
		json_object_set_new(
			json_object_get(data, "held"), "facts", planned_facts(c->said));
	if (strcmp(act, "counter") == 0)
		put_counter(
			data, json_array_get(json_object_get(c->said, "counters"), 0));
	return data;
}

/* Takes data. is_again: a yes met something else to decide on. */
static int post_matter(struct office *o, const struct held *h, int64_t held_id,
	bool is_again, json_t *data, int64_t now, struct err *err)
{
	meeting_auto m = MEETING_EMPTY;
	json_auto_t *roles = json_array();
	str_auto *about = xasprintf("held:%lld%s%s", (long long)held_id,
		is_again ? ":" : "", is_again ? h->reason : "");

	int found = h->meeting_id ? meeting_get(o->db, h->meeting_id, &m, err) : 0;
	if (found < 0 || put_matter(o, data, h, held_id, err) < 0) {
		json_decref(data);
		return -1;
	}
	return notice_post(o, "held-notice", about, found ? &m : NULL, roles, data,
		h->reason, now, err);
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
	return notice_post(o, "held-many-notice", about, NULL, NULL, extra, "held-many",
		       now, err) < 0
		       ? -1
		       : 1;
}

int notice_held(struct office *o, const struct mail_case *c, const struct held *h,
	int64_t held_id, struct err *err)
{
	int many = tell_of_many(o, c->now, err);

	if (many != 0)
		return many < 0 ? -1 : 0;
	return post_matter(
		o, h, held_id, c->is_released, mail_data(c, h->act), c->now, err);
}

int notice_matter(struct office *o, const struct held *h, int64_t held_id,
	const json_t *facts, int64_t now, struct err *err)
{
	json_t *data = json_pack("{s:{}}", "held");

	if (facts)
		json_object_set_new(
			json_object_get(data, "held"), "facts", json_deep_copy(facts));
	return post_matter(o, h, held_id, false, data, now, err);
}

#include "office/question-out.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "mail/message-id.h"
#include "office/post.h"
#include "store/meeting.h"

#define LOGO_BYTES 20480 /* a smaller picture is part of a signature */

/* ---- what is quoted ---- */

/* [line, ...] without empty ones at the ends. */
static json_t *lines_of(const char *text)
{
	json_t *lines = json_array();
	str_auto *trimmed = text_trim(text);

	for (const char *s = trimmed; *s;) {
		size_t len = strcspn(s, "\n");
		str_auto *raw = xstrndup(s, len);
		str_auto *line = text_printable_lines(raw);
		size_t end = strlen(line);
		while (end && (line[end - 1] == '\r' || line[end - 1] == ' '))
			line[--end] = '\0';
		json_array_append_new(lines, json_pack("{s:s}", "line", line));
		s += len + (s[len] == '\n');
	}
	return lines;
}

/* Calendars, signatures and the logos of clients are nothing that anybody sent. */
static bool is_sent(const json_t *file)
{
	const char *type = json_str_or(file, "media_type", "");

	if (!json_str(file, "name") || json_bool_or(file, "nested", false) ||
		text_starts_nocase(type, "text/calendar") ||
		text_starts_nocase(type, "application/ics") ||
		text_starts_nocase(type, "application/pkcs7-signature") ||
		text_starts_nocase(type, "application/pgp-signature"))
		return false;
	return !text_starts_nocase(type, "image/") ||
	       json_int_or(file, "size", 0) >= LOGO_BYTES;
}

static json_t *files_of(const struct mail_case *c)
{
	json_t *files = json_array();
	size_t i;
	json_t *file;

	json_array_foreach (json_object_get(c->said, "attachments"), i, file)
		if (is_sent(file))
			json_array_append_new(files,
				json_pack("{s:s, s:{s:I}}", "name",
					json_str_or(file, "name", ""), "size", "$size",
					(json_int_t)json_int_or(file, "size", 0)));
	return files;
}

bool question_has_files(const struct mail_case *c)
{
	json_auto_t *files = files_of(c);

	return json_array_size(files) > 0;
}

/* "Re: ..." as his client would have it, so that it stays in his thread. */
static char *thread_subject(const char *subject)
{
	static const char *const answers[] = {"re:", "sv:", "aw:", "vs:"};

	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++)
		if (text_starts_nocase(subject, answers[i]))
			return xstrdup(subject);
	return xasprintf("Re: %s", subject);
}

/* takes lines and files. */
static json_t *question_data(
	const struct question *q, const char *name, json_t *lines, json_t *files)
{
	str_auto *subject = thread_subject(q->subject);
	bool has_files = json_array_size(files) > 0;

	return json_pack("{s:{s:I, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:b, s:{s:I}}}",
		"question", "id", (json_int_t)q->id, "asker",
		*q->asker_name ? q->asker_name : q->asker, "asker_address", q->asker,
		"contact", *name ? name : q->contact, "contact_address", q->contact,
		"subject", subject, "lines", lines, "files", files, "has_files",
		has_files, "asked", "$date", (json_int_t)q->asked_at);
}

/* ---- the mail ---- */

struct thread_ids {
	char *own;   /* the recipient's newest mail, or our newest letter to him */
	char *other; /* the other side's newest mail */
};

static void thread_ids_deinit(struct thread_ids *ids)
{
	free(ids->own);
	free(ids->other);
}

/* "<a> <b>", the one that is answered last; the caller frees. NULL: none. */
static char *references_of(const struct thread_ids *ids)
{
	bool has_own = message_id_is_plain(ids->own);
	bool has_other = message_id_is_plain(ids->other);

	if (has_own && has_other && strcmp(ids->own, ids->other) != 0)
		return xasprintf("%s %s", ids->other, ids->own);
	return has_own ? xstrdup(ids->own) : has_other ? xstrdup(ids->other) : NULL;
}

struct question_letter {
	const char *kind;
	const struct question *q;
	const char *about;
	const char *reason;
	const char *to_address;
	const char *to_name;
	const char *auto_submitted;
	const json_t *extra;
	const struct thread_ids *ids;
};

static int post_letter(
	struct office *o, const struct question_letter *l, int64_t now, struct err *err)
{
	meeting_auto m = MEETING_EMPTY;
	str_auto *references = references_of(l->ids);
	const char *last = references ? strrchr(references, '<') : NULL;
	int found =
		l->q->meeting_id ? meeting_get(o->db, l->q->meeting_id, &m, err) : 0;
	json_auto_t *roles = found > 0 ? meeting_roles(o->db, m.id, err) : json_array();

	if (found < 0 || !roles)
		return -1;
	struct recipient to = {
		.name = (char *)l->to_name, .address = (char *)l->to_address};
	const struct post post = {
		.order = {.kind = l->kind,
			.meeting = found ? &m : NULL,
			.roles = roles,
			.extra = l->extra,
			.in_reply_to = last,
			.references = references,
			.auto_submitted = l->auto_submitted},
		.about = l->about,
		.reason = l->reason,
		.priority = POST_TODAY,
	};
	return post_to(o, &post, &to, now, err);
}

int question_forward(struct office *o, const struct mail_case *c,
	const struct question *q, bool is_follow_up, struct err *err)
{
	json_auto_t *extra = question_data(
		q, "", lines_of(json_str_or(c->said, "text", "")), files_of(c));
	str_auto *about = is_follow_up ? xasprintf("question:%lld:incoming:%lld",
						 (long long)q->id, (long long)c->in->id)
				       : xasprintf("question:%lld", (long long)q->id);
	const char *id = json_str(c->said, "message_id");
	struct thread_ids ids __attribute__((cleanup(thread_ids_deinit))) = {
		.other = id ? xstrdup(id) : NULL};

	json_object_set_new(json_object_get(extra, "question"), "follow_up",
		json_boolean(is_follow_up));
	if (question_last_mail(o->db, q->id, true, &ids.own, err) < 0)
		return -1;
	if (!ids.own && question_last_letter(o->db, q->id, &ids.own, err) < 0)
		return -1;
	const struct question_letter letter = {
		.kind = "question",
		.q = q,
		.about = about,
		.reason = is_follow_up ? "question-follow-up" : "question-forwarded",
		.to_address = q->contact,
		.to_name = "",
		.auto_submitted = "auto-generated",
		.extra = extra,
		.ids = &ids,
	};
	return post_letter(o, &letter, c->now, err);
}

int question_answer(struct office *o, const struct mail_case *c,
	const struct question *q, struct err *err)
{
	json_auto_t *extra = question_data(q, json_str_or(c->said, "from_name", ""),
		lines_of(json_str_or(c->said, "text", "")), files_of(c));
	str_auto *about = xasprintf(
		"question:%lld:incoming:%lld", (long long)q->id, (long long)c->in->id);
	const char *id = json_str(c->said, "message_id");
	struct thread_ids ids __attribute__((cleanup(thread_ids_deinit))) = {
		.other = id ? xstrdup(id) : NULL};

	if (question_last_mail(o->db, q->id, false, &ids.own, err) < 0)
		return -1;
	const struct question_letter letter = {
		.kind = "question-answer",
		.q = q,
		.about = about,
		.reason = "question-answered",
		.to_address = q->asker,
		.to_name = q->asker_name,
		.auto_submitted = "auto-generated",
		.extra = extra,
		.ids = &ids,
	};
	return post_letter(o, &letter, c->now, err);
}

/* ---- reminders ---- */

/* At the hour of the day when letters go out; 0: never, or it has been. */
static int64_t remind_at(const struct settings *s, const json_t *row)
{
	if (!s->questions.remind_days || json_int_or(row, "reminded_at", 0))
		return 0;
	int64_t at = clock_add_days(
		json_int_or(row, "asked_at", 0), s->questions.remind_days);
	struct tm tm = clock_local(at);
	tm.tm_hour = s->send_hour;
	tm.tm_min = tm.tm_sec = 0;
	return clock_from_local(tm);
}

static int remind(struct office *o, const struct question *q, const char *about,
	int64_t now, struct err *err)
{
	str_auto *text = NULL;
	struct thread_ids ids __attribute__((cleanup(thread_ids_deinit))) = {NULL};

	if (question_text(o->db, q->id, &text, err) < 0 ||
		question_last_letter(o->db, q->id, &ids.own, err) < 0)
		return -1;
	json_auto_t *extra =
		question_data(q, "", lines_of(text ? text : ""), json_array());
	const struct question_letter letter = {
		.kind = "question-reminder",
		.q = q,
		.about = about,
		.reason = "question-waits",
		.to_address = q->contact,
		.to_name = "",
		.auto_submitted = "auto-generated",
		.extra = extra,
		.ids = &ids,
	};
	int posted = post_letter(o, &letter, now, err);
	if (posted < 0 || question_set_reminded(o->db, q->id, now, err) < 0)
		return -1;
	return posted;
}

int question_remind_again(
	struct office *o, int64_t id, int64_t now, char **ret_contact, struct err *err)
{
	question_auto q = QUESTION_EMPTY;
	str_auto *day = clock_day(now);
	str_auto *about = xasprintf("question:%lld:again:%s", (long long)id, day);

	int found = question_get(o->db, id, &q, err);
	if (found <= 0 || !q.is_open)
		return found < 0 ? -1 : 0;
	*ret_contact = xstrdup(q.contact);
	return remind(o, &q, about, now, err);
}

static int remind_first(struct office *o, int64_t id, int64_t now, struct err *err)
{
	question_auto q = QUESTION_EMPTY;

	if (question_get(o->db, id, &q, err) < 0)
		return -1;
	str_auto *about =
		xasprintf("question:%lld:%lld", (long long)q.id, (long long)q.asked_at);
	return remind(o, &q, about, now, err);
}

static int remind_of(struct office *o, int64_t id, int64_t now, struct err *err)
{
	if (db_begin(o->db, err) < 0)
		return -1;
	if (remind_first(o, id, now, err) < 0 || db_commit(o->db, err) < 0) {
		db_rollback(o->db);
		return -1;
	}
	return 0;
}

int questions_work(struct office *o, int64_t now, struct err *err)
{
	json_auto_t *open = question_open_list(o->db, err);
	int count = 0;
	size_t i;
	json_t *row;

	if (!open)
		return -1;
	json_array_foreach (open, i, row) {
		int64_t at = remind_at(&o->config->settings, row);
		if (!at || at > now)
			continue;
		if (remind_of(o, json_int_or(row, "id", 0), now, err) < 0)
			return -1;
		count++;
	}
	return count;
}

int questions_next_at(struct office *o, int64_t now, int64_t *ret_at, struct err *err)
{
	json_auto_t *open = question_open_list(o->db, err);
	size_t i;
	json_t *row;

	*ret_at = 0;
	if (!open)
		return -1;
	json_array_foreach (open, i, row) {
		int64_t at = remind_at(&o->config->settings, row);
		if (at > now && (!*ret_at || at < *ret_at))
			*ret_at = at;
	}
	return 0;
}

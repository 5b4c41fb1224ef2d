/* What the lines of an answer did is told back when all of it is done. */
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "mail/message-id.h"
#include "office/command.h"
#include "office/post.h"
#include "store/command-mail.h"

static json_t *done_words(const struct held *h)
{
	str_auto *key =
		xasprintf("%s-%s", h->act, h->decision == HELD_RELEASED ? "yes" : "no");

	if (h->state == HELD_WAITING)
		return json_pack("{s:[s, s, {s:{s:[s, s]}}]}", "$phrase", "done",
			"failed", "why", "$name", "reason", h->reason);
	return json_pack("{s:[s, s]}", "$name", "held_done", key);
}

/* 1 all are settled, 0 one is not carried out yet, -1. */
static int settle(struct office *o, json_t *lines, struct err *err)
{
	size_t i;
	json_t *line;

	json_array_foreach (lines, i, line) {
		held_auto h = HELD_EMPTY;
		int64_t id = json_int_or(line, "held", 0);
		if (!id)
			continue;
		if (held_get(o->db, id, &h, err) < 0)
			return -1;
		if (h.state == HELD_RELEASED || h.state == HELD_REFUSED)
			return 0;
		json_object_set_new(line, "done", done_words(&h));
	}
	return 1;
}

/* Without the "SV:" and "Re:" of before. */
static const char *bare(const char *subject)
{
	static const char *const prefixes[] = {"sv:", "re:", "vb:", "fw:", "fwd:"};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (!text_starts_nocase(subject, prefixes[i]))
			continue;
		subject += strlen(prefixes[i]);
		subject += strspn(subject, " ");
		i = (size_t)-1;
	}
	return subject;
}

static int tell(struct office *o, int64_t incoming_id, const json_t *lines, int64_t now,
	struct err *err)
{
	incoming_auto in = INCOMING_EMPTY;
	str_auto *about = xasprintf("incoming:%lld", (long long)incoming_id);

	if (incoming_get(o->db, incoming_id, &in, err) < 0)
		return -1;
	json_auto_t *extra = json_pack("{s:{s:s}, s:O}", "mail", "subject",
		bare(in.subject ? in.subject : ""), "lines", lines);
	const struct post post = {
		.order = {.kind = "command-answer",
			.extra = extra,
			.in_reply_to = message_id_is_plain(in.message_id)
					       ? in.message_id
					       : NULL,
			.auto_submitted = "auto-replied"},
		.about = about,
		.reason = "command-taken",
		.priority = POST_TODAY,
	};
	if (post_to_coordinator(o, &post, now, err) < 0)
		return -1;
	return command_mail_set_told(o->db, incoming_id, now, err);
}

/* 1 told, 0 not yet, -1. */
static int work(struct office *o, int64_t incoming_id, json_t *lines, int64_t now,
	struct err *err)
{
	int settled = settle(o, lines, err);

	if (settled <= 0)
		return settled;
	if (db_begin(o->db, err) < 0)
		return -1;
	if (tell(o, incoming_id, lines, now, err) < 0 || db_commit(o->db, err) < 0) {
		db_rollback(o->db);
		return -1;
	}
	return 1;
}

int command_work(struct office *o, int64_t now, struct err *err)
{
	int64_t id = 0;
	int count = 0;

	for (;;) {
		json_auto_t *lines = NULL;
		int found = command_mail_next(o->db, id, &id, &lines, err);
		if (found <= 0)
			return found < 0 ? -1 : count;
		int told = work(o, id, lines, now, err);
		if (told < 0)
			return -1;
		count += told;
	}
}

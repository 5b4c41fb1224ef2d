#include "office/receipt.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "mail/message-id.h"
#include "office/post.h"
#include "store/journal.h"
#include "store/letter.h"
#include "store/meeting.h"

/* [{committee, count}] in the order in which committees appear. */
static json_t *count_committees(const struct recipients *served)
{
	json_t *list = json_array();

	for (size_t i = 0; i < served->count; i++) {
		const struct recipient *r = &served->list[i];
		const char *name = r->committee_name ? r->committee_name : r->name;
		json_t *row = NULL;
		size_t k;
		json_t *one;
		json_array_foreach (list, k, one)
			if (strcmp(json_str_or(one, "committee", ""), name) == 0)
				row = one;
		if (!row) {
			row = json_pack("{s:s, s:i}", "committee", name, "count", 0);
			json_array_append_new(list, row);
		}
		json_put_int(row, "count", json_int_or(row, "count", 0) + 1);
	}
	return list;
}

static int post_receipt(struct office *o, const struct mail_case *c, const char *kind,
	const struct meeting *m, const json_t *roles, const json_t *extra,
	struct err *err)
{
	const char *id = json_str(c->said, "message_id");
	struct recipient to = {
		.name = (char *)json_str_or(c->said, "from_name", ""),
		.address = (char *)c->from,
	};
	str_auto *about = xasprintf("incoming:%lld", (long long)c->in->id);
	int64_t day_ago = clock_add_days(c->now, -1);

	/* What comes by a list is answered by nobody (RFC 3834, 2). */
	if (json_bool_or(c->said, "list", false))
		return 0;
	int count = delivery_count_to(o->db, c->from, day_ago, err);
	if (count < 0)
		return -1;
	if (count >= o->config->settings.automatic_mail_per_day) {
		const struct journal_entry entry = {.who = "office",
			.what = "receipt",
			.why = "automatic-mail-cap",
			.incoming_id = c->in->id};
		return journal_add(o->db, &entry, c->now, err);
	}
	const struct post post = {
		.order = {.kind = kind,
			.meeting = m,
			.roles = roles,
			.extra = extra,
			.in_reply_to = message_id_is_plain(id) ? id : NULL,
			.auto_submitted = "auto-replied"},
		.about = about,
		.reason = "receipt",
		.priority = POST_TODAY,
	};
	return post_to(o, &post, &to, c->now, err) < 0 ? -1 : 0;
}

int receipt_accepted(struct office *o, const struct mail_case *c,
	const struct meeting *m, const json_t *roles, const json_t *extra,
	const struct recipients *served, struct err *err)
{
	json_auto_t *data = json_deep_copy(extra);

	json_object_set_new(data, "served", count_committees(served));
	return post_receipt(o, c, "receipt", m, roles, data, err);
}

static json_t *files_of(const struct mail_case *c)
{
	json_t *names = json_array();
	size_t i;
	json_t *file;

	json_array_foreach (json_object_get(c->said, "attachments"), i, file)
		json_array_append_new(
			names, json_pack("{s:s, s:{s:I}}", "name",
				       json_str_or(file, "name", ""), "size", "$size",
				       (json_int_t)json_int_or(file, "size", 0)));
	return names;
}

int receipt_held(struct office *o, const struct mail_case *c, const struct meeting *m,
	const char *reason, struct err *err)
{
	json_auto_t *roles = meeting_roles(o->db, m->id, err);

	if (!roles)
		return -1;
	json_auto_t *extra = json_pack("{s:{s:{s:[s,s]}}, s:{s:o, s:{s:I}}}", "held",
		"why", "$name", "reason", reason, "minutes", "files", files_of(c),
		"received", "$date", (json_int_t)c->in->arrived_at);
	return post_receipt(o, c, "receipt", m, roles, extra, err);
}

/* Each file, those with nothing against them too: all have to be sent again. */
static json_t *refused_files(const struct mail_case *c)
{
	json_t *list = json_array();
	size_t i;
	json_t *file;

	json_array_foreach (c->files, i, file) {
		const char *reason = json_str(file, "refused");
		const char *named = json_str(file, "named");
		json_t *row = json_object();
		json_put_str(
			row, "name", named ? named : json_str_or(file, "name", "?"));
		json_object_set_new(row, "size",
			json_pack("{s:I}", "$size",
				(json_int_t)json_int_or(file, "size", 0)));
		if (reason)
			json_object_set_new(row, "why",
				json_pack("{s:[s,s]}", "$name", "refused", reason));
		if (reason)
			json_object_set_new(row, "todo",
				json_pack(
					"{s:[s,s]}", "$name", "refused_todo", reason));
		json_array_append_new(list, row);
	}
	return list;
}

int receipt_refused(struct office *o, const struct mail_case *c,
	const struct meeting *m, struct err *err)
{
	json_auto_t *roles = meeting_roles(o->db, m->id, err);

	if (!roles)
		return -1;
	json_auto_t *extra = json_pack("{s:{s:o, s:{s:I}, s:{s:b}}}", "minutes",
		"files", refused_files(c), "received", "$date",
		(json_int_t)c->in->arrived_at, "types", "$minutes_types", 1);
	return post_receipt(o, c, "minutes-refused", m, roles, extra, err);
}

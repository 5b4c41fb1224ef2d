/* Why a mail or a delivery ended as it did: every step, with its reason in words. */
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/command.h"
#include "command/names.h"
#include "command/trail.h"
#include "store/delivery.h"
#include "store/incoming.h"
#include "store/mailed.h"
#include "store/meeting.h"
#include "store/removal.h"

static int put(json_t *object, const char *key, json_t *value)
{
	return value ? json_object_set_new(object, key, value) : -1;
}

/* ---- a mail ---- */

struct search {
	const char *register_number;
	json_t *found;
};

static int keep_register(const json_t *row, void *context)
{
	struct search *s = context;

	if (strcmp(json_str_or(row, "register", ""), s->register_number) == 0)
		s->found = json_deep_copy(row);
	return 0;
}

/* Beside the meeting's uid, what people call it. */
static int put_code(const struct command *c, json_t *file, struct err *err)
{
	meeting_auto m = MEETING_EMPTY;
	const char *uid = json_str(file, "meeting");
	int found = uid ? meeting_find_uid(c->db, uid, &m, err) : 0;

	json_put_str(file, "meeting_code", m.code);
	return found < 0 ? -1 : 0;
}

/* Removed by decision: by which, and when. */
static int put_removal(
	const struct command *c, int64_t id, json_t *file, struct err *err)
{
	str_auto *decision = NULL;
	int64_t at = 0;
	int found = removal_find(c->db, id, &decision, &at, err);

	if (found <= 0)
		return found;
	json_put_str(file, "removed_by", decision);
	names_put_time(file, "removed_at", at);
	return 0;
}

static void print_removal(const struct out *o, const json_t *file)
{
	str_auto *at = names_moment(json_str(file, "removed_at"));
	str_auto *text = xasprintf(
		"by decision %s on %s", json_str_or(file, "removed_by", ""), at);

	if (json_str(file, "removed_by"))
		out_field(o, OUT_BOLD, "removed", text);
}

/* The row as `export incoming` has it, with its journal; new reference. */
static json_t *mail_file(
	const struct command *c, const struct incoming *in, struct err *err)
{
	struct search s = {in->register_number, NULL};

	if (incoming_export(c->db, in->arrived_at, in->arrived_at + 1, keep_register,
		    &s, err) < 0)
		return NULL;
	json_auto_t *file = s.found ? s.found : json_object();
	if (in->reason)
		json_put_str(file, "sentence", names_reason(in->reason));
	json_put_int(file, "tries", in->tries);
	if (put_removal(c, in->id, file, err) < 0)
		return NULL;
	if (put_code(c, file, err) < 0 ||
		put(file, "planned", mailed_meetings(c->db, in->id, err)) < 0 ||
		put(file, "journal", trail_of(c->db, 0, in->id, 0, err)) < 0)
		return NULL;
	return TAKE(file);
}

static void print_failed(const struct out *o, const json_t *failed)
{
	size_t i;
	json_t *one;

	json_array_foreach (failed, i, one) {
		str_auto *text = xasprintf("%s: %s %s",
			json_str_or(one, "address", "?"),
			json_str_or(one, "status", ""),
			json_str_or(one, "diagnostic", json_str_or(one, "action", "")));
		out_field(o, OUT_PLAIN, i ? "" : "about", text);
	}
}

static void print_attachments(const struct out *o, const json_t *files)
{
	size_t i;
	json_t *one;

	json_array_foreach (files, i, one) {
		str_auto *text = xasprintf("%s, %s, %lld bytes",
			json_str_or(one, "name", "(no name)"),
			json_str_or(one, "media_type", ""),
			(long long)json_int_or(one, "size", 0));
		out_field(o, OUT_PLAIN, i ? "" : "files", text);
	}
}

static void print_outcome(const struct out *o, const json_t *file)
{
	const char *reason = json_str(file, "reason");
	str_auto *outcome =
		xasprintf("%s%s%s", json_str_or(file, "outcome", "not decided yet"),
			reason ? ", " : "", reason ? reason : "");

	out_field(o, OUT_PLAIN, "class", json_str(file, "class"));
	out_field(o, OUT_BOLD, "outcome", outcome);
	out_field(o, OUT_PLAIN, "", json_str(file, "sentence"));
	out_field(o, OUT_PLAIN, "", json_str(file, "what"));
	out_field(o, OUT_PLAIN, "verified",
		json_bool_or(file, "verified", false)
			? "yes: a trusted server vouches for the sender"
			: "no trusted server vouches for the sender");
	out_field(o, OUT_PLAIN, "meeting", json_str(file, "meeting_code"));
}

/* Meetings that it was a calendar of. */
static void print_planned(const struct out *o, const json_t *meetings)
{
	size_t i;
	json_t *one;

	json_array_foreach (meetings, i, one) {
		str_auto *line = xasprintf("%s  %s", json_str_or(one, "code", ""),
			json_str_or(one, "title", ""));
		out_field(o, OUT_PLAIN, i ? "" : "planned", line);
	}
}

static void print_mail(const struct out *o, const json_t *file)
{
	str_auto *at = names_moment(json_str(file, "arrived_at"));
	str_auto *flags = json_dumps(json_object_get(file, "flags"), JSON_COMPACT);

	out_line(o, OUT_BOLD, "%s  %s", json_str_or(file, "register", ""),
		json_str_or(file, "subject", "(no subject)"));
	out_field(o, OUT_PLAIN, "from", json_str(file, "from"));
	out_field(o, OUT_PLAIN, "arrived", at);
	out_field(o, OUT_PLAIN, "message-id", json_str(file, "message_id"));
	print_outcome(o, file);
	print_removal(o, file);
	out_field(o, OUT_PLAIN, "answer", json_str(file, "partstat"));
	out_field(o, OUT_PLAIN,
		json_bool_or(file, "absent_until_is_return", false) ? "back on"
								    : "away until",
		json_str(file, "absent_until"));
	print_planned(o, json_object_get(file, "planned"));
	print_failed(o, json_object_get(file, "failed"));
	print_attachments(o, json_object_get(file, "attachments"));
	out_field(o, OUT_PLAIN, "flags", flags);
	if (json_str(file, "text") && *json_str(file, "text")) {
		out_blank(o);
		out_text(o, OUT_FAINT, 2, json_str(file, "text"));
	}
}

/* ---- a delivery ---- */

static json_t *delivery_file(
	const struct command *c, const struct delivery *d, struct err *err)
{
	json_auto_t *file = json_object();

	json_put_int(file, "delivery", d->id);
	json_put_str(file, "letter", d->kind);
	json_put_int(file, "version", d->version);
	json_put_str(file, "subject", d->subject);
	json_put_str(file, "name", d->name);
	json_put_str(file, "address", d->address);
	json_put_str(file, "committee", d->committee);
	json_put_str(file, "message_id", d->message_id);
	json_put_str(file, "state", delivery_state_name(d->state));
	json_put_int(file, "tries", d->tries);
	json_put_str(file, "reply", d->reply);
	names_put_time(file, "first_try_at", d->first_try_at);
	names_put_time(file, "due_at", d->due_at);
	names_put_time(file, "sent_at", d->sent_at);
	if (d->meeting_id) {
		meeting_auto m = MEETING_EMPTY;
		if (meeting_get(c->db, d->meeting_id, &m, err) < 0)
			return NULL;
		json_put_str(file, "meeting", m.code);
	}
	if (put(file, "journal", trail_of(c->db, 0, 0, d->id, err)) < 0)
		return NULL;
	return TAKE(file);
}

static void print_delivery(const struct out *o, const json_t *file)
{
	str_auto *to = names_person(json_str(file, "name"), json_str(file, "address"));
	str_auto *what = xasprintf("%s, version %lld%s%s",
		names_letter(json_str(file, "letter")),
		(long long)json_int_or(file, "version", 0),
		json_str(file, "meeting") ? ", of " : "",
		json_str_or(file, "meeting", ""));
	str_auto *tries = names_count(json_int_or(file, "tries", 0), "try", "tries");
	str_auto *state = xasprintf("%s [%s], %s", names_state(json_str(file, "state")),
		json_str_or(file, "state", ""), tries);
	str_auto *sent = names_moment(json_str(file, "sent_at"));
	str_auto *due = names_moment(json_str(file, "due_at"));
	bool waits = !json_str(file, "sent_at");

	out_line(o, OUT_BOLD, "d%lld  %s", (long long)json_int_or(file, "delivery", 0),
		json_str_or(file, "subject", ""));
	out_field(o, OUT_PLAIN, "what", what);
	out_field(o, OUT_PLAIN, "to", to);
	out_field(o, OUT_PLAIN, "message-id", json_str(file, "message_id"));
	out_field(o, OUT_BOLD, "state", state);
	out_field(o, OUT_PLAIN, "sent", sent);
	out_field(o, OUT_PLAIN, "due", waits ? due : "");
	out_field(o, OUT_PLAIN, "server said", json_str(file, "reply"));
}

/* ---- which of the two ---- */

static void show(struct command *c, const json_t *file,
	void (*print)(const struct out *o, const json_t *file))
{
	if (c->args->json) {
		out_json(&c->out, file);
		return;
	}
	print(&c->out, file);
	out_blank(&c->out);
	trail_print(&c->out, json_object_get(file, "journal"), true);
}

static int explain_mail(struct command *c, const struct incoming *in, struct err *err)
{
	json_auto_t *file = mail_file(c, in, err);

	if (!file)
		return -1;
	show(c, file, print_mail);
	return COMMAND_DONE;
}

/* 1 explained, 0 no such delivery, -1. */
static int try_delivery(struct command *c, const char *key, struct err *err)
{
	delivery_auto d = DELIVERY_EMPTY;
	int found = delivery_find(c->db, key, &d, err);

	if (found < 1)
		return found;
	json_auto_t *file = delivery_file(c, &d, err);
	if (!file)
		return -1;
	show(c, file, print_delivery);
	return 1;
}

static bool is_delivery_id(const char *id)
{
	return id[0] == 'd' && id[1] && strspn(id + 1, "0123456789") == strlen(id + 1);
}

static int run(struct command *c, struct err *err)
{
	const char *id = c->args->words[0];
	incoming_auto in = INCOMING_EMPTY;
	bool is_delivery = is_delivery_id(id);
	int found = is_delivery ? 0 : incoming_find(c->db, id, &in, err);

	if (found < 0)
		return -1;
	if (found)
		return explain_mail(c, &in, err);
	/* A bare number is a mail's; a Message-ID may be of either. */
	if (is_delivery || strchr(id, '@'))
		found = try_delivery(c, is_delivery ? id + 1 : id, err);
	if (found < 0)
		return -1;
	if (found)
		return COMMAND_DONE;
	return command_not_found("mail or delivery", id,
		"it takes a register number such as 2026-000123, a Message-ID, or a "
		"delivery such as d17");
}

const struct verb verb_explain = {
	.name = "explain",
	.usage = "ID",
	.describe = "why a mail or a delivery ended as it did",
	.words_min = 1,
	.words_max = 1,
	.config = CONFIG_IF_READABLE,
	.store = STORE_READ,
	.run = run,
};

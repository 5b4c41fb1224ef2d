/* All meetings, or one meeting's whole file. */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/command.h"
#include "command/names.h"
#include "command/table.h"
#include "command/trail.h"
#include "duty/plan.h"
#include "duty/status.h"
#include "store/claim.h"
#include "store/mailed.h"
#include "store/minutes.h"
#include "store/overview.h"

static const struct settings *settings_of(const struct command *c)
{
	return c->config ? &c->config->settings : NULL;
}

/* ---- the list ---- */

struct listing {
	const struct command *c;
	const json_t *names;
	json_t *list;
	struct err *err;
};

static int list_one(const struct meeting *m, void *context)
{
	struct listing *l = context;
	json_t *one = names_meeting(m, settings_of(l->c), l->names);

	json_array_append_new(l->list, one);
	json_auto_t *recipients =
		status_recipients(l->c->db, NULL, m, l->c->now, l->err);
	if (!recipients)
		return -1;
	json_object_set_new(
		one, "invitations", status_counts(recipients, "invitation"));
	json_object_set_new(one, "minutes", status_counts(recipients, "minutes"));
	return 0;
}

/* "12 of 12", or "-" where nobody was told anything; the caller frees. */
static char *share(const json_t *counts)
{
	int64_t owed = json_int_or(counts, "owed", 0);

	if (!owed)
		return xstrdup("-");
	return xasprintf("%lld of %lld", (long long)json_int_or(counts, "reached", 0),
		(long long)owed);
}

static void print_list(const struct out *o, const json_t *list)
{
	static const char *const titles[] = {
		"code", "when", "title", "state", "invited", "minutes"};
	table_auto *t = table_new(6, titles);
	size_t i;
	json_t *one;

	json_array_foreach (list, i, one) {
		const json_t *invited = json_object_get(one, "invitations");
		const json_t *minutes = json_object_get(one, "minutes");
		str_auto *when = names_moment(json_str(one, "starts_at"));
		str_auto *invitations = share(invited);
		str_auto *sent = share(minutes);
		bool lost = json_int_or(invited, "unserved", 0) +
				    json_int_or(minutes, "unserved", 0) >
			    0;
		table_row(t, lost ? OUT_BAD : OUT_PLAIN, json_str(one, "code"), when,
			json_str(one, "title"), json_str(one, "state"), invitations,
			sent);
	}
	if (json_array_size(list) == 0)
		out_line(o, OUT_PLAIN, "No meeting is known yet.");
	else
		table_print(t, o);
}

static int run_list(struct command *c, struct err *err)
{
	json_auto_t *list = json_array();
	json_auto_t *names = overview_names(c->db, err);
	struct listing l = {c, names, list, err};

	if (!names || meeting_each(c->db, INT64_MIN, INT64_MAX, list_one, &l, err) < 0)
		return -1;
	if (c->args->json)
		out_json(&c->out, list);
	else
		print_list(&c->out, list);
	return COMMAND_DONE;
}

/* ---- one meeting ---- */

static json_t *minutes_of(struct db *db, int64_t id, struct err *err)
{
	json_t *minutes = minutes_list(db, id, err);
	size_t i;
	json_t *one;

	json_array_foreach (minutes, i, one) {
		names_put_time(one, "at", json_int_or(one, "at", 0));
		if (json_object_get(one, "withdrawn_at"))
			names_put_time(one, "withdrawn_at",
				json_int_or(one, "withdrawn_at", 0));
		json_object_del(one, "id");
		json_object_del(one, "incoming_id");
	}
	return minutes;
}

static void put_due(json_t *file, const struct command *c, const struct meeting *m)
{
	const struct settings *s = settings_of(c);

	if (!s || m->state != MEETING_PLANNED)
		return;
	names_put_time(file, "invitation_at", plan_invitation_at(s, m));
	names_put_time(file, "minutes_due_at", plan_minutes_due_at(s, m));
}

static int put(json_t *object, const char *key, json_t *value)
{
	return value ? json_object_set_new(object, key, value) : -1;
}

/* The file of a meeting; new reference. */
static json_t *collect(
	const struct command *c, const struct meeting *m, struct err *err)
{
	json_auto_t *names = overview_names(c->db, err);

	if (!names)
		return NULL;
	json_auto_t *file = names_meeting(m, settings_of(c), names);
	json_put_str(file, "agenda", m->agenda);
	json_put_int(file, "sequence", m->sequence);
	json_put_str(file, "source_uid", m->source_uid);
	json_put_str(file, "recurrence_id", m->recurrence_id);
	names_put_time(file, "told_at", m->told_at);
	put_due(file, c, m);
	if (put(file, "roles", meeting_roles(c->db, m->id, err)) < 0 ||
		put(file, "sources", claim_sources(c->db, m->id, err)) < 0 ||
		put(file, "mails", mailed_mails(c->db, m->source_id, err)) < 0 ||
		put(file, "recipients",
			status_recipients(c->db, settings_of(c), m, c->now, err)) < 0 ||
		put(file, "others", status_others(c->db, m->id, err)) < 0 ||
		put(file, "minutes", minutes_of(c->db, m->id, err)) < 0 ||
		put(file, "journal", trail_of(c->db, m->id, 0, 0, err)) < 0)
		return NULL;
	const json_t *recipients = json_object_get(file, "recipients");
	json_object_set_new(
		file, "invitations", status_counts(recipients, "invitation"));
	json_object_set_new(file, "minutes_sent", status_counts(recipients, "minutes"));
	return TAKE(file);
}

/* ---- for people ---- */

static void print_sources(const struct out *o, const json_t *sources)
{
	size_t i;
	json_t *one;

	json_array_foreach (sources, i, one) {
		bool is_there = strcmp(json_str_or(one, "state", ""), "there") == 0;
		str_auto *from = xasprintf("%s (%s)%s",
			json_str_or(one, "calendar", ""), json_str_or(one, "path", ""),
			is_there ? "" : ", which has it no more");
		out_field(o, is_there ? OUT_PLAIN : OUT_BAD,
			json_bool_or(one, "counts", false) ? "calendar" : "also in",
			from);
	}
}

static void print_mails(const struct out *o, const json_t *mails)
{
	size_t i;
	json_t *one;

	json_array_foreach (mails, i, one) {
		str_auto *mail =
			xasprintf("%s from %s", json_str_or(one, "register", ""),
				json_str_or(one, "from", "?"));
		out_field(o, OUT_PLAIN, "mailed", mail);
	}
}

static void print_entry(const struct out *o, const json_t *file)
{
	str_auto *from = names_moment(json_str(file, "starts_at"));
	str_auto *to = names_moment(json_str(file, "ends_at"));
	str_auto *when =
		strncmp(from, to, 10) == 0 && !json_bool_or(file, "all_day", false)
			? xasprintf("%s-%s", from, to + 11)
			: xasprintf("%s to %s", from, to);
	str_auto *state = xasprintf("%s%s%s", json_str_or(file, "state", ""),
		json_str(file, "reason") ? ": " : "",
		names_reason(json_str(file, "reason")));
	size_t i;
	json_t *role;

	out_line(o, OUT_BOLD, "%s  %s", json_str_or(file, "code", ""),
		json_str_or(file, "title", ""));
	out_field(o, OUT_PLAIN, "when", when);
	out_field(o, OUT_PLAIN, "where", json_str(file, "location"));
	out_field(o, OUT_PLAIN, "kind", json_str(file, "kind_name"));
	out_field(o, OUT_PLAIN, "council", json_str(file, "council_name"));
	print_sources(o, json_object_get(file, "sources"));
	print_mails(o, json_object_get(file, "mails"));
	out_field(o, json_str(file, "reason") ? OUT_BAD : OUT_PLAIN, "state", state);
	if (json_bool_or(file, "decisive", false))
		out_field(o, OUT_PLAIN, "decisive", "yes: it asks for attendance");
	json_array_foreach (json_object_get(file, "roles"), i, role) {
		const char *by = json_str(role, "appointed_by");
		str_auto *person =
			names_person(json_str(role, "name"), json_str(role, "address"));
		str_auto *who = by ? xasprintf("%s (appointed by %s)", person, by)
				   : xstrdup(person);
		out_field(o, OUT_PLAIN, json_str_or(role, "role", ""), who);
	}
}

/* "sent 14 Sep"; the caller frees. */
static char *delivery_words(const json_t *delivery, int64_t now)
{
	const char *state = json_str(delivery, "state");
	const char *at =
		json_str_or(delivery, "sent_at", json_str_or(delivery, "due_at", NULL));
	str_auto *when = names_short(at, now);

	if (!delivery)
		return xstrdup("");
	if (!state)
		return xasprintf("on %s", when);
	if (strcmp(json_str_or(delivery, "letter", ""), "withdrawal") == 0)
		return xasprintf("taken back%s%s", *when ? " " : "", when);
	return xasprintf("%s%s%s", names_state(state), *when ? " " : "", when);
}

static void add_note(struct table *t, const json_t *delivery)
{
	const char *reply = json_str(delivery, "reply");

	if (!reply || strcmp(json_str_or(delivery, "reached", ""), "yes") == 0)
		return;
	str_auto *note = xasprintf("d%lld %s: %s",
		(long long)json_int_or(delivery, "delivery", 0),
		names_letter(json_str(delivery, "letter")), reply);
	table_add_line(t, OUT_FAINT, 4, note);
}

/* NULL where he is not known to be away; the caller frees. */
static char *away_words(const json_t *absent)
{
	const char *until = json_str(absent, "until");

	if (!absent)
		return NULL;
	return xasprintf("away%s%s, as he answered automatically (%s)",
		!until					   ? ""
		: json_bool_or(absent, "is_return", false) ? ", back "
							   : " until ",
		until ? until : "", json_str_or(absent, "register", ""));
}

/* Of who has left and answered once more: that one counts for nothing. NULL of others;
 * the caller frees. */
static char *earlier_words(const json_t *answer)
{
	const char *earlier = json_str(answer, "earlier");
	str_auto *at = names_moment(json_str(answer, "earlier_at"));

	return earlier ? xasprintf(
				 "%s on %s, when invited; the answer above came after",
				 names_partstat(earlier), at)
		       : NULL;
}

static void add_recipient(struct table *t, const json_t *one, int64_t now)
{
	const json_t *answer = json_object_get(one, "answer");
	str_auto *invitation = delivery_words(json_object_get(one, "invitation"), now);
	str_auto *minutes = delivery_words(json_object_get(one, "minutes"), now);

	if (!json_bool_or(one, "invited", true)) {
		free(invitation);
		invitation = xstrdup("not invited");
	}
	table_row(t, json_bool_or(one, "unserved", false) ? OUT_BAD : OUT_PLAIN,
		json_str(one, "name"), json_str(one, "address"), invitation,
		names_partstat(json_str(answer, "partstat")), minutes);
	add_note(t, json_object_get(one, "invitation"));
	add_note(t, json_object_get(one, "minutes"));
	str_auto *earlier = earlier_words(answer);
	if (earlier)
		table_add_line(t, OUT_FAINT, 4, earlier);
	str_auto *away = away_words(json_object_get(one, "absent"));
	if (away)
		table_add_line(t, OUT_BAD, 4, away);
	str_auto *comment = text_trim(json_str_or(answer, "comment", ""));
	if (*comment)
		table_add_line(t, OUT_FAINT, 4, comment);
}

static void print_recipients(const struct out *o, const json_t *file, int64_t now)
{
	static const char *const titles[] = {
		"recipient", "address", "invitation", "answer", "minutes"};
	table_auto *t = table_new(5, titles);
	const char *last = "";
	size_t i;
	json_t *one;

	if (json_array_size(json_object_get(file, "recipients")) == 0)
		return;
	json_array_foreach (json_object_get(file, "recipients"), i, one) {
		const char *committee = json_str_or(one, "committee_name", "Others");
		if (strcmp(committee, last) != 0)
			table_add_line(t, OUT_BOLD, 0, committee);
		last = committee;
		add_recipient(t, one, now);
	}
	out_blank(o);
	table_print(t, o);
}

static void print_counts(const struct out *o, const char *label, const json_t *counts)
{
	str_auto *text =
		xasprintf("%lld of %lld reached, %lld on the way, %lld not served",
			(long long)json_int_or(counts, "reached", 0),
			(long long)json_int_or(counts, "owed", 0),
			(long long)json_int_or(counts, "waiting", 0),
			(long long)json_int_or(counts, "unserved", 0));

	if (json_int_or(counts, "owed", 0))
		out_field(o, json_int_or(counts, "unserved", 0) ? OUT_BAD : OUT_GOOD,
			label, text);
}

static void print_minutes(const struct out *o, const json_t *file)
{
	size_t i, k;
	json_t *one, *f;

	json_array_foreach (json_object_get(file, "minutes"), i, one) {
		str_auto *at = names_moment(json_str(one, "at"));
		out_blank(o);
		str_auto *who = names_person(
			json_str(one, "from_name"), json_str(one, "from_address"));
		str_auto *gone = names_moment(json_str(one, "withdrawn_at"));
		out_line(o, OUT_BOLD, "Minutes, version %lld, from %s, %s%s%s",
			(long long)json_int_or(one, "version", 0), who, at,
			json_str(one, "withdrawn_at") ? "; withdrawn " : "",
			json_str(one, "withdrawn_at") ? gone : "");
		json_array_foreach (json_object_get(one, "files"), k, f)
			out_line(o, OUT_PLAIN, "  %s, %s, %lld bytes",
				json_str_or(f, "name", "(no name)"),
				json_str_or(f, "media_type", ""),
				(long long)json_int_or(f, "size", 0));
	}
}

static void print_others(const struct out *o, const json_t *others, int64_t now)
{
	static const char *const titles[] = {"also sent", "to", ""};
	table_auto *t = table_new(3, titles);
	size_t i;
	json_t *one;

	if (json_array_size(others) == 0)
		return;
	json_array_foreach (others, i, one) {
		str_auto *state = delivery_words(one, now);
		bool lost = strcmp(json_str_or(one, "reached", ""), "no") == 0;
		table_row(t, lost ? OUT_BAD : OUT_PLAIN,
			names_letter(json_str(one, "letter")), json_str(one, "address"),
			state);
		add_note(t, one);
	}
	out_blank(o);
	table_print(t, o);
}

static void print_file(const struct out *o, const json_t *file, int64_t now)
{
	print_entry(o, file);
	if (*json_str_or(file, "agenda", "")) {
		out_blank(o);
		out_text(o, OUT_PLAIN, 2, json_str(file, "agenda"));
	}
	print_recipients(o, file, now);
	out_blank(o);
	print_counts(o, "invitations", json_object_get(file, "invitations"));
	print_counts(o, "minutes", json_object_get(file, "minutes_sent"));
	print_minutes(o, file);
	print_others(o, json_object_get(file, "others"), now);
	out_blank(o);
	out_line(o, OUT_BOLD, "Journal");
	trail_print(o, json_object_get(file, "journal"), false);
}

static int run(struct command *c, struct err *err)
{
	meeting_auto m = MEETING_EMPTY;

	if (c->args->word_count == 0)
		return run_list(c, err);
	int found = meeting_find(c->db, c->args->words[0], &m, err);
	if (found < 0)
		return -1;
	if (!found)
		return command_not_found("meeting", c->args->words[0],
			"`utskick meeting` lists them all");
	json_auto_t *file = collect(c, &m, err);
	if (!file)
		return -1;
	if (c->args->json)
		out_json(&c->out, file);
	else
		print_file(&c->out, file, c->now);
	return COMMAND_DONE;
}

const struct verb verb_meeting = {
	.name = "meeting",
	.usage = "[ID]",
	.describe = "all meetings, or one meeting's whole file",
	.words_max = 1,
	.config = CONFIG_IF_READABLE,
	.store = STORE_READ,
	.run = run,
};

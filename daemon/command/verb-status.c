/* What runs, what waits, what is late, who did not get what. */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "command/command.h"
#include "command/names.h"
#include "command/status-daemon.h"
#include "command/status-questions.h"
#include "command/status-resting.h"
#include "command/status-retention.h"
#include "command/status-servers.h"
#include "command/table.h"
#include "duty/plan.h"
#include "store/delivery.h"
#include "store/fetched.h"
#include "store/held.h"
#include "store/minutes.h"
#include "store/overview.h"
#include "store/source.h"

#define UNSERVED_MAX 1000
#define UNSERVED_LINES 20
#define SHOWN_DAYS 30  /* what failed before is no news any more */
#define PATIENCE_S 900 /* what waits longer than this is late */
#define LATE_HOURS 4   /* without a configuration */

/* Turns the *_at members of each row, UTC seconds in the store, into RFC 3339. */
static json_t *with_times(json_t *rows)
{
	static const char *const keys[] = {"at", "arrived_at", "held_at"};
	size_t i;
	json_t *row;

	json_array_foreach (rows, i, row)
		for (size_t k = 0; k < sizeof(keys) / sizeof(*keys); k++)
			if (json_is_integer(json_object_get(row, keys[k])))
				names_put_time(
					row, keys[k], json_int_or(row, keys[k], 0));
	return rows;
}

/* ---- what is late ---- */

static void add_late(json_t *late, const char *what, const char *id, const char *who,
	int64_t since, int64_t now)
{
	json_t *one = json_object();

	json_put_str(one, "what", what);
	json_put_str(one, "id", id);
	json_put_str(one, "who", who);
	names_put_time(one, "since", since);
	json_put_int(one, "minutes_late", (now - since) / 60);
	json_array_append_new(late, one);
}

struct overdue {
	const struct command *c;
	json_t *late;
	json_t *unplaced;
	struct err *err;
};

/* A name of whoever owes the minutes; the caller frees. */
static char *secretary(const struct overdue *o, const struct meeting *m)
{
	json_auto_t *roles = meeting_roles(o->c->db, m->id, o->err);
	size_t i;
	json_t *role;

	json_array_foreach (roles, i, role)
		if (strcmp(json_str_or(role, "role", ""), "secretary") == 0)
			return xstrdup(json_str_or(
				role, "name", json_str_or(role, "address", "")));
	return xstrdup("no secretary is known");
}

static int look_at_meeting(const struct meeting *m, void *context)
{
	struct overdue *o = context;
	int64_t now = o->c->now;

	if (m->state == MEETING_UNPLACED && m->starts_at > now)
		json_array_append_new(o->unplaced, json_string(m->code));
	if (m->state != MEETING_PLANNED || !m->told || !o->c->config)
		return 0;
	int64_t due_at = plan_minutes_due_at(&o->c->config->settings, m);
	if (!due_at || due_at >= now)
		return 0;
	json_auto_t *minutes = minutes_standing(o->c->db, m->id, o->err);
	if (!minutes)
		return -1;
	str_auto *who = secretary(o, m);
	if (json_array_size(minutes) == 0)
		add_late(o->late, "minutes", m->code, who, due_at, now);
	return 0;
}

static int add_late_minutes(struct overdue *o)
{
	const struct settings *s = o->c->config ? &o->c->config->settings : NULL;
	int past = s ? s->past_days : SHOWN_DAYS;
	int ahead = s ? s->horizon_days : 365;

	return meeting_each(o->c->db, clock_add_days(o->c->now, -past),
		clock_add_days(o->c->now, ahead), look_at_meeting, o, o->err);
}

static void add_late_work(const json_t *waiting, json_t *late, int64_t now)
{
	static const char *const kinds[][2] = {{"incoming", "incoming_since"},
		{"requests", "requests_since"}, {"deliveries", "deliveries_since"}};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		int64_t since = json_int_or(waiting, kinds[i][1], now);
		if (since < now - PATIENCE_S)
			add_late(late, kinds[i][0], NULL, NULL, since, now);
	}
}

static int add_late_deliveries(const struct command *c, json_t *late, struct err *err)
{
	int hours = c->config ? c->config->settings.smtp.tell_after_hours : LATE_HOURS;
	json_auto_t *rows = overview_late(c->db, c->now - (int64_t)hours * 3600, err);
	size_t i;
	json_t *row;

	if (!rows)
		return -1;
	json_array_foreach (rows, i, row) {
		str_auto *id = xasprintf("d%lld", (long long)json_int_or(row, "id", 0));
		add_late(late, json_str_or(row, "letter", ""), id,
			json_str(row, "address"), json_int_or(row, "at", 0), c->now);
	}
	return 0;
}

static json_t *collect_late(const struct command *c, const json_t *waiting,
	json_t *unplaced, struct err *err)
{
	json_auto_t *late = json_array();
	struct overdue o = {c, late, unplaced, err};

	add_late_work(waiting, late, c->now);
	if (add_late_deliveries(c, late, err) < 0 || add_late_minutes(&o) < 0)
		return NULL;
	return TAKE(late);
}

/* ---- calendars ---- */

static int add_broken_calendar(const struct source *source, void *context)
{
	if (!source->broken || source->is_gone)
		return 0;
	json_t *one = json_object();
	json_put_str(one, "calendar", source->calendar);
	json_put_str(one, "path", source->path);
	json_put_str(one, "why", source->broken);
	names_put_time(one, "since", source->broken_since);
	json_array_append_new(context, one);
	return 0;
}

/* Those on servers that do not answer, beside those that cannot be read. */
static int add_failing(const struct command *c, json_t *calendars, struct err *err)
{
	json_auto_t *failing = fetched_failing(c->db, err);
	size_t i;
	json_t *row;

	if (!failing)
		return -1;
	json_array_foreach (failing, i, row) {
		json_t *one = json_object();
		json_put_str(one, "calendar", json_str(row, "calendar"));
		json_put_str(one, "why", json_str(row, "why"));
		names_put_time(one, "since", json_int_or(row, "since", 0));
		if (json_int_or(row, "good_at", 0))
			names_put_time(one, "good_at", json_int_or(row, "good_at", 0));
		json_array_append_new(calendars, one);
	}
	return 0;
}

/* ---- all of it ---- */

/* An old failure stays on the list; only a new one calls for somebody. */
static bool is_recent(const json_t *rows, int64_t since)
{
	int64_t at = 0;

	/* Newest first. */
	return clock_parse(json_str_or(json_array_get(rows, 0), "at", ""), &at) &&
	       at >= since;
}

static bool needs_person(const json_t *status, int64_t since)
{
	static const char *const lists[] = {
		"held", "set_aside", "late", "calendars", "unplaced", "refused"};

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		if (json_array_size(json_object_get(status, lists[i])))
			return true;
	return status_has_late_question(json_object_get(status, "questions")) ||
	       is_recent(json_object_get(status, "unserved"), since) ||
	       status_daemon_needs_person(json_object_get(status, "daemon"));
}

/* Sets a new reference; -1 where it is NULL. */
static int put(json_t *object, const char *key, json_t *value)
{
	return value ? json_object_set_new(object, key, value) : -1;
}

static json_t *collect(const struct command *c, struct err *err)
{
	int64_t since = clock_add_days(c->now, -SHOWN_DAYS);
	json_auto_t *status = json_object();
	json_auto_t *waiting = overview_waiting(c->db, c->now, err);
	json_auto_t *calendars = json_array();
	json_auto_t *unplaced = json_array();

	names_put_time(status, "at", c->now);
	if (!waiting || put(status, "daemon", status_daemon(c, err)) < 0 ||
		put(waiting, "by_state", delivery_counts(c->db, err)) < 0 ||
		put(status, "held", with_times(held_list(c->db, err))) < 0 ||
		put(status, "questions", status_questions(c, err)) < 0 ||
		put(status, "retention", status_retention(c, err)) < 0 ||
		put(status, "late", collect_late(c, waiting, unplaced, err)) < 0 ||
		put(status, "unserved",
			with_times(overview_unserved(c->db, UNSERVED_MAX, err))) < 0 ||
		put(status, "resting", status_resting(c, err)) < 0 ||
		put(status, "set_aside",
			with_times(overview_set_aside(c->db, since, err))) < 0 ||
		source_each(c->db, add_broken_calendar, calendars, err) < 0 ||
		add_failing(c, calendars, err) < 0 ||
		put(status, "refused", status_refused(c, err)) < 0 ||
		put(status, "warnings", status_warnings(c)) < 0)
		return NULL;
	json_object_del(waiting, "incoming_since");
	json_object_del(waiting, "requests_since");
	json_object_del(waiting, "deliveries_since");
	json_object_set(status, "waiting", waiting);
	json_object_set(status, "calendars", calendars);
	json_object_set(status, "unplaced", unplaced);
	json_object_set_new(
		status, "needs_person", json_boolean(needs_person(status, since)));
	return TAKE(status);
}

/* ---- for people ---- */

static long long count(const json_t *counts, const char *key)
{
	return json_int_or(counts, key, 0);
}

static void print_waiting(const struct out *o, const json_t *waiting)
{
	const json_t *states = json_object_get(waiting, "by_state");
	long long tried = count(states, "deferred") + count(states, "unknown");
	long long queued = count(states, "due") + count(states, "sending") + tried;
	str_auto *mails = names_count(
		count(waiting, "incoming"), "mail to read", "mails to read");
	str_auto *deliveries =
		names_count(queued, "delivery to send", "deliveries to send");
	str_auto *requests = names_count(count(waiting, "requests"),
		"request to the mailbox", "requests to the mailbox");
	str_auto *text = xasprintf(
		"%s, %s (%lld tried before), %s", mails, deliveries, tried, requests);
	str_auto *gone = xasprintf("%lld sent, %lld reported delivered, %lld answered; "
				   "%lld failed, %lld came back, %lld rest",
		count(states, "sent"), count(states, "delivered"),
		count(states, "answered"), count(states, "failed"),
		count(states, "bounced"), count(states, "resting"));

	out_field(o, OUT_PLAIN, "waiting", text);
	out_field(o, OUT_PLAIN, "so far", gone);
}

static void print_late(const struct out *o, const json_t *late)
{
	static const char *const titles[] = {"", "", "", ""};
	table_auto *t = table_new(4, titles);
	size_t i;
	json_t *one;

	if (json_array_size(late) == 0)
		return;
	out_blank(o);
	out_line(o, OUT_BOLD, "Late");
	json_array_foreach (late, i, one) {
		str_auto *span = names_span(json_int_or(one, "minutes_late", 0) * 60);
		str_auto *by = xasprintf("by %s", span);
		table_row(t, OUT_BAD, names_letter(json_str(one, "what")),
			json_str_or(one, "id", ""), by, json_str_or(one, "who", ""));
	}
	table_print(t, o);
}

static void print_unserved(const struct out *o, const json_t *unserved)
{
	static const char *const titles[] = {"", "", "", "", "", ""};
	table_auto *t = table_new(6, titles);
	size_t i;
	json_t *one;

	if (json_array_size(unserved) == 0)
		return;
	out_blank(o);
	out_line(o, OUT_BOLD, "Did not get it (`utskick explain dN` says why)");
	json_array_foreach (unserved, i, one) {
		str_auto *id = xasprintf("d%lld", (long long)json_int_or(one, "id", 0));
		str_auto *at = names_moment(json_str(one, "at"));
		if (i == UNSERVED_LINES)
			break;
		at[strcspn(at, " ")] = '\0';
		table_row(t, OUT_BAD, id, at, names_letter(json_str(one, "letter")),
			json_str_or(one, "meeting", ""), json_str_or(one, "name", ""),
			json_str_or(one, "address", ""));
		if (json_str(one, "reply"))
			table_add_line(t, OUT_FAINT, 6, json_str(one, "reply"));
	}
	table_print(t, o);
	if (json_array_size(unserved) > UNSERVED_LINES)
		out_line(o, OUT_FAINT,
			"and %zu older ones: `utskick export deliveries`",
			json_array_size(unserved) - UNSERVED_LINES);
}

static void print_mails(const struct out *o, const char *title, const json_t *rows)
{
	static const char *const titles[] = {"", "", "", ""};
	table_auto *t = table_new(4, titles);
	size_t i;
	json_t *one;

	if (json_array_size(rows) == 0)
		return;
	out_blank(o);
	out_line(o, OUT_BOLD, "%s", title);
	json_array_foreach (rows, i, one)
		table_row(t, OUT_PLAIN, json_str_or(one, "register", "-"),
			json_str_or(one, "reason", ""), json_str_or(one, "from", ""),
			json_str_or(one, "subject", ""));
	table_print(t, o);
}

static void print_calendars(const struct out *o, const json_t *status)
{
	const json_t *unplaced = json_object_get(status, "unplaced");
	size_t i;
	json_t *one;

	if (json_array_size(json_object_get(status, "calendars"))) {
		out_blank(o);
		out_line(o, OUT_BOLD,
			"Calendars that cannot be read; what they said last holds");
	}
	json_array_foreach (json_object_get(status, "calendars"), i, one) {
		str_auto *since = names_moment(json_str(one, "since"));
		const char *path = json_str_or(one, "path", "");
		out_line(o, OUT_BAD, "%s%s%s since %s",
			json_str_or(one, "calendar", ""), *path ? "/" : "", path,
			since);
		out_text(o, OUT_FAINT, 2, json_str_or(one, "why", ""));
	}
	if (json_array_size(unplaced) == 0)
		return;
	str_auto *count = names_count((int64_t)json_array_size(unplaced),
		"coming meeting", "coming meetings");
	out_blank(o);
	out_line(o, OUT_BAD, "%s without a council or kind: `utskick plan` names them",
		count);
}

static void print(const struct out *o, const json_t *status)
{
	status_print_daemon(o, json_object_get(status, "daemon"));
	status_print_servers(o, status);
	print_waiting(o, json_object_get(status, "waiting"));
	status_print_retention(o, json_object_get(status, "retention"));
	print_mails(o, "Waits for the coordinator (`utskick held`)",
		json_object_get(status, "held"));
	status_print_questions(o, json_object_get(status, "questions"));
	print_mails(o,
		"Set aside in the last 30 days (`utskick explain NUMBER` says why)",
		json_object_get(status, "set_aside"));
	print_late(o, json_object_get(status, "late"));
	print_unserved(o, json_object_get(status, "unserved"));
	status_print_resting(o, json_object_get(status, "resting"));
	print_calendars(o, status);
	out_blank(o);
	if (json_bool_or(status, "needs_person", false))
		out_line(o, OUT_BAD, "Something here needs a person.");
	else
		out_line(o, OUT_GOOD, "Nothing here needs a person.");
}

static int run(struct command *c, struct err *err)
{
	json_auto_t *status = collect(c, err);

	if (!status)
		return -1;
	if (c->args->json)
		out_json(&c->out, status);
	else
		print(&c->out, status);
	return json_bool_or(status, "needs_person", false) ? COMMAND_ACT : COMMAND_DONE;
}

const struct verb verb_status = {
	.name = "status",
	.usage = "",
	.describe = "what runs, waits, is late; who did not get what",
	.config = CONFIG_IF_READABLE,
	.store = STORE_READ,
	.run = run,
};

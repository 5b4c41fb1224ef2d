#include "command/plan-list.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "command/names.h"
#include "duty/plan.h"
#include "duty/status.h"
#include "store/delivery.h"
#include "store/minutes.h"
#include "store/overview.h"

struct planning {
	const struct command *c;
	const struct settings *s;
	const json_t *names;
	json_t *meetings;
	int64_t until;
	int64_t letters;
	bool needs_person;
	struct err *err;
};

/* One meeting's part. */
struct part {
	struct planning *p;
	const struct meeting *m;
	json_t *steps, *warnings, *notes;
};

static void add_words(json_t *list, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static void add_words(json_t *list, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	str_auto *words = xvasprintf(fmt, args);
	va_end(args);
	json_array_append_new(list, json_string(words));
}

static json_t *person_json(const struct recipient *r)
{
	json_t *one = json_object();

	json_put_str(one, "name", r->name);
	json_put_str(one, "address", r->address);
	json_put_str(one, "committee", r->committee);
	json_put_str(one, "committee_name", r->committee_name);
	return one;
}

/* Takes to. Nothing for nobody. */
static void add_step(
	struct part *part, const char *what, int64_t at, const char *why, json_t *to)
{
	json_auto_t *people = to;
	int64_t now = part->p->c->now;
	json_t *step = json_object();

	if (json_array_size(people) == 0 || at > part->p->until) {
		json_decref(step);
		return;
	}
	json_put_str(step, "what", what);
	names_put_time(step, "at", at > now ? at : now);
	json_object_set_new(step, "now", json_boolean(at <= now));
	json_put_str(step, "why", why);
	json_object_set(step, "to", people);
	json_array_append_new(part->steps, step);
	part->p->letters += (int64_t)json_array_size(people);
}

/* ---- invitations and what follows them ---- */

/* Whoever is owed it on the day of at, by what he has been told: -1 for nothing yet. */
static json_t *owed(
	const struct part *part, int64_t at, const json_t *versions, bool those_told)
{
	recipients_auto all = RECIPIENTS_NONE;
	json_auto_t *list = json_array();

	if (plan_recipients(
		    part->p->c->db, part->p->s, part->m, at, &all, part->p->err) < 0)
		return NULL;
	for (size_t i = 0; i < all.count; i++) {
		bool told = json_int_or(versions, all.list[i].address, -1) >= 0;
		if (told == those_told)
			json_array_append_new(list, person_json(&all.list[i]));
	}
	return TAKE(list);
}

static int warn_of_empty(struct part *part, int64_t at)
{
	str_auto *day = clock_day(at);
	json_auto_t *empty = directory_empty_committees(
		part->p->c->db, part->m->council, day, part->p->err);
	size_t i;
	json_t *one;

	if (!empty)
		return -1;
	json_array_foreach (empty, i, one)
		add_words(part->warnings,
			"%s is owed it, but has nobody in the directory on %s",
			json_str_or(one, "name", ""), day);
	part->p->needs_person |= json_array_size(empty) > 0;
	return 0;
}

static void warn_of_short_notice(struct part *part, int64_t at)
{
	const struct kind_settings *kind = settings_kind(part->p->s, part->m->kind);

	if (!kind || !plan_is_short_notice(part->p->s, part->m, at))
		return;
	str_auto *span = names_span(part->m->starts_at - at);
	add_words(part->warnings, "short notice: %s before; less than %d days", span,
		kind->warn_days);
}

static int plan_first(struct part *part, int64_t now)
{
	const struct kind_settings *kind = settings_kind(part->p->s, part->m->kind);
	int64_t due_at = plan_invitation_at(part->p->s, part->m);
	int64_t at = due_at > now ? due_at : now;
	json_t *to = owed(part, at, NULL, false);

	if (!to || warn_of_empty(part, at) < 0) {
		json_decref(to);
		return -1;
	}
	warn_of_short_notice(part, at);
	if (json_array_size(to) == 0)
		add_words(part->warnings, "nobody in the directory is owed it");
	str_auto *first = clock_day(due_at);
	str_auto *why = xasprintf("%s, %s: invited %d days before%s%s%s",
		names_kind(part->p->s, part->m->kind),
		json_str_or(json_object_get(part->p->names, "councils"),
			part->m->council, part->m->council),
		kind ? kind->invitation_days : 0,
		part->m->decisive ? ", asking for attendance" : ", for information",
		due_at < now ? "; it was due on " : "", due_at < now ? first : "");
	add_step(part, "invitation", at, why, to);
	return 0;
}

static const char *change_words(unsigned int changes)
{
	if (changes & PLAN_CANCELLED)
		return "the meeting is cancelled";
	if (changes & PLAN_REVIVED)
		return "the meeting takes place after all";
	if (changes & PLAN_TIME)
		return "the time has changed; answers no longer count";
	if (changes & PLAN_PLACE)
		return "the place has changed; answers no longer count";
	if (changes & PLAN_CALLED)
		return "whether attendance is asked for has changed; answers no longer "
		       "count";
	return "the words have changed; answers still count";
}

static int plan_told_meeting(struct part *part, const json_t *told, int64_t now)
{
	unsigned int changes = plan_changes(part->m, told);
	bool is_off = part->m->state == MEETING_CANCELLED;
	json_auto_t *versions =
		plan_told_versions(part->p->c->db, part->m->id, part->p->err);

	if (!versions)
		return -1;
	json_t *late = owed(part, now, versions, false);
	json_t *known = owed(part, now, versions, true);
	if (!late || !known) {
		json_decref(late);
		json_decref(known);
		return -1;
	}
	if (changes == PLAN_SAME)
		json_array_clear(known);
	if (is_off)
		json_array_clear(late);
	add_step(part, is_off ? "cancellation" : "update", now, change_words(changes),
		known);
	add_step(part, "invitation", now,
		"came to be owed it after the others were told", late);
	return 0;
}

/* How those stand who have been written to. */
static int note_progress(struct part *part, const char *what, const char *word)
{
	json_auto_t *recipients = status_recipients(
		part->p->c->db, NULL, part->m, part->p->c->now, part->p->err);

	if (!recipients)
		return -1;
	json_auto_t *counts = status_counts(recipients, what);
	int64_t lost = json_int_or(counts, "unserved", 0);
	if (json_int_or(counts, "owed", 0))
		add_words(lost ? part->warnings : part->notes,
			"%s: %lld of %lld reached, %lld on the way, %lld not served",
			word, (long long)json_int_or(counts, "reached", 0),
			(long long)json_int_or(counts, "owed", 0),
			(long long)json_int_or(counts, "waiting", 0), (long long)lost);
	part->p->needs_person |= lost > 0;
	return 0;
}

static int plan_coming(struct part *part, int64_t now)
{
	json_auto_t *told = part->m->told ? json_loads(part->m->told, 0, NULL) : NULL;

	if (!told && part->m->state == MEETING_CANCELLED) {
		add_words(part->notes,
			"cancelled before anybody was told: nothing goes out");
		return 0;
	}
	if (!told)
		return plan_first(part, now);
	if (note_progress(part, "invitation", "told") < 0)
		return -1;
	return plan_told_meeting(part, told, now);
}

/* ---- minutes ---- */

static json_t *secretaries(const json_t *roles)
{
	json_t *list = json_array();
	size_t i;
	json_t *role;

	json_array_foreach (roles, i, role)
		if (strcmp(json_str_or(role, "role", ""), "secretary") == 0 &&
			*json_str_or(role, "address", "")) {
			json_t *one = json_object();
			json_put_str(one, "name", json_str(role, "name"));
			json_put_str(one, "address", json_str(role, "address"));
			json_array_append_new(list, one);
		}
	return list;
}

struct asked {
	bool found;
};

static int look_for_request(const struct delivery *d, void *context)
{
	struct asked *asked = context;

	asked->found |= strcmp(d->kind, "minutes-request") == 0;
	return 0;
}

static int plan_request(struct part *part, int64_t due_at)
{
	struct asked asked = {false};
	str_auto *day = clock_day(due_at);

	if (delivery_each(part->p->c->db, part->m->id, look_for_request, &asked,
		    part->p->err) < 0)
		return -1;
	if (asked.found) {
		add_words(due_at < part->p->c->now ? part->warnings : part->notes,
			"minutes are asked for; they are due on %s%s", day,
			due_at < part->p->c->now ? " and late" : "");
		part->p->needs_person |= due_at < part->p->c->now;
		return 0;
	}
	json_auto_t *roles = meeting_roles(part->p->c->db, part->m->id, part->p->err);
	if (!roles)
		return -1;
	json_t *to = secretaries(roles);
	if (json_array_size(to) == 0)
		add_words(part->notes,
			"no secretary is known, so nobody is asked for the minutes "
			"(due on "
			"%s)",
			day);
	str_auto *why =
		xasprintf("the meeting's secretary; the minutes are due on %s", day);
	add_step(part, "minutes-request", part->m->ends_at, why, to);
	return 0;
}

static int plan_minutes(struct part *part)
{
	int64_t due_at = plan_minutes_due_at(part->p->s, part->m);
	json_auto_t *minutes =
		minutes_standing(part->p->c->db, part->m->id, part->p->err);

	if (!minutes)
		return -1;
	if (json_array_size(minutes))
		return note_progress(part, "minutes", "minutes");
	if (!due_at || part->m->state != MEETING_PLANNED)
		return 0;
	return plan_request(part, due_at);
}

/* ---- all meetings ---- */

static bool is_worth_showing(const struct part *part)
{
	const struct planning *p = part->p;

	if (part->m->starts_at > p->c->now)
		return part->m->starts_at <= p->until ||
		       json_array_size(part->steps) > 0;
	/* Held: while minutes are missing or on their way. */
	return json_array_size(part->steps) + json_array_size(part->warnings) > 0 ||
	       (part->m->told && part->m->state == MEETING_PLANNED &&
		       part->m->ends_at + 14 * 86400 > p->c->now &&
		       json_array_size(part->notes) > 0);
}

static int fill(struct part *part)
{
	struct planning *p = part->p;
	int64_t now = p->c->now;

	if (part->m->state == MEETING_UNPLACED) {
		if (part->m->starts_at <= now || part->m->starts_at > p->until)
			return 0;
		add_words(part->warnings, "nothing goes out: %s",
			names_reason(part->m->reason));
		p->needs_person = true;
		return 0;
	}
	if (part->m->starts_at > now && plan_coming(part, now) < 0)
		return -1;
	/* Only for meetings that somebody is told of. */
	if (part->m->starts_at <= now && !part->m->told)
		return 0;
	return plan_minutes(part);
}

static int plan_one(const struct meeting *m, void *context)
{
	struct planning *p = context;
	json_auto_t *steps = json_array();
	json_auto_t *warnings = json_array();
	json_auto_t *notes = json_array();
	struct part part = {p, m, steps, warnings, notes};

	if (fill(&part) < 0)
		return -1;
	if (!is_worth_showing(&part))
		return 0;
	json_t *one = names_meeting(m, p->s, p->names);
	json_object_set(one, "steps", steps);
	json_object_set(one, "warnings", warnings);
	json_object_set(one, "notes", notes);
	json_array_append_new(p->meetings, one);
	return 0;
}

json_t *plan_list(const struct command *c, int days, struct err *err)
{
	json_auto_t *meetings = json_array();
	json_auto_t *names = overview_names(c->db, err);
	const struct settings *s = &c->config->settings;
	struct planning p = {.c = c,
		.s = s,
		.names = names,
		.meetings = meetings,
		.until = clock_add_days(c->now, days),
		.err = err};
	int ahead = days > s->horizon_days ? days : s->horizon_days;

	if (!names || meeting_each(c->db, clock_add_days(c->now, -s->past_days),
			      clock_add_days(c->now, ahead), plan_one, &p, err) < 0)
		return NULL;
	return json_pack("{s:O, s:I, s:b}", "meetings", meetings, "letters",
		(json_int_t)p.letters, "needs_person", p.needs_person);
}

#include "office/reminders.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "duty/plan.h"
#include "mail/address.h"
#include "store/answer.h"
#include "store/called.h"

static bool has_answered(const json_t *answers, const char *address)
{
	size_t i;
	json_t *one;

	json_array_foreach (answers, i, one)
		if (address_is_same(json_str_or(one, "attendee", ""), address))
			return true;
	return false;
}

/* Whose call went out before the reminders fell due: nobody is reminded of what he has
 * just got. */
static bool was_called_in_time(
	const struct duty *d, const struct recipient *to, int64_t reminder_at)
{
	const json_t *last = json_object_get(d->last, to->address);
	int64_t sent_at = json_int_or(last, "sent_at", 0);

	return sent_at && sent_at < reminder_at &&
	       !json_bool_or(last, "is_lost", false) &&
	       !plan_waits_for_call(
		       &d->o->config->settings, d->m, to->role, to->person, d->called);
}

int reminders_work(const struct duty *d, struct err *err)
{
	int64_t at = plan_reminder_at(&d->o->config->settings, d->m);
	int count = 0;

	if (!at || at > d->now || d->m->state != MEETING_PLANNED)
		return 0;
	json_auto_t *answers = answer_list(d->o->db, d->m->id, err);
	if (!answers)
		return -1;
	/* A changed text is no reason to remind once more. */
	struct duty each_time = *d;
	each_time.version = d->m->sequence;
	const struct duty_letter letter = {
		.kind = "reminder", .reason = "reminder-due"};
	for (size_t i = 0; i < d->owed.count; i++) {
		const struct recipient *to = &d->owed.list[i];
		if (!was_called_in_time(d, to, at) ||
			has_answered(answers, to->address))
			continue;
		int sent = duty_letter_post(&each_time, &letter, to, err);
		if (sent < 0)
			return -1;
		count += sent;
	}
	return count;
}

/* ---- the coordinator's word ---- */

/* m is not changed by it. */
static int open_duty(struct duty *d, struct office *o, struct meeting *m,
	const json_t *roles, int64_t now, struct err *err)
{
	*d = (struct duty){.o = o,
		.m = m,
		.roles = roles,
		.version = m->sequence,
		.now = now,
		.last = plan_told_versions(o->db, m->id, err),
		.called = called_list(o->db, m->id, err)};
	if (!d->last || !d->called)
		return -1;
	return plan_recipients(o->db, &o->config->settings, m, now, &d->owed, err);
}

static bool is_silent(
	const struct duty *d, const struct recipient *to, const json_t *answers)
{
	const json_t *last = json_object_get(d->last, to->address);

	return json_int_or(last, "sent_at", 0) &&
	       !json_bool_or(last, "is_lost", false) &&
	       !plan_waits_for_call(&d->o->config->settings, d->m, to->role, to->person,
		       d->called) &&
	       !has_answered(answers, to->address);
}

int reminders_silent(struct office *o, const struct meeting *m, int64_t now,
	struct recipients *ret, struct err *err)
{
	struct meeting same = *m;
	duty_auto d = {.o = o};
	json_auto_t *answers = answer_list(o->db, m->id, err);

	if (!answers || open_duty(&d, o, &same, NULL, now, err) < 0)
		return -1;
	/* The others go with the duty. */
	size_t kept = 0;
	for (size_t i = 0; i < d.owed.count; i++) {
		struct recipient one = d.owed.list[i];
		if (!is_silent(&d, &one, answers))
			continue;
		d.owed.list[i] = d.owed.list[kept];
		d.owed.list[kept++] = one;
	}
	ret->list = xcalloc(kept + 1, sizeof(*ret->list));
	ret->count = kept;
	for (size_t i = 0; i < kept; i++) {
		ret->list[i] = d.owed.list[i];
		d.owed.list[i] = (struct recipient){0};
	}
	return 0;
}

int reminders_again(struct office *o, int64_t meeting_id, int64_t now, json_t *names,
	struct err *err)
{
	meeting_auto m = MEETING_EMPTY;
	recipients_auto silent = RECIPIENTS_NONE;
	duty_auto d = {.o = o};
	str_auto *day = clock_day(now);
	str_auto *about = xasprintf("again:%s", day);
	int count = 0;

	if (meeting_get(o->db, meeting_id, &m, err) < 0)
		return -1;
	json_auto_t *roles = meeting_roles(o->db, m.id, err);
	if (!roles || reminders_silent(o, &m, now, &silent, err) < 0 ||
		open_duty(&d, o, &m, roles, now, err) < 0)
		return -1;
	const struct duty_letter letter = {
		.kind = "reminder", .about = about, .reason = "reminder-due"};
	for (size_t i = 0; i < silent.count; i++) {
		int sent = duty_letter_post(&d, &letter, &silent.list[i], err);
		if (sent < 0)
			return -1;
		count += sent;
		json_array_append_new(names, json_string(silent.list[i].name));
	}
	return count;
}

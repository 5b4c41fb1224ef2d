#include "office/reminders.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "duty/plan.h"
#include "mail/address.h"
#include "store/answer.h"

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

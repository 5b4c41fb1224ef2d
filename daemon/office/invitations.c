#include "office/invitations.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "duty/extra.h"
#include "duty/plan.h"
#include "office/duty-letter.h"
#include "office/personal-guard.h"
#include "office/reminders.h"
#include "store/answer.h"
#include "store/called.h"
#include "store/letter.h"
#include "store/linked.h"

/* ---- who lacks what ---- */

/* Which letter this recipient lacks; NULL: none. */
static const char *lacking(const struct duty *d, const json_t *last)
{
	bool is_off = d->m->state == MEETING_CANCELLED;
	const char *kind = json_str_or(last, "kind", "withdrawal");

	/* Who left and came back is invited anew. */
	if (strcmp(kind, "withdrawal") == 0)
		return is_off ? NULL : "invitation";
	/* Later versions go out when they arise, to those who have an earlier one. */
	if (json_int_or(last, "version", 0) >= d->version || d->changes == PLAN_SAME)
		return NULL;
	return is_off ? "cancellation" : "update";
}

static const char *reason_of(const struct duty *d, bool is_first)
{
	if (d->changes != PLAN_SAME)
		return "meeting-changed";
	return is_first ? "owed" : "owed-late-joiner";
}

static int tell(const struct duty *d, const struct recipient *to, bool is_first,
	struct err *err)
{
	const json_t *last = json_object_get(d->last, to->address);
	const char *kind = lacking(d, last);
	str_auto *again = NULL;

	if (!kind)
		return 0;
	if (last && strcmp(kind, "invitation") == 0)
		again = xasprintf(
			"again:%lld", (long long)json_int_or(last, "delivery", 0));
	json_auto_t *extra =
		strcmp(kind, "update") == 0 ? extra_update(d->m, d->told) : NULL;
	const struct duty_letter letter = {.kind = kind,
		.extra = extra,
		.about = again,
		.reason = reason_of(d, is_first)};
	return duty_letter_post(d, &letter, to, err);
}

static int tell_all(const struct duty *d, bool is_first, struct err *err)
{
	int count = 0;

	for (size_t i = 0; i < d->owed.count; i++) {
		int sent = tell(d, &d->owed.list[i], is_first, err);
		if (sent < 0)
			return -1;
		count += sent;
	}
	return count;
}

/* ---- who left ---- */

static bool is_owed(const struct duty *d, const char *address, const json_t *last)
{
	const char *person = json_str_or(last, "person", "");

	for (size_t i = 0; i < d->owed.count; i++) {
		const struct recipient *r = &d->owed.list[i];
		if (strcmp(r->address, address) == 0 ||
			(r->person && strcmp(r->person, person) == 0))
			return true;
	}
	return false;
}

static bool has_left(const struct duty *d, const char *address, const json_t *last)
{
	const char *kind = json_str_or(last, "kind", "");

	return strcmp(kind, "withdrawal") != 0 && strcmp(kind, "cancellation") != 0 &&
	       !is_owed(d, address, last);
}

struct leaving {
	const struct duty *d;
	const char *address;
	struct err *err;
};

static int withdraw_from(const struct delivery *one, void *context)
{
	const struct leaving *l = context;
	bool waits = one->state == DELIVERY_DUE || one->state == DELIVERY_DEFERRED;

	if (!waits || strcmp(one->address, l->address) != 0 ||
		!plan_tells_of_meeting(one->kind))
		return 0;
	return delivery_move(l->d->o->db, one->id, DELIVERY_WITHDRAWN, NULL, l->d->now,
		       l->err) < 0
		       ? -1
		       : 0;
}

static int part_with(
	const struct duty *d, const char *address, const json_t *last, struct err *err)
{
	struct leaving l = {d, address, err};

	if (delivery_each(d->o->db, d->m->id, withdraw_from, &l, err) < 0)
		return -1;
	json_auto_t *now_told = plan_told_versions(d->o->db, d->m->id, err);
	if (!now_told)
		return -1;
	const json_t *got = json_object_get(now_told, address);
	if (!got || json_bool_or(got, "is_lost", false))
		return got ? 0 : 1;
	const struct recipient to = {.person = (char *)json_str(last, "person"),
		.name = (char *)json_str_or(last, "name", ""),
		.address = (char *)address,
		.committee = (char *)json_str(last, "committee")};
	str_auto *about =
		xasprintf("left:%lld", (long long)json_int_or(got, "delivery", 0));
	const struct duty_letter letter = {
		.kind = "withdrawal", .about = about, .reason = "no-longer-owed"};
	return duty_letter_post(d, &letter, &to, err);
}

/* Where nobody at all is owed it any more, the directory is the likelier mistake. */
static int part_with_leavers(const struct duty *d, struct err *err)
{
	int count = 0;
	const char *address;
	json_t *last;

	if (d->owed.count == 0)
		return 0;
	json_object_foreach (d->last, address, last) {
		if (!has_left(d, address, last))
			continue;
		int sent = part_with(d, address, last, err);
		if (sent < 0)
			return -1;
		count += sent;
	}
	return count;
}

/* ---- a change ---- */

static bool names_a_time(const char *kind)
{
	return plan_tells_of_meeting(kind) || strcmp(kind, "reminder") == 0 ||
	       strcmp(kind, "invitation-again") == 0;
}

static int withdraw_unsent(const struct delivery *one, void *context)
{
	const struct leaving *l = context;

	if (one->version >= l->d->version || !names_a_time(one->kind) ||
		(one->state != DELIVERY_DUE && one->state != DELIVERY_DEFERRED))
		return 0;
	return delivery_move(l->d->o->db, one->id, DELIVERY_WITHDRAWN, NULL, l->d->now,
		       l->err) < 0
		       ? -1
		       : 0;
}

static int set_told(const struct duty *d, struct err *err)
{
	json_auto_t *told = plan_told(d->m, d->version);

	return meeting_set_told(d->o->db, d->m->id, d->m->sequence, told, d->now, err);
}

static int take_change(struct duty *d, struct err *err)
{
	bool is_significant = plan_change_is_significant(d->changes);
	struct leaving l = {d, NULL, err};

	d->version++;
	d->m->sequence += is_significant;
	if (delivery_each(d->o->db, d->m->id, withdraw_unsent, &l, err) < 0)
		return -1;
	if (is_significant && (answer_reset(d->o->db, d->m->id, d->now, err) < 0 ||
				      called_clear(d->o->db, d->m->id, err) < 0))
		return -1;
	return set_told(d, err);
}

static int load(struct duty *d, struct err *err)
{
	d->last = plan_told_versions(d->o->db, d->m->id, err);
	d->called = called_list(d->o->db, d->m->id, err);
	if (!d->last || !d->called)
		return -1;
	return plan_recipients(
		d->o->db, &d->o->config->settings, d->m, d->now, &d->owed, err);
}

static int settle(struct duty *d, struct err *err)
{
	bool is_first = !d->m->told;

	if (is_first && set_told(d, err) < 0)
		return -1;
	if (d->changes != PLAN_SAME && take_change(d, err) < 0)
		return -1;
	if (load(d, err) < 0)
		return -1;
	int told = tell_all(d, is_first, err);
	if (told < 0)
		return -1;
	int left = part_with_leavers(d, err);
	if (left < 0)
		return -1;
	int reminded = reminders_work(d, err);
	if (reminded < 0)
		return -1;
	return told + left + reminded + is_first + (d->changes != PLAN_SAME);
}

static bool is_due(const struct office *o, const struct meeting *m, int64_t now)
{
	if (m->starts_at <= now || m->state == MEETING_UNPLACED)
		return false;
	if (m->told)
		return true;
	return m->state == MEETING_PLANNED &&
	       plan_invitation_at(&o->config->settings, m) <= now;
}

/* Its first letter, or one that only tells of a changed text, waits for the files that
 * are still being fetched. 1, 0, -1. */
static int waits_for_files(const struct duty *d, struct err *err)
{
	const struct settings *s = &d->o->config->settings;
	bool may_wait = !d->told || d->changes == PLAN_TEXT;
	int64_t until = 0;

	if (!may_wait || !s->links.fetch)
		return 0;
	int found = linked_wait_until(d->o->db, d->m->id,
		plan_links_wait(s, d->o->ctx->once), d->now, &until, err);
	return found < 0 ? -1 : found && until > d->now;
}

int invitations_work(struct office *o, struct meeting *m, int64_t now, struct err *err)
{
	if (!is_due(o, m, now))
		return 0;
	int waits = personal_guard_meeting(o, m, now, err);
	if (waits != 0)
		return waits == 2 ? 0 : waits;
	json_auto_t *told = m->told ? json_loads(m->told, 0, NULL) : NULL;
	json_auto_t *roles = meeting_roles(o->db, m->id, err);
	if (!roles)
		return -1;
	duty_auto d = {
		.o = o,
		.m = m,
		.roles = roles,
		.version = (int)json_int_or(told, "version", 0),
		.changes = told ? plan_changes(m, told) : PLAN_SAME,
		.told = told,
		.now = now,
	};
	waits = waits_for_files(&d, err);
	return waits ? (waits < 0 ? -1 : 0) : settle(&d, err);
}

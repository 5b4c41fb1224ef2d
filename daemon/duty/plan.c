#include "duty/plan.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "store/called.h"
#include "store/letter.h"

/* So many days later, at that hour. */
static int64_t at_hour(int64_t at, int days, int hour)
{
	struct tm tm = clock_local(at);

	tm.tm_mday += days;
	tm.tm_hour = hour;
	tm.tm_min = 0;
	tm.tm_sec = 0;
	return clock_from_local(tm);
}

static const struct kind_settings *kind_of(
	const struct settings *s, const struct meeting *m)
{
	return m->kind ? settings_kind(s, m->kind) : NULL;
}

int64_t plan_invitation_at(const struct settings *s, const struct meeting *m)
{
	const struct kind_settings *kind = kind_of(s, m);

	return at_hour(m->starts_at, kind ? -kind->invitation_days : 0, s->send_hour);
}

int64_t plan_minutes_due_at(const struct settings *s, const struct meeting *m)
{
	const struct kind_settings *kind = kind_of(s, m);

	if (!kind || !kind->has_minutes)
		return 0;
	return at_hour(m->ends_at, kind->minutes_days + 1, 0) - 1;
}

bool plan_is_short_notice(
	const struct settings *s, const struct meeting *m, int64_t now)
{
	const struct kind_settings *kind = kind_of(s, m);

	return kind && now > clock_add_days(m->starts_at, -kind->warn_days);
}

bool plan_waits_for_call(const struct settings *s, const struct meeting *m,
	const char *role, const char *person, const json_t *called)
{
	const struct kind_settings *kind = kind_of(s, m);

	return kind && kind->call_deputies && m->decisive && role && person &&
	       strcmp(role, "deputy") == 0 && !json_has_str(called, person);
}

int plan_is_for_information(struct db *db, const struct settings *s,
	const struct meeting *m, const char *person, int64_t now, struct err *err)
{
	recipients_auto all = RECIPIENTS_NONE;
	json_auto_t *called = called_list(db, m->id, err);

	if (!called || plan_recipients(db, s, m, now, &all, err) < 0)
		return -1;
	for (size_t i = 0; person && i < all.count; i++)
		if (strcmp(all.list[i].person, person) == 0)
			return plan_waits_for_call(
				s, m, all.list[i].role, person, called);
	return 0;
}

int64_t plan_links_wait(const struct settings *s, bool is_single_run)
{
	return is_single_run ? 0 : 60 * (int64_t)s->links.wait_minutes;
}

int64_t plan_reminder_at(const struct settings *s, const struct meeting *m)
{
	const struct kind_settings *kind = kind_of(s, m);

	if (!kind || !kind->reminder_days || !m->decisive)
		return 0;
	return at_hour(m->starts_at, -kind->reminder_days, s->send_hour);
}

int plan_recipients(struct db *db, const struct settings *s, const struct meeting *m,
	int64_t now, struct recipients *ret, struct err *err)
{
	const struct kind_settings *kind = kind_of(s, m);
	str_auto *day = clock_day(now);

	return directory_recipients(
		db, m->council, day, kind && kind->invite_council, ret, err);
}

json_t *plan_told(const struct meeting *m, int version)
{
	json_t *told = json_object();

	json_put_int(told, "version", version);
	json_put_int(told, "starts_at", m->starts_at);
	json_put_int(told, "ends_at", m->ends_at);
	json_object_set_new(told, "all_day", json_boolean(m->all_day));
	json_put_str(told, "location", m->location ? m->location : "");
	json_put_str(told, "title", m->title ? m->title : "");
	json_put_str(told, "agenda", m->agenda ? m->agenda : "");
	/* Left out where there are none, as from those told before files were known. */
	if (m->files && strcmp(m->files, "[]") != 0)
		json_put_str(told, "files", m->files);
	json_object_set_new(told, "decisive", json_boolean(m->decisive));
	json_object_set_new(
		told, "cancelled", json_boolean(m->state == MEETING_CANCELLED));
	return told;
}

static bool differs(const json_t *a, const json_t *b, const char *key)
{
	const json_t *of_a = json_object_get(a, key);
	const json_t *of_b = json_object_get(b, key);

	/* Jansson takes nothing and nothing for different. */
	return (of_a || of_b) && !json_equal(of_a, of_b);
}

unsigned int plan_changes(const struct meeting *m, const json_t *told)
{
	json_auto_t *is = plan_told(m, 0);
	unsigned int changes = PLAN_SAME;

	if (differs(is, told, "cancelled"))
		return m->state == MEETING_CANCELLED ? PLAN_CANCELLED : PLAN_REVIVED;
	if (differs(is, told, "starts_at") || differs(is, told, "ends_at") ||
		differs(is, told, "all_day"))
		changes |= PLAN_TIME;
	if (differs(is, told, "location"))
		changes |= PLAN_PLACE;
	if (differs(is, told, "title") || differs(is, told, "agenda") ||
		differs(is, told, "files"))
		changes |= PLAN_TEXT;
	if (differs(is, told, "decisive"))
		changes |= PLAN_CALLED;
	return changes;
}

bool plan_change_is_significant(unsigned int changes)
{
	return (changes & ~(unsigned int)PLAN_TEXT) != 0;
}

bool plan_tells_of_meeting(const char *kind)
{
	return strcmp(kind, "invitation") == 0 || strcmp(kind, "update") == 0 ||
	       strcmp(kind, "cancellation") == 0 || strcmp(kind, "withdrawal") == 0;
}

static int note_version(const struct delivery *d, void *context)
{
	json_t *versions = context;
	const json_t *before = json_object_get(versions, d->address);

	if (!plan_tells_of_meeting(d->kind) || d->state == DELIVERY_WITHDRAWN ||
		json_int_or(before, "delivery", 0) > d->id)
		return 0;
	json_t *last = json_pack("{s:i, s:s, s:I, s:I, s:b}", "version", d->version,
		"kind", d->kind, "delivery", (json_int_t)d->id, "sent_at",
		(json_int_t)d->sent_at, "is_lost", !delivery_state_is_served(d->state));
	json_put_str(last, "person", d->person);
	json_put_str(last, "name", d->name);
	json_put_str(last, "committee", d->committee);
	json_object_set_new(versions, d->address, last);
	return 0;
}

json_t *plan_told_versions(struct db *db, int64_t meeting_id, struct err *err)
{
	json_auto_t *versions = json_object();

	if (delivery_each(db, meeting_id, note_version, versions, err) < 0)
		return NULL;
	return TAKE(versions);
}

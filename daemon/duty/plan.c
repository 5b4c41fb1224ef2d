#include "duty/plan.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "store/letter.h"

static int64_t at_hour(int64_t at, int hour)
{
	struct tm tm = clock_local(at);

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

	return at_hour(clock_add_days(m->starts_at, kind ? -kind->invitation_days : 0),
		s->send_hour);
}

int64_t plan_minutes_due_at(const struct settings *s, const struct meeting *m)
{
	const struct kind_settings *kind = kind_of(s, m);

	if (!kind || !kind->has_minutes)
		return 0;
	return at_hour(clock_add_days(m->ends_at, kind->minutes_days + 1), 0) - 1;
}

bool plan_is_short_notice(
	const struct settings *s, const struct meeting *m, int64_t now)
{
	const struct kind_settings *kind = kind_of(s, m);

	return kind && now > clock_add_days(m->starts_at, -kind->warn_days);
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
	json_object_set_new(told, "decisive", json_boolean(m->decisive));
	json_object_set_new(
		told, "cancelled", json_boolean(m->state == MEETING_CANCELLED));
	return told;
}

static bool differs(const json_t *a, const json_t *b, const char *key)
{
	return !json_equal(json_object_get(a, key), json_object_get(b, key));
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
	if (differs(is, told, "title") || differs(is, told, "agenda"))
		changes |= PLAN_TEXT;
	if (differs(is, told, "decisive"))
		changes |= PLAN_CALLED;
	return changes;
}

bool plan_change_is_significant(unsigned int changes)
{
	return (changes & ~(unsigned int)PLAN_TEXT) != 0;
}

static bool tells_of_meeting(const char *kind)
{
	return strcmp(kind, "invitation") == 0 || strcmp(kind, "update") == 0 ||
	       strcmp(kind, "cancellation") == 0;
}

static int note_version(const struct delivery *d, void *context)
{
	json_t *versions = context;

	if (!tells_of_meeting(d->kind) || d->state == DELIVERY_WITHDRAWN)
		return 0;
	if (json_int_or(versions, d->address, -1) < d->version)
		json_put_int(versions, d->address, d->version);
	return 0;
}

json_t *plan_told_versions(struct db *db, int64_t meeting_id, struct err *err)
{
	json_auto_t *versions = json_object();

	if (delivery_each(db, meeting_id, note_version, versions, err) < 0)
		return NULL;
	return TAKE(versions);
}

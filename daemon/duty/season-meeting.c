#include "duty/season-meeting.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "duty/plan.h"

#define DAY 86400

const char *season_state_name(enum season_state state)
{
	static const char *const names[] = {
		[SEASON_CANCELLED] = "cancelled",
		[SEASON_PLANNED] = "planned",
		[SEASON_INVITED] = "invited",
		[SEASON_HELD] = "held",
		[SEASON_MINUTED] = "minuted",
	};

	return names[state];
}

enum season_state season_state_of(const struct timetable_row *row, int64_t now)
{
	const struct meeting *m = &row->meeting;

	if (m->state == MEETING_CANCELLED)
		return SEASON_CANCELLED;
	if (row->minutes_at)
		return SEASON_MINUTED;
	if (m->ends_at <= now)
		return SEASON_HELD;
	return m->told ? SEASON_INVITED : SEASON_PLANNED;
}

enum season_lateness season_lateness_of(
	const struct settings *s, const struct timetable_row *row, int64_t now)
{
	const struct meeting *m = &row->meeting;

	if (m->state != MEETING_PLANNED || !m->council || row->minutes_at)
		return SEASON_IN_TIME;
	if (!m->told && m->starts_at > now)
		return plan_invitation_at(s, m) < now ? SEASON_INVITATION_LATE
						      : SEASON_IN_TIME;
	/* What was entered when it had begun could not be told of. */
	if (!m->told)
		return row->created_at < m->starts_at ? SEASON_NOT_INVITED
						      : SEASON_IN_TIME;
	int64_t due_at = plan_minutes_due_at(s, m);
	return due_at && due_at < now ? SEASON_MINUTES_LATE : SEASON_IN_TIME;
}

int64_t season_due_at(const struct settings *s, const struct timetable_row *row,
	enum season_lateness lateness)
{
	switch (lateness) {
	case SEASON_INVITATION_LATE:
	case SEASON_NOT_INVITED:
		return plan_invitation_at(s, &row->meeting);
	case SEASON_MINUTES_LATE:
		return plan_minutes_due_at(s, &row->meeting);
	case SEASON_IN_TIME:
		return 0;
	}
	abort();
}

const char *season_kind_name(const struct settings *s, const char *id)
{
	const struct kind_settings *kind = id ? settings_kind(s, id) : NULL;

	return kind ? json_str_or(kind->name, s->language, id) : id;
}

void season_note(json_t *meeting, const char *note)
{
	json_t *notes = json_object_get(meeting, "notes");

	if (!json_has_str(notes, note))
		json_array_append_new(notes, json_string(note));
}

static void put_time(json_t *object, const char *key, int64_t at)
{
	if (!at)
		return;
	str_auto *words = clock_format(at);
	json_put_str(object, key, words);
}

static void put_role(json_t *meeting, const json_t *roles, const char *role)
{
	size_t i;
	json_t *one;

	json_array_foreach (roles, i, one) {
		const char *name = json_str_or(one, "name", "");
		if (strcmp(json_str_or(one, "role", ""), role) == 0)
			json_put_str(
				meeting, role, *name ? name : json_str(one, "address"));
	}
}

static void put_duties(json_t *meeting, const struct settings *s,
	const struct timetable_row *row, int64_t now)
{
	const struct meeting *m = &row->meeting;

	if (m->state == MEETING_PLANNED && !m->told && m->starts_at > now)
		put_time(meeting, "invitation_at", plan_invitation_at(s, m));
	put_time(meeting, "invited_at", row->invited_at);
	if (m->state == MEETING_PLANNED && !row->minutes_at)
		put_time(meeting, "minutes_due_at", plan_minutes_due_at(s, m));
	put_time(meeting, "minutes_at", row->minutes_at);
	json_put_int(meeting, "owed", row->owed);
	json_put_int(meeting, "reached", row->reached);
	if (row->invited_at && m->starts_at > row->invited_at)
		json_put_int(meeting, "lead_days",
			(m->starts_at - row->invited_at + DAY / 2) / DAY);
}

static void put_notes(json_t *meeting, const struct settings *s,
	const struct timetable_row *row, int64_t now)
{
	const struct meeting *m = &row->meeting;
	int64_t told_at = row->invited_at ? row->invited_at : now;

	switch (season_lateness_of(s, row, now)) {
	case SEASON_INVITATION_LATE:
		season_note(meeting, "lead-time");
		break;
	case SEASON_NOT_INVITED:
		season_note(meeting, "not-invited");
		break;
	case SEASON_MINUTES_LATE:
		season_note(meeting, "minutes-late");
		break;
	case SEASON_IN_TIME:
		break;
	}
	if (m->state == MEETING_PLANNED && m->starts_at > told_at &&
		plan_is_short_notice(s, m, told_at))
		season_note(meeting, "short-notice");
}

json_t *season_meeting(
	const struct config *config, const struct timetable_row *row, int64_t now)
{
	const struct meeting *m = &row->meeting;
	const struct settings *s = &config->settings;
	const char *kind = m->kind ? m->kind : "";
	str_auto *day = clock_day(m->starts_at);
	json_t *one = json_object();

	json_put_str(one, "uid", m->uid);
	json_put_str(one, "code", m->code);
	json_put_str(one, "title", m->title);
	json_put_str(one, "kind", m->kind);
	json_put_str(one, "kind_name", season_kind_name(s, m->kind));
	json_object_set_new(one, "is_inspection",
		json_boolean(strcmp(kind, s->inspection_kind) == 0));
	json_put_str(one, "day", day);
	put_time(one, "starts_at", m->starts_at);
	put_time(one, "ends_at", m->ends_at);
	json_object_set_new(one, "all_day", json_boolean(m->all_day));
	json_put_str(one, "location", m->location);
	json_object_set_new(one, "decisive", json_boolean(m->decisive));
	json_put_str(one, "state", season_state_name(season_state_of(row, now)));
	put_duties(one, s, row, now);
	put_role(one, row->roles, "chair");
	put_role(one, row->roles, "secretary");
	json_object_set_new(one, "notes", json_array());
	put_notes(one, s, row, now);
	return one;
}

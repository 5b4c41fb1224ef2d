#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "duty/plan.h"

static int64_t at(const char *s)
{
	int64_t when = 0;

	assert_true(clock_parse(s, &when));
	return when;
}

static struct kind_settings kinds[] = {
	{.id = "council-meeting",
		.invitation_days = 14,
		.warn_days = 7,
		.minutes_days = 10,
		.has_minutes = true},
	{.id = "information", .invitation_days = 21, .warn_days = 7},
};

static struct settings settings = {
	.kinds = kinds, .kind_count = 2, .send_hour = 8, .horizon_days = 400};

static struct meeting meeting(const char *kind, const char *starts_at)
{
	return (struct meeting){
		.kind = (char *)kind,
		.starts_at = at(starts_at),
		.ends_at = at(starts_at) + 7200,
		.title = "Trygghetsråd",
		.location = "Stadshuset",
		.agenda = "1. Belysning",
		.state = MEETING_PLANNED,
	};
}

static void an_invitation_falls_due_days_before_at_the_sending_hour(void **state)
{
	static const struct {
		const char *kind, *starts_at, *due_at;
	} cases[] = {
		{"council-meeting", "2026-09-14T18:00:00+02:00",
			"2026-08-31T08:00:00+02:00"},
		/* Over the end of summer time. */
		{"council-meeting", "2026-11-02T18:00:00+01:00",
			"2026-10-19T08:00:00+02:00"},
		{"council-meeting", "2026-04-01T07:00:00+02:00",
			"2026-03-18T08:00:00+01:00"},
		{"information", "2026-09-22T18:00:00+02:00",
			"2026-09-01T08:00:00+02:00"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct meeting m = meeting(cases[i].kind, cases[i].starts_at);
		assert_int_equal(
			plan_invitation_at(&settings, &m), at(cases[i].due_at));
	}
}

static void minutes_are_due_at_the_end_of_their_day(void **state)
{
	struct meeting m = meeting("council-meeting", "2026-09-14T18:00:00+02:00");
	struct meeting none = meeting("information", "2026-09-14T18:00:00+02:00");

	(void)state;
	assert_int_equal(
		plan_minutes_due_at(&settings, &m), at("2026-09-24T23:59:59+02:00"));
	assert_int_equal(plan_minutes_due_at(&settings, &none), 0);
}

static void short_notice_begins_with_the_days_of_warning(void **state)
{
	struct meeting m = meeting("council-meeting", "2026-09-14T18:00:00+02:00");

	(void)state;
	assert_false(
		plan_is_short_notice(&settings, &m, at("2026-09-07T18:00:00+02:00")));
	assert_true(
		plan_is_short_notice(&settings, &m, at("2026-09-07T18:00:01+02:00")));
}

static void a_change_is_told_by_what_it_changes(void **state)
{
	static const struct {
		const char *what;
		unsigned int changes;
		bool significant;
	} cases[] = {
		{"nothing", PLAN_SAME, false},
		{"start", PLAN_TIME, true},
		{"end", PLAN_TIME, true},
		{"place", PLAN_PLACE, true},
		{"title", PLAN_TEXT, false},
		{"agenda", PLAN_TEXT, false},
		{"call", PLAN_CALLED, true},
		{"cancelled", PLAN_CANCELLED, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct meeting m =
			meeting("council-meeting", "2026-09-14T18:00:00+02:00");
		json_auto_t *told = plan_told(&m, 3);
		const char *what = cases[i].what;
		if (strcmp(what, "start") == 0)
			m.starts_at -= 3600;
		else if (strcmp(what, "end") == 0)
			m.ends_at += 1800;
		else if (strcmp(what, "place") == 0)
			m.location = "Biblioteket";
		else if (strcmp(what, "title") == 0)
			m.title = "Extra trygghetsråd";
		else if (strcmp(what, "agenda") == 0)
			m.agenda = NULL;
		else if (strcmp(what, "call") == 0)
			m.decisive = true;
		else if (strcmp(what, "cancelled") == 0)
			m.state = MEETING_CANCELLED;
		assert_int_equal(plan_changes(&m, told), cases[i].changes);
		assert_int_equal(plan_change_is_significant(cases[i].changes),
			cases[i].significant);
	}
}

static void a_meeting_that_was_cancelled_and_is_planned_again_is_revived(void **state)
{
	struct meeting m = meeting("council-meeting", "2026-09-14T18:00:00+02:00");

	(void)state;
	m.state = MEETING_CANCELLED;
	json_auto_t *told = plan_told(&m, 1);
	m.state = MEETING_PLANNED;
	assert_int_equal(plan_changes(&m, told), PLAN_REVIVED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			an_invitation_falls_due_days_before_at_the_sending_hour),
		cmocka_unit_test(minutes_are_due_at_the_end_of_their_day),
		cmocka_unit_test(short_notice_begins_with_the_days_of_warning),
		cmocka_unit_test(a_change_is_told_by_what_it_changes),
		cmocka_unit_test(
			a_meeting_that_was_cancelled_and_is_planned_again_is_revived),
	};

	clock_set_zone("Europe/Stockholm");
	return cmocka_run_group_tests(tests, NULL, NULL);
}

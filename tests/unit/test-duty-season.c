#include "store-test.h"

#include "config/config.h"
#include "duty/season.h"
#include "render-templates.h"
#include "render/words.h"
#include "render/year-wheel.h"
#include "store/directory.h"
#include "store/minutes.h"

static struct kind_settings kinds[] = {
	{.id = "council-meeting",
		.invitation_days = 14,
		.warn_days = 7,
		.minutes_days = 10,
		.has_minutes = true},
	{.id = "inspection",
		.invitation_days = 14,
		.warn_days = 7,
		.minutes_days = 21,
		.has_minutes = true},
};

/* An office of two councils that are there, one that ended and one that begins late. */
static struct config office(void)
{
	struct config c = {0};

	c.directory = json_pack("{s:[{s:s, s:s, s:s, s:[{s:s, s:s}]},"
				"{s:s, s:s, s:s, s:[{s:s, s:s}]},"
				"{s:s, s:s, s:s, s:s}, {s:s, s:s, s:s, s:s}],"
				"s:[{s:s, s:s, s:[s, s]}], s:[]}",
		"councils", "id", "ekholmen", "name", "Ekholmen", "code", "EKH",
		"members", "person", "bo", "role", "chair", "id", "ryd", "name", "Ryd",
		"code", "RYD", "members", "person", "bo", "role", "chair", "id",
		"ljungsbro", "name", "Ljungsbro", "code", "LJU", "to", "2022-10-14",
		"id", "newcomer", "name", "Ny", "code", "NYY", "from", "2026-11-01",
		"people", "id", "bo", "name", "Bo Al", "addresses", "bo@a.example",
		"bo@b.example", "committees");
	c.templates = templates_load();
	c.settings = (struct settings){.kinds = kinds,
		.kind_count = 2,
		.language = "sv",
		.office_name = "Kommunen",
		.unit_name = "Kansliet & <co>",
		.send_hour = 8,
		.horizon_days = 400,
		.past_days = 60,
		.inspection_kind = "inspection",
		.autumn_month = 7,
		.shared_places = json_pack("[s]", "Teams")};
	return c;
}

static void office_deinit(struct config *c)
{
	json_decref((json_t *)c->directory);
	json_decref((json_t *)c->templates);
	json_decref((json_t *)c->settings.shared_places);
}
#define office_auto __attribute__((cleanup(office_deinit))) struct config

static int64_t at(const char *time)
{
	int64_t ret;

	assert_true(clock_parse(time, &ret));
	return ret;
}

/* Seen first at the beginning of 2026. Returns its id. */
static int64_t put(struct store *s, const char *council, const char *kind,
	const char *starts_at, const char *location)
{
	static int number;
	str_auto *uid = xasprintf("m%d@utskick.example", ++number);
	str_auto *code = xasprintf("%.3s-%.10s", council, starts_at);
	int64_t id = 0;
	const struct meeting m = {.uid = uid,
		.code = code,
		.source_uid = uid,
		.recurrence_id = (char *)"",
		.kind = (char *)kind,
		.council = (char *)council,
		.title = (char *)"Möte <1> & 2",
		.location = (char *)location,
		.starts_at = at(starts_at),
		.ends_at = at(starts_at) + 5400};

	assert_ok(s,
		meeting_put(s->db, &m, at("2026-01-02T08:00:00+01:00"), &id, &s->err));
	return id;
}

static void tell(struct store *s, int64_t id)
{
	json_auto_t *told = json_object();

	assert_ok(s, meeting_set_told(s->db, id, 0, told, NOW, &s->err));
}

static json_t *plan(struct store *s, const struct config *c, int year, const char *now)
{
	json_t *plan = season_plan(c, s->db, year, at(now), &s->err);

	if (!plan)
		fail_msg("%s", s->err.text);
	return plan;
}

static const json_t *find(const json_t *list, const char *key, const char *value)
{
	size_t i;
	json_t *one;

	json_array_foreach (list, i, one)
		if (strcmp(json_str_or(one, key, ""), value) == 0)
			return one;
	return NULL;
}

static const char *slot(const json_t *p, const char *council, const char *season)
{
	const json_t *c = find(json_object_get(p, "councils"), "id", council);

	assert_non_null(c);
	return json_str_or(json_object_get(json_object_get(c, "seasons"), season),
		"inspection", "");
}

static const json_t *meeting_of(const json_t *p, const char *council, size_t index)
{
	const json_t *c = find(json_object_get(p, "councils"), "id", council);

	return json_array_get(json_object_get(c, "meetings"), index);
}

static bool is_missing(
	const json_t *p, const char *what, const char *council, const char *season)
{
	size_t i;
	json_t *one;

	json_array_foreach (json_object_get(p, "missing"), i, one)
		if (strcmp(json_str_or(one, "what", ""), what) == 0 &&
			strcmp(json_str_or(one, "council", ""), council) == 0 &&
			strcmp(json_str_or(one, "season", ""), season) == 0)
			return true;
	return false;
}

static void a_meeting_goes_from_planned_to_minuted(void **state)
{
	struct store *s = *state;
	office_auto c = office();
	int64_t id = put(s, "ryd", "inspection", "2026-10-14T18:00:00+02:00", "Torget");
	int64_t minutes = 0;
	int version = 0;
	json_auto_t *files = json_array();

	json_auto_t *planned = plan(s, &c, 2026, "2026-09-01T08:00:00+02:00");
	assert_string_equal(slot(planned, "ryd", "autumn"), "planned");
	tell(s, id);
	json_auto_t *invited = plan(s, &c, 2026, "2026-10-14T18:30:00+02:00");
	assert_string_equal(slot(invited, "ryd", "autumn"), "invited");
	json_auto_t *held = plan(s, &c, 2026, "2026-10-14T20:00:00+02:00");
	assert_string_equal(slot(held, "ryd", "autumn"), "held");
	assert_int_equal(json_array_size(json_object_get(held, "late")), 0);
	json_auto_t *late = plan(s, &c, 2026, "2026-11-05T00:00:00+01:00");
	assert_string_equal(
		json_str_or(
			json_array_get(json_object_get(late, "late"), 0), "what", ""),
		"minutes");
	assert_ok(s, minutes_add(s->db, id, 0, "a@b.example", "A", files, NOW, &minutes,
			     &version, &s->err));
	json_auto_t *minuted = plan(s, &c, 2026, "2026-11-05T00:00:00+01:00");
	assert_string_equal(slot(minuted, "ryd", "autumn"), "minuted");
	assert_int_equal(json_array_size(json_object_get(minuted, "late")), 0);
}

static void a_cancelled_inspection_is_a_missing_one(void **state)
{
	struct store *s = *state;
	office_auto c = office();
	int64_t id = put(s, "ryd", "inspection", "2026-10-14T18:00:00+02:00", "");

	assert_ok(
		s, meeting_set_state(s->db, id, MEETING_CANCELLED, NULL, NOW, &s->err));
	json_auto_t *p = plan(s, &c, 2026, "2026-09-01T08:00:00+02:00");
	assert_true(is_missing(p, "inspection", "ryd", "autumn"));
	assert_true(is_missing(p, "meeting", "ryd", "autumn"));
	assert_true(json_bool_or(p, "needs_person", false));
}

static void a_season_owes_to_whom_it_has_for_half_of_it(void **state)
{
	struct store *s = *state;
	office_auto c = office();

	put(s, "ljungsbro", "council-meeting", "2022-03-01T18:00:00+01:00", "");
	json_auto_t *p = plan(s, &c, 2026, "2026-09-01T08:00:00+02:00");
	assert_true(is_missing(p, "inspection", "ekholmen", "spring"));
	/* From November on: two months of six. */
	assert_string_equal(slot(p, "newcomer", "autumn"), "none");
	assert_false(is_missing(p, "meeting", "newcomer", "autumn"));
	assert_null(find(json_object_get(p, "councils"), "id", "ljungsbro"));
	json_auto_t *past = plan(s, &c, 2022, "2026-09-01T08:00:00+02:00");
	assert_int_equal(
		json_array_size(json_object_get(
			find(json_object_get(past, "councils"), "id", "ljungsbro"),
			"meetings")),
		1);
}

static void what_was_not_read_is_not_called_missing(void **state)
{
	struct store *s = *state;
	office_auto c = office();

	put(s, "ryd", "council-meeting", "2026-03-01T18:00:00+01:00", "");
	json_auto_t *past = plan(s, &c, 2024, "2026-09-01T08:00:00+02:00");
	assert_string_equal(slot(past, "ryd", "spring"), "unknown");
	assert_int_equal(json_array_size(json_object_get(past, "missing")), 0);
	json_auto_t *next = plan(s, &c, 2027, "2026-09-01T08:00:00+02:00");
	assert_true(is_missing(next, "inspection", "ryd", "spring"));
	assert_string_equal(slot(next, "ryd", "autumn"), "unknown");
}

static void an_invitation_not_sent_in_time_is_late(void **state)
{
	static const struct {
		const char *now, *what;
		bool is_short;
	} cases[] = {
		{"2026-08-31T07:59:59+02:00", NULL, false},
		{"2026-08-31T08:00:01+02:00", "invitation", false},
		{"2026-09-07T18:00:01+02:00", "invitation", true},
		{"2026-09-14T18:00:01+02:00", "not-invited", false},
	};
	struct store *s = *state;
	office_auto c = office();

	put(s, "ryd", "council-meeting", "2026-09-14T18:00:00+02:00", "");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_auto_t *p = plan(s, &c, 2026, cases[i].now);
		const json_t *late = json_array_get(json_object_get(p, "late"), 0);
		if (!cases[i].what) {
			assert_null(late);
			continue;
		}
		assert_string_equal(json_str_or(late, "what", ""), cases[i].what);
		assert_int_equal(
			json_bool_or(late, "is_short", false), cases[i].is_short);
	}
}

static void a_meeting_on_a_holiday_is_named(void **state)
{
	struct store *s = *state;
	office_auto c = office();

	put(s, "ryd", "inspection", "2026-06-19T15:00:00+02:00", "");
	put(s, "ryd", "inspection", "2026-06-18T15:00:00+02:00", "");
	json_auto_t *p = plan(s, &c, 2026, "2026-03-01T08:00:00+01:00");
	const json_t *list = json_object_get(p, "on_holidays");
	assert_int_equal(json_array_size(list), 1);
	const json_t *one = json_array_get(list, 0);
	assert_string_equal(json_str_or(one, "key", ""), "midsummer-eve");
	assert_string_equal(json_str_or(one, "name", ""), "midsommarafton");
	assert_true(json_bool_or(one, "is_ahead", false));
	assert_string_equal(
		json_str_or(meeting_of(p, "ryd", 1), "holiday", ""), "midsummer-eve");
}

static void one_person_or_place_cannot_be_at_two_meetings(void **state)
{
	static const struct {
		const char *a, *b;	 /* times of the day */
		const char *there, *too; /* places */
		const char *one, *other; /* secretaries; the chair of both is Bo */
		const char *who, *place;
	} cases[] = {
		{"18:00", "19:29", "Torget", "Skolan", "", "", "Bo Al", NULL},
		{"18:00", "19:30", "Torget", "Torget", "", "", NULL, NULL},
		{"18:00", "19:00", "torget ", "Torget", "a@x.example", "b@x.example",
			"Bo Al", "Torget"},
		{"18:00", "18:00", "Teams", "Teams", "", "", "Bo Al", NULL},
		{"18:00", "18:30", "", "", "bo@B.example", "", "Bo Al", NULL},
	};
	struct store *s = *state;
	office_auto c = office();

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		str_auto *a = xasprintf("2026-10-%02zuT%s:00+02:00", i + 1, cases[i].a);
		str_auto *b = xasprintf("2026-10-%02zuT%s:00+02:00", i + 1, cases[i].b);
		int64_t one = put(s, "ryd", "council-meeting", a, cases[i].there);
		int64_t other = put(s, "ekholmen", "council-meeting", b, cases[i].too);
		if (*cases[i].one)
			assert_ok(s, meeting_role_put(s->db, one, "secretary", NULL,
					     cases[i].one, &s->err));
		if (*cases[i].other)
			assert_ok(s, meeting_role_put(s->db, other, "secretary", NULL,
					     cases[i].other, &s->err));
		json_auto_t *p = plan(s, &c, 2026, "2026-03-01T08:00:00+01:00");
		const json_t *found =
			find(json_object_get(p, "clashes"), "starts_at", b);
		assert_int_equal(found != NULL, cases[i].who || cases[i].place);
		if (!found)
			continue;
		assert_string_equal(json_str_or(found, "who", ""), cases[i].who);
		assert_string_equal(json_str_or(found, "place", ""),
			cases[i].place ? cases[i].place : "");
	}
}

static void a_meeting_without_a_council_is_listed(void **state)
{
	struct store *s = *state;
	office_auto c = office();
	int64_t id = put(s, "ryd", "council-meeting", "2026-10-01T18:00:00+02:00", "");

	assert_ok(s, meeting_set_state(s->db, id, MEETING_UNPLACED, "meeting-no-kind",
			     NOW, &s->err));
	json_auto_t *p = plan(s, &c, 2026, "2026-03-01T08:00:00+01:00");
	const json_t *one = json_array_get(json_object_get(p, "unplaced"), 0);
	assert_string_equal(json_str_or(one, "reason", ""), "meeting-no-kind");
	assert_null(meeting_of(p, "ryd", 0));
}

static void text_in_the_picture_cannot_become_markup(void **state)
{
	struct store *s = *state;
	office_auto c = office();
	buf_auto svg = BUF_EMPTY;

	put(s, "ryd", "inspection", "2026-06-19T15:00:00+02:00", "");
	json_auto_t *p = plan(s, &c, 2026, "2026-03-01T08:00:00+01:00");
	json_auto_t *words = words_new(c.templates, "sv", &s->err);
	assert_non_null(words);
	json_put_str(json_array_get(json_object_get(p, "councils"), 0), "name",
		"<script>\"'&\x01\xEF\xBF\xBF");
	year_wheel_draw(p, words, &svg);
	assert_non_null(strstr(svg.data, "&lt;script&gt;&quot;&#39;&amp;\xEF\xBF\xBD"));
	assert_non_null(strstr(svg.data, "Kansliet &amp; &lt;co&gt;"));
	assert_null(strstr(svg.data, "<script"));
	assert_null(strchr(svg.data, '\x01'));
	assert_null(strstr(svg.data, "\"nan"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(a_meeting_goes_from_planned_to_minuted),
		store_test(a_cancelled_inspection_is_a_missing_one),
		store_test(a_season_owes_to_whom_it_has_for_half_of_it),
		store_test(what_was_not_read_is_not_called_missing),
		store_test(an_invitation_not_sent_in_time_is_late),
		store_test(a_meeting_on_a_holiday_is_named),
		store_test(one_person_or_place_cannot_be_at_two_meetings),
		store_test(a_meeting_without_a_council_is_listed),
		store_test(text_in_the_picture_cannot_become_markup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

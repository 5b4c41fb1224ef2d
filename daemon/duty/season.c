#include "duty/season.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "duty/holidays.h"
#include "duty/placing.h"
#include "duty/season-clash.h"
#include "duty/season-meeting.h"
#include "render/words.h"
#include "store/overview.h"
#include "store/timetable.h"

#define SEASONS 2

struct season {
	const char *name;
	int64_t from, to;
	bool is_read;
};

struct year {
	const struct config *config;
	const struct settings *s;
	int number;
	int64_t now;
	struct season seasons[SEASONS];
	struct holiday holidays[HOLIDAYS_MAX];
	size_t holiday_count;
	struct clash_search *clashes;
	json_t *words;
	json_t *names;	    /* overview_names */
	json_t *plan;	    /* what is returned */
	json_t *by_council; /* id -> its object in plan.councils */
	bool needs_person;
};

/* ---- times ---- */

static int64_t local_midnight(int year, int month)
{
	return clock_from_local(
		(struct tm){.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = 1});
}

static void put_day(json_t *object, const char *key, int64_t at)
{
	str_auto *day = clock_day(at);

	json_put_str(object, key, day);
}

static void put_time(json_t *object, const char *key, int64_t at)
{
	str_auto *words = clock_format(at);

	json_put_str(object, key, words);
}

/* Read are the calendars from some days before the first meeting was seen. */
static int set_seasons(struct year *y, struct db *db, struct err *err)
{
	int64_t begin = 0;

	if (timetable_begin(db, &begin, err) < 0)
		return -1;
	int64_t read_from = clock_add_days(begin ? begin : y->now, -y->s->past_days);
	int64_t read_to = clock_add_days(y->now, y->s->horizon_days);
	int64_t autumn = local_midnight(y->number, y->s->autumn_month);
	y->seasons[0] =
		(struct season){"spring", local_midnight(y->number, 1), autumn, false};
	y->seasons[1] = (struct season){
		"autumn", autumn, local_midnight(y->number + 1, 1), false};
	for (int i = 0; i < SEASONS; i++) {
		struct season *s = &y->seasons[i];
		s->is_read = s->to > read_from && s->to <= read_to;
		json_t *one = json_pack("{s:s}", "season", s->name);
		put_day(one, "from", s->from);
		put_day(one, "to", s->to);
		json_object_set_new(one, "is_read", json_boolean(s->is_read));
		json_array_append_new(json_object_get(y->plan, "seasons"), one);
	}
	return 0;
}

static const struct season *season_at(const struct year *y, int64_t at)
{
	return &y->seasons[at >= y->seasons[1].from];
}

/* ---- councils ---- */

static json_t *empty_slot(void)
{
	return json_pack("{s:s, s:i}", "inspection", "missing", "meetings", 0);
}

/* Borrowed; made where there is none. */
static json_t *council_add(
	struct year *y, const char *id, const char *name, const json_t *entry)
{
	json_t *one = json_pack("{s:s, s:o, s:{s:o, s:o}}", "id", id, "meetings",
		json_array(), "seasons", "spring", empty_slot(), "autumn",
		empty_slot());

	json_put_str(one, "name", name ? name : id);
	json_put_str(one, "from", json_str(entry, "from"));
	json_put_str(one, "to", json_str(entry, "to"));
	json_array_append(json_object_get(y->plan, "councils"), one);
	json_object_set_new(y->by_council, id, one);
	return one;
}

/* Whoever has left the directory is there for its meetings' sake. */
static json_t *council_of(struct year *y, const char *id)
{
	json_t *known = json_object_get(y->by_council, id);
	const json_t *names = json_object_get(y->names, "councils");

	if (known)
		return known;
	return council_add(y, id, json_str(names, id), placing_council(y->config, id));
}

static bool is_there(const json_t *council, const char *first, const char *last)
{
	const char *from = json_str(council, "from");
	const char *to = json_str(council, "to");

	return (!from || strcmp(from, last) <= 0) && (!to || strcmp(to, first) >= 0);
}

static void add_councils(struct year *y)
{
	str_auto *first = clock_day(y->seasons[0].from);
	str_auto *last = clock_day(y->seasons[1].to - 1);
	size_t i;
	json_t *council;

	json_array_foreach (
		json_object_get(y->config->directory, "councils"), i, council)
		if (is_there(council, first, last))
			council_add(y, json_str_or(council, "id", ""),
				json_str(council, "name"), council);
}

/* ---- meetings ---- */

static void add_late(struct year *y, const struct timetable_row *row,
	const json_t *council, const json_t *meeting)
{
	static const char *const names[] = {
		[SEASON_IN_TIME] = NULL,
		[SEASON_INVITATION_LATE] = "invitation",
		[SEASON_NOT_INVITED] = "not-invited",
		[SEASON_MINUTES_LATE] = "minutes",
	};
	enum season_lateness lateness = season_lateness_of(y->s, row, y->now);

	if (lateness == SEASON_IN_TIME)
		return;
	json_t *one = json_pack("{s:s, s:s, s:b}", "what", names[lateness], "meeting",
		row->meeting.code, "is_short",
		json_has_str(json_object_get(meeting, "notes"), "short-notice"));
	json_put_str(one, "title", row->meeting.title);
	json_put_str(one, "council", json_str(council, "id"));
	json_put_str(one, "council_name", json_str(council, "name"));
	put_time(one, "starts_at", row->meeting.starts_at);
	put_time(one, "due_at", season_due_at(y->s, row, lateness));
	json_array_append_new(json_object_get(y->plan, "late"), one);
	y->needs_person = true;
}

static void add_on_holiday(struct year *y, const struct timetable_row *row,
	const json_t *council, json_t *meeting)
{
	const char *day = json_str_or(meeting, "day", "");
	const struct holiday *h = holidays_find(y->holidays, y->holiday_count, day);
	bool is_ahead = row->meeting.starts_at > y->now;

	if (!h || row->meeting.state == MEETING_CANCELLED)
		return;
	season_note(meeting, "holiday");
	json_put_str(meeting, "holiday", h->key);
	json_t *one = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "meeting",
		row->meeting.code, "day", day, "key", h->key, "name",
		words_name(y->words, "holiday", h->key), "kind",
		holiday_kind_name(h->kind), "is_ahead", is_ahead);
	json_put_str(one, "title", row->meeting.title);
	json_put_str(one, "council_name", json_str(council, "name"));
	json_array_append_new(json_object_get(y->plan, "on_holidays"), one);
	y->needs_person |= is_ahead;
}

/* The furthest that one has come counts; a cancelled one is as none. */
static void note_in_slot(json_t *slot, const json_t *meeting)
{
	static const char *const order[] = {"planned", "invited", "held", "minuted"};
	const char *state = json_str_or(meeting, "state", "");
	const char *known = json_str_or(slot, "inspection", "");
	size_t is = 0, was = 0;

	if (strcmp(state, "cancelled") == 0)
		return;
	if (!json_bool_or(meeting, "is_inspection", false)) {
		json_put_int(slot, "meetings", json_int_or(slot, "meetings", 0) + 1);
		return;
	}
	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
		is = strcmp(order[i], state) == 0 ? i + 1 : is;
		was = strcmp(order[i], known) == 0 ? i + 1 : was;
	}
	if (is <= was)
		return;
	json_put_str(slot, "inspection", state);
	json_put_str(slot, "meeting", json_str(meeting, "code"));
	json_put_str(slot, "day", json_str(meeting, "day"));
}

static void add_unplaced(struct year *y, const struct meeting *m)
{
	bool is_ahead = m->starts_at > y->now;
	json_t *one = json_pack("{s:s, s:b}", "code", m->code, "is_ahead", is_ahead);

	json_put_str(one, "title", m->title);
	put_time(one, "starts_at", m->starts_at);
	json_put_str(one, "reason", m->reason);
	json_array_append_new(json_object_get(y->plan, "unplaced"), one);
	y->needs_person |= is_ahead;
}

static int add_meeting(const struct timetable_row *row, void *context)
{
	struct year *y = context;
	const struct meeting *m = &row->meeting;

	if (m->state == MEETING_UNPLACED)
		add_unplaced(y, m);
	if (m->state == MEETING_UNPLACED || !m->council)
		return 0;
	json_t *council = council_of(y, m->council);
	json_t *meeting = season_meeting(y->config, row, y->now);
	const char *season = season_at(y, m->starts_at)->name;
	json_put_str(meeting, "season", season);
	json_array_append_new(json_object_get(council, "meetings"), meeting);
	note_in_slot(
		json_object_get(json_object_get(council, "seasons"), season), meeting);
	add_late(y, row, council, meeting);
	add_on_holiday(y, row, council, meeting);
	clash_search_add(y->clashes, row, meeting);
	return 0;
}

/* ---- what is missing ---- */

/* Not in the directory any more: nothing is owed. Else: half of the season at least. */
static bool is_owed(
	const struct year *y, const json_t *council, const struct season *season)
{
	int64_t from = season->from;
	int64_t to = season->to;
	int64_t day = 0;

	if (!placing_council(y->config, json_str(council, "id")))
		return false;
	if (json_str(council, "from") &&
		clock_parse_day(json_str(council, "from"), &day) && day > from)
		from = day;
	if (json_str(council, "to") && clock_parse_day(json_str(council, "to"), &day) &&
		clock_add_days(day, 1) < to)
		to = clock_add_days(day, 1);
	return 2 * (to - from) >= season->to - season->from;
}

static void add_missing(struct year *y, const char *what, const json_t *council,
	const struct season *season)
{
	json_t *one = json_pack("{s:s, s:s, s:s, s:s}", "what", what, "council",
		json_str(council, "id"), "council_name", json_str(council, "name"),
		"season", season->name);

	put_day(one, "from", season->from);
	put_day(one, "to", season->to);
	json_array_append_new(json_object_get(y->plan, "missing"), one);
	y->needs_person = true;
}

static void judge_slot(struct year *y, json_t *council, const struct season *season)
{
	json_t *slot =
		json_object_get(json_object_get(council, "seasons"), season->name);
	bool has_inspections = json_bool_or(y->plan, "inspections", false);
	bool is_none = strcmp(json_str_or(slot, "inspection", ""), "missing") == 0;
	bool owed = is_owed(y, council, season);

	if (is_none && (!owed || !has_inspections))
		json_put_str(slot, "inspection", "none");
	else if (is_none && !season->is_read)
		json_put_str(slot, "inspection", "unknown");
	else if (is_none)
		add_missing(y, "inspection", council, season);
	if (owed && season->is_read && !json_int_or(slot, "meetings", 0))
		add_missing(y, "meeting", council, season);
}

static void judge(struct year *y)
{
	size_t i, count = 0;
	json_t *one;

	for (int k = 0; k < SEASONS; k++) {
		json_array_foreach (json_object_get(y->plan, "councils"), i, one)
			judge_slot(y, one, &y->seasons[k]);
	}
	json_t *clashes = clash_search_end(y->clashes, y->now, &count);
	json_array_foreach (clashes, i, one)
		y->needs_person |= json_bool_or(one, "is_ahead", false);
	json_object_set_new(y->plan, "clashes", clashes);
	json_put_int(y->plan, "clash_count", (int64_t)count);
	json_object_set_new(y->plan, "needs_person", json_boolean(y->needs_person));
}

/* ---- the whole ---- */

static void add_holidays(struct year *y)
{
	json_t *list = json_object_get(y->plan, "holidays");

	y->holiday_count = holidays_of_year(y->number, y->holidays);
	for (size_t i = 0; i < y->holiday_count; i++) {
		const struct holiday *h = &y->holidays[i];
		json_array_append_new(list,
			json_pack("{s:s, s:s, s:s, s:s}", "day", h->day, "key", h->key,
				"name", words_name(y->words, "holiday", h->key), "kind",
				holiday_kind_name(h->kind)));
	}
}

static json_t *empty_plan(const struct year *y)
{
	static const char *const lists[] = {"seasons", "holidays", "councils",
		"missing", "late", "clashes", "on_holidays", "unplaced"};
	bool has_inspections = settings_kind(y->s, y->s->inspection_kind) != NULL;
	json_t *plan = json_pack(
		"{s:i, s:b}", "year", y->number, "inspections", has_inspections);

	put_time(plan, "now", y->now);
	json_put_str(plan, "language", y->s->language);
	json_put_str(plan, "inspection_name",
		has_inspections ? season_kind_name(y->s, y->s->inspection_kind) : NULL);
	json_put_str(plan, "office", y->s->office_name);
	json_put_str(plan, "unit", y->s->unit_name);
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		json_object_set_new(plan, lists[i], json_array());
	return plan;
}

json_t *season_plan(const struct config *config, struct db *db, int year, int64_t now,
	struct err *err)
{
	json_auto_t *words =
		words_new(config->templates, config->settings.language, err);
	json_auto_t *names = words ? overview_names(db, err) : NULL;
	json_auto_t *by_council = json_object();
	clash_search_auto *clashes = clash_search_new(config);
	struct year y = {.config = config,
		.s = &config->settings,
		.number = year,
		.now = now,
		.clashes = clashes,
		.words = words,
		.names = names,
		.by_council = by_council};

	assert(year >= SEASON_FIRST_YEAR && year <= SEASON_LAST_YEAR);
	if (!names)
		return NULL;
	json_auto_t *plan = y.plan = empty_plan(&y);
	if (set_seasons(&y, db, err) < 0)
		return NULL;
	add_holidays(&y);
	add_councils(&y);
	if (timetable_each(
		    db, y.seasons[0].from, y.seasons[1].to, add_meeting, &y, err) < 0)
		return NULL;
	judge(&y);
	return TAKE(plan);
}

#include "command/plan-year.h"

#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "command/names.h"
#include "command/table.h"
#include "duty/season.h"
#include "render/words.h"
#include "render/year-wheel.h"

/* ---- for people ---- */

static const char *const seasons[] = {"spring", "autumn"};

/* "invited 14 Apr", "MISSING"; the caller frees. */
static char *slot_words(const json_t *council, const char *season)
{
	const json_t *slot =
		json_object_get(json_object_get(council, "seasons"), season);
	const char *state = json_str_or(slot, "inspection", "");
	const char *day = json_str(slot, "day");

	if (strcmp(state, "missing") == 0)
		return xstrdup("MISSING");
	if (strcmp(state, "unknown") == 0)
		return xstrdup("not read yet");
	if (strcmp(state, "none") == 0)
		return xstrdup("-");
	return xasprintf("%s %s", state, day ? day : "");
}

static bool lacks_something(const json_t *plan, const json_t *council)
{
	size_t i;
	json_t *one;

	json_array_foreach (json_object_get(plan, "missing"), i, one)
		if (strcmp(json_str_or(one, "council", ""),
			    json_str_or(council, "id", "")) == 0)
			return true;
	return false;
}

static void add_council(struct table *t, const json_t *plan, const json_t *council)
{
	const json_t *slots = json_object_get(council, "seasons");
	str_auto *spring = slot_words(council, seasons[0]);
	str_auto *autumn = slot_words(council, seasons[1]);
	str_auto *in_spring = xasprintf(
		"%lld", (long long)json_int_or(
				json_object_get(slots, seasons[0]), "meetings", 0));
	str_auto *in_autumn = xasprintf(
		"%lld", (long long)json_int_or(
				json_object_get(slots, seasons[1]), "meetings", 0));

	table_row(t, lacks_something(plan, council) ? OUT_BAD : OUT_PLAIN,
		json_str(council, "name"), spring, autumn, in_spring, in_autumn);
}

static void print_councils(const struct out *o, const json_t *plan)
{
	static const char *const titles[] = {"council", "inspection in spring",
		"in autumn", "meetings in spring", "in autumn"};
	table_auto *t = table_new(5, titles);
	size_t i;
	json_t *council;

	json_array_foreach (json_object_get(plan, "councils"), i, council)
		add_council(t, plan, council);
	table_print(t, o);
}

static const char *note_words(const char *note)
{
	static const char *const words[][2] = {
		{"lead-time", "its invitation should have gone"},
		{"short-notice", "short notice"},
		{"not-invited", "nobody was invited"},
		{"minutes-late", "minutes are late"},
		{"holiday", "public holiday"},
		{"clash", "clashes"},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(words[i][0], note) == 0)
			return words[i][1];
	return note;
}

/* "short notice, clashes"; the caller frees. */
static char *notes_of(const json_t *meeting)
{
	buf_auto line = BUF_EMPTY;
	size_t i;
	json_t *note;

	json_array_foreach (json_object_get(meeting, "notes"), i, note)
		buf_addf(&line, "%s%s", i ? ", " : "",
			note_words(json_string_value(note)));
	return buf_steal(&line);
}

static void print_meetings(const struct out *o, const json_t *plan)
{
	static const char *const titles[] = {"", "", "", "", ""};
	table_auto *t = table_new(5, titles);
	size_t i, k;
	json_t *council, *meeting;

	json_array_foreach (json_object_get(plan, "councils"), i, council) {
		table_add_line(t, OUT_BOLD, 0, json_str_or(council, "name", ""));
		json_array_foreach (json_object_get(council, "meetings"), k, meeting) {
			str_auto *when = names_moment(json_str(meeting, "starts_at"));
			str_auto *notes = notes_of(meeting);
			table_row(t, *notes ? OUT_BAD : OUT_PLAIN, when,
				json_str(meeting, "code"),
				json_str(meeting, "kind_name"),
				json_str(meeting, "state"), notes);
		}
	}
	out_blank(o);
	table_print(t, o);
}

/* ---- lists of what is to be acted on ---- */

/* All return a line, which the caller frees. */
typedef char *(*line_fn)(const json_t *one);

static char *missing_line(const json_t *one)
{
	return xasprintf("%s: no %s in %s (%s to %s)",
		json_str_or(one, "council_name", ""), json_str_or(one, "what", ""),
		json_str_or(one, "season", ""), json_str_or(one, "from", ""),
		json_str_or(one, "to", ""));
}

static char *late_line(const json_t *one)
{
	const char *what = json_str_or(one, "what", "");
	str_auto *due = names_moment(json_str(one, "due_at"));
	const char *meeting = json_str_or(one, "meeting", "");
	const char *council = json_str_or(one, "council_name", "");

	if (strcmp(what, "minutes") == 0)
		return xasprintf("%s (%s): minutes were due %s", meeting, council, due);
	if (strcmp(what, "not-invited") == 0)
		return xasprintf(
			"%s (%s): held, and nobody was invited", meeting, council);
	return xasprintf("%s (%s): its invitation was due %s%s", meeting, council, due,
		json_bool_or(one, "is_short", false) ? "; short notice" : "");
}

static char *clash_line(const json_t *one)
{
	const json_t *both = json_object_get(one, "meetings");
	const char *who = json_str(one, "who");
	const char *place = json_str(one, "place");
	str_auto *when = names_moment(json_str(one, "starts_at"));

	return xasprintf("%s and %s at once, %s: %s%s%s",
		json_string_value(json_array_get(both, 0)),
		json_string_value(json_array_get(both, 1)), when, who ? who : "",
		who && place ? ", " : "", place ? place : "");
}

static char *holiday_line(const json_t *one)
{
	return xasprintf("%s (%s) is on %s, %s", json_str_or(one, "meeting", ""),
		json_str_or(one, "council_name", ""), json_str_or(one, "name", ""),
		json_str_or(one, "day", ""));
}

static char *unplaced_line(const json_t *one)
{
	str_auto *when = names_moment(json_str(one, "starts_at"));

	return xasprintf("%s %s: %s", when, json_str_or(one, "title", ""),
		names_reason(json_str(one, "reason")));
}

static void print_list(const struct out *o, const json_t *plan, const char *key,
	const char *title, line_fn line_of)
{
	const json_t *list = json_object_get(plan, key);
	size_t i;
	json_t *one;

	if (!json_array_size(list))
		return;
	out_blank(o);
	out_line(o, OUT_BOLD, "%s", title);
	json_array_foreach (list, i, one) {
		str_auto *line = line_of(one);
		out_text(o, OUT_BAD, 2, line);
	}
}

static void print_unread(const struct out *o, const json_t *plan)
{
	size_t i;
	json_t *season;

	json_array_foreach (json_object_get(plan, "seasons"), i, season)
		if (!json_bool_or(season, "is_read", true))
			out_line(o, OUT_FAINT,
				"The calendars are not read for all of %s, so nothing "
				"is called missing there.",
				json_str_or(season, "season", ""));
	if (!json_bool_or(plan, "inspections", false))
		out_line(o, OUT_FAINT,
			"No kind of meeting is an inspection "
			"(planning.inspection_kind).");
}

static void print_clashes_left(const struct out *o, const json_t *plan)
{
	int64_t told = (int64_t)json_array_size(json_object_get(plan, "clashes"));
	int64_t left = json_int_or(plan, "clash_count", 0) - told;

	if (left > 0)
		out_line(o, OUT_BAD, "  and %lld more", (long long)left);
}

static void print(const struct out *o, const json_t *plan)
{
	out_line(o, OUT_BOLD, "%lld", (long long)json_int_or(plan, "year", 0));
	print_councils(o, plan);
	print_unread(o, plan);
	print_list(o, plan, "missing", "Missing", missing_line);
	print_list(o, plan, "late", "Late", late_line);
	print_list(o, plan, "clashes", "At once", clash_line);
	print_clashes_left(o, plan);
	print_list(o, plan, "on_holidays", "On public holidays", holiday_line);
	print_list(o, plan, "unplaced", "Without a council or a kind", unplaced_line);
	print_meetings(o, plan);
}

/* ---- the picture ---- */

static int write_svg(struct command *c, const json_t *plan, struct err *err)
{
	const struct config *config = c->config;
	const char *path = c->args->svg;
	buf_auto svg = BUF_EMPTY;
	json_auto_t *words =
		words_new(config->templates, config->settings.language, err);

	if (!words)
		return -1;
	year_wheel_draw(plan, words, &svg);
	if (strcmp(path, "-") != 0)
		return file_write(path, svg.data, svg.len, 0644, err);
	/* What could not be written is told at the end. */
	fwrite(svg.data, 1, svg.len, c->out.to);
	return 0;
}

static int check_usage(const struct arguments *a, struct err *err)
{
	if (!(a->given & OPTION_YEAR))
		return err_set(err, ERR_PERM, "--svg draws a year; it needs --year");
	if (a->given & OPTION_DAYS)
		return err_set(err, ERR_PERM, "--days and --year cannot go together");
	if (a->json && a->svg && strcmp(a->svg, "-") == 0)
		return err_set(
			err, ERR_PERM, "--json and --svg - both want the output");
	return 0;
}

int plan_year(struct command *c, struct err *err)
{
	if (check_usage(c->args, err) < 0)
		return command_usage(err);
	json_auto_t *plan = season_plan(c->config, c->db, c->args->year, c->now, err);
	if (!plan || (c->args->svg && write_svg(c, plan, err) < 0))
		return -1;
	if (c->args->json)
		out_json(&c->out, plan);
	else if (!c->args->svg)
		print(&c->out, plan);
	return json_bool_or(plan, "needs_person", false) ? COMMAND_ACT : COMMAND_DONE;
}

/* What will go out when, to whom, and why. Sends nothing. */
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "command/command.h"
#include "command/names.h"
#include "command/plan-list.h"
#include "command/plan-year.h"

#define DAYS_DEFAULT 30

/* ---- for people ---- */

/* "Nordväst: Anna Ek, Bo Al". */
static void print_people(const struct out *o, const json_t *step)
{
	buf_auto line = BUF_EMPTY;
	const char *last = NULL;
	size_t i;
	json_t *one;

	json_array_foreach (json_object_get(step, "to"), i, one) {
		const char *committee = json_str_or(one, "committee_name", "");
		const char *name =
			json_str_or(one, "name", json_str_or(one, "address", ""));
		if (last && strcmp(committee, last) == 0) {
			buf_addf(&line, ", %s", name);
			continue;
		}
		if (last)
			buf_add_str(&line, "\n");
		buf_addf(&line, "%s%s%s", committee, *committee ? ": " : "", name);
		last = committee;
	}
	out_text(o, OUT_FAINT, 6, buf_str(&line));
}

static void print_step(const struct out *o, const json_t *step)
{
	bool is_now = json_bool_or(step, "now", false);
	str_auto *at = names_moment(json_str(step, "at"));
	str_auto *count =
		names_count((int64_t)json_array_size(json_object_get(step, "to")),
			"person", "people");

	out_line(o, OUT_PLAIN, "  %s  %s to %s", is_now ? "at the next run " : at,
		names_letter(json_str(step, "what")), count);
	out_text(o, OUT_FAINT, 6, json_str_or(step, "why", ""));
	print_people(o, step);
}

static void print_notes(const struct out *o, const json_t *meeting)
{
	size_t i;
	json_t *note;

	json_array_foreach (json_object_get(meeting, "warnings"), i, note)
		out_text(o, OUT_BAD, 2, json_string_value(note));
	json_array_foreach (json_object_get(meeting, "notes"), i, note)
		out_text(o, OUT_FAINT, 2, json_string_value(note));
}

static void print_meeting(const struct out *o, const json_t *meeting)
{
	str_auto *line = names_meeting_line(meeting);
	size_t i;
	json_t *step;

	out_line(o, OUT_BOLD, "%s", line);
	if (json_str(meeting, "calendar"))
		out_line(o, OUT_FAINT, "  from %s", json_str(meeting, "calendar"));
	print_notes(o, meeting);
	json_array_foreach (json_object_get(meeting, "steps"), i, step)
		print_step(o, step);
	out_blank(o);
}

static void print(const struct out *o, const json_t *plan, int days)
{
	const json_t *meetings = json_object_get(plan, "meetings");
	int64_t letters = json_int_or(plan, "letters", 0);
	str_auto *count = names_count(letters, "mail", "mails");
	size_t i;
	json_t *one;

	json_array_foreach (meetings, i, one)
		print_meeting(o, one);
	if (json_array_size(meetings) == 0)
		out_line(o, OUT_PLAIN,
			"No meeting in the next %d days, and none that waits for "
			"minutes.",
			days);
	else
		out_line(o, OUT_PLAIN,
			"%s planned in the next %d days. Nothing was sent.", count,
			days);
}

static int run(struct command *c, struct err *err)
{
	if (c->args->given & (OPTION_YEAR | OPTION_SVG))
		return plan_year(c, err);
	int days = c->args->days ? c->args->days : DAYS_DEFAULT;
	json_auto_t *plan = plan_list(c, days, err);

	if (!plan)
		return -1;
	if (c->args->json)
		out_json(&c->out, plan);
	else
		print(&c->out, plan, days);
	return COMMAND_DONE;
}

const struct verb verb_plan = {
	.name = "plan",
	.usage = "[--days N] | --year Y [--svg FILE]",
	.describe = "what goes out when, to whom and why; sends nothing",
	.options = OPTION_DAYS | OPTION_YEAR | OPTION_SVG,
	.config = CONFIG_MUST,
	.store = STORE_READ,
	.run = run,
};

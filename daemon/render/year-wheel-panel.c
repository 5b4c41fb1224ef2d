/* Beside the wheel: what it is of, what the signs mean, what is to be acted on. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "render/svg.h"
#include "render/words.h"
#include "render/year-wheel-inside.h"

#define LINE 20.0
#define TEXT_SIZE 14.0
#define SIGN_SIZE 8.0

struct panel {
	const struct wheel *w;
	double x, y, width;
	double end; /* lowest base line */
};

static void add_line(struct panel *p, double size, bool is_bold, const char *fill,
	double indent, const char *text)
{
	str_auto *fitting =
		svg_fit(text, is_bold ? size * 1.06 : size, p->width - indent);

	svg_text(p->w->out,
		&(struct svg_text){.x = p->x + indent,
			.y = p->y,
			.size = size,
			.fill = fill,
			.is_bold = is_bold},
		fitting);
}

static void add_head(struct panel *p)
{
	const struct wheel *w = p->w;
	str_auto *title = wheel_phrase(w, "title", json_pack("{s:i}", "year", w->year));
	str_auto *office = wheel_phrase(w, "subtitle",
		json_pack("{s:s, s:s}", "office", json_str_or(w->plan, "office", ""),
			"unit", json_str_or(w->plan, "unit", "")));
	int year = 0, month = 1, day = 1;
	const json_t *months = json_object_get(w->words, "months");

	p->y += 34;
	add_line(p, 36, true, INK, 0, title);
	p->y += 28;
	add_line(p, 17, false, INK, 0, office);
	if (sscanf(json_str_or(w->plan, "now", ""), "%4d-%2d-%2d", &year, &month,
		    &day) != 3)
		return;
	str_auto *as_of = wheel_phrase(w, "as_of",
		json_pack("{s:i, s:O*, s:i}", "day", day, "month",
			json_array_get(months, (size_t)month - 1), "year", year));
	p->y += 22;
	add_line(p, TEXT_SIZE, false, FAINT, 0, as_of);
}

static void add_title(struct panel *p, const char *key, const char *fill, size_t count)
{
	str_auto *words = wheel_phrase(p->w, key, NULL);
	str_auto *title = count ? xasprintf("%s (%zu)", words, count) : TAKE(words);

	p->y += 32;
	add_line(p, 17, true, fill, 0, title);
	p->y += 4;
}

/* ---- what the signs mean ---- */

static struct point sign_place(const struct panel *p, double x)
{
	return (struct point){p->x + x, p->y - TEXT_SIZE * 0.36};
}

static void add_state(struct panel *p, enum wheel_sign sign, const char *state)
{
	p->y += LINE + 2;
	wheel_sign(p->w->out, sign, false, sign_place(p, 12), SIGN_SIZE);
	wheel_sign(p->w->out, sign, true, sign_place(p, 42), SIGN_SIZE);
	add_line(p, TEXT_SIZE, false, INK, 66,
		words_name(p->w->words, "season_state", state));
}

static void add_forms(struct panel *p)
{
	str_auto *meeting = wheel_phrase(p->w, "meeting", NULL);
	str_auto *inspection = wheel_phrase(p->w, "inspection", NULL);

	p->y += LINE;
	wheel_sign(p->w->out, SIGN_PLANNED, false, sign_place(p, 12), SIGN_SIZE);
	wheel_sign(p->w->out, SIGN_PLANNED, true, sign_place(p, 162), SIGN_SIZE);
	add_line(p, TEXT_SIZE, true, INK, 28, meeting);
	add_line(p, TEXT_SIZE, true, INK, 180, inspection);
	p->y += 4;
}

static void add_missing_sign(struct panel *p, bool is_inspection, const char *key)
{
	str_auto *words = wheel_phrase(p->w, key, NULL);

	p->y += LINE + 3;
	wheel_sign(p->w->out, SIGN_MISSING, is_inspection,
		sign_place(p, is_inspection ? 42 : 12), SIGN_SIZE);
	add_line(p, TEXT_SIZE, false, INK, 66, words);
}

static void add_badge(struct panel *p, enum wheel_badge badge, const char *key)
{
	str_auto *words = wheel_phrase(p->w, key, NULL);

	p->y += LINE;
	struct point at = sign_place(p, badge == BADGE_HOLIDAY ? 35 : 20);
	/* They are drawn aside of a sign: below it, or above. */
	at.y += badge == BADGE_LATE ? SIGN_SIZE + 2 : -SIGN_SIZE;
	wheel_badges(p->w->out, badge, at, SIGN_SIZE);
	add_line(p, TEXT_SIZE, false, INK, 66, words);
}

static void add_stroke(struct panel *p, const char *style, const char *key)
{
	str_auto *words = wheel_phrase(p->w, key, NULL);

	p->y += LINE;
	buf_addf(p->w->out, "<path d=\"M%.1f %.1fh42\" %s/>\n", p->x + 6,
		p->y - TEXT_SIZE * 0.36, style);
	add_line(p, TEXT_SIZE, false, INK, 66, words);
}

static void add_legend(struct panel *p)
{
	add_title(p, "legend", INK, 0);
	add_forms(p);
	add_state(p, SIGN_PLANNED, "planned");
	add_state(p, SIGN_INVITED, "invited");
	add_state(p, SIGN_HELD, "held");
	add_state(p, SIGN_MINUTED, "minuted");
	add_state(p, SIGN_CANCELLED, "cancelled");
	add_missing_sign(p, true, "no-inspection");
	add_missing_sign(p, false, "no-meeting");
	add_badge(p, BADGE_LATE, "badge-late");
	add_badge(p, BADGE_CLASH, "badge-clash");
	add_badge(p, BADGE_HOLIDAY, "badge-holiday");
	add_stroke(p, "stroke=\"#E8A33D\" stroke-opacity=\"0.5\" stroke-width=\"9\"",
		"holidays");
	add_stroke(p, "stroke=\"" INK "\" stroke-width=\"2\" stroke-dasharray=\"2 3\"",
		"today");
	add_stroke(p, "stroke=\"" INK "\" stroke-width=\"2.5\"", "autumn");
}

/* ---- what is to be acted on ---- */

typedef char *(*line_fn)(const struct wheel *w, const json_t *one);

static char *missing_line(const struct wheel *w, const json_t *one)
{
	str_auto *key = xasprintf("missing_%s", json_str_or(one, "what", ""));

	return wheel_phrase(w, key,
		json_pack("{s:s, s:s}", "council", json_str_or(one, "council_name", ""),
			"season",
			words_name(
				w->words, "season", json_str_or(one, "season", ""))));
}

static char *late_line(const struct wheel *w, const json_t *one)
{
	str_auto *key = xasprintf("late_%s", json_str_or(one, "what", ""));
	str_auto *due = wheel_day_words(w, json_str(one, "due_at"));

	return wheel_phrase(w, key,
		json_pack("{s:s, s:s}", "meeting", json_str_or(one, "meeting", ""),
			"due", due));
}

static char *clash_line(const struct wheel *w, const json_t *one)
{
	const json_t *both = json_object_get(one, "meetings");
	const char *a = json_string_value(json_array_get(both, 0));
	const char *b = json_string_value(json_array_get(both, 1));
	const char *what = json_str_or(one, "who", json_str_or(one, "place", ""));

	return wheel_phrase(w, "clash",
		json_pack("{s:s*, s:s*, s:s}", "a", a, "b", b, "what", what));
}

static char *holiday_line(const struct wheel *w, const json_t *one)
{
	return wheel_phrase(w, "on_holiday",
		json_pack("{s:s, s:s}", "meeting", json_str_or(one, "meeting", ""),
			"name", json_str_or(one, "name", "")));
}

static char *unplaced_line(const struct wheel *w, const json_t *one)
{
	str_auto *day = wheel_day_words(w, json_str(one, "starts_at"));

	return wheel_phrase(w, "unplaced_line",
		json_pack("{s:s, s:s}", "day", day, "title",
			json_str_or(one, "title", "")));
}

static const struct {
	const char *list;
	line_fn line;
} lists[] = {
	{"missing", missing_line},
	{"late", late_line},
	{"clashes", clash_line},
	{"on_holidays", holiday_line},
	{"unplaced", unplaced_line},
};
#define LIST_COUNT (sizeof(lists) / sizeof(*lists))

static size_t list_size(const struct panel *p, size_t i)
{
	return json_array_size(json_object_get(p->w->plan, lists[i].list));
}

/* Lines for each list: as many as it has while there is room, shared evenly. */
static void share_out(const struct panel *p, size_t ret_lines[LIST_COUNT])
{
	double heads = 0;
	size_t given = 0, before = 1;

	for (size_t i = 0; i < LIST_COUNT; i++) {
		ret_lines[i] = 0;
		heads += list_size(p, i) ? 36 : 0;
	}
	double room = (p->end - p->y - heads) / LINE;
	size_t lines = room > 0 ? (size_t)room : 0;
	while (given < lines && before != given) {
		before = given;
		for (size_t i = 0; i < LIST_COUNT && given < lines; i++)
			if (ret_lines[i] < list_size(p, i)) {
				ret_lines[i]++;
				given++;
			}
	}
}

static void add_list(struct panel *p, size_t which, size_t lines)
{
	const json_t *list = json_object_get(p->w->plan, lists[which].list);
	size_t count = json_array_size(list);
	size_t shown = lines < count && lines ? lines - 1 : lines;

	if (!count)
		return;
	add_title(p, lists[which].list, ALARM, count);
	for (size_t i = 0; i < shown; i++) {
		str_auto *line = lists[which].line(p->w, json_array_get(list, i));
		p->y += LINE;
		add_line(p, TEXT_SIZE, false, INK, 0, line);
	}
	if (shown == count || !lines)
		return;
	str_auto *more = wheel_phrase(
		p->w, "more", json_pack("{s:i}", "count", (int)(count - shown)));
	p->y += LINE;
	add_line(p, TEXT_SIZE, false, FAINT, 0, more);
}

/* A season that the calendars were not read for can have nothing missing. */
static bool add_unread(struct panel *p)
{
	bool has_unread = false;
	size_t i;
	json_t *season;

	json_array_foreach (json_object_get(p->w->plan, "seasons"), i, season) {
		if (json_bool_or(season, "is_read", true))
			continue;
		str_auto *words = wheel_phrase(p->w, "unread",
			json_pack("{s:s}", "season",
				words_name(p->w->words, "season",
					json_str_or(season, "season", ""))));
		p->y += has_unread ? LINE : 30;
		add_line(p, TEXT_SIZE, false, ALARM, 0, words);
		has_unread = true;
	}
	return has_unread;
}

void wheel_panel(const struct wheel *w, double x, double y, double width, double height)
{
	struct panel p = {w, x, y, width, y + height};
	size_t lines[LIST_COUNT];
	size_t all = 0;

	add_head(&p);
	add_legend(&p);
	bool has_unread = add_unread(&p);
	share_out(&p, lines);
	for (size_t i = 0; i < LIST_COUNT; i++) {
		add_list(&p, i, lines[i]);
		all += lines[i];
	}
	if (all || has_unread)
		return;
	str_auto *nothing = wheel_phrase(w, "nothing", NULL);
	p.y += 32;
	add_line(&p, 16, false, INK, 0, nothing);
}

#include "render/year-wheel.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "base/mem.h"
#include "render/svg.h"
#include "render/words.h"
#include "render/year-wheel-inside.h"

/* A3 across, four units to the millimetre. */
#define PAGE_WIDTH 1680.0
#define PAGE_HEIGHT 1188.0
#define MIDDLE_X 590.0
#define MIDDLE_Y 594.0
#define PANEL_X 1208.0
#define PANEL_WIDTH 432.0
#define MARGIN 40.0

#define INNERMOST 150.0
#define THICKEST 44.0
#define WEEKS_AT 511.0	/* base line of the week numbers */
#define MONTHS_AT 541.0 /* middle of the months' names */

/* ---- measures ---- */

static int64_t day_number(int year, int month, int day)
{
	struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};

	return (int64_t)timegm(&tm) / 86400;
}

int wheel_day(const struct wheel *w, const char *day)
{
	int year = w->year, month = 1, of_month = 1;

	if (!day || sscanf(day, "%4d-%2d-%2d", &year, &month, &of_month) != 3)
		return 0;
	int64_t n = day_number(year, month, of_month) - day_number(w->year, 1, 1);
	if (n < 0)
		return 0;
	return n > w->days ? w->days : (int)n;
}

double wheel_angle(const struct wheel *w, double day)
{
	return WHEEL_GAP / 2 + (360.0 - WHEEL_GAP) * day / w->days;
}

struct point wheel_point(double radius, double angle)
{
	double turn = angle * M_PI / 180;

	return (struct point){radius * sin(turn), -radius * cos(turn)};
}

double wheel_ring(const struct wheel *w, size_t ring)
{
	return WHEEL_OUTER - (double)ring * w->thickness;
}

void wheel_sector(struct buf *out, double inner, double outer, double from, double to)
{
	struct point a = wheel_point(outer, from);
	struct point b = wheel_point(outer, to);
	struct point c = wheel_point(inner, to);
	struct point d = wheel_point(inner, from);
	int is_large = to - from > 180;

	buf_addf(out, "d=\"M%.2f %.2fA%.2f %.2f 0 %d 1 %.2f %.2f", a.x, a.y, outer,
		outer, is_large, b.x, b.y);
	buf_addf(out, "L%.2f %.2fA%.2f %.2f 0 %d 0 %.2f %.2fZ\"", c.x, c.y, inner,
		inner, is_large, d.x, d.y);
}

char *wheel_phrase(const struct wheel *w, const char *key, json_t *data)
{
	json_auto_t *owned = data;

	return words_phrase(w->words, "year_wheel", key, owned);
}

char *wheel_day_words(const struct wheel *w, const char *day)
{
	int year = w->year, month = 1, of_month = 1;
	const json_t *months = json_object_get(w->words, "months");

	if (!day || sscanf(day, "%4d-%2d-%2d", &year, &month, &of_month) != 3 ||
		month < 1 || month > MONTHS)
		return xstrdup("");
	return wheel_phrase(w, "day",
		json_pack("{s:i, s:O*, s:i}", "day", of_month, "month",
			json_array_get(months, (size_t)month - 1), "year", year));
}

/* ---- the ground ---- */

static double innermost(const struct wheel *w)
{
	return wheel_ring(w, w->rings);
}

static void draw_rings(const struct wheel *w)
{
	for (size_t i = 0; i < w->rings; i++) {
		buf_addf(w->out, "<path fill=\"%s\" stroke=\"#d5d5d5\" ",
			i % 2 ? "#ffffff" : "#f3f4f6");
		wheel_sector(w->out, wheel_ring(w, i + 1), wheel_ring(w, i),
			wheel_angle(w, 0), wheel_angle(w, w->days));
		buf_add_str(w->out, "/>\n");
	}
}

static void draw_ray(const struct wheel *w, double day, double inner, double outer,
	const char *style)
{
	struct point a = wheel_point(inner, wheel_angle(w, day));
	struct point b = wheel_point(outer, wheel_angle(w, day));

	buf_addf(w->out, "<path d=\"M%.2f %.2fL%.2f %.2f\" %s/>\n", a.x, a.y, b.x, b.y,
		style);
}

/* Along the rim, upright in the lower half too. */
static void draw_on_rim(const struct wheel *w, double radius, double day,
	struct svg_text style, const char *text)
{
	double angle = wheel_angle(w, day);
	bool is_low = angle > 90 && angle < 270;
	double middle = style.size * 0.36;
	struct point at =
		wheel_point(is_low ? radius + middle : radius - middle, angle);

	style.x = at.x;
	style.y = at.y;
	style.anchor = SVG_MIDDLE;
	style.turn = is_low ? angle + 180 : angle;
	svg_text(w->out, &style, text);
}

static void draw_months(const struct wheel *w)
{
	const json_t *names = json_object_get(w->words, "months");

	for (int m = 0; m <= MONTHS; m++) {
		int64_t first = day_number(w->year, 1, 1);
		double from = (double)(day_number(w->year, m + 1, 1) - first);
		double to = (double)(day_number(w->year, m + 2, 1) - first);
		draw_ray(w, from, innermost(w), MONTHS_AT + 14,
			"stroke=\"#b0b0b0\" stroke-width=\"1\"");
		const char *name = json_string_value(json_array_get(names, (size_t)m));
		if (m < MONTHS && name)
			draw_on_rim(w, MONTHS_AT, (from + to) / 2,
				(struct svg_text){
					.size = 19, .fill = INK, .is_bold = true},
				name);
	}
}

/* At each week's middle; one that is mostly in another year has no place. */
static void draw_weeks(const struct wheel *w)
{
	int64_t first = day_number(w->year, 1, 1);
	int64_t monday = first - (first + 3) % 7;

	for (; monday + 3 < first + w->days; monday += 7) {
		time_t at = (time_t)(monday * 86400);
		struct tm tm = {0};
		char number[8];
		if (monday + 3 < first)
			continue;
		strftime(number, sizeof(number), "%V", gmtime_r(&at, &tm));
		draw_on_rim(w, WEEKS_AT, (double)(monday - first) + 3.5,
			(struct svg_text){.size = 10.5, .fill = FAINT},
			number + (number[0] == '0'));
	}
}

static void draw_holidays(const struct wheel *w)
{
	size_t i;
	json_t *one;

	json_array_foreach (json_object_get(w->plan, "holidays"), i, one) {
		int day = wheel_day(w, json_str(one, "day"));
		bool is_eve = strcmp(json_str_or(one, "kind", ""), "eve") == 0;
		str_auto *words = wheel_day_words(w, json_str(one, "day"));
		str_auto *title =
			xasprintf("%s, %s", json_str_or(one, "name", ""), words);
		buf_addf(w->out, "<path fill=\"#E8A33D\" fill-opacity=\"%s\" ",
			is_eve ? "0.28" : "0.45");
		wheel_sector(w->out, innermost(w), WHEEL_OUTER, wheel_angle(w, day),
			wheel_angle(w, day + 1));
		buf_add_char(w->out, '>');
		svg_title(w->out, title);
		buf_add_str(w->out, "</path>\n");
	}
}

static void draw_autumn(const struct wheel *w)
{
	const json_t *autumn = json_array_get(json_object_get(w->plan, "seasons"), 1);

	draw_ray(w, wheel_day(w, json_str(autumn, "from")), innermost(w),
		MONTHS_AT + 14, "stroke=\"" INK "\" stroke-width=\"2.5\"");
}

static void draw_today(const struct wheel *w)
{
	const char *now = json_str_or(w->plan, "now", "");
	int year = 0;

	if (sscanf(now, "%4d", &year) != 1 || year != w->year)
		return;
	double day = wheel_day(w, now) + 0.5;
	draw_ray(w, day, innermost(w) - 6, WHEEL_OUTER + 2,
		"stroke=\"" INK "\" stroke-width=\"2\" stroke-dasharray=\"2 3\"");
	struct point at = wheel_point(innermost(w) - 10, wheel_angle(w, day));
	buf_addf(w->out, "<circle cx=\"%.2f\" cy=\"%.2f\" r=\"4\" fill=\"" INK "\"/>\n",
		at.x, at.y);
}

/* ---- names ---- */

static void draw_name(const struct wheel *w, size_t ring, const char *name)
{
	double radius = wheel_ring(w, ring) - w->thickness / 2;
	double room = 2 * radius * sin(WHEEL_GAP / 2 * M_PI / 180) * 0.93;
	double size = w->thickness * 0.58 < 17 ? w->thickness * 0.58 : 17;
	double width = svg_text_width(name, size);

	if (width > room)
		size = size * room / width > 9 ? size * room / width : 9;
	str_auto *fitting = svg_fit(name, size, room);
	svg_text(w->out,
		&(struct svg_text){.y = -radius + size * 0.36,
			.size = size,
			.anchor = SVG_MIDDLE,
			.fill = INK},
		fitting);
}

static void count_meetings(
	const struct wheel *w, int *ret_meetings, int *ret_inspections)
{
	size_t i, k;
	json_t *council, *meeting;

	json_array_foreach (json_object_get(w->plan, "councils"), i, council) {
		json_array_foreach (json_object_get(council, "meetings"), k, meeting) {
			if (strcmp(json_str_or(meeting, "state", ""), "cancelled") == 0)
				continue;
			if (json_bool_or(meeting, "is_inspection", false))
				++*ret_inspections;
			else
				++*ret_meetings;
		}
	}
}

static void draw_middle(const struct wheel *w)
{
	int meetings = 0, inspections = 0;

	count_meetings(w, &meetings, &inspections);
	str_auto *year = xasprintf("%d", w->year);
	str_auto *councils =
		wheel_phrase(w, "councils", json_pack("{s:i}", "count", (int)w->rings));
	str_auto *counts = wheel_phrase(w, "counts",
		json_pack("{s:i, s:i}", "meetings", meetings, "inspections",
			inspections));
	struct svg_text style = {
		.y = 8, .size = 58, .anchor = SVG_MIDDLE, .fill = INK, .is_bold = true};
	svg_text(w->out, &style, year);
	style = (struct svg_text){
		.y = 36, .size = 15, .anchor = SVG_MIDDLE, .fill = FAINT};
	svg_text(w->out, &style, councils);
	style.y = 57;
	svg_text(w->out, &style, counts);
}

/* ---- the whole ---- */

static void draw_wheel(const struct wheel *w)
{
	size_t i;
	json_t *council;

	buf_addf(w->out, "<g transform=\"translate(%g %g)\">\n", MIDDLE_X, MIDDLE_Y);
	draw_rings(w);
	draw_holidays(w);
	draw_months(w);
	draw_weeks(w);
	draw_autumn(w);
	draw_today(w);
	json_array_foreach (json_object_get(w->plan, "councils"), i, council) {
		wheel_ring_signs(w, i, council);
		draw_name(w, i, json_str_or(council, "name", ""));
	}
	draw_middle(w);
	buf_add_str(w->out, "</g>\n");
}

static double thickness_of(size_t rings)
{
	double thickness = rings ? (WHEEL_OUTER - INNERMOST) / (double)rings : 0;

	return thickness > THICKEST ? THICKEST : thickness;
}

void year_wheel_draw(const json_t *plan, const json_t *words, struct buf *out)
{
	int year = (int)json_int_or(plan, "year", 0);
	size_t rings = json_array_size(json_object_get(plan, "councils"));
	const struct wheel w = {.plan = plan,
		.words = words,
		.out = out,
		.year = year,
		.days = (int)(day_number(year + 1, 1, 1) - day_number(year, 1, 1)),
		.rings = rings,
		.thickness = thickness_of(rings)};
	str_auto *title = wheel_phrase(&w, "title", json_pack("{s:i}", "year", year));
	const struct svg_page page = {.language = json_str_or(plan, "language", ""),
		.title = title,
		.width_mm = 420,
		.height_mm = 297,
		.width = PAGE_WIDTH,
		.height = PAGE_HEIGHT};

	svg_begin(out, &page);
	draw_wheel(&w);
	wheel_panel(&w, PANEL_X, MARGIN, PANEL_WIDTH, PAGE_HEIGHT - 2 * MARGIN);
	svg_end(out);
}

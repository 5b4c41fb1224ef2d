/* The signs on the wheel's rings: a state has a colour and a form of its own. */
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "render/svg.h"
#include "render/words.h"
#include "render/year-wheel-inside.h"

/* Told apart by people who see no red, green or blue too (Okabe and Ito). */
#define BLUE "#0072B2"
#define ORANGE "#E69F00"
#define GREEN "#00795A"

/* ---- one sign ---- */

static void add_outline(struct buf *out, bool is_inspection, struct point at, double r,
	const char *style)
{
	if (is_inspection)
		buf_addf(out,
			"<path d=\"M%.2f %.2fl%.2f %.2fl%.2f %.2fl%.2f %.2fZ\" %s/>",
			at.x, at.y - r, r, r, -r, r, -r, -r, style);
	else
		buf_addf(out, "<circle cx=\"%.2f\" cy=\"%.2f\" r=\"%.2f\" %s/>", at.x,
			at.y, r, style);
}

static void add_left_half(
	struct buf *out, bool is_inspection, struct point at, double r)
{
	if (is_inspection)
		buf_addf(out, "<path d=\"M%.2f %.2fv%.2fl%.2f %.2fZ\" ", at.x, at.y - r,
			2 * r, -r, -r);
	else
		buf_addf(out, "<path d=\"M%.2f %.2fa%.2f %.2f 0 0 0 0 %.2fZ\" ", at.x,
			at.y - r, r, r, 2 * r);
	buf_add_str(out, "fill=\"" ORANGE "\"/>");
}

static void add_tick(struct buf *out, struct point at, double r)
{
	buf_addf(out,
		"<path d=\"M%.2f %.2fl%.2f %.2fl%.2f %.2f\" fill=\"none\" "
		"stroke=\"#fff\" stroke-width=\"%.2f\"/>",
		at.x - r * 0.45, at.y + r * 0.02, r * 0.33, r * 0.36, r * 0.55,
		-r * 0.72, r * 0.28);
}

static void add_cross(struct buf *out, struct point at, double r)
{
	double a = r * 0.75;

	buf_addf(out,
		"<path d=\"M%.2f %.2fl%.2f %.2fm0 %.2fl%.2f %.2f\" fill=\"none\" "
		"stroke=\"" FAINT "\" stroke-width=\"1.8\"/>",
		at.x - a, at.y - a, 2 * a, 2 * a, -2 * a, -2 * a, 2 * a);
}

static void add_alarm(struct buf *out, bool is_inspection, struct point at, double r)
{
	add_outline(out, is_inspection, at, r * 1.2,
		"fill=\"" ALARM "\" stroke=\"#fff\" stroke-width=\"1.5\"");
	svg_text(out,
		&(struct svg_text){.x = at.x,
			.y = at.y + r * 0.6,
			.size = r * 1.7,
			.anchor = SVG_MIDDLE,
			.fill = "#fff",
			.is_bold = true},
		"!");
}

void wheel_sign(struct buf *out, enum wheel_sign sign, bool is_inspection,
	struct point at, double radius)
{
	static const char *const styles[] = {
		[SIGN_PLANNED] =
			"fill=\"#fff\" stroke=\"" INK "\" stroke-width=\"1.6\"",
		[SIGN_INVITED] =
			"fill=\"" BLUE "\" stroke=\"" BLUE "\" stroke-width=\"1.2\"",
		[SIGN_HELD] = "fill=\"#fff\" stroke=\"#8A5A00\" stroke-width=\"1.4\"",
		[SIGN_MINUTED] =
			"fill=\"" GREEN "\" stroke=\"" GREEN "\" stroke-width=\"1.2\"",
		[SIGN_CANCELLED] = "fill=\"#fff\" stroke=\"" FAINT
				   "\" stroke-width=\"1\" stroke-dasharray=\"2 2\"",
		[SIGN_MISSING] = "",
	};
	double r = is_inspection ? radius * 1.25 : radius;

	if (sign != SIGN_MISSING)
		add_outline(out, is_inspection, at, r, styles[sign]);
	switch (sign) {
	case SIGN_PLANNED:
		break;
	case SIGN_INVITED:
		add_outline(out, false, at, radius * 0.32, "fill=\"#fff\"");
		break;
	case SIGN_HELD:
		add_left_half(out, is_inspection, at, r - 0.7);
		break;
	case SIGN_MINUTED:
		add_tick(out, at, radius);
		break;
	case SIGN_CANCELLED:
		add_cross(out, at, radius);
		break;
	case SIGN_MISSING:
		add_alarm(out, is_inspection, at, r);
		break;
	}
}

void wheel_badges(struct buf *out, unsigned int badges, struct point at, double radius)
{
	double a = radius * 0.95;
	double s = radius * 0.62 > 4 ? radius * 0.62 : 4;

	if (badges & BADGE_LATE)
		buf_addf(out,
			"<path d=\"M%.2f %.2fl%.2f %.2fh%.2fZ\" fill=\"" ALARM
			"\" stroke=\"#fff\" stroke-width=\"1\"/>",
			at.x + a, at.y - a - s, s, 1.8 * s, -2 * s);
	if (badges & BADGE_CLASH)
		buf_addf(out,
			"<path d=\"M%.2f %.2fh%.2fv%.2fh%.2fZ\" fill=\"#111\" "
			"stroke=\"#fff\" stroke-width=\"1\"/>",
			at.x + a - s, at.y + a - s, 1.7 * s, 1.7 * s, -1.7 * s);
	if (badges & BADGE_HOLIDAY)
		buf_addf(out,
			"<path d=\"M%.2f %.2fv%.2fm%.2f %.2fh%.2f\" stroke=\"#7A3E00\" "
			"stroke-width=\"2.6\"/>",
			at.x - a, at.y + a - s, 2 * s, -s, -s, 2 * s);
}

/* ---- a council's ---- */

static enum wheel_sign sign_of(const json_t *meeting)
{
	static const char *const names[] = {
		[SIGN_PLANNED] = "planned",
		[SIGN_INVITED] = "invited",
		[SIGN_HELD] = "held",
		[SIGN_MINUTED] = "minuted",
		[SIGN_CANCELLED] = "cancelled",
	};
	const char *state = json_str_or(meeting, "state", "");

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(names[i], state) == 0)
			return (enum wheel_sign)i;
	return SIGN_PLANNED;
}

static unsigned int badges_of(const json_t *meeting)
{
	static const struct {
		const char *note;
		enum wheel_badge badge;
	} notes[] = {{"lead-time", BADGE_LATE}, {"short-notice", BADGE_LATE},
		{"not-invited", BADGE_LATE}, {"minutes-late", BADGE_LATE},
		{"holiday", BADGE_HOLIDAY}, {"clash", BADGE_CLASH}};
	const json_t *list = json_object_get(meeting, "notes");
	unsigned int badges = 0;

	for (size_t i = 0; i < sizeof(notes) / sizeof(*notes); i++)
		if (json_has_str(list, notes[i].note))
			badges |= notes[i].badge;
	return badges;
}

static char *title_of(const struct wheel *w, const json_t *meeting)
{
	str_auto *day = wheel_day_words(w, json_str(meeting, "day"));

	return xasprintf("%s, %s, %s, %s", json_str_or(meeting, "code", ""),
		json_str_or(meeting, "kind_name", ""), day,
		words_name(
			w->words, "season_state", json_str_or(meeting, "state", "")));
}

/* A ring's meetings by their days; those too near to each other share its width. */
struct ring {
	const struct wheel *w;
	double radius; /* of its middle */
	double size;   /* of a sign */
	const json_t *meetings;
};

static double angle_at(const struct ring *r, size_t i)
{
	const json_t *meeting = json_array_get(r->meetings, i);

	return wheel_angle(r->w, wheel_day(r->w, json_str(meeting, "day")) + 0.5);
}

static bool is_near(const struct ring *r, size_t a, size_t b)
{
	double apart = (angle_at(r, b) - angle_at(r, a)) * M_PI / 180 * r->radius;

	return b < json_array_size(r->meetings) && apart < 2 * r->size + 3;
}

static void draw_meeting(const struct ring *r, size_t i, int lane)
{
	const json_t *meeting = json_array_get(r->meetings, i);
	double radius = r->radius + lane * r->w->thickness * 0.25;
	double size = lane ? r->size * 0.72 : r->size;
	struct point at = wheel_point(radius, angle_at(r, i));
	str_auto *title = title_of(r->w, meeting);

	buf_add_str(r->w->out, "<g>");
	svg_title(r->w->out, title);
	wheel_sign(r->w->out, sign_of(meeting),
		json_bool_or(meeting, "is_inspection", false), at, size);
	wheel_badges(r->w->out, badges_of(meeting), at, size);
	buf_add_str(r->w->out, "</g>\n");
}

static void draw_meetings(const struct ring *r)
{
	int lane = 0;

	for (size_t i = 0; i < json_array_size(r->meetings); i++) {
		bool has_near = (i && is_near(r, i - 1, i)) || is_near(r, i, i + 1);
		/* The next after an outer one is an inner one. */
		lane = has_near ? (lane == 1 ? -1 : 1) : 0;
		draw_meeting(r, i, lane);
	}
}

/* The middle of the longest time in [from, to) in which the ring is empty. */
static double free_day(const struct ring *r, double from, double to)
{
	double longest = 0, best = (from + to) / 2, last = from;

	for (size_t i = 0; i <= json_array_size(r->meetings); i++) {
		const json_t *m = json_array_get(r->meetings, i);
		double day = m ? wheel_day(r->w, json_str(m, "day")) : to;
		if (day < from || day > to)
			continue;
		if (day - last > longest) {
			longest = day - last;
			best = (last + day) / 2;
		}
		last = day;
	}
	return best;
}

static void draw_alarm(const struct ring *r, const json_t *missing, bool has_both)
{
	const struct wheel *w = r->w;
	bool is_inspection =
		strcmp(json_str_or(missing, "what", ""), "inspection") == 0;
	double from = wheel_day(w, json_str(missing, "from"));
	double to = wheel_day(w, json_str(missing, "to"));
	double middle = free_day(r, from, to);
	double aside = (is_inspection ? -1 : 1) * (to - from) / 7;
	double day = has_both ? middle + aside : middle;
	str_auto *title =
		wheel_phrase(w, is_inspection ? "no-inspection" : "no-meeting", NULL);

	buf_add_str(w->out, "<g>");
	svg_title(w->out, title);
	buf_add_str(w->out,
		"<path fill=\"" ALARM "\" fill-opacity=\"0.1\" stroke=\"" ALARM
		"\" stroke-width=\"1.5\" stroke-dasharray=\"6 3\" ");
	wheel_sector(w->out, r->radius - w->thickness / 2 + 2,
		r->radius + w->thickness / 2 - 2, wheel_angle(w, from + 1),
		wheel_angle(w, to - 1));
	buf_add_str(w->out, "/>");
	wheel_sign(w->out, SIGN_MISSING, is_inspection,
		wheel_point(r->radius, wheel_angle(w, day)), r->size * 0.95);
	buf_add_str(w->out, "</g>\n");
}

static bool is_same(const json_t *a, const json_t *b, const char *key)
{
	return strcmp(json_str_or(a, key, ""), json_str_or(b, key, "")) == 0;
}

static void draw_alarms(const struct ring *r, const json_t *council)
{
	const json_t *list = json_object_get(r->w->plan, "missing");
	size_t i, k;
	json_t *one, *other;

	json_array_foreach (list, i, one) {
		bool has_both = false;
		if (strcmp(json_str_or(one, "council", ""),
			    json_str_or(council, "id", "")) != 0)
			continue;
		json_array_foreach (list, k, other)
			has_both |= k != i && is_same(one, other, "council") &&
				    is_same(one, other, "season");
		draw_alarm(r, one, has_both);
	}
}

void wheel_ring_signs(const struct wheel *w, size_t ring, const json_t *council)
{
	double size = w->thickness * 0.3 < 9.5 ? w->thickness * 0.3 : 9.5;
	const struct ring r = {.w = w,
		.radius = wheel_ring(w, ring) - w->thickness / 2,
		.size = size,
		.meetings = json_object_get(council, "meetings")};

	draw_alarms(&r, council);
	draw_meetings(&r);
}

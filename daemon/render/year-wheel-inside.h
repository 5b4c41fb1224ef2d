/*
 * Private to render/year-wheel: its measures, and the parts that are drawn one after
 * the other. Angles are degrees clockwise from the top; the wheel's middle is 0, 0.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define WHEEL_OUTER 500.0 /* of the outermost ring */
#define WHEEL_GAP 38.0	  /* degrees at the top, where the councils' names are */
#define MONTHS 12

#define INK "#222222"
#define FAINT "#767676"
#define ALARM "#B3001B"

struct wheel {
	const json_t *plan, *words;
	struct buf *out;
	int year;
	int days; /* in the year */
	size_t rings;
	double thickness; /* of a ring */
};

struct point {
	double x, y;
};

/* Days since 1 January of a YYYY-MM-DD; what lies in another year is its nearest day.
 */
int wheel_day(const struct wheel *w, const char *day);
/* Of the beginning of a day; its middle is half a day further. */
double wheel_angle(const struct wheel *w, double day);
struct point wheel_point(double radius, double angle);
/* The outer edge of a ring; 0 is the outermost. */
double wheel_ring(const struct wheel *w, size_t ring);
/* A path's d="..." around a piece of a ring. */
void wheel_sector(struct buf *out, double inner, double outer, double from, double to);

/* names.year_wheel.KEY over data, which is taken; the caller frees. */
char *wheel_phrase(const struct wheel *w, const char *key, json_t *data);
/* "14 september" of YYYY-MM-DD... ; the caller frees. */
char *wheel_day_words(const struct wheel *w, const char *day);

enum wheel_sign {
	SIGN_PLANNED,
	SIGN_INVITED,
	SIGN_HELD,
	SIGN_MINUTED,
	SIGN_CANCELLED,
	SIGN_MISSING,
};
enum wheel_badge { BADGE_LATE = 1, BADGE_CLASH = 2, BADGE_HOLIDAY = 4 };

/* A meeting's sign, a circle, or an inspection's, a square on its corner. */
void wheel_sign(struct buf *out, enum wheel_sign sign, bool is_inspection,
	struct point at, double radius);
void wheel_badges(struct buf *out, unsigned int badges, struct point at, double radius);
/* What is on a council's ring. */
void wheel_ring_signs(const struct wheel *w, size_t ring, const json_t *council);

/* Beside the wheel: the title, what the signs mean, what is missing. */
void wheel_panel(
	const struct wheel *w, double x, double y, double width, double height);

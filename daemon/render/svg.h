/*
 * Pieces of an SVG picture. Lengths are in the picture's own units; text goes through
 * here and nowhere else, so that nothing in it can become markup.
 */
#pragma once

#include <stdbool.h>

#include "base/buf.h"

struct svg_page {
	const char *language;
	const char *title;
	double width_mm, height_mm;
	double width, height; /* in units */
};

enum svg_anchor { SVG_START, SVG_MIDDLE, SVG_END };

struct svg_text {
	double x, y; /* of the base line */
	double size;
	enum svg_anchor anchor;
	const char *fill; /* "#333" */
	bool is_bold;
	double turn; /* degrees, clockwise, about x and y */
};

/* The XML declaration and the root element, white background, title. */
void svg_begin(struct buf *out, const struct svg_page *page);
void svg_end(struct buf *out);
void svg_text(struct buf *out, const struct svg_text *style, const char *text);
/* <title>, which viewers show beside the pointer, for an element that is open. */
void svg_title(struct buf *out, const char *text);
/* For text and attributes; what XML 1.0 has no character for becomes U+FFFD. */
void svg_escape(struct buf *out, const char *text);
/* How wide a common sans-serif sets the text, roughly and rather too wide. */
double svg_text_width(const char *text, double size);
/* As much of the text as fits, with "…" where some is left out; the caller frees. */
char *svg_fit(const char *text, double size, double width);

/*
 * What people and programs get to read. Everything passes text_printable, so that a
 * subject cannot drive the terminal or forge a line (A4, A26).
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#define OUT_WIDTH 100 /* where it is no terminal, and at most */

enum out_style { OUT_PLAIN, OUT_BOLD, OUT_GOOD, OUT_BAD, OUT_FAINT };

struct out {
	FILE *to;
	bool colour;
	int width; /* columns */
};

/* Colour only on a terminal that knows some, never with NO_COLOR. */
struct out out_open(FILE *to);
/* One line. */
void out_line(const struct out *o, enum out_style style, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* A paragraph, wrapped, each line behind indent blanks; line ends in text are kept. */
void out_text(const struct out *o, enum out_style style, int indent, const char *text);
/* "label     text": the text wrapped behind a label as wide as OUT_LABEL. Nothing where
 * text is NULL or "". */
#define OUT_LABEL 12
void out_field(
	const struct out *o, enum out_style style, const char *label, const char *text);
void out_blank(const struct out *o);
/* Without a line end; for table.c. */
void out_piece(const struct out *o, enum out_style style, const char *text, size_t len);

/* Pretty for one value; a line for one of many. Control and direction characters are
 * escaped. */
void out_json(const struct out *o, const json_t *value);
void out_json_line(const struct out *o, const json_t *value);

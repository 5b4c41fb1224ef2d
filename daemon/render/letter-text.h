/*
 * The words of a letter: subject, text and HTML from the templates of its kind in the
 * recipient's language. What the data says is cleaned first (A4, A26): no control or
 * direction characters, and one line each; only `agenda` keeps its line ends and tabs.
 */
#pragma once

#include <jansson.h>

#include "base/err.h"

#define LETTER_LANGUAGE "sv" /* where the wanted one has no templates */

struct letter_text {
	char *subject; /* one line, UTF-8 */
	char *text;    /* UTF-8, lines end with \n */
	char *html;    /* the same; NULL where the kind has no HTML template */
};

void letter_text_deinit(struct letter_text *t);
#define letter_text_auto __attribute__((cleanup(letter_text_deinit))) struct letter_text
#define LETTER_TEXT_EMPTY ((struct letter_text){NULL, NULL, NULL})

/*
 * templates: file name below the templates folder -> text ("sv/minutes.txt.mustache").
 * Renders LANGUAGE/NAME.subject, .txt and .html; {{> x}} is LANGUAGE/x of the same
 * sort. 0, or -1 (ERR_PERM, the file is named; ret empty): a template that is missing
 * or wrong, an empty subject.
 */
int render_letter(const json_t *templates, const char *language, const char *name,
	const json_t *data, struct letter_text *ret, struct err *err);
/* The language itself, or LETTER_LANGUAGE where templates has no file of it; borrowed.
 */
const char *letter_language(const json_t *templates, const char *language);
/* Whether a file of the templates folder can be read: *.mustache and words.json, others
 * pass. 0, or -1 with "line 3: ...". For config_load. */
int letter_check(const char *file, const char *text, struct err *err);

/*
 * What code has to say in a language: dates, times, sizes and the names of states, from
 * LANGUAGE/words.json beside the templates, so that no word stands in C. Times are
 * local.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"

/*
 * The words of the language, or of LETTER_LANGUAGE where it has none; new reference.
 * NULL (ERR_PERM, with file and member): not JSON, or something the functions below
 * need is missing or wrong.
 */
json_t *words_new(const json_t *templates, const char *language, struct err *err);
/* The same from the text of a words.json, file not named. */
json_t *words_parse(const char *text, struct err *err);

/* For words from words_new; all strings returned are the caller's to free. */

char *words_date(const json_t *words, int64_t at);   /* "måndag 14 september 2026" */
char *words_time(const json_t *words, int64_t at);   /* "18.00" */
char *words_moment(const json_t *words, int64_t at); /* date and time */
/* "18.00–20.00"; with the end's date where it is another; the start alone without an
 * end after it. */
char *words_time_span(const json_t *words, int64_t starts_at, int64_t ends_at);
char *words_size(
	const json_t *words, int64_t bytes); /* "850 byte", "12 kB", "1,2 MB" */
/* "a", "a och b", "a, b och c" from an array of strings; joint: "and" or "or". */
char *words_list(const json_t *words, const json_t *strings, const char *joint);

/* names.GROUP.KEY ("partstat", "ACCEPTED"), or key itself where there is none;
 * borrowed. */
const char *words_name(const json_t *words, const char *group, const char *key);
/* names.GROUP.KEY as a template over data (plain text), or key itself. */
char *words_phrase(
	const json_t *words, const char *group, const char *key, const json_t *data);

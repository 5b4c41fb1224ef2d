/*
 * How wide UTF-8 text is on a terminal, and where it may be broken. The process's
 * LC_CTYPE must be a UTF-8 one. The text has been through text_printable.
 */
#pragma once

#include <stddef.h>

/* Columns: 0 for a combining mark, 2 for a wide character. */
int width_of(const char *s);
/*
 * How many bytes of s go on a line of that many columns: up to a blank, or in the
 * middle of a word that is longer than the line; at least one character. *ret_next is
 * where the next line begins.
 */
size_t width_break(const char *s, int columns, size_t *ret_next);

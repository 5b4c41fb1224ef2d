/*
 * Rows for a spreadsheet (RFC 4180): UTF-8, comma, CRLF. A cell that a spreadsheet
 * would take for a formula begins with an apostrophe (A27); control and direction
 * characters are written out (A26).
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

/* The cell as it stands in the file, quoted where it has to be; the caller frees. NULL
 * is an empty one. */
char *csv_cell(const char *text);
void csv_row(FILE *to, const char *const *cells, size_t count);

/*
 * A table with columns aligned by display width. Where it is wider than the output, the
 * widest columns are narrowed and their cells wrapped: nothing is cut off.
 */
#pragma once

#include <stddef.h>

#include "base/mem.h"
#include "command/out.h"

struct table;

/* columns titles, "" for none; a table whose titles are all "" has no head. */
struct table *table_new(size_t columns, const char *const *titles);
/* As many cells as columns, copied; NULL is empty. The style is that of the whole row.
 */
void table_add(struct table *t, enum out_style style, const char *const *cells);
#define table_row(t, style, ...) table_add(t, style, (const char *const[]){__VA_ARGS__})
/* A line across: a heading above rows or words below one. */
void table_add_line(
	struct table *t, enum out_style style, int indent, const char *text);
void table_print(const struct table *t, const struct out *o);

void table_free(struct table *t);
DEFINE_FREEP(table, struct table, table_free)
#define table_auto __attribute__((cleanup(table_freep))) struct table

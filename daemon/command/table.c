#include "command/table.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "command/width.h"

#define GAP 2
#define WORD_MAX 50 /* a longer word is broken where there is no room */

struct row {
	enum out_style style;
	char **cells; /* NULL: a line across */
	char *line;
	int indent;
};

struct table {
	size_t columns;
	char **titles;
	struct row *rows;
	size_t count;
};

static char **copy_cells(size_t count, const char *const *cells)
{
	char **copy = xcalloc(count, sizeof(*copy));

	for (size_t i = 0; i < count; i++)
		copy[i] = text_printable(cells[i] ? cells[i] : "");
	return copy;
}

static void free_cells(char **cells, size_t count)
{
	for (size_t i = 0; cells && i < count; i++)
		free(cells[i]);
	free(cells);
}

struct table *table_new(size_t columns, const char *const *titles)
{
	struct table *t = xcalloc(1, sizeof(*t));

	t->columns = columns;
	t->titles = copy_cells(columns, titles);
	return t;
}

static void add_row(struct table *t, struct row row)
{
	t->rows = xrealloc(t->rows, (t->count + 1) * sizeof(*t->rows));
	t->rows[t->count++] = row;
}

void table_add(struct table *t, enum out_style style, const char *const *cells)
{
	add_row(t, (struct row){style, copy_cells(t->columns, cells), NULL, 0});
}

void table_add_line(struct table *t, enum out_style style, int indent, const char *text)
{
	add_row(t, (struct row){style, NULL, xstrdup(text), indent});
}

static bool has_titles(const struct table *t)
{
	for (size_t i = 0; i < t->columns; i++)
		if (*t->titles[i])
			return true;
	return false;
}

static int longest_word(const char *s)
{
	int longest = 0;

	while (*s) {
		size_t len = strcspn(s, " ");
		str_auto *word = xstrndup(s, len);
		int width = width_of(word);
		longest = width > longest ? width : longest;
		s += len + strspn(s + len, " ");
	}
	return longest < WORD_MAX ? longest : WORD_MAX;
}

/* How wide a column is, and how narrow it may become: an address stays in one piece. */
struct column {
	int width;
	int least;
};

static void widen(const struct table *t, struct column *columns, char *const *cells)
{
	for (size_t i = 0; i < t->columns; i++) {
		int width = width_of(cells[i]);
		int least = longest_word(cells[i]);
		if (width > columns[i].width)
			columns[i].width = width;
		if (least > columns[i].least)
			columns[i].least = least;
	}
}

static int total(const struct table *t, const struct column *columns)
{
	int sum = 0;

	for (size_t i = 0; i < t->columns; i++)
		sum += columns[i].width + (i ? GAP : 0);
	return sum;
}

/* The widest that may become narrower; NULL where none may. */
static struct column *widest(const struct table *t, struct column *columns)
{
	struct column *found = NULL;

	for (size_t i = 0; i < t->columns; i++)
		if (columns[i].width > columns[i].least &&
			(!found || columns[i].width > found->width))
			found = &columns[i];
	return found;
}

/* The columns' widths; the caller frees. */
static struct column *fit(const struct table *t, int width)
{
	struct column *columns = xcalloc(t->columns, sizeof(*columns));
	struct column *wide;

	widen(t, columns, t->titles);
	for (size_t i = 0; i < t->count; i++)
		if (t->rows[i].cells)
			widen(t, columns, t->rows[i].cells);
	while (total(t, columns) > width && (wide = widest(t, columns)))
		wide->width--;
	return columns;
}

/* One line of each cell; moves each on to what is left. True where something is. */
static bool print_line(const struct table *t, const struct out *o, enum out_style style,
	const struct column *columns, const char **rest)
{
	bool more = false;
	int owed = 0; /* blanks, not printed at the end of a line */

	for (size_t i = 0; i < t->columns; i++) {
		size_t next = 0;
		size_t len = width_break(rest[i], columns[i].width, &next);
		str_auto *piece = xstrndup(rest[i], len);
		if (len) {
			fprintf(o->to, "%*s", owed, "");
			out_piece(o, style, piece, len);
			owed = 0;
		}
		owed += columns[i].width - width_of(piece) + GAP;
		rest[i] += next;
		more |= *rest[i] != '\0';
	}
	out_blank(o);
	return more;
}

static void print_cells(const struct table *t, const struct out *o,
	enum out_style style, const struct column *columns, char *const *cells)
{
	const char **rest = xcalloc(t->columns, sizeof(*rest));

	for (size_t i = 0; i < t->columns; i++)
		rest[i] = cells[i];
	while (print_line(t, o, style, columns, rest))
		;
	free(rest);
}

void table_print(const struct table *t, const struct out *o)
{
	struct column *columns = fit(t, o->width);

	if (has_titles(t))
		print_cells(t, o, OUT_FAINT, columns, t->titles);
	for (size_t i = 0; i < t->count; i++) {
		const struct row *r = &t->rows[i];
		if (r->cells)
			print_cells(t, o, r->style, columns, r->cells);
		else
			out_text(o, r->style, r->indent, r->line);
	}
	free(columns);
}

void table_free(struct table *t)
{
	for (size_t i = 0; i < t->count; i++) {
		free_cells(t->rows[i].cells, t->columns);
		free(t->rows[i].line);
	}
	free_cells(t->titles, t->columns);
	free(t->rows);
	free(t);
}

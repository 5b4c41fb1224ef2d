#include "net/imap-guard.h"

/* What we ask for nests three deep. */
#define DEPTH_MAX 50
#define COUNT_MAX ((uint64_t)1 << 40)

static void end_line(struct imap_guard *g)
{
	uint64_t literal = g->is_counted ? g->count : 0;
	/* The line goes on behind a literal. */
	int depth = g->is_counted ? g->depth : 0;

	*g = (struct imap_guard){.depth = depth, .literal_left = literal};
}

static void take_quoted(struct imap_guard *g, char c)
{
	if (g->is_escaped)
		g->is_escaped = false;
	else if (c == '\\')
		g->is_escaped = true;
	else if (c == '"')
		g->is_quoted = false;
}

static void take_count(struct imap_guard *g, char c)
{
	if (c >= '0' && c <= '9' && g->count < COUNT_MAX)
		g->count = 10 * g->count + (uint64_t)(c - '0');
	else if (c != '+' || !g->count)
		g->is_counting = false;
	g->is_counted = c == '}';
}

static void take(struct imap_guard *g, char c)
{
	if (c == '\n') {
		end_line(g);
	} else if (g->is_quoted) {
		take_quoted(g, c);
	} else if (g->is_counting) {
		take_count(g, c);
	} else if (c != '\r') {
		g->is_counted = false;
		g->is_quoted = c == '"';
		g->is_counting = c == '{';
		g->count = 0;
		g->depth += (c == '(') - (c == ')' && g->depth > 0);
	}
}

bool imap_guard_pass(struct imap_guard *g, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len;) {
		if (g->literal_left) {
			size_t skip = g->literal_left < len - i
					      ? (size_t)g->literal_left
					      : len - i;
			g->literal_left -= skip;
			i += skip;
			continue;
		}
		take(g, bytes[i++]);
		if (g->depth > DEPTH_MAX)
			return false;
	}
	return true;
}

/* What is written in minutes. */
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "command/command.h"
#include "command/names.h"
#include "command/table.h"
#include "store/minutes-text.h"
#include "store/overview.h"

/* More than a person reads through. */
#define FOUND_MAX 100

/* A word with a space in it came in quotes: the shell has taken them. */
static char *joined(const struct arguments *a)
{
	buf_auto all = BUF_EMPTY;

	for (size_t i = 0; i < a->word_count; i++) {
		const char *word = a->words[i];
		bool is_phrase =
			a->word_count > 1 && strchr(word, ' ') && !strchr(word, '"');
		buf_addf(&all, "%s%s%s%s", i ? " " : "", is_phrase ? "\"" : "", word,
			is_phrase ? "\"" : "");
	}
	return buf_steal(&all);
}

static void print(const struct out *o, const json_t *list)
{
	static const char *const titles[] = {"meeting", "date", "council", "file"};
	table_auto *t = table_new(4, titles);
	size_t i;
	json_t *row;

	json_array_foreach (list, i, row) {
		bool is_gone = json_bool_or(row, "withdrawn", false);
		str_auto *date = xstrndup(json_str_or(row, "date", ""), 10);
		str_auto *file = xasprintf("%s, version %lld%s",
			json_str_or(row, "file", "(no name)"),
			(long long)json_int_or(row, "version", 0),
			is_gone ? ", withdrawn" : "");
		table_row(t, is_gone ? OUT_FAINT : OUT_PLAIN, json_str(row, "meeting"),
			date, json_str_or(row, "council_name", "-"), file);
		table_add_line(t, OUT_FAINT, 4, json_str_or(row, "snippet", ""));
	}
	if (json_array_size(list) == 0)
		out_line(o, OUT_PLAIN, "No minutes have that.");
	else
		table_print(t, o);
	if (json_array_size(list) == FOUND_MAX)
		out_line(o, OUT_FAINT, "These are the %d best; there are more.",
			FOUND_MAX);
}

static int run(struct command *c, struct err *err)
{
	str_auto *words = joined(c->args);
	json_auto_t *list = minutes_search(c->db, words, FOUND_MAX, err);
	json_auto_t *names = overview_names(c->db, err);
	size_t i;
	json_t *row;

	if (!list || !names)
		return -1;
	json_array_foreach (list, i, row) {
		names_put_time(row, "date", json_int_or(row, "date", 0));
		const char *council = json_str(row, "council");
		json_put_str(row, "council_name",
			council ? json_str(json_object_get(names, "councils"), council)
				: NULL);
	}
	if (c->args->json)
		out_json(&c->out, list);
	else
		print(&c->out, list);
	return json_array_size(list) > 0 ? COMMAND_DONE : COMMAND_ACT;
}

const struct verb verb_search = {
	.name = "search",
	.usage = "WORDS",
	.describe = "find minutes by what is written in them",
	.words_min = 1,
	.words_max = 50,
	.config = CONFIG_IF_READABLE,
	.store = STORE_READ,
	.run = run,
};

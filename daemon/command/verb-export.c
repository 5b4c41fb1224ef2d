/* Rows of the store as JSON lines, one at a time. */
#include <stdio.h>
#include <string.h>

#include "command/command.h"
#include "command/days.h"
#include "command/export-ics.h"
#include "command/export-public.h"
#include "store/journal.h"

static int print_row(const json_t *row, void *context)
{
	const struct out *o = context;

	out_json_line(o, row);
	/* Nobody reads on: enough. */
	return ferror(o->to) ? -1 : 0;
}

static bool is_known(const char *what)
{
	static const char *const known[] = {"incoming", "deliveries", "meetings",
		"answers", "minutes", "absences", "journal"};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(known[i], what) == 0)
			return true;
	return false;
}

static int run(struct command *c, struct err *err)
{
	const struct arguments *a = c->args;
	const char *what = a->word_count ? a->words[0] : "nothing";
	int64_t from = INT64_MIN;
	int64_t to = INT64_MAX;

	if (a->given & OPTION_PUBLIC)
		return export_public(c, err);
	if (a->given & OPTION_ICS)
		return export_ics(c, err);
	if (a->given & OPTION_CSV) {
		err_set(err, ERR_PERM, "--csv goes with --public");
		return command_usage(err);
	}
	if (a->given & (OPTION_DIR | OPTION_COUNCIL | OPTION_COMMITTEE)) {
		err_set(err, ERR_PERM,
			"--dir, --council and --committee go with --ics");
		return command_usage(err);
	}
	if (!is_known(what)) {
		err_set(err, ERR_PERM,
			"nothing to export is called %s: there are incoming, "
			"deliveries, "
			"meetings, answers, minutes, absences and journal",
			what);
		return command_usage(err);
	}
	if (days_range(c->args, true, &from, &to, err) < 0)
		return command_usage(err);
	if (store_export(c->db, what, from, to, print_row, &c->out, err) < 0 &&
		!ferror(c->out.to))
		return -1;
	return COMMAND_DONE;
}

const struct verb verb_export = {
	.name = "export",
	.usage = "WHAT | --public [--csv] | --ics --dir DIR",
	.describe = "rows of the store, [--from D] [--to D]",
	.words_max = 1,
	.options = OPTION_FROM | OPTION_TO | OPTION_ICS | OPTION_DIR | OPTION_COUNCIL |
		   OPTION_COMMITTEE | OPTION_PUBLIC | OPTION_CSV,
	.config = CONFIG_IF_READABLE,
	.store = STORE_READ,
	.run = run,
};

#include "command/export-public.h"

#include <stdio.h>

#include "base/json.h"
#include "command/csv.h"
#include "command/days.h"
#include "store/register.h"

static const char *const columns[] = {"register", "arrived_at", "class", "from",
	"from_name", "to", "subject", "meeting", "protected", "removed_by",
	"removed_at"};
#define COLUMN_COUNT (sizeof(columns) / sizeof(*columns))

static int print_json(const json_t *row, void *context)
{
	const struct out *o = context;

	out_json_line(o, row);
	return ferror(o->to) ? -1 : 0;
}

static int print_csv(const json_t *row, void *context)
{
	const struct out *o = context;
	const char *cells[COLUMN_COUNT];

	for (size_t i = 0; i < COLUMN_COUNT; i++)
		cells[i] = json_str(row, columns[i]);
	cells[8] = json_bool_or(row, "protected", false) ? "yes" : "no";
	csv_row(o->to, cells, COLUMN_COUNT);
	return ferror(o->to) ? -1 : 0;
}

int export_public(struct command *c, struct err *err)
{
	const struct arguments *a = c->args;
	bool csv = a->given & OPTION_CSV;
	int64_t from = INT64_MIN;
	int64_t to = INT64_MAX;

	if (a->word_count || (a->given & (OPTION_DIR | OPTION_COUNCIL |
						 OPTION_COMMITTEE | OPTION_ICS))) {
		err_set(err, ERR_PERM,
			"--public is the register; it goes with --from, --to and --csv "
			"only");
		return command_usage(err);
	}
	if (days_range(a, true, &from, &to, err) < 0)
		return command_usage(err);
	if (csv)
		csv_row(c->out.to, columns, COLUMN_COUNT);
	const char *mailbox = c->config ? c->config->settings.mailbox_address : NULL;
	if (register_public(c->db, mailbox, from, to, csv ? print_csv : print_json,
		    &c->out, err) < 0 &&
		!ferror(c->out.to))
		return -1;
	return COMMAND_DONE;
}

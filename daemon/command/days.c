#include "command/days.h"

#include <string.h>

#include "base/clock.h"

static int parse(const char *option, const char *text, int64_t *ret, struct err *err)
{
	if (clock_parse_day(text, ret))
		return 0;
	return err_set(err, ERR_PERM,
		"%s %s: not a day such as 2026-09-14 nor a time such as "
		"2026-09-14T08:00:00+02:00",
		option, text);
}

int days_range(const struct arguments *a, bool whole_last_day, int64_t *ret_from,
	int64_t *ret_to, struct err *err)
{
	if (a->from && parse("--from", a->from, ret_from, err) < 0)
		return -1;
	if (a->to && parse("--to", a->to, ret_to, err) < 0)
		return -1;
	if (a->to && whole_last_day && strlen(a->to) == strlen("2026-09-14"))
		*ret_to = clock_add_days(*ret_to, 1);
	if (a->from && a->to && *ret_to <= *ret_from)
		return err_set(err, ERR_PERM, "--to %s is not after --from %s", a->to,
			a->from);
	return 0;
}

#include "command/arguments.h"

#include <getopt.h>
#include <stdlib.h>

#include "base/clock.h"

static const struct option longs[] = {
	{"config", required_argument, NULL, 'c'},
	{"state", required_argument, NULL, 's'},
	{"json", no_argument, NULL, 'j'},
	{"now", required_argument, NULL, 'n'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'v'},
	{"days", required_argument, NULL, 'd'},
	{"from", required_argument, NULL, 'f'},
	{"to", required_argument, NULL, 't'},
	{"meeting", required_argument, NULL, 'm'},
	{"partials", required_argument, NULL, 'p'},
	{"year", required_argument, NULL, 'y'},
	{"svg", required_argument, NULL, 'g'},
	{"ics", no_argument, NULL, 'i'},
	{"dir", required_argument, NULL, 'D'},
	{"council", required_argument, NULL, 'C'},
	{"committee", required_argument, NULL, 'M'},
	{"public", no_argument, NULL, 'P'},
	{"csv", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static const char *default_state_dir(void)
{
	const char *given = getenv("STATE_DIRECTORY");

	return given && *given ? given : "/var/lib/utskick";
}

static int take_days(struct arguments *a, const char *value, struct err *err)
{
	char *end = NULL;
	long days = strtol(value, &end, 10);

	if (end == value || *end || days < 1 || days > DAYS_MAX)
		return err_set(err, ERR_PERM, "--days %s: not a number from 1 to %d",
			value, DAYS_MAX);
	a->days = (int)days;
	a->given |= OPTION_DAYS;
	return 0;
}

static int take_year(struct arguments *a, const char *value, struct err *err)
{
	char *end = NULL;
	long year = strtol(value, &end, 10);

	if (end == value || *end || year < YEAR_MIN || year > YEAR_MAX)
		return err_set(err, ERR_PERM, "--year %s: not a year from %d to %d",
			value, YEAR_MIN, YEAR_MAX);
	a->year = (int)year;
	a->given |= OPTION_YEAR;
	return 0;
}

static int take_now(struct arguments *a, const char *value, struct err *err)
{
	if (clock_parse(value, &a->now))
		return 0;
	return err_set(err, ERR_PERM,
		"--now %s: not a time such as 2026-09-01T08:00:00+02:00", value);
}

static int take_text(struct arguments *a, enum verb_option option, const char **to,
	const char *value)
{
	*to = value;
	a->given |= option;
	return 0;
}

static int take_general(struct arguments *a, int c, const char *value, struct err *err)
{
	switch (c) {
	case 'c':
		a->config_dir = value;
		a->config_given = true;
		return 0;
	case 's':
		a->state_dir = value;
		return 0;
	case 'j':
		a->json = true;
		return 0;
	case 'h':
		a->help = true;
		return 0;
	case 'v':
		a->version = true;
		return 0;
	case 'n':
		return take_now(a, value, err);
	default:
		return -1;
	}
}

/* Those of the year's plan and of published calendars. */
static int take_yearly(struct arguments *a, int c, const char *value, struct err *err)
{
	switch (c) {
	case 'y':
		return take_year(a, value, err);
	case 'g':
		return take_text(a, OPTION_SVG, &a->svg, value);
	case 'i':
		a->given |= OPTION_ICS;
		return 0;
	case 'P':
		a->given |= OPTION_PUBLIC;
		return 0;
	case 'V':
		a->given |= OPTION_CSV;
		return 0;
	case 'D':
		return take_text(a, OPTION_DIR, &a->dir, value);
	case 'C':
		return take_text(a, OPTION_COUNCIL, &a->council, value);
	case 'M':
		return take_text(a, OPTION_COMMITTEE, &a->committee, value);
	default:
		return take_general(a, c, value, err);
	}
}

static int take(struct arguments *a, int c, const char *value, struct err *err)
{
	switch (c) {
	case 'd':
		return take_days(a, value, err);
	case 'f':
		return take_text(a, OPTION_FROM, &a->from, value);
	case 't':
		return take_text(a, OPTION_TO, &a->to, value);
	case 'm':
		return take_text(a, OPTION_MEETING, &a->meeting, value);
	case 'p':
		return take_text(a, OPTION_PARTIALS, &a->partials, value);
	default:
		return take_yearly(a, c, value, err);
	}
}

int arguments_parse(int argc, char **argv, struct arguments *ret, struct err *err)
{
	int c;

	*ret = (struct arguments){
		.config_dir = UTSKICK_CONFDIR, .state_dir = default_state_dir()};
	/* 0: getopt starts anew, also where it has been used before. */
	optind = 0;
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1)
		if (take(ret, c, optarg, err) < 0)
			return -1;
	if (optind < argc)
		ret->verb = argv[optind++];
	ret->words = argv + optind;
	ret->word_count = (size_t)(argc - optind);
	return 0;
}

/*
 * The words of a command line, as typed; what they mean is each verb's affair.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Which of a verb's own options were given. */
enum verb_option {
	OPTION_DAYS = 1,
	OPTION_FROM = 2,
	OPTION_TO = 4,
	OPTION_MEETING = 8,
	OPTION_PARTIALS = 16,
	OPTION_YEAR = 32,
	OPTION_SVG = 64,
	OPTION_ICS = 128,
	OPTION_DIR = 256,
	OPTION_COUNCIL = 512,
	OPTION_COMMITTEE = 1024,
	OPTION_PUBLIC = 1 << 16,
	OPTION_CSV = 1 << 17,
};

struct arguments {
	const char *config_dir;
	bool config_given;
	const char *state_dir;
	bool json;
	bool help;
	bool version;
	int64_t now;	    /* 0: the clock's */
	const char *verb;   /* NULL: none */
	char *const *words; /* behind the verb */
	size_t word_count;
	unsigned int given;
	int days;
	const char *from, *to; /* --to: a time, or an address for preview */
	const char *meeting;
	const char *partials;
	int year;
	const char *svg; /* a file, "-" for the output */
	const char *dir;
	const char *council, *committee; /* ids */
};

#define DAYS_MAX 3660
/* What the year's plan has room for. */
#define YEAR_MIN 1971
#define YEAR_MAX 9998

/*
 * Options may stand anywhere. Strings are argv's and the environment's, argv is
 * reordered. 0, or -1 with what is wrong (err empty where getopt has said it).
 */
int arguments_parse(int argc, char **argv, struct arguments *ret, struct err *err);

/*
 * The public holidays of Sweden, computed: those of the law (1989:253) but for the
 * Sundays, and the eves on which nobody works. By key; what they are called is in
 * words.json (names.holiday).
 */
#pragma once

#include <stddef.h>

enum holiday_kind {
	HOLIDAY_LAW,
	HOLIDAY_EVE, /* Easter, Pentecost, Midsummer, Christmas and New Year's Eve */
};

struct holiday {
	const char *key; /* "midsummer-eve" */
	enum holiday_kind kind;
	char day[11]; /* "2026-06-19" */
};

#define HOLIDAYS_MAX 19
#define HOLIDAYS_FIRST_YEAR 1954 /* Midsummer and All Saints' as they are now */
#define HOLIDAYS_LAST_YEAR 9999

/* "law", "eve". */
const char *holiday_kind_name(enum holiday_kind kind);
/*
 * Those of a year from HOLIDAYS_FIRST_YEAR to HOLIDAYS_LAST_YEAR by date; of two on one
 * day the one of the law first. Returns how many.
 */
size_t holidays_of_year(int year, struct holiday ret[HOLIDAYS_MAX]);
/* The first on that day, "2026-06-19"; NULL: none. */
const struct holiday *holidays_find(
	const struct holiday *list, size_t count, const char *day);

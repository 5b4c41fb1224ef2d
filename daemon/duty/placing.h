/*
 * Which council and what kind an entry of the calendar is about, in the order that the
 * settings state (planning.matching). Two that fit at the same step: none is taken; a
 * person decides.
 */
#pragma once

#include <jansson.h>

#include "config/config.h"

struct placing {
	const char *kind;    /* id, borrowed from the settings; NULL: not placed */
	const char *council; /* id, borrowed from the directory; NULL: not placed */
	const char *council_code;
	const char *reason; /* reason code where not placed, else NULL */
};

/*
 * component: one VEVENT as the reader says it. calendar: the settings of the calendar
 * it came from, or NULL. day: "2026-09-14"; councils that are not there on that day do
 * not match.
 */
struct placing placing_find(const struct config *config,
	const struct calendar_settings *calendar, const json_t *component,
	const char *day);

/* The directory's entry of a council; NULL where there is none. Borrowed. */
const json_t *placing_council(const struct config *config, const char *id);
/* True where word stands in text, or a council's name or one of its words does. */
bool placing_names_council(const json_t *council, const char *folded_text);
bool placing_is_valid_on(const json_t *period, const char *day);

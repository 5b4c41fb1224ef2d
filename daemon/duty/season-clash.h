/*
 * Meetings that cannot both be: one secretary or chair at two, or two in one place, at
 * once. Part of duty/season.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "config/config.h"
#include "store/timetable.h"

struct clash_search;

/* At most so many are told; the rest are counted. */
#define CLASHES_MAX 500

struct clash_search *clash_search_new(const struct config *config);
/*
 * In the order of their starts. json: the meeting as season_meeting gave it, borrowed
 * until the search is freed; gets the note "clash". One that is cancelled is passed
 * over. A meeting whose entry names no chair has the council's of that day.
 */
void clash_search_add(
	struct clash_search *search, const struct timetable_row *row, json_t *json);
/* The list as season_plan has it; new reference. */
json_t *clash_search_end(struct clash_search *search, int64_t now, size_t *ret_count);

void clash_search_free(struct clash_search *search);
DEFINE_FREEP(clash_search, struct clash_search, clash_search_free)
#define clash_search_auto                                                              \
	__attribute__((cleanup(clash_search_freep))) struct clash_search

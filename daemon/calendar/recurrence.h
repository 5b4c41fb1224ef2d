/*
 * When a rule repeats (RFC 5545, 3.3.10), as local dates and times; zones, COUNT and
 * UNTIL are counted here, days in rule-days. What would repeat more often than a
 * meeting can is refused first.
 */
#pragma once

#include <libical/ical.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calendar/moment.h"

/* Civil starts: local dates and times, counted as if they were UTC. */
struct civil_list {
	int64_t *at;
	size_t count;
	size_t size;
};

#define CIVIL_LIST_EMPTY ((struct civil_list){NULL, 0, 0})

void civil_list_add(struct civil_list *list, int64_t civil);
/* In order, each once. */
void civil_list_sort(struct civil_list *list);
bool civil_list_has(const struct civil_list *sorted, int64_t civil);
void civil_list_deinit(struct civil_list *list);
#define civil_list_auto __attribute__((cleanup(civil_list_deinit))) struct civil_list

/* Why the rule is not to be run, or NULL. */
const char *recurrence_refusal(const struct icalrecurrencetype *rule);

/* Both ends count. */
struct civil_range {
	int64_t from;
	int64_t to;
};

/*
 * Adds the starts in range of the rule of what starts first; first itself is no part of
 * them, but the first of COUNT. Takes each step from *steps and stops at 0. 0, or -1
 * where the rule names no date at all.
 */
int recurrence_expand(const struct icalrecurrencetype *rule, const struct moment *first,
	struct civil_range range, int64_t *steps, struct civil_list *ret);

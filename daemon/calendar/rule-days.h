/*
 * The dates of the rules that people make: day, week, month or year with BYMONTH,
 * BYMONTHDAY, BYDAY and BYSETPOS (RFC 5545, 3.3.10), counted by ourselves, as libical
 * asks ICU for every date. The other parts stay libical's.
 */
#pragma once

#include "calendar/recurrence.h"

/* True where rule_days_expand knows every part of the rule. */
bool rule_days_know(const struct icalrecurrencetype *rule);
/*
 * As recurrence_expand, range.to being the last that UNTIL allows. Returns how many
 * dates after first it met, those before range.from too where COUNT counts them.
 */
int64_t rule_days_expand(const struct icalrecurrencetype *rule,
	const struct moment *first, struct civil_range range, int64_t *steps,
	struct civil_list *ret);

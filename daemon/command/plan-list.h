/*
 * The plan as data: for each meeting the steps that are still to come, by the rules of
 * duty/plan that the office itself follows.
 */
#pragma once

#include <jansson.h>

#include "command/command.h"

/*
 * {"meetings": [{code, title, ..., steps: [{what, at, now, why, to: [{name, address,
 * committee, committee_name}]}], warnings: [words], notes: [words]}], "letters": how
 * many mails, "needs_person"} for meetings that start within so many days, and for
 * those held that wait for minutes. at: RFC 3339; now: the office does it at its next
 * run. New reference, NULL with err.
 */
json_t *plan_list(const struct command *c, int days, struct err *err);

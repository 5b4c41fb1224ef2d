/*
 * `utskick plan --year Y`: a year as a table, as JSON, as a picture.
 */
#pragma once

#include "command/command.h"

/* An exit code: COMMAND_ACT where something is missing, late, or clashes; -1. */
int plan_year(struct command *c, struct err *err);

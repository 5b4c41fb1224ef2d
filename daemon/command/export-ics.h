/*
 * `utskick export --ics`: the meetings as calendars to read, one for each council and
 * each committee.
 */
#pragma once

#include "command/command.h"

/* An exit code or -1. */
int export_ics(struct command *c, struct err *err);

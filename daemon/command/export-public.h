/*
 * `utskick export --public`: the register as it may be given out.
 */
#pragma once

#include "command/command.h"

int export_public(struct command *c, struct err *err);

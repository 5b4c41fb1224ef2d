/*
 * The part of `utskick status` about addresses at rest: nothing is sent there.
 */
#pragma once

#include <jansson.h>

#include "base/err.h"
#include "command/command.h"

/* [{address, name, since, letters}]; new reference, NULL with err. */
json_t *status_resting(const struct command *c, struct err *err);
void status_print_resting(const struct out *o, const json_t *resting);

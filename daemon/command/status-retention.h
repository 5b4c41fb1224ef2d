/*
 * What `status` shows of mail that is removed by decision.
 */
#pragma once

#include <jansson.h>

#include "command/command.h"

/* {"rules": in the settings, "removed": mails so far}; new reference, NULL with err. */
json_t *status_retention(const struct command *c, struct err *err);
/* Nothing where there is neither. */
void status_print_retention(const struct out *o, const json_t *retention);

/*
 * The part of `status` about the mail servers: sign-ins that are refused, and settings
 * that are dangerous.
 */
#pragma once

#include <jansson.h>

#include "command/command.h"

/* [{server, at, words}]; new reference, NULL with err. */
json_t *status_refused(const struct command *c, struct err *err);
/* Lines; new reference. */
json_t *status_warnings(const struct command *c);
void status_print_servers(const struct out *o, const json_t *status);

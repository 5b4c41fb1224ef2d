/*
 * The part of `status` about the workers: which run, and what they are in trouble with,
 * with which server, since when, in whose words.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "command/command.h"

/*
 * {"running", "workers": [{name, pid, running_seconds, restarts, store_trouble_since}],
 * "disk_free_mib" (where the store cannot be written to), "trouble": [{who, what,
 * server, why, at, last_met_at}]}; new reference, NULL with err.
 */
json_t *status_daemon(const struct command *c, struct err *err);
bool status_daemon_needs_person(const json_t *daemon);
void status_print_daemon(const struct out *o, const json_t *daemon);

/*
 * Asking the running daemon over state_dir/control: one line there, one line of JSON
 * back.
 */
#pragma once

#include <jansson.h>

/* NULL where no daemon runs, or it does not answer within two seconds; new reference.
 */
json_t *control_ask(const char *state_dir, const char *line);

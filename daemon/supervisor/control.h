/*
 * The control socket, state_dir/control: one line in, one line of JSON out. `wake`
 * calls the office, `status` tells how the workers are.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"

/* Listens (mode 0600); a socket left behind by a daemon that died is replaced.
 * Descriptor or -1. */
int control_open(const char *state_dir, struct err *err);
/*
 * Takes one visitor: reads its line, answers. Returns true where it said `wake`. status
 * is borrowed.
 */
bool control_serve(int fd, const json_t *status);

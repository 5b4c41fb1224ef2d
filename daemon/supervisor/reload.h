/*
 * The configuration that workers are started with: read and checked as a whole, or not
 * taken at all.
 */
#pragma once

#include <stdbool.h>

#include "supervisor/spawn.h"

/* Replaces s->config_fd. False, with all errors on stderr, where the files have errors:
 * the old one stays. */
bool reload_config(struct spawn *s);

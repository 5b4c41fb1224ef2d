/*
 * `--check`: configuration, directory, templates and calendars, all that is wrong at
 * once.
 */
#pragma once

#include <stdint.h>

/* Prints problems on stdout as `file:line: field: what, and what would be right`; 1
 * where there are any, else 0. */
int check_run(const char *config_dir, int64_t now);

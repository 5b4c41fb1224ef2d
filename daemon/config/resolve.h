/*
 * What the checked files leave open and the program wants settled: absolute paths,
 * ports, names that follow from others, everybody's language.
 */
#pragma once

#include <jansson.h>

#include "base/err.h"

/* Changes both in place; dir is what the paths are relative to. -1 where dir is not
 * there. */
int resolve_all(json_t *settings, json_t *directory, const char *dir, struct err *err);

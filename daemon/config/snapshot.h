/*
 * The one object that holds a whole configuration: {"settings", "directory",
 * "templates"}.
 */
#pragma once

#include <jansson.h>

#include "config/config.h"

/* Takes the snapshot. NULL with err where something is missing in it. */
struct config *snapshot_open(json_t *snapshot, struct err *err);

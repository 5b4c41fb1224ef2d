/*
 * From calendars to meetings: each occurrence in the window becomes or updates a row.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "office/office.h"

/* At the start: calendars that the settings no longer name lose their say. */
int calendar_work_begin(struct office *o, struct err *err);
/* Reads every source that is new, and on a new day all of them again (the window has
 * moved). Count or -1. */
int calendar_work(struct office *o, int64_t now, struct err *err);

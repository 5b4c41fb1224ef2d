/*
 * Whoever was called and has not answered is reminded, once for each time that the
 * meeting is set to.
 */
#pragma once

#include "office/duty-letter.h"

/* Count of reminders, -1. */
int reminders_work(const struct duty *d, struct err *err);

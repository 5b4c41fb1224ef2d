/*
 * Files of minutes that were accepted before anybody read what is written in them: a
 * few each turn, the newest first.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "office/office.h"

/* Count or -1. */
int minutes_unread_work(struct office *o, int64_t now, struct err *err);

/*
 * That the mailbox's server refuses our sign-in: the coordinator is told where he reads
 * it all the same.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "office/office.h"

/* Once for each trouble. Count or -1. Own transaction. */
int server_notices_work(struct office *o, int64_t now, struct err *err);

/*
 * What the committees are told of a meeting to come: invitation, update, cancellation,
 * to who joined later and to who left, a reminder of a call.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "office/office.h"
#include "store/meeting.h"

/* Everything that is due for m, which starts after now. Count of things done, -1.
 * Called inside a transaction. */
int invitations_work(struct office *o, struct meeting *m, int64_t now, struct err *err);

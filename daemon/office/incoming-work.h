/*
 * Mail that came in: read by the sealed reader, given to the handlers, decided once.
 * Also what the coordinator decided about held mail.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "office/office.h"

/* Count of mails decided, or -1. A transaction for each. */
int incoming_work(struct office *o, int64_t now, struct err *err);
/* Count of held mails acted upon, or -1. */
int held_work(struct office *o, int64_t now, struct err *err);

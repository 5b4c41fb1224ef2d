/*
 * Mail that came in: read by the sealed reader, given to the handlers, decided once.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "office/office.h"
#include "store/held.h"
#include "store/incoming.h"

/* Count of mails decided, or -1. Each in a step of its own (office/batch.h). */
int incoming_work(struct office *o, int64_t now, struct err *err);
/* The coordinator said yes to what this mail asks for: the handlers take it again. */
int incoming_release(struct office *o, const struct held *held,
	const struct incoming *in, int64_t now, struct err *err);

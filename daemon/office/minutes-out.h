/*
 * Minutes that were accepted: kept as blobs, sent to everyone who is owed them,
 * receipted.
 */
#pragma once

#include "base/err.h"
#include "office/handler.h"
#include "store/meeting.h"

/* In a transaction. */
int minutes_send_on(struct office *o, const struct mail_case *c,
	const struct meeting *m, struct err *err);

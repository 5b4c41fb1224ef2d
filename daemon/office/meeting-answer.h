/*
 * The mailbox accepts an invitation that was taken in.
 */
#pragma once

#include <jansson.h>

#include "base/err.h"
#include "office/handler.h"

/*
 * calendar: the mail's, as the reader says it, METHOD REQUEST; uid: the entry that was
 * taken. Answers where the settings say so, the mailbox is invited by somebody who may
 * plan, and neither a machine nor too many mails are in the way. 1 answered, 0, -1.
 */
int meeting_answer(struct office *o, const struct mail_case *c, const json_t *calendar,
	const char *uid, struct err *err);

/*
 * What a secretary hears back: what came in, and to whom it goes or that it waits.
 */
#pragma once

#include "base/err.h"
#include "office/handler.h"
#include "store/directory.h"
#include "store/meeting.h"

/* extra: the minutes' data as the committees' letter has it. In a transaction. */
int receipt_accepted(struct office *o, const struct mail_case *c,
	const struct meeting *m, const json_t *roles, const json_t *extra,
	const struct recipients *served, struct err *err);
/* Only to somebody who has a role in the meeting and is vouched for: strangers get no
 * answer (A22). */
int receipt_held(struct office *o, const struct mail_case *c, const struct meeting *m,
	const char *reason, struct err *err);
/* To who handed in files of which one must not go out: which, why, what to do. */
int receipt_refused(struct office *o, const struct mail_case *c,
	const struct meeting *m, struct err *err);

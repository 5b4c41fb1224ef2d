/*
 * Meetings that are mailed to the mailbox (RFC 5546: REQUEST, PUBLISH, CANCEL): kept as
 * a source of their own, which calendar-work reads like any other.
 */
#pragma once

#include "base/err.h"
#include "office/handler.h"

/*
 * Whether the mail plans meetings that are none of ours: then it is meeting_mail's. Of
 * calendars that stand in a mail within the mail only where the sender may plan. 1, 0,
 * -1.
 */
int meeting_mail_is(struct office *o, const struct mail_case *c, struct err *err);
/* Takes the calendars' texts out, and the files that came along, before the
 * transaction. */
int meeting_mail_prepare(struct office *o, struct mail_case *c, struct err *err);
int meeting_mail(struct office *o, const struct mail_case *c, struct decision *ret,
	struct err *err);

/*
 * May the sender plan meetings? Who sent the mail counts, not whom the calendar names
 * as organizer. 1; 0 with the reason code in ret; -1.
 */
int meeting_mail_may(
	struct office *o, const struct mail_case *c, const char **ret, struct err *err);

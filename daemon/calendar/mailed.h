/*
 * What several mails say of one entry (RFC 5546, 3.2): whole versions of it, changes of
 * single dates, cancellations of dates and of all of it. The rules:
 *
 * - The newest whole version counts, by SEQUENCE, then DTSTAMP, then arrival. What has
 *   no SEQUENCE is as of the highest before it.
 * - Of each date the newest change counts. One of a lower SEQUENCE than the whole
 *   version's is over, unless it came in the same mail.
 * - A CANCEL of a date, or of all that is no older than what it calls off, leaves what
 *   was known in its place, called off.
 */
#pragma once

#include <stddef.h>

#include "calendar/reading.h"

/* Leaves what counts of window.uid, for occurrences_find; the new count. */
size_t mailed_merge(struct reading *r, struct event *events, size_t count);

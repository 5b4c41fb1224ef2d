/*
 * What meetings owe today: invitations, changes and cancellations to the committees,
 * and to the secretary the request for the minutes.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "office/office.h"

/* Count of letters and changes written, or -1. A transaction for each meeting. */
int duties_work(struct office *o, int64_t now, struct err *err);
/*
 * The secretary is asked for the minutes once more, at most once a day: the
 * coordinator's word. 1 sent, 0 not; ret_name: whom (the caller frees), NULL where the
 * meeting has no secretary or is not over. Inside a transaction. -1.
 */
int duties_request_again(struct office *o, int64_t meeting_id, int64_t now,
	char **ret_name, struct err *err);
/* When the next of these falls due after now; 0: nothing in sight. */
int duties_next_at(struct office *o, int64_t now, int64_t *ret_at, struct err *err);

/*
 * The worker that takes bytes in and understands none of them: mail from the mailbox,
 * calendars from folders. Also does in the mailbox what others have asked for in the
 * store.
 */
#pragma once

#include "duty/worker.h"

/* Until asked to stop (with once: until nothing is left to do); returns enum
 * worker_exit. */
int intake_main(const struct worker_context *ctx);

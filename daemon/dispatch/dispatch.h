/*
 * The worker that hands deliveries to the mail server, at the server's pace, and
 * records what it said.
 */
#pragma once

#include "duty/worker.h"

/* Until asked to stop (with once: until nothing is due); returns enum worker_exit. */
int dispatch_main(const struct worker_context *ctx);

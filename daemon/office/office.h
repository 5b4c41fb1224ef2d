/*
 * The office: decides. It reads what came in through the sealed reader, works through
 * the calendar, and writes letters and deliveries. It has no network and no password;
 * all it knows is in the store.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "duty/reader-client.h"
#include "duty/worker.h"
#include "store/db.h"

struct office {
	const struct worker_context *ctx;
	struct config *config;
	struct db *db;
	struct reader *reader;
	struct batch *batch; /* NULL: none is open */
	uint8_t key[32];     /* of the tokens in Message-IDs */
	char *domain;	     /* of the mailbox's address */
	char *config_key;    /* one for each configuration and version of the program */
	bool all_minutes_read; /* none from before is left to be searched */
};

/* The worker's entry; see duty/worker.h for its exit codes. */
int office_main(const struct worker_context *ctx);

/* One turn: everything that is due at now. Count of things done, or -1. */
int office_turn(struct office *o, int64_t now, struct err *err);

/*
 * Between the reading of mail and the decision about it; for incoming-*.c alone.
 */
#pragma once

#include <jansson.h>

#include "base/mem.h"
#include "duty/reader-client.h"
#include "office/office.h"
#include "store/incoming.h"

/* A mail that is read: what the reader says of it. */
struct reading {
	struct incoming in;
	int tries;
	enum reader_outcome outcome;
	json_t *said;
	struct err why;
};

void reading_deinit(struct reading *r);
#define reading_auto __attribute__((cleanup(reading_deinit))) struct reading

/* What the reader says of r->in. 0, or -1: trouble that is none of the mail's doing. */
int reading_ask(struct office *o, struct reading *r, struct err *err);
/* The handlers decide, in a step (office/batch.h). 0 or -1. */
int incoming_take(struct office *o, const struct incoming *in, const json_t *said,
	int64_t now, struct err *err);
/* It could not be read or acted upon: set aside, in a step. 0 or -1. */
int incoming_set_broken(struct office *o, const struct incoming *in, const char *reason,
	const char *what, int64_t now, struct err *err);

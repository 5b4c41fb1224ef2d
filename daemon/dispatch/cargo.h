/*
 * A delivery that was claimed, until what became of it is committed.
 */
#pragma once

#include "base/buf.h"
#include "base/mem.h"
#include "store/delivery.h"

struct db;

struct cargo {
	struct delivery delivery;
	struct delivery_text text;
	struct buf all; /* of a small one: read when it was claimed */
	struct db *db;
	char *envelope_id;
};

/*
 * Claims the next delivery that can be sent, inside the caller's transaction; what
 * cannot fails, is said and counted. 1 and the cargo, the caller frees; 0 there is
 * none; -1.
 */
int cargo_claim(struct cargo **ret, int *ret_failed, struct db *db, int64_t now,
	struct err *err);
/* For struct smtp_mail: a stretch of the text. 0 or -1. */
int cargo_read(void *cargo, uint64_t at, void *to, size_t size, struct err *err);

void cargo_free(struct cargo *c);
DEFINE_FREEP(cargo, struct cargo, cargo_free)
#define cargo_auto __attribute__((cleanup(cargo_freep))) struct cargo

/*
 * A file that is read as if it were memory, of which only what was read last is there.
 */
#pragma once

#include <stddef.h>

#include "base/err.h"

struct mapping {
	void *bytes; /* for reading only */
	size_t len;
};
#define MAPPING_NONE ((struct mapping){NULL, 0})

/* The first len bytes, more than none, of fd. 0 or -1. */
int mapping_open(struct mapping *m, int fd, size_t len, struct err *err);
/*
 * n more bytes were read in it: by and by what was read leaves memory, and is fetched
 * again from the file where it is read again. m NULL or closed: nothing happens.
 * *so_far is the reader's count, 0 at first.
 */
void mapping_passed(const struct mapping *m, size_t *so_far, size_t n);

void mapping_close(struct mapping *m);

/*
 * Bytes that are read by and by, wherever they lie, and where such bytes go: so that
 * what is large takes no memory.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct content {
	uint64_t size;
	/* size bytes from at on; 0 or -1. */
	int (*read)(void *source, uint64_t at, void *to, size_t size, struct err *err);
	void *source; /* borrowed */
};
#define CONTENT_NONE ((struct content){0, NULL, NULL})

/* Bytes in memory as such. Both borrowed. */
struct content_bytes {
	const void *bytes;
	size_t len;
};
struct content content_of_bytes(const struct content_bytes *b);
/* Lives as long as the block around it. */
#define CONTENT_OF(bytes, len)                                                         \
	content_of_bytes(&(const struct content_bytes){(bytes), (len)})

/* A stretch of another. Both borrowed. */
struct content_part {
	const struct content *of;
	uint64_t at;
	uint64_t size;
};
struct content content_part_of(const struct content_part *part);

/* Piece by piece: a cleanup variable `struct content_walk w = {.of = &content};`. */
struct content_walk {
	const struct content *of;
	uint64_t at;	  /* of the piece's end */
	struct buf piece; /* never empty where there is one */
};
/* 1 there is one more piece, 0 no more, -1. */
int content_next(struct content_walk *w, struct err *err);
void content_walk_end(struct content_walk *w);
#define content_walk_auto __attribute__((cleanup(content_walk_end))) struct content_walk

/* Its SHA-256 in hex (HASH_HEX_SIZE). 0 or -1. */
int content_hash(const struct content *content, char *ret_hex, struct err *err);
/* All of it behind what ret holds. 0 or -1. */
int content_join(const struct content *content, struct buf *ret, struct err *err);

struct sink {
	/* Takes all of it: 0 or -1. */
	int (*add)(void *to, const void *bytes, size_t len, struct err *err);
	void *to; /* borrowed */
};
struct sink sink_of(struct buf *to);

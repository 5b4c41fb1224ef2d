/*
 * Length-framed messages over a pipe: one byte of type, four of length (big-endian),
 * then the bytes. What goes between office and reader.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define FRAME_HEAD 5	     /* bytes before the content of a frame */
#define FRAME_MAX (1U << 20) /* bytes in one frame; longer content goes in several */

enum frame_type {
	FRAME_JSON = 'J',  /* a request or a reply */
	FRAME_BYTES = 'B', /* a piece of content */
	FRAME_END = 'E',   /* the request or reply is whole */
};

/* 0, or -1 (the other side is gone). */
int frame_write(
	int fd, enum frame_type type, const void *bytes, size_t len, struct err *err);
/* Content of any length as FRAME_BYTES frames. */
int frame_write_all(int fd, const void *bytes, size_t len, struct err *err);
/*
 * 1 a frame (its bytes replace what ret holds), 0 end of file before one, -1 error,
 * a length above FRAME_MAX among them. Blocks; who needs a deadline uses child.h.
 */
int frame_read(int fd, enum frame_type *ret_type, struct buf *ret, struct err *err);

/* The same in memory, for who cannot block. Appends a frame to the bytes in to. */
void frame_put(struct buf *to, enum frame_type type, const void *bytes, size_t len);
/* The same for len bytes that are then written to where it says. */
char *frame_reserve(struct buf *to, enum frame_type type, size_t len);
/* Reads the FRAME_HEAD bytes of a head: 0, or -1 where they are none. */
int frame_head(const void *bytes, enum frame_type *ret_type, size_t *ret_len);

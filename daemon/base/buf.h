/*
 * A growing byte buffer. data always ends with a NUL that len does not count, so it
 * can be read as a string; it is NULL only before the first byte.
 */
#pragma once

#include <stddef.h>

struct buf {
	char *data;
	size_t len;
	size_t size;
};

#define BUF_EMPTY ((struct buf){NULL, 0, 0})

void buf_add(struct buf *b, const void *bytes, size_t len);
void buf_add_str(struct buf *b, const char *s);
void buf_add_char(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Makes room for len more bytes and returns where they go; add to b->len yourself. */
char *buf_reserve(struct buf *b, size_t len);
/* The content as a NUL-ended string, never NULL; the caller frees. Empties b. */
char *buf_steal(struct buf *b);
/* The content as a string, "" when empty; borrowed until the next change. */
const char *buf_str(const struct buf *b);
void buf_clear(struct buf *b);
/* Keeps the first len bytes. */
void buf_cut(struct buf *b, size_t len);

void buf_deinit(struct buf *b);
/* buf_auto b = BUF_EMPTY; */
#define buf_auto __attribute__((cleanup(buf_deinit))) struct buf

#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

char *buf_reserve(struct buf *b, size_t len)
{
	if (len >= (size_t)-1 / 2 - b->len)
		abort();
	size_t need = b->len + len + 1;
	if (need > b->size) {
		size_t size = b->size ? b->size : 64;
		while (size < need)
			size *= 2;
		b->data = xrealloc(b->data, size);
		b->size = size;
	}
	return b->data + b->len;
}

void buf_add(struct buf *b, const void *bytes, size_t len)
{
	char *to = buf_reserve(b, len);
	if (len)
		memcpy(to, bytes, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void buf_add_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_add_char(struct buf *b, char c)
{
	char *to = buf_reserve(b, 1);
	to[0] = c;
	to[1] = '\0';
	b->len++;
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	va_list again;

	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	char *to = buf_reserve(b, (size_t)n);
	vsnprintf(to, (size_t)n + 1, fmt, again);
	va_end(again);
	b->len += (size_t)n;
}

char *buf_steal(struct buf *b)
{
	buf_add(b, "", 0);
	char *s = b->data;
	*b = BUF_EMPTY;
	return s;
}

const char *buf_str(const struct buf *b)
{
	return b->data ? b->data : "";
}

void buf_cut(struct buf *b, size_t len)
{
	if (len >= b->len)
		return;
	b->len = len;
	b->data[len] = '\0';
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	if (b->data)
		b->data[0] = '\0';
}

void buf_deinit(struct buf *b)
{
	free(b->data);
	*b = BUF_EMPTY;
}

#include "base/frame.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

static void put_head(uint8_t head[FRAME_HEAD], enum frame_type type, size_t len)
{
	assert(len <= FRAME_MAX);
	head[0] = (uint8_t)type;
	for (int i = 0; i < 4; i++)
		head[1 + i] = (uint8_t)(len >> (24 - 8 * i));
}

int frame_head(const void *bytes, enum frame_type *ret_type, size_t *ret_len)
{
	const uint8_t *head = bytes;

	*ret_len = (size_t)head[1] << 24 | (size_t)head[2] << 16 |
		   (size_t)head[3] << 8 | head[4];
	if (*ret_len > FRAME_MAX || !head[0] || !strchr("JBE", head[0]))
		return -1;
	*ret_type = (enum frame_type)head[0];
	return 0;
}

char *frame_reserve(struct buf *to, enum frame_type type, size_t len)
{
	uint8_t head[FRAME_HEAD];

	put_head(head, type, len);
	buf_add(to, head, sizeof(head));
	char *content = buf_reserve(to, len);
	to->len += len;
	to->data[to->len] = '\0';
	return content;
}

void frame_put(struct buf *to, enum frame_type type, const void *bytes, size_t len)
{
	char *content = frame_reserve(to, type, len);

	if (len)
		memcpy(content, bytes, len);
}

static int write_whole(int fd, const void *bytes, size_t len, struct err *err)
{
	if (file_write_all(fd, bytes, len) < 0)
		return err_set(err, ERR_TEMP, "pipe: %s", strerror(errno));
	return 0;
}

int frame_write(
	int fd, enum frame_type type, const void *bytes, size_t len, struct err *err)
{
	uint8_t head[FRAME_HEAD];

	put_head(head, type, len);
	if (write_whole(fd, head, sizeof(head), err) < 0)
		return -1;
	return write_whole(fd, bytes, len, err);
}

int frame_write_all(int fd, const void *bytes, size_t len, struct err *err)
{
	const char *at = bytes;

	while (len) {
		size_t piece = len < FRAME_MAX ? len : FRAME_MAX;
		if (frame_write(fd, FRAME_BYTES, at, piece, err) < 0)
			return -1;
		at += piece;
		len -= piece;
	}
	return 0;
}

/* 1 all of len, 0 end of file before the first byte, -1. */
static int read_whole(int fd, char *to, size_t len, struct err *err)
{
	size_t have = 0;

	while (have < len) {
		ssize_t n = read(fd, to + have, len - have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, ERR_TEMP, "pipe: %s", strerror(errno));
		if (n == 0 && !have)
			return 0;
		if (n == 0)
			return err_set(err, ERR_TEMP, "pipe: ends within a frame");
		have += (size_t)n;
	}
	return 1;
}

int frame_read(int fd, enum frame_type *ret_type, struct buf *ret, struct err *err)
{
	char head[FRAME_HEAD];
	size_t len;

	int got = read_whole(fd, head, sizeof(head), err);
	if (got <= 0)
		return got;
	if (frame_head(head, ret_type, &len) < 0)
		return err_set(err, ERR_PERM, "pipe: no frame begins like this");
	buf_clear(ret);
	got = read_whole(fd, buf_reserve(ret, len), len, err);
	if (got == 0)
		return err_set(err, ERR_TEMP, "pipe: ends within a frame");
	if (got < 0)
		return -1;
	ret->len = len;
	ret->data[len] = '\0';
	return 1;
}

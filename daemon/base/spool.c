#include "base/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

static int say(const char *what, struct err *err)
{
	return err_set(err, ERR_TEMP, "spool: %s: %s", what, strerror(errno));
}

int spool_open(struct spool *s, const char *folder, struct err *err)
{
	*s = (struct spool){.fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)};
	return s->fd < 0 ? say(folder, err) : 0;
}

static int write_behind(void *to, const void *bytes, size_t len, struct err *err)
{
	struct spool *s = to;
	const char *at = bytes;

	while (len) {
		ssize_t n = pwrite(s->fd, at, len, (off_t)s->size);
		if (n < 0 && errno != EINTR)
			return say("write", err);
		at += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
		s->size += n > 0 ? (uint64_t)n : 0;
	}
	return 0;
}

struct sink spool_sink(struct spool *s)
{
	return (struct sink){.add = write_behind, .to = s};
}

int spool_add(struct spool *s, const struct content *content, struct err *err)
{
	content_walk_auto w = {.of = content};
	int got;

	while ((got = content_next(&w, err)) > 0)
		if (write_behind(s, w.piece.data, w.piece.len, err) < 0)
			return -1;
	return got;
}

int spool_clear(struct spool *s, struct err *err)
{
	s->size = 0;
	return ftruncate(s->fd, 0) < 0 ? say("empty", err) : 0;
}

static int read_spool(void *source, uint64_t at, void *to, size_t size, struct err *err)
{
	const struct spool *s = source;
	char *into = to;

	while (size) {
		ssize_t n = pread(s->fd, into, size, (off_t)at);
		if (n == 0)
			errno = EIO;
		if (n == 0 || (n < 0 && errno != EINTR))
			return say("read", err);
		into += n > 0 ? n : 0;
		size -= n > 0 ? (size_t)n : 0;
		at += n > 0 ? (uint64_t)n : 0;
	}
	return 0;
}

struct content spool_content(struct spool *s)
{
	return (struct content){.size = s->size, .read = read_spool, .source = s};
}

int spool_reopen(const struct spool *s, struct err *err)
{
	str_auto *path = xasprintf("/proc/self/fd/%d", s->fd);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? say(path, err) : fd;
}

void spool_close(struct spool *s)
{
	fd_closep(&s->fd);
	*s = SPOOL_NONE;
}

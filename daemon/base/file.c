#define _GNU_SOURCE 1

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

#define SECRET_MAX 65536

/* Without blocking, so that a FIFO at this name cannot hold us; -1 with err. */
static int open_regular(const char *path, struct stat *ret_st, struct err *err)
{
	fd_auto fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return err_set(err, ERR_PERM, "%s: %s", path, strerror(errno));
	if (fstat(fd, ret_st) < 0)
		return err_set(err, ERR_TEMP, "%s: %s", path, strerror(errno));
	if (!S_ISREG(ret_st->st_mode))
		return err_set(err, ERR_PERM, "%s: is not a regular file", path);
	return fd_take(&fd);
}

static int read_all(
	int fd, const char *path, size_t max, struct buf *ret, struct err *err)
{
	buf_clear(ret);
	for (;;) {
		char *to = buf_reserve(ret, 65536);
		ssize_t n = read(fd, to, 65536);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, ERR_TEMP, "%s: %s", path, strerror(errno));
		ret->len += (size_t)n;
		ret->data[ret->len] = '\0';
		if (ret->len > max)
			return err_set(err, ERR_PERM, "%s: is longer than %zu bytes",
				path, max);
		if (n == 0)
			return 0;
	}
}

int file_read(const char *path, size_t max, struct buf *ret, struct err *err)
{
	struct stat st = {0};
	fd_auto fd = open_regular(path, &st, err);

	if (fd < 0)
		return -1;
	return read_all(fd, path, max, ret, err);
}

static void drop_line_end(struct buf *b)
{
	while (b->len && (b->data[b->len - 1] == '\n' || b->data[b->len - 1] == '\r'))
		b->data[--b->len] = '\0';
}

int file_read_secret(const char *path, struct buf *ret, struct err *err)
{
	struct stat st = {0};
	fd_auto fd = open_regular(path, &st, err);

	if (fd < 0)
		return -1;
	if (st.st_mode & 077)
		return err_set(err, ERR_PERM,
			"%s: others than its owner may read it; run: chmod 600 %s",
			path, path);
	if (read_all(fd, path, SECRET_MAX, ret, err) < 0)
		return -1;
	drop_line_end(ret);
	if (!ret->len)
		return err_set(
			err, ERR_PERM, "%s: is empty; write the secret into it", path);
	return 0;
}

int file_write_all(int fd, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len) {
		ssize_t n = write(fd, at, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

/* The new name is only safe on disk once its folder is. */
static int sync_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	str_auto *dir =
		slash ? xstrndup(path, (size_t)(slash - path) + 1) : xstrdup(".");
	fd_auto fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -1 : fsync(fd);
}

int file_write(const char *path, const void *bytes, size_t len, unsigned int mode,
	struct err *err)
{
	str_auto *temp = xasprintf("%s.XXXXXX", path);
	fd_auto fd = mkostemp(temp, O_CLOEXEC);

	if (fd < 0)
		return err_set(err, ERR_TEMP, "%s: %s", path, strerror(errno));
	if (file_write_all(fd, bytes, len) < 0 || fchmod(fd, (mode_t)mode) < 0 ||
		fsync(fd) < 0 || rename(temp, path) < 0) {
		err_set(err, ERR_TEMP, "%s: %s", path, strerror(errno));
		unlink(temp);
		return -1;
	}
	if (sync_folder_of(path) < 0)
		return err_set(err, ERR_TEMP, "%s: %s", path, strerror(errno));
	return 0;
}

char *file_join(const char *dir, const char *name)
{
	size_t len = strlen(dir);

	if (name[0] == '/' || !len)
		return xstrdup(name);
	return xasprintf("%s%s%s", dir, dir[len - 1] == '/' ? "" : "/", name);
}

/*
 * Whole files in and out.
 */
#pragma once

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* 0, or -1 (ERR_PERM: not there, not a file, longer than max; ERR_TEMP: I/O). */
int file_read(const char *path, size_t max, struct buf *ret, struct err *err);
/* Reads a secret: must be a regular file, mode without group and other bits, trailing
 * line end dropped, not empty. -1 says what to do (chmod 600). */
int file_read_secret(const char *path, struct buf *ret, struct err *err);
/* All of it to fd, also over several writes; -1 with errno. */
int file_write_all(int fd, const void *bytes, size_t len);
/* Writes through a temporary name, fsync and rename, with the mode given. */
int file_write(const char *path, const void *bytes, size_t len, unsigned int mode,
	struct err *err);
/* dir/name, or name where it is absolute; the caller frees. */
char *file_join(const char *dir, const char *name);

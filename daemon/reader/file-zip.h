/*
 * The entries of a zip, one after the other (libarchive), unpacked no further than
 * limits allow, those of zips within it among the count.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/mem.h"
#include "reader/file-check.h"

enum zip_state {
	ZIP_OK,
	ZIP_DAMAGED,  /* or cut off */
	ZIP_PASSWORD, /* an entry is encrypted */
	ZIP_BOMB,     /* over a limit */
};

struct zip;

/* bytes and limits are borrowed. */
struct zip *zip_open(const void *bytes, size_t len, const struct file_limits *limits);
/* True: there is one more entry; what was not read of the last one is looked through.
 * False: the end, or zip_state says why not. */
bool zip_next(struct zip *z);
/* Of the entry at hand; "" where it has none that is text. */
const char *zip_name(const struct zip *z);
/* The next bytes of the entry: how many, 0 at its end or when the state is not OK. */
size_t zip_read(struct zip *z, char *to, size_t size);
enum zip_state zip_state(const struct zip *z);
void zip_close(struct zip *z);
DEFINE_FREEP(zip, struct zip, zip_close)
#define zip_auto __attribute__((cleanup(zip_freep))) struct zip

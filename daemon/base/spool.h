/*
 * A file without a name, for what is too large for memory: what is left in it vanishes
 * with the process.
 */
#pragma once

#include <stdint.h>

#include "base/content.h"
#include "base/err.h"

struct spool {
	int fd;
	uint64_t size;
};
#define SPOOL_NONE ((struct spool){-1, 0})

/* An empty one in that folder. 0, or -1 (ERR_TEMP). */
int spool_open(struct spool *s, const char *folder, struct err *err);
/* What is added goes behind the rest; a full disk is ERR_TEMP. */
struct sink spool_sink(struct spool *s);
/* All of content is added. 0 or -1. */
int spool_add(struct spool *s, const struct content *content, struct err *err);
/* Empties it. 0 or -1. */
int spool_clear(struct spool *s, struct err *err);
/* What is in it now. */
struct content spool_content(struct spool *s);
/* A descriptor of its own that begins at the start and cannot write; -1. */
int spool_reopen(const struct spool *s, struct err *err);

void spool_close(struct spool *s);
#define spool_auto __attribute__((cleanup(spool_close))) struct spool

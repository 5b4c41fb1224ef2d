/*
 * A compiled time zone (RFC 8536). Read by hand, since libical takes 21 MB and 0.4 s
 * for what is 0.6 MB on disk and has to be in memory before the reader is sealed.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

struct zone_file;

/* NULL: no TZif of version 2 or later, or a damaged one. */
struct zone_file *zone_file_parse(const void *bytes, size_t len);
/* Seconds east of UTC at that moment. */
int zone_file_offset(const struct zone_file *z, int64_t at);

void zone_file_free(struct zone_file *z);
DEFINE_FREEP(zone_file, struct zone_file, zone_file_free)
#define zone_file_auto __attribute__((cleanup(zone_file_freep))) struct zone_file

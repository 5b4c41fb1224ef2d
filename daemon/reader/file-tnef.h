/*
 * The files in a winmail.dat (TNEF, [MS-OXTNEF]), by libytnef. The library has had its
 * share of faults; it is called in the sealed reader only, and what ends it there costs
 * that one question.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "base/buf.h"

#define TNEF_FILES_MAX 100

/*
 * New reference: {"files": [{"name", "size", "sha256"}]}, their bytes one behind the
 * other in ret_contents; or {"broken", "what"}. What is not packed whole is left out
 * and makes it broken.
 */
json_t *tnef_read(const void *bytes, size_t len, struct buf *ret_contents);

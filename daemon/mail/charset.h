/*
 * Text in any charset to UTF-8. What is mislabelled, unknown or damaged still becomes
 * valid UTF-8 (A30).
 */
#pragma once

#include <stddef.h>

#include "base/buf.h"

/* Loads iconv's converters before the process is sealed, and keeps them. Once. */
void charset_warm_up(void);

/*
 * Appends text as valid UTF-8 without NUL. charset may be NULL, empty or unknown: then
 * UTF-8 where it is that, else Windows-1252, byte by byte. What says ISO-8859-1 is read
 * as Windows-1252, and as UTF-8 where it plainly is that.
 */
void charset_decode(struct buf *to, const char *charset, const void *bytes, size_t len);

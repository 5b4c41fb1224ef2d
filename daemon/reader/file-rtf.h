/*
 * The words of an RTF document (Rich Text Format 1.9.1), without what they look like.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/mapping.h"

/* Appends UTF-8, up to text_max bytes. False: it ends before its last group does.
 * mapping: that the bytes lie in; NULL. */
bool rtf_text(struct buf *to, const char *bytes, size_t len, size_t text_max,
	const struct mapping *mapping);

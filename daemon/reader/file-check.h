/*
 * One attached file, by its content: what it is, what stands against sending it on, and
 * what is written in it. Its name and the type that a mail gives it are believed in
 * nothing but whether plain text is meant to be plain text.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/mapping.h"

struct file_limits {
	int archive_entries;	       /* of a zip and the zips in it */
	int64_t archive_bytes;	       /* unpacked, all together */
	int archive_ratio;	       /* unpacked to packed, beyond 10 MiB */
	int archive_depth;	       /* zips in zips */
	size_t text_max;	       /* bytes of text that are kept */
	const struct mapping *mapping; /* that the file lies in; NULL: in memory */
};

/*
 * New reference: {"media_type", "refused" (a reason code, absent where nothing stands
 * against the file itself), "what" (words for the log), "is_encrypted" (a PDF that asks
 * for a password or only forbids things)}. ret_text: UTF-8; empty where there is none
 * or, as for PDF, another program reads it. Whether the type is allowed is not for
 * here.
 */
json_t *file_check(const void *bytes, size_t len, const char *name,
	const struct file_limits *limits, struct buf *ret_text);
/* Whatever libmagic, libarchive and libxml2 load at their first use. */
void file_check_warm_up(void);

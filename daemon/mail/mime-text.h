/*
 * The body of a mail with large files in it: what stands around them is in memory, the
 * files are encoded as base64 (RFC 2045 6.8) while it is read.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/content.h"

struct mime_text {
	struct buf words; /* all but the files */
	struct mime_place *places;
	size_t count;
	uint64_t size; /* of the whole */
};
#define MIME_TEXT_EMPTY ((struct mime_text){BUF_EMPTY, NULL, 0, 0})

/* Goes behind what is there. The file's source is borrowed as long as the text is read.
 */
void mime_text_add_file(struct mime_text *t, const struct content *file);
/* The whole, once all words are in it. */
struct content mime_text_content(struct mime_text *t);

void mime_text_deinit(struct mime_text *t);
#define mime_text_auto __attribute__((cleanup(mime_text_deinit))) struct mime_text

/*
 * What is written in a PDF, by pdftotext (poppler) as a child that can do nothing else,
 * under the reader's limits.
 */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/spool.h"
#include "config/settings.h"

enum pdf_outcome {
	PDF_READ,     /* what there is; a scanned page has no text */
	PDF_PASSWORD, /* it does not open without one */
	PDF_EMPTY,    /* it has no pages */
	PDF_DAMAGED,  /* it cannot be opened */
	PDF_UNREAD, /* pdftotext is not there, crashed or took too long; err says which
		     */
};

/* The PDF is the whole of a file. is_encrypted: whether the reader has seen encryption
 * in it. ret: UTF-8. */
enum pdf_outcome pdf_text(const struct reader_settings *limits, const struct spool *pdf,
	bool is_encrypted, struct buf *ret, struct err *err);

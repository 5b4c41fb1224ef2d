/*
 * Header fields as they go out: encoded (RFC 2047), folded at 78 columns, CRLF. A
 * control byte in a value is refused (A10), so nothing that people or calendars wrote
 * can become a field.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"

/* Name: value. value is UTF-8 text; non-ASCII words are encoded. -1 ERR_PERM: a control
 * byte, bad UTF-8. */
int header_add(struct buf *to, const char *name, const char *value, struct err *err);
/* Name: display <address>; display may be NULL or "". */
int header_add_address(struct buf *to, const char *name, const char *display,
	const char *address, struct err *err);
/* Structured value that must go out as it is (ids, dates, tokens): ASCII, folded only
 * at spaces. */
int header_add_plain(
	struct buf *to, const char *name, const char *value, struct err *err);

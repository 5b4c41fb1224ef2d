/*
 * How text and bytes are written for the wire: encoded words (RFC 2047), parameters
 * (RFC 2231), quoted-printable and base64 (RFC 2045). Whatever goes in, only printable
 * ASCII and CRLF come out.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define ENCODE_COLUMNS 78 /* of a header line (RFC 5322 2.1.1) */

/*
 * text, valid UTF-8 of len bytes, as encoded words of at most 75 bytes, none of which
 * splits a character. Lines are folded; *column is where the line stands and moves on.
 */
void encode_words(struct buf *to, const char *text, size_t len, size_t *column);
/*
 * "; name=..." for a value of valid UTF-8: quoted where it is short ASCII, else in the
 * pieces of RFC 2231 (name*0*=...), each on a line of its own.
 */
void encode_parameter(struct buf *to, const char *name, const char *value);
/* "; name=..." with encoded words in quotes, which old mail programs read. */
void encode_parameter_words(struct buf *to, const char *name, const char *value);
/* Text of any line ends as quoted-printable lines that end in CRLF; safe for mbox and
 * SMTP. */
void encode_quoted_printable(struct buf *to, const char *text);
#define BASE64_LINE 57 /* bytes that make 76 columns */
/* Lines of 76 columns. */
void encode_base64(struct buf *to, const void *bytes, size_t len);

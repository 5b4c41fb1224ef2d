/*
 * What an SMTP client puts on the wire: addresses that can be nothing but addresses,
 * mails with their dots stuffed, and the reading of an EHLO reply. Inside net/ only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct smtp_extensions {
	bool has_pipelining;
	bool has_8bitmime; /* RFC 6152 */
	bool has_utf8;	   /* RFC 6531 */
	bool has_dsn;	   /* RFC 3461 */
	bool has_size;
	uint64_t size_max; /* 0: no limit stated (RFC 1870) */
};

struct smtp_extensions smtp_read_extensions(const char *lines);
/* ASCII dot-atom @ host name: no quoting, no space, no control byte, no angle bracket
 * (A11). */
bool smtp_address_is_plain(const char *address);
/* The same, with UTF-8 letters in the local part (RFC 6531); they need SMTPUTF8. */
bool smtp_address_is_plain_utf8(const char *address);
/* RFC 3461 section 4; the caller frees. */
char *smtp_xtext(const char *s);

/* The lines of a mail, looked at piece by piece. */
struct smtp_lines {
	char before_last, last;
	bool is_broken; /* a bare CR or LF */
	bool has_8bit;
	bool has_dot; /* a line begins with one */
};
void smtp_lines_add(struct smtp_lines *l, const char *bytes, size_t len);
/* All are whole, and the last one is ended. */
bool smtp_lines_end(const struct smtp_lines *l);
/* True where every CR is followed by LF and every LF comes after CR, and the last line
 * is ended (A12). */
bool smtp_lines_are_whole(const char *bytes, size_t len);
/*
 * Stuffs dots (RFC 5321 section 4.5.2) of a piece, added to to.
 * at_line_start is carried from piece to piece.
 */
void smtp_stuff(const char *bytes, size_t len, bool *at_line_start, struct buf *to);

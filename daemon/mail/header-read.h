/*
 * Header values as they come in: encoded words, parameters, addresses, read leniently
 * (RFC 5322, 2047, 2231). A raw value is a C string, maybe folded, in any bytes; what
 * comes out is valid UTF-8 on one line.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Skips white space and comments, nested ones too. */
void header_skip(const char **at);
/* Decoded text, control characters as spaces; the caller frees. */
char *header_text(const char *raw);
/* As it stands, on one line, encoded words and comments left as they are; the caller
 * frees. */
char *header_plain(const char *raw);
/* The first word before any ';', lower case: "text/plain", "auto-replied"; the caller
 * frees. */
char *header_word(const char *raw);
/*
 * A parameter after the first ';', with its RFC 2231 pieces or encoded words decoded;
 * NULL where there is none; the caller frees.
 */
char *header_parameter(const char *raw, const char *name);
/* The same, byte for byte as it stands where it is not in pieces: a boundary. */
char *header_parameter_exact(const char *raw, const char *name);
/* The ids "<a@b>" in a value with one space between them, at most max; "" where none;
 * the caller frees. */
char *header_ids(const char *raw, size_t max);

struct header_address {
	char *name;    /* decoded; "" where there is none */
	char *address; /* as written, decoded to UTF-8; maybe no valid one */
};

struct header_addresses {
	struct header_address *list;
	size_t count;
};

#define HEADER_ADDRESSES_NONE ((struct header_addresses){NULL, 0})

/* Appends each mailbox of a list, those in groups too, up to max in all. */
void header_addresses_add(struct header_addresses *to, const char *raw, size_t max);
void header_addresses_deinit(struct header_addresses *a);
#define header_addresses_auto                                                          \
	__attribute__((cleanup(header_addresses_deinit))) struct header_addresses

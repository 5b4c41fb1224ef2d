/*
 * Mailbox addresses (RFC 5321 4.1.2, 5322 3.4). What is not plainly an address is
 * refused before any library or server sees it (F1, A11).
 */
#pragma once

#include <stdbool.h>

/*
 * local@domain: dot-atom local part up to 64 bytes, a domain with at least one dot or
 * of letters only, up to 254 bytes in all; no control byte, space, angle bracket or
 * quoted local part. UTF-8 domains pass if IDNA takes them; a UTF-8 local part does
 * not.
 */
bool address_is_valid(const char *address);
/* Lower case, domain as A-labels (IDNA 2008, libidn2): what is compared and stored.
 * NULL where not valid; the caller frees. */
char *address_normal(const char *address);
/* The same mailbox, by address_normal. */
bool address_is_same(const char *a, const char *b);
/* Its domain, borrowed; "" where there is none. */
const char *address_domain(const char *address);
/* "Anna Ek <anna@x.example>", "<anna@x.example>" or "anna@x.example", as people type
 * it. True with both parts (name "" where none); callers free. */
bool address_parse_line(const char *line, char **ret_name, char **ret_address);
/* Looks like one thing and is another: mixed scripts, bidi marks (A4). */
bool address_is_suspicious(const char *address);

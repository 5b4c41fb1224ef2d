/*
 * What a server says while libcurl signs in: the extensions it offers, and its own
 * words where it refuses. Inside net/ only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct said {
	struct buf extensions; /* SMTP: of the newest EHLO, a line each */
	struct buf last;       /* its last line */
	struct buf reason; /* JSON that came as a challenge, decoded (RFC 7628 3.2.2) */
	bool in_ehlo;
	size_t total;
};

void said_deinit(struct said *said);
#define said_auto __attribute__((cleanup(said_deinit))) struct said

/* The next line, with its line end or without; false where it is too much in all. */
bool said_line(struct said *said, const char *bytes, size_t len);
/* What it said of a refusal, safe to print; "" where nothing. The caller frees. */
char *said_words(const struct said *said);
/* A refused sign-in may be the server's bad day: SMTP 4xx, IMAP [UNAVAILABLE] (RFC
 * 5530). */
bool said_bad_day(const struct said *said);
/* All it said was well: the sign-in was never begun, as nothing that fits is offered.
 */
bool said_no_refusal(const struct said *said);

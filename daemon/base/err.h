/*
 * The one way to report an error. The kind is set where the fact is known (SMTP 4xx
 * or 5xx, SQLITE_BUSY, a parse error) and acted upon in one place.
 */
#pragma once

enum err_kind {
	ERR_NONE,
	ERR_TEMP, /* try again later */
	ERR_PERM, /* the same input will fail again */
};

struct err {
	enum err_kind kind;
	char text[256];
};

#define ERR_INIT ((struct err){ERR_NONE, ""})

/* Fills err (may be NULL) and returns -1, so that `return err_set(...)` reads well. */
int err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Puts "what: " before the text that is there. Returns -1. */
int err_prefix(struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

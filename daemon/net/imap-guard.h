/*
 * Looks at what the server says on its way to libetpan, whose parser calls itself for
 * each parenthesis: lists that nest without end would end the process. Inside net/
 * only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where in the answer we are. */
struct imap_guard {
	int depth;
	bool is_quoted, is_escaped;
	bool is_counting; /* behind "{" */
	bool is_counted;  /* "{n}": a line end begins the literal */
	uint64_t count;
	uint64_t literal_left; /* bytes that are not looked at */
};

/* False where they nest too deeply. */
bool imap_guard_pass(struct imap_guard *g, const char *bytes, size_t len);

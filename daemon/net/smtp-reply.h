/*
 * Replies of an SMTP server (RFC 5321 section 4.2, RFC 2034): lines in, a code and its
 * words out. Inside net/ only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define REPLY_LINE_MAX 2048 /* RFC 5321 asks for 512; servers write longer */
#define REPLY_LINES_MAX 100

struct reply {
	int code;
	size_t lines;
	struct buf words; /* all lines in one, as they came, without codes */
};

#define REPLY_EMPTY ((struct reply){0, 0, BUF_EMPTY})

enum reply_progress {
	REPLY_MORE, /* another line follows */
	REPLY_WHOLE,
	REPLY_NONSENSE, /* no reply line, or of another code than the lines before */
};

/* Takes one line, without its line end. */
enum reply_progress reply_add_line(struct reply *r, const char *line, size_t len);
/* 421, 432, 4.3.2 and 4.7.x: the server says it of us, not of this mail. */
bool reply_is_lane(const struct reply *r);
/* "550 5.1.1 no such user": printable, on one line, cut to size. */
void reply_describe(const struct reply *r, char *to, size_t size);

void reply_deinit(struct reply *r);
#define reply_auto __attribute__((cleanup(reply_deinit))) struct reply

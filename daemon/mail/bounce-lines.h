/*
 * How a line of a bounce's text stands: with an address at its head, as a server's
 * reply, as a command, as a label, or as the start of the returned mail.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* How surely an address on a line is the one that failed; the surest first. */
enum bounce_rank {
	BOUNCE_RANK_HEAD,    /* "<a@x>:", "a@x on Monday", "  a@x" */
	BOUNCE_RANK_REPLY,   /* "550 <a@x>... User unknown" */
	BOUNCE_RANK_COMMAND, /* "RCPT TO:<a@x>" */
	BOUNCE_RANK_LABEL,   /* "Recipient: a@x", "generated from a@x" */
	BOUNCE_RANK_INSIDE,  /* anywhere in a sentence */
	BOUNCE_RANK_NONE,
};

/*
 * The address a line names as of that rank, normal form; NULL where none. ret_rest:
 * what stands behind it, borrowed. line is one line without its end. The caller frees.
 */
char *bounce_line_address(
	const char *line, enum bounce_rank rank, const char **ret_rest);
/* "--- Below this line is a copy of the message." */
bool bounce_line_is_divider(const char *line);
/* "Return-Path: ...", "Received: from ...": no notice begins so. */
bool bounce_line_is_returned(const char *line);

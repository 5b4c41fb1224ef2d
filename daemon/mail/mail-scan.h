/*
 * A linear look at a mail before GMime sees it: how deep, how many parts, how long its
 * header lines are. Whatever the size or the nesting, it takes one pass and no
 * recursion (F3, A16).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "mail/mail-read.h"

struct mail_scan {
	size_t start;	  /* where the header begins: behind an mbox "From " line */
	bool lone_cr;	  /* a CR alone ends lines of a header or a boundary */
	bool nul_in_head; /* in the header of the mail or of a part */
	char what[96];	  /* the limit that is passed */
};

/* 0, or -1 with what. depth: how deep the mail itself lies in others. */
int mail_scan(const char *bytes, size_t len, int depth,
	const struct mail_limits *limits, struct mail_scan *ret);
/* The mail with LF for lone CR and spaces for NUL; for what mail_scan found. */
void mail_scan_mend(const char *bytes, size_t len, struct buf *ret);
/* A media type whose content is a mail. */
bool mail_scan_is_message(const char *type);

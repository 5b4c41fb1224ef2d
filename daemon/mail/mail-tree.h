/*
 * The parts of a mail, flat and in its order. One pass over the lines without
 * recursion, whatever the size and the nesting, that stops at the first limit passed
 * (F3, A16): multiparts are walked through; messages in it are both a part and walked
 * through, base64 ones too. Contents are decoded when asked for (GMime).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "mail/mail-part.h"
#include "mail/mail-read.h"

struct mail_tree {
	struct mail_part *parts;
	size_t count;
	int leaves;
	int containers;
	int alternatives;
	size_t budget; /* bytes of encoded messages that may still be decoded */
	struct buf
		*kept; /* mended mails and decoded messages, which parts point into */
	size_t kept_count;
	const char *top; /* the mail from its first header field on, mended */
	size_t top_len;
	char what[96]; /* the limit that is passed */
};

/* 0, or -1 with what. bytes must outlive the tree. */
int mail_tree_read(struct mail_tree *ret, const char *bytes, size_t len,
	const struct mail_limits *limits);
void mail_tree_deinit(struct mail_tree *t);
#define mail_tree_auto __attribute__((cleanup(mail_tree_deinit))) struct mail_tree

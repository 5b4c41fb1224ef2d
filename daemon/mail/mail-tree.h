/*
 * The parts of a mail, flat and in its order, by GMime: multiparts are walked through,
 * messages in it are both a part and walked through, base64 ones too. Contents are
 * decoded when asked for.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "mail/mail-read.h"

struct mail_part {
	char *path;	   /* IMAP numbering, "1.2.1" */
	char *media_type;  /* lower case */
	char *charset;	   /* NULL */
	char *disposition; /* lower case; NULL */
	char *name;	   /* harmless, see name_harmless; NULL where there is none */
	char *report_type; /* of the multipart/report it stands in; NULL */
	const char *raw;   /* not decoded, within the mail or a kept buffer */
	size_t raw_len;
	int encoding;
	int alternative;    /* number of the multipart/alternative around it; 0 none */
	int nesting;	    /* messages it lies in */
	bool is_shown;	    /* text or HTML to be read, not a file */
	bool is_message;    /* its own parts follow */
	bool has_odd_name;  /* bidi marks or control characters were in it */
	bool has_two_types; /* more than one Content-Type */
};

struct mail_tree {
	struct mail_part *parts;
	size_t count;
	size_t leaves;
	int alternatives;
	size_t budget;	  /* bytes of encoded messages that may still be decoded */
	struct buf *kept; /* decoded messages, which parts point into */
	size_t kept_count;
	const char *top; /* the mail from its first header field on, mended */
	size_t top_len;
	char what[96]; /* the limit that is passed */
};

/* Sets GMime up. Once, before the process is sealed. */
void mail_tree_warm_up(void);
/* 0, or -1 with what. bytes must outlive the tree. */
int mail_tree_read(struct mail_tree *ret, const char *bytes, size_t len,
	const struct mail_limits *limits);
/* Decoded content: borrowed from the tree or from scratch, which is emptied first. */
const char *mail_part_content(
	const struct mail_part *part, struct buf *scratch, size_t *ret_len);
void mail_tree_deinit(struct mail_tree *t);
#define mail_tree_auto __attribute__((cleanup(mail_tree_deinit))) struct mail_tree

/*
 * A file name that can do no harm (A19): the last path component, without control
 * characters and bidi marks, at most 200 bytes, "unnamed" where nothing is left.
 * ret_odd: such characters were there. The caller frees.
 */
char *name_harmless(const char *name, bool *ret_odd);

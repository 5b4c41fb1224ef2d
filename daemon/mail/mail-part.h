/*
 * One part of a mail: what its header says of it, and its content.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct mail_part {
	char *path;	   /* IMAP numbering, "1.2.1" */
	char *media_type;  /* lower case */
	char *charset;	   /* NULL */
	char *disposition; /* lower case; NULL */
	char *encoding;	   /* Content-Transfer-Encoding, lower case; "" */
	char *name;	   /* harmless, see name_harmless; NULL where there is none */
	char *report_type; /* of the multipart/report it stands in; NULL */
	const char *raw;   /* not decoded, within the mail or a kept buffer */
	size_t raw_len;
	int alternative;    /* number of the multipart/alternative around it; 0 none */
	int nesting;	    /* messages it lies in */
	bool is_shown;	    /* text or HTML to be read, not a file */
	bool is_message;    /* its own parts follow */
	bool has_odd_name;  /* bidi marks or control characters were in it */
	bool has_two_types; /* more than one Content-Type */
};

/* The header block of a part: raw values, NULL where not there, of the last such field.
 */
struct part_head {
	char *type;
	char *disposition;
	char *encoding;
	int types; /* Content-Type fields */
};

/* Where in the tree the part stands. */
struct part_place {
	const char *parent; /* subtype of the multipart around, "" */
	int index;	    /* among its siblings */
};

/* Sets GMime up. Once, before the process is sealed. */
void mail_part_warm_up(void);
/* Fills what the header decides. default_type where it names none. */
void mail_part_describe(struct mail_part *part, const struct part_head *head,
	const struct part_place *place, const char *default_type);
/* A transfer encoding that hides the lines of the content. */
bool mail_part_is_encoded(const struct mail_part *part);
/*
 * Decoded content by and by, so that a large part takes no memory; fn may say false: no
 * more.
 */
typedef bool (*mail_piece_fn)(void *context, const char *bytes, size_t len);
void mail_part_each(const struct mail_part *part, mail_piece_fn fn, void *context);
/* Decoded content: borrowed from the mail or from scratch, which is emptied first. */
const char *mail_part_content(
	const struct mail_part *part, struct buf *scratch, size_t *ret_len);
void mail_part_deinit(struct mail_part *part);
void part_head_deinit(struct part_head *head);

/*
 * A file name that can do no harm (A19): the last path component, without control
 * characters and bidi marks, at most 200 bytes, "unnamed" where nothing is left.
 * ret_odd: such characters were there. The caller frees.
 */
char *name_harmless(const char *name, bool *ret_odd);

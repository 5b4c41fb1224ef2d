/*
 * Bounces in plain words, as mail servers without RFC 3464 write them: which addresses
 * are named, what is said of each, and where the returned mail begins. Read by how the
 * lines stand, not by who wrote them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "mail/bounce-lines.h"
#include "mail/bounce-why.h"

struct bounce_entry {
	char *address; /* normal form */
	char *said;    /* the server's words about it; "" */
	enum bounce_why why;
	enum bounce_rank rank;
};

struct bounce_text {
	struct bounce_entry *list;
	size_t count;
	char *notice;	      /* what the server wrote, without the returned mail */
	const char *returned; /* the mail that came back, within the text; NULL */
	bool is_delayed;      /* it will be tried again */
	bool is_after_data;   /* refused only when the content was seen */
};

/*
 * Reads text, which must outlive ret. own: addresses that are not meant, who the bounce
 * is from and to; NULL ends them.
 */
void bounce_text_read(
	struct bounce_text *ret, const char *text, const char *const *own);
/* What is said of that address anywhere in the notice; "" where nothing. The caller
 * frees. */
char *bounce_text_about(const struct bounce_text *b, const char *address);
/* True where the words are those of a server that reports on a mail. */
bool bounce_text_is_report(const char *text);
void bounce_text_deinit(struct bounce_text *b);
#define bounce_text_auto __attribute__((cleanup(bounce_text_deinit))) struct bounce_text

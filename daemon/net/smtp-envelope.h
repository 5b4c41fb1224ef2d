/*
 * What is said of a mail before its text: whether it may be offered at all, and the
 * commands of its envelope with the parameters that the server takes. Inside net/ only.
 */
#pragma once

#include "base/buf.h"
#include "net/smtp-text.h"
#include "net/smtp.h"

/* NULL, or why it cannot be offered to this server, in plain words. */
const char *smtp_find_fault(const struct smtp_mail *mail,
	const struct smtp_extensions *e, const struct smtp_lines *lines);
void smtp_add_mail_from(struct buf *to, const struct smtp_mail *mail,
	const struct smtp_extensions *e, const struct smtp_lines *lines);
/* copy: of copy_to, about which no reports are wanted. */
void smtp_add_rcpt_to(struct buf *to, const struct smtp_mail *mail,
	const struct smtp_extensions *e, bool copy);

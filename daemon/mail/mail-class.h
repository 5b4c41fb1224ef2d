/*
 * The questions that decide the class of a mail, each by its bytes alone (F6).
 */
#pragma once

#include <stdbool.h>

#include "mail/header-fields.h"
#include "mail/mail-tree.h"

/* A part message/KIND or message/global-KIND, or a multipart/report of that kind. */
bool mail_class_has_report(const struct mail_tree *tree, const char *kind);
/* From a mail server: a report (RFC 3464, 5965), or words that only servers use. text:
 * what is shown of the mail. */
bool mail_class_is_bounce(const struct header_fields *fields,
	const struct mail_tree *tree, const char *text);
/* RFC 3834 5, and the fields and subjects of those that do not keep to it. */
bool mail_class_is_automatic(
	const struct header_fields *fields, const struct mail_tree *tree);
/* The subject begins as those of automatic answers do. folded: text_fold's. */
bool mail_class_is_auto_subject(const char *folded);
/* It begins with "SV:", "Re:", "VB:" and the like. */
bool mail_class_is_passed_on(const char *folded);
/* Decoded and folded; the caller frees. */
char *mail_class_subject(const struct header_fields *fields);

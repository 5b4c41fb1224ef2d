/*
 * What the header of a mail says, and what class the bytes alone can tell.
 */
#pragma once

#include <jansson.h>

#include "mail/header-fields.h"
#include "mail/mail-tree.h"

/* Puts the members of PROTOCOL.md that come from the header into to. */
void mail_head_put(json_t *to, const struct header_fields *fields);
/* Adds to the list `flags`. Once each. */
void mail_head_flag(json_t *to, const char *flag);
/* "bounce", "auto-reply", "reply" or "unknown", in that order (F6). text: what is shown
 * of the mail. */
const char *mail_head_class(const struct header_fields *fields,
	const struct mail_tree *tree, const char *text);

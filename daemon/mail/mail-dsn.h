/*
 * Who a bounce says was not reached, and which mail it is about (RFC 3464).
 */
#pragma once

#include <jansson.h>

#include "mail/header-fields.h"
#include "mail/mail-tree.h"

/*
 * Puts `failed`, `original_message_id` and `original_envelope_id` into to, as far as
 * reports, returned headers, X-Failed-Recipients and plain lines of the text (valid
 * UTF-8, may be "") tell.
 */
void mail_dsn_put(json_t *to, const struct header_fields *fields,
	const struct mail_tree *tree, const char *text);

/*
 * Authentication-Results (RFC 8601): does a server that we trust vouch for the From
 * address?
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/*
 * fields: the Authentication-Results values in the order of the header block, topmost
 * first, each {"value", "index"} with index the position among all header fields. Only
 * the topmost run of fields with one of authserv_ids counts (A2): true for dmarc=pass
 * with header.from of from's domain, or spf (smtp.mailfrom) or dkim (header.d) pass
 * aligned with it. False where there is not exactly one From address (A5) or
 * authserv_ids is empty.
 */
bool auth_results_vouch(
	const json_t *fields, const json_t *authserv_ids, const char *from);
/* The same of one value that names no server, as Exchange Online writes it: whose it is
 * has to be known otherwise. */
bool auth_results_vouch_unnamed(const char *value, const char *from);

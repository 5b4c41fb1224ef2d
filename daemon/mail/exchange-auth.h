/*
 * What Exchange Online says of a sender in its own header fields: that it has signed
 * him in as a user of our own tenant.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/*
 * exchange: what the reader found, {"auth_as", "tenant", "originator", "received_by"};
 * fields that stand twice are left out there. True where all of this holds:
 *   - X-MS-Exchange-Organization-AuthAs is Internal. Exchange takes such fields off
 *     whatever comes in from outside, so only our tenant's servers can have written it;
 *   - X-MS-Exchange-CrossTenant-Id is tenant_id, and X-OriginatorOrg one of domains:
 *     it was our tenant;
 *   - the topmost Received field is one of Exchange Online's servers': the mailbox is
 *     there, and nobody who came later could write above it;
 *   - from's domain is one of domains: a user may only write as the tenant's addresses.
 */
bool exchange_auth_vouches(const json_t *exchange, const char *tenant_id,
	const json_t *domains, const char *from);

/*
 * What Exchange Online says of a sender in its own header fields. Exchange takes
 * X-MS-Exchange-Organization-* off whatever comes in from outside, so only our tenant's
 * servers can have written them.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/* Which tenant is ours. */
struct exchange_tenant {
	const char *id;
	const json_t *domains;
};

/*
 * head: what the reader found. Its exchange: {"auth_as", "tenant", "originator",
 * "received": [{"by", "index"}]}; a field that stands twice is left out there.
 * X-MS-Exchange-CrossTenant-Id has to be ours and the topmost Received field one of
 * Exchange Online's servers', above which nobody who came later could write. Then
 *   - X-MS-Exchange-Organization-AuthAs: Internal vouches for a user of our tenant
 * where X-OriginatorOrg and the domain of From are our domains: a user may only write
 * as the tenant's addresses;
 *   - with Anonymous, what came from outside, the topmost Authentication-Results
 * vouches as ever. It names no server, but stands right above the Received field of the
 *     server at Exchange's border that wrote it.
 * False where there is not exactly one From address.
 */
bool exchange_auth_vouches(const json_t *head, const struct exchange_tenant *tenant);

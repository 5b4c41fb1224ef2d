#include "mail/exchange-auth.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "mail/address.h"

static bool is_exchange_server(const char *host)
{
	static const char *const domains[] = {
		".prod.outlook.com", ".office365.com", ".protection.outlook.com"};
	size_t len = strlen(host);

	for (size_t i = 0; i < sizeof(domains) / sizeof(domains[0]); i++) {
		size_t end = strlen(domains[i]);
		if (len > end && text_equal_nocase(host + len - end, domains[i]))
			return true;
	}
	return false;
}

static bool is_one_of(const char *domain, const json_t *domains)
{
	size_t i;
	json_t *one;

	json_array_foreach ((json_t *)domains, i, one)
		if (json_is_string(one) &&
			text_equal_nocase(json_string_value(one), domain))
			return true;
	return false;
}

bool exchange_auth_vouches(const json_t *exchange, const char *tenant_id,
	const json_t *domains, const char *from)
{
	str_auto *normal = from ? address_normal(from) : NULL;

	return normal && tenant_id &&
	       text_equal_nocase(json_str_or(exchange, "auth_as", ""), "Internal") &&
	       text_equal_nocase(json_str_or(exchange, "tenant", ""), tenant_id) &&
	       is_one_of(json_str_or(exchange, "originator", ""), domains) &&
	       is_exchange_server(json_str_or(exchange, "received_by", "")) &&
	       is_one_of(address_domain(normal), domains);
}

#include "mail/exchange-auth.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "mail/address.h"
#include "mail/auth-results.h"

#define BORDER ".mail.protection.outlook.com"

static bool is_below(const char *host, const char *domain)
{
	size_t len = strlen(host);
	size_t end = strlen(domain);

	return len > end && text_equal_nocase(host + len - end, domain);
}

static bool is_exchange_server(const char *host)
{
	return is_below(host, ".prod.outlook.com") ||
	       is_below(host, ".office365.com") ||
	       is_below(host, ".protection.outlook.com");
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

static const char *by_of(const json_t *received)
{
	return json_str_or(received, "by", "");
}

static bool is_internal(
	const json_t *exchange, const struct exchange_tenant *tenant, const char *from)
{
	return is_one_of(json_str_or(exchange, "originator", ""), tenant->domains) &&
	       is_one_of(address_domain(from), tenant->domains);
}

/* Above the field at index there are Exchange's own hops behind its border, and right
 * below it the border. */
static bool is_of_border(const json_t *exchange, int64_t index)
{
	size_t i;
	json_t *one;

	json_array_foreach (json_object_get(exchange, "received"), i, one) {
		if (json_int_or(one, "index", 0) > index)
			return is_below(by_of(one), BORDER);
		if (!is_exchange_server(by_of(one)) || is_below(by_of(one), BORDER))
			return false;
	}
	return false;
}

static bool is_outside(const json_t *head, const char *from)
{
	const json_t *top =
		json_array_get(json_object_get(head, "authentication_results"), 0);

	return top &&
	       is_of_border(json_object_get(head, "exchange"),
		       json_int_or(top, "index", -1)) &&
	       auth_results_vouch_unnamed(json_str_or(top, "value", ""), from);
}

bool exchange_auth_vouches(const json_t *head, const struct exchange_tenant *tenant)
{
	const json_t *exchange = json_object_get(head, "exchange");
	const json_t *top = json_array_get(json_object_get(exchange, "received"), 0);
	const char *as = json_str_or(exchange, "auth_as", "");
	const char *from = json_str(head, "from");

	if (!from || !tenant->id ||
		!text_equal_nocase(json_str_or(exchange, "tenant", ""), tenant->id) ||
		!is_exchange_server(by_of(top)))
		return false;
	if (text_equal_nocase(as, "Internal"))
		return is_internal(exchange, tenant, from);
	return text_equal_nocase(as, "Anonymous") && is_outside(head, from);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "mail/exchange-auth.h"
#include "mail/mail-read.h"

#define TENANT "6a1f4c02-93d5-4f5e-8b57-0d2f1c9e7ab4"
#define OTHER "11111111-2222-3333-4444-555555555555"
#define RECEIVED                                                                       \
	"Received: from AM0PR01.eurprd01.prod.outlook.com (2603:10a6::1)\r\n"          \
	" by DB8PR01.eurprd01.prod.outlook.com with HTTPS; Mon, 10 Aug 2026\r\n"
#define FROM "From: Maria <maria@linkoping.example>\r\n"
#define INTERNAL "X-MS-Exchange-Organization-AuthAs: Internal\r\n"
#define OURS "X-MS-Exchange-CrossTenant-Id: " TENANT "\r\n"
#define ORIGIN "X-OriginatorOrg: linkoping.example\r\n"

static const struct {
	const char *what;
	const char *head;
	bool vouched;
} cases[] = {
	{"our tenant's user", RECEIVED FROM INTERNAL OURS ORIGIN, true},
	{"whatever the case of letters",
		RECEIVED FROM
		"X-MS-Exchange-Organization-AuthAs: internal\r\n"
		"X-MS-EXCHANGE-CROSSTENANT-ID: 6A1F4C02-93D5-4F5E-8B57-0D2F1C9E7AB4\r\n"
		"X-OriginatorOrg: Linkoping.Example\r\n",
		true},
	{"nothing of it", RECEIVED FROM, false},
	{"from outside",
		RECEIVED FROM
		"X-MS-Exchange-Organization-AuthAs: Anonymous\r\n" OURS ORIGIN,
		false},
	{"AuthAs twice", RECEIVED FROM INTERNAL INTERNAL OURS ORIGIN, false},
	{"one AuthAs below another",
		RECEIVED FROM
		"X-MS-Exchange-Organization-AuthAs: Anonymous\r\n" INTERNAL OURS ORIGIN,
		false},
	{"another tenant",
		RECEIVED FROM INTERNAL "X-MS-Exchange-CrossTenant-Id: " OTHER
				       "\r\n" ORIGIN,
		false},
	{"two tenants",
		RECEIVED FROM INTERNAL OURS "X-MS-Exchange-CrossTenant-Id: " OTHER
					    "\r\n" ORIGIN,
		false},
	{"no tenant", RECEIVED FROM INTERNAL ORIGIN, false},
	{"no originator", RECEIVED FROM INTERNAL OURS, false},
	{"another originator",
		RECEIVED FROM INTERNAL OURS "X-OriginatorOrg: evil.example\r\n", false},
	{"another domain in From",
		RECEIVED "From: maria@evil.example\r\n" INTERNAL OURS ORIGIN, false},
	{"a domain that ends like ours",
		RECEIVED "From: maria@notlinkoping.example\r\n" INTERNAL OURS ORIGIN,
		false},
	{"two From fields", RECEIVED FROM FROM INTERNAL OURS ORIGIN, false},
	{"a server that is none of Exchange Online's",
		"Received: from a by mx.evil.example with ESMTP; x\r\n" FROM INTERNAL
			OURS ORIGIN,
		false},
	{"a host that only begins like one",
		"Received: from a by x.prod.outlook.com.evil.example; x\r\n" FROM
			INTERNAL OURS ORIGIN,
		false},
	{"another server on top of Exchange's",
		"Received: from a by mx.evil.example with ESMTP; x\r\n" RECEIVED FROM
			INTERNAL OURS ORIGIN,
		false},
	{"no Received at all", FROM INTERNAL OURS ORIGIN, false},
};

static void only_a_user_of_our_own_tenant_is_vouched_for(void **state)
{
	const struct mail_limits limits = {.depth = 10,
		.parts = 10,
		.text_max = 1000,
		.header_line_max = 1000,
		.header_fields_max = 100,
		.calendar_max = 1000};
	json_auto_t *domains = json_pack("[s]", "linkoping.example");
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		str_auto *raw = xasprintf("%s\r\nja\r\n", cases[i].head);
		mail_calendars_auto calendars = MAIL_CALENDARS_NONE;
		json_auto_t *said = mail_read(raw, strlen(raw), &limits, &calendars);
		bool vouched = exchange_auth_vouches(json_object_get(said, "exchange"),
			TENANT, domains, json_str(said, "from"));
		if (vouched != cases[i].vouched)
			fail_msg("%s: %s", cases[i].what,
				vouched ? "vouched for" : "not vouched for");
		assert_false(exchange_auth_vouches(json_object_get(said, "exchange"),
			NULL, domains, json_str(said, "from")));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_user_of_our_own_tenant_is_vouched_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

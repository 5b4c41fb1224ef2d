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
#define OUTSIDE "X-MS-Exchange-Organization-AuthAs: Anonymous\r\n"
#define HOP RECEIVED
#define BORDER                                                                         \
	"Received: from mail.utskott.example (192.0.2.7) by\r\n"                       \
	" DB5EUR03FT003.mail.protection.outlook.com (10.1.2.3) with Microsoft\r\n"
#define PASSED                                                                         \
	"Authentication-Results: spf=pass (sender IP is 192.0.2.7)\r\n"                \
	" smtp.mailfrom=utskott.example; dkim=none (message not signed)\r\n"           \
	" header.d=none;dmarc=pass action=none\r\n"                                    \
	" header.from=utskott.example;compauth=pass reason=100\r\n"
#define FAILED                                                                         \
	"Authentication-Results: spf=fail (sender IP is 192.0.2.7)\r\n"                \
	" smtp.mailfrom=utskott.example; dkim=none (message not signed)\r\n"           \
	" header.d=none;dmarc=fail action=oreject\r\n"                                 \
	" header.from=utskott.example;compauth=fail reason=000\r\n"
#define ANNA "From: Anna <anna@utskott.example>\r\n"
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
	{"from outside, checked at the border", HOP PASSED BORDER ANNA OUTSIDE OURS,
		true},
	{"from outside, and not passed", HOP FAILED BORDER ANNA OUTSIDE OURS, false},
	{"from outside, another domain passed",
		HOP PASSED BORDER "From: x@other.example\r\n" OUTSIDE OURS, false},
	{"one of the sender's own below the border",
		HOP BORDER PASSED ANNA OUTSIDE OURS, false},
	{"one of the sender's own below Exchange's",
		HOP FAILED BORDER PASSED BORDER ANNA OUTSIDE OURS, false},
	{"one that names a server",
		HOP "Authentication-Results: mx.evil.example; dmarc=pass "
		    "header.from=utskott.example\r\n" BORDER ANNA OUTSIDE OURS,
		false},
	{"one above a border that is none",
		HOP PASSED
		"Received: from a by mx.evil.example; x\r\n" ANNA OUTSIDE OURS,
		false},
	{"from outside to another tenant",
		HOP PASSED BORDER ANNA OUTSIDE "X-MS-Exchange-CrossTenant-Id: " OTHER
					       "\r\n",
		false},
	{"AuthAs of both sorts", HOP PASSED BORDER ANNA OUTSIDE INTERNAL OURS, false},
	{"no AuthAs", HOP PASSED BORDER ANNA OURS, false},
	{"no Received at all", FROM INTERNAL OURS ORIGIN, false},
};

static void our_own_users_and_who_exchange_checked_at_its_border_are_vouched_for(
	void **state)
{
	const struct mail_limits limits = {.depth = 10,
		.parts = 10,
		.text_max = 1000,
		.header_line_max = 1000,
		.header_fields_max = 100,
		.calendar_max = 1000};
	json_auto_t *domains = json_pack("[s]", "linkoping.example");
	const struct exchange_tenant ours = {TENANT, domains};
	const struct exchange_tenant nobody = {NULL, NULL};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		str_auto *raw = xasprintf("%s\r\nja\r\n", cases[i].head);
		mail_calendars_auto calendars = MAIL_CALENDARS_NONE;
		json_auto_t *said = mail_read(raw, strlen(raw), &limits, &calendars);
		bool vouched = exchange_auth_vouches(said, &ours);
		if (vouched != cases[i].vouched)
			fail_msg("%s: %s", cases[i].what,
				vouched ? "vouched for" : "not vouched for");
		assert_false(exchange_auth_vouches(said, &nobody));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			our_own_users_and_who_exchange_checked_at_its_border_are_vouched_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

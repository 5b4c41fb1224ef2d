#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "net/oauth-reply.h"
#include "net/stream-said.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct oauth_secrets secrets = {{"klient-hemlighet", "forny-4711"}};

/* ---- tokens ---- */

struct answer {
	int status;
	const char *body;
	enum oauth_outcome outcome;
	enum err_kind kind;
	const char *words; /* a part of what is said; "" nothing */
};

static const struct answer answers[] = {
	{200, "{\"access_token\":\"a.b-c\",\"token_type\":\"Bearer\"}", OAUTH_GIVEN,
		ERR_NONE, ""},
	{200,
		"{\"access_token\":\"a\",\"token_type\":\"bearer\",\"expires_in\":"
		"\"60\"}",
		OAUTH_GIVEN, ERR_NONE, ""},
	/* What is no token. */
	{200, "", OAUTH_TROUBLE, ERR_TEMP, "an answer that is none"},
	{200, "[]", OAUTH_TROUBLE, ERR_TEMP, "an answer that is none"},
	{200, "<html>", OAUTH_TROUBLE, ERR_TEMP, "an answer that is none"},
	{200, "{\"access_token\":\"\",\"token_type\":\"Bearer\"}", OAUTH_TROUBLE,
		ERR_TEMP, "none"},
	{200, "{\"access_token\":\"a b\",\"token_type\":\"Bearer\"}", OAUTH_TROUBLE,
		ERR_TEMP, "none"},
	{200, "{\"access_token\":\"a\\r\\nb\",\"token_type\":\"Bearer\"}",
		OAUTH_TROUBLE, ERR_TEMP, "none"},
	{200, "{\"access_token\":\"\xc3\xa5\",\"token_type\":\"Bearer\"}",
		OAUTH_TROUBLE, ERR_TEMP, "none"},
	{200, "{\"access_token\":\"a\\u0000b\",\"token_type\":\"Bearer\"}",
		OAUTH_TROUBLE, ERR_TEMP, "none"},
	{200,
		"{\"access_token\":\"a\",\"access_token\":\"b\","
		"\"token_type\":\"Bearer\"}",
		OAUTH_TROUBLE, ERR_TEMP, "none"},
	{200, "{\"access_token\":\"a\",\"token_type\":\"mac\"}", OAUTH_REFUSED,
		ERR_PERM, "another type"},
	{200, "{\"access_token\":\"a\"}", OAUTH_REFUSED, ERR_PERM, "another type"},
	/* Refusals in the server's words, for good. */
	{400, "{\"error\":\"invalid_grant\",\"error_description\":\"gone\"}",
		OAUTH_REFUSED, ERR_PERM, "invalid_grant: gone"},
	{401, "{\"error\":\"invalid_client\"}", OAUTH_REFUSED, ERR_PERM,
		"invalid_client"},
	{400,
		"{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7 "
		"wrong. Trace ID: 12\\r\\nTime\"}",
		OAUTH_REFUSED, ERR_PERM, "invalid_client: AADSTS7 wrong."},
	{403, "forbidden", OAUTH_REFUSED, ERR_PERM, "not why (403)"},
	{302, "", OAUTH_REFUSED, ERR_PERM, "not why (302)"},
	{400, "{\"error\":\"x\\u001b[31m\"}", OAUTH_REFUSED, ERR_PERM, "x\\x1b[31m"},
	/* It passes. */
	{500, "", OAUTH_TROUBLE, ERR_TEMP, "not why (500)"},
	{503, "{\"error\":\"temporarily_unavailable\"}", OAUTH_TROUBLE, ERR_TEMP,
		"temporarily_unavailable"},
	{400, "{\"error\":\"temporarily_unavailable\"}", OAUTH_TROUBLE, ERR_TEMP,
		"temporarily_unavailable"},
	{429, "", OAUTH_TROUBLE, ERR_TEMP, "not why (429)"},
	/* A person who has not finished (RFC 8628 3.5). */
	{400, "{\"error\":\"authorization_pending\"}", OAUTH_PENDING, ERR_NONE, ""},
	{400, "{\"error\":\"slow_down\"}", OAUTH_SLOW_DOWN, ERR_NONE, ""},
	{400, "{\"error\":\"expired_token\"}", OAUTH_REFUSED, ERR_PERM,
		"expired_token"},
	{400, "{\"error\":\"access_denied\"}", OAUTH_REFUSED, ERR_PERM,
		"access_denied"},
};

static void each_answer_is_told_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(answers); i++) {
		const struct answer *a = &answers[i];
		oauth_token_auto token = OAUTH_TOKEN_EMPTY;
		struct err err = ERR_INIT;
		enum oauth_outcome outcome = oauth_read_token(
			a->status, a->body, strlen(a->body), &secrets, &token, &err);

		if (outcome != a->outcome || err.kind != a->kind ||
			!strstr(err.text, a->words))
			fail_msg("%d %s: outcome %d, kind %d, \"%s\"", a->status,
				a->body, (int)outcome, (int)err.kind, err.text);
		if (outcome == OAUTH_GIVEN)
			assert_non_null(token.access);
	}
}

static void lifetimes_stay_within_reason(void **state)
{
	static const struct {
		const char *expires_in;
		int64_t lifetime;
	} cases[] = {{"3599", 3599}, {"\"3599\"", 3599}, {"0", 600}, {"-5", 600},
		{"null", 600}, {"1e300", 366LL * 86400}, {"99999999999", 366LL * 86400},
		{"3599.7", 3599}};
	(void)state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		char body[200];
		oauth_token_auto token = OAUTH_TOKEN_EMPTY;
		struct err err = ERR_INIT;

		int len = snprintf(body, sizeof(body),
			"{\"access_token\":\"a\",\"token_type\":\"Bearer\","
			"\"refresh_token\":\"r\",\"expires_in\":%s}",
			cases[i].expires_in);
		assert_int_equal(oauth_read_token(200, body, (size_t)len, &secrets,
					 &token, &err),
			OAUTH_GIVEN);
		assert_int_equal(token.lifetime, cases[i].lifetime);
		assert_string_equal(token.refresh, "r");
	}
}

static void our_secrets_do_not_come_back_in_an_error(void **state)
{
	static const char body[] =
		"{\"error\":\"invalid_client\",\"error_description\":\"secret "
		"klient-hemlighet and token forny-4711 (forny-4711)\"}";
	oauth_token_auto token = OAUTH_TOKEN_EMPTY;
	struct err err = ERR_INIT;
	(void)state;

	oauth_read_token(401, body, strlen(body), &secrets, &token, &err);
	assert_null(strstr(err.text, "hemlighet"));
	assert_null(strstr(err.text, "4711"));
	assert_non_null(strstr(err.text, "secret ***"));
}

/* ---- codes ---- */

static void a_code_needs_all_its_parts(void **state)
{
	static const struct {
		const char *body;
		enum oauth_outcome outcome;
	} cases[] = {
		{"{\"device_code\":\"d\",\"user_code\":\"A-B\","
		 "\"verification_uri\":\"https://x.example/\"}",
			OAUTH_GIVEN},
		{"{\"device_code\":\"d\",\"user_code\":\"A-B\","
		 "\"verification_url\":\"https://x.example/\"}",
			OAUTH_GIVEN},
		{"{\"user_code\":\"A-B\",\"verification_uri\":\"https://x.example/\"}",
			OAUTH_TROUBLE},
		{"{\"device_code\":\"d\",\"verification_uri\":\"https://x.example/\"}",
			OAUTH_TROUBLE},
		{"{\"device_code\":\"d\",\"user_code\":\"A-B\"}", OAUTH_TROUBLE},
		{"{\"error\":\"invalid_client\"}", OAUTH_TROUBLE},
		{"", OAUTH_TROUBLE},
	};
	(void)state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		oauth_device_auto device = OAUTH_DEVICE_EMPTY;
		struct err err = ERR_INIT;

		assert_int_equal(
			oauth_read_device(200, cases[i].body, strlen(cases[i].body),
				&secrets, &device, &err),
			cases[i].outcome);
		if (cases[i].outcome == OAUTH_GIVEN) {
			assert_int_equal(device.interval, 5);
			assert_int_equal(device.lifetime, 600);
		}
	}
}

static void a_code_cannot_drive_the_terminal_or_make_us_ask_at_once(void **state)
{
	static const char body[] =
		"{\"device_code\":\"d\",\"user_code\":\"A\\u001b[2JB\",\"interval\":0,"
		"\"expires_in\":9999999,\"verification_uri\":\"https://x\\n.example\"}";
	oauth_device_auto device = OAUTH_DEVICE_EMPTY;
	struct err err = ERR_INIT;
	(void)state;

	assert_int_equal(
		oauth_read_device(200, body, strlen(body), &secrets, &device, &err),
		OAUTH_GIVEN);
	assert_string_equal(device.user_code, "A\\x1b[2JB");
	assert_null(strchr(device.address, '\n'));
	assert_int_equal(device.interval, 5);
	assert_int_equal(device.lifetime, 3600);
}

/* ---- what a mail server says ---- */

struct dialogue {
	const char *lines[5];
	const char *words;
	bool is_bad_day, no_refusal;
};

/* {"status":"401","schemes":"bearer"} */
#define JSON_64 "eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIn0="
#define JSON "{\"status\":\"401\",\"schemes\":\"bearer\"}"

static const struct dialogue dialogues[] = {
	{{"+ " JSON_64}, JSON, false, false},
	{{"334 " JSON_64}, JSON, false, false},
	{{"+ " JSON_64, "A002 NO [AUTHENTICATIONFAILED] no"},
		JSON "; A002 NO [AUTHENTICATIONFAILED] no", false, false},
	{{"334 " JSON_64, "535 5.7.8 no"}, JSON "; 535 5.7.8 no", false, false},
	/* Other challenges are no reason. */
	{{"334 VXNlcm5hbWU6", "535 5.7.8 no"}, "535 5.7.8 no", false, false},
	{{"+ ", "A002 NO no"}, "A002 NO no", false, false},
	{{"+ !!!", "A002 NO no"}, "A002 NO no", false, false},
	{{"+ WzEsMl0=", "A002 NO no"}, "A002 NO no", false, false},
	{{"454 4.7.0 later"}, "454 4.7.0 later", true, false},
	{{"A002 NO [UNAVAILABLE] later"}, "A002 NO [UNAVAILABLE] later", true, false},
	{{"250-mail.example", "250 AUTH PLAIN"}, "250 AUTH PLAIN", false, true},
	{{"* CAPABILITY IMAP4rev1", "A001 OK"}, "A001 OK", false, true},
	{{"A001 OK done"}, "A001 OK done", false, true},
	{{"A001 BAD\x1b[31m"}, "A001 BAD\\x1b[31m", false, false},
};

static void a_refusal_is_said_in_the_servers_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(dialogues); i++) {
		const struct dialogue *d = &dialogues[i];
		said_auto said = {.total = 0};

		for (size_t k = 0; d->lines[k]; k++) {
			str_auto *line = xasprintf("%s\r\n", d->lines[k]);
			assert_true(said_line(&said, line, strlen(line)));
		}
		str_auto *words = said_words(&said);
		assert_string_equal(words, d->words);
		assert_int_equal(said_bad_day(&said), d->is_bad_day);
		assert_int_equal(said_no_refusal(&said), d->no_refusal);
	}
}

static void who_talks_without_end_is_not_listened_to(void **state)
{
	said_auto said = {.total = 0};
	char line[1000];
	int taken = 0;
	(void)state;

	memset(line, 'x', sizeof(line));
	while (said_line(&said, line, sizeof(line)))
		taken++;
	assert_int_equal(taken, 16);
}

static void extensions_are_those_of_the_newest_ehlo(void **state)
{
	static const char *const lines[] = {"220 hi", "250-mail.example", "250-SIZE 10",
		"250 STARTTLS", "220 go", "250-mail.example", "250-PIPELINING",
		"250 AUTH XOAUTH2", "235 2.7.0 ok"};
	said_auto said = {.total = 0};
	(void)state;

	for (size_t i = 0; i < COUNT(lines); i++)
		said_line(&said, lines[i], strlen(lines[i]));
	assert_string_equal(buf_str(&said.extensions), "PIPELINING\nAUTH XOAUTH2\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_answer_is_told_apart),
		cmocka_unit_test(lifetimes_stay_within_reason),
		cmocka_unit_test(our_secrets_do_not_come_back_in_an_error),
		cmocka_unit_test(a_code_needs_all_its_parts),
		cmocka_unit_test(
			a_code_cannot_drive_the_terminal_or_make_us_ask_at_once),
		cmocka_unit_test(a_refusal_is_said_in_the_servers_words),
		cmocka_unit_test(who_talks_without_end_is_not_listened_to),
		cmocka_unit_test(extensions_are_those_of_the_newest_ehlo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

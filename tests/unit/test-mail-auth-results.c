/* Which mails a trusted server vouches for (A1, A2, A5). */
#include "mail/auth-results.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FROM "anna@ekholmen.example"

struct one {
	const char *value;
	int index;
};

static bool vouched(const struct one *fields, size_t count, const char *from)
{
	json_auto_t *list = json_array();
	json_auto_t *ids =
		json_pack("[s, s]", "mx.linkoping.example", "mx2.linkoping.example");
	for (size_t i = 0; i < count; i++)
		json_array_append_new(
			list, json_pack("{s:s, s:i}", "value", fields[i].value, "index",
				      fields[i].index));
	return auth_results_vouch(list, ids, from);
}

static bool vouched_one(const char *value)
{
	const struct one field = {value, 0};
	return vouched(&field, 1, FROM);
}

static void a_pass_that_is_aligned_vouches(void **state)
{
	(void)state;
	static const char *const cases[] = {
		"mx.linkoping.example; dmarc=pass header.from=ekholmen.example",
		"MX.Linkoping.Example 1; DMARC=Pass header.from=EKHOLMEN.example",
		"mx2.linkoping.example; dmarc=pass (p=none) "
		"header.from=ekholmen.example",
		"mx.linkoping.example; dmarc/1=pass reason=\"a; b\" "
		"header.from=ekholmen.example",
		"mx.linkoping.example (a (nested; dmarc=fail) "
		"comment);\r\n\tdmarc=pass\r\n "
		"header.from=ekholmen.example",
		"mx.linkoping.example; dkim=pass header.d=ekholmen.example header.s=k1",
		"mx.linkoping.example; dkim=pass header.d=mail.ekholmen.example",
		"mx.linkoping.example; dkim=fail header.d=x.example; dkim=pass "
		"header.d=ekholmen.example",
		"mx.linkoping.example; spf=pass smtp.mailfrom=anna@ekholmen.example",
		"mx.linkoping.example; spf=pass smtp.mailfrom=ekholmen.example",
		"mx.linkoping.example; spf=pass "
		"smtp.mailfrom=\"anna@ekholmen.example\"",
		"mx.linkoping.example; spf=pass (sender IP is 192.0.2.1) "
		"smtp.mailfrom=ekholmen.example; dkim=none;dmarc=bestguesspass "
		"action=none "
		"header.from=ekholmen.example;compauth=pass reason=109",
		"mx.linkoping.example; dmarc=pass header.from=ekholmen.example;",
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		if (!vouched_one(cases[i]))
			fail_msg("does not vouch: %s", cases[i]);
}

static void all_else_does_not_vouch(void **state)
{
	(void)state;
	static const char *const cases[] = {
		"",
		";",
		"mx.linkoping.example",
		"mx.linkoping.example; none",
		"mx.evil.example; dmarc=pass header.from=ekholmen.example",
		"mx.linkoping.example.evil.example; dmarc=pass "
		"header.from=ekholmen.example",
		"mx.linkoping.example 2; dmarc=pass header.from=ekholmen.example",
		"mx.linkoping.example; dmarc=fail header.from=ekholmen.example",
		"mx.linkoping.example; dmarc=pass header.from=evil.example",
		"mx.linkoping.example; dmarc=pass header.from=sub.ekholmen.example",
		"mx.linkoping.example; dmarc=pass",
		"mx.linkoping.example; dmarc=pass header.from=",
		"mx.linkoping.example; dkim=pass header.d=evilekholmen.example",
		"mx.linkoping.example; dkim=pass header.d=example",
		"mx.linkoping.example; dkim=pass header.i=@ekholmen.example",
		"mx.linkoping.example; dkim=pass",
		"mx.linkoping.example; dkim=neutral header.d=ekholmen.example",
		"mx.linkoping.example; spf=pass smtp.helo=ekholmen.example",
		"mx.linkoping.example; spf=softfail smtp.mailfrom=ekholmen.example",
		"mx.linkoping.example; spf=pass smtp.mailfrom=x@evil.example",
		"mx.linkoping.example; iprev=pass policy.iprev=192.0.2.1",
		"mx.linkoping.example; auth=pass smtp.auth=anna@ekholmen.example",
		/* a result within what a stranger can write */
		"mx.linkoping.example; spf=fail (dmarc=pass "
		"header.from=ekholmen.example)",
		"mx.linkoping.example; spf=fail reason=\"; dmarc=pass "
		"header.from=ekholmen.example\"",
		"mx.linkoping.example; spf=fail smtp.mailfrom=\"x; dmarc=pass "
		"header.from=ekholmen.example\"",
		"(mx.linkoping.example; dmarc=pass header.from=ekholmen.example)",
		"mx.evil.example (; mx.linkoping.example; dmarc=pass "
		"header.from=ekholmen.example",
		/* no Authentication-Results by the grammar */
		"mx.linkoping.example; dmarc=pass header.from=ekholmen.example (open",
		"mx.linkoping.example; dmarc=pass header.from=\"ekholmen.example",
		"mx.linkoping.example dmarc=pass header.from=ekholmen.example",
		"mx.linkoping.example; dmarc=pass header.from=ekholmen.example; =",
		"mx.linkoping.example; dmarc=pass header.from=ekholmen.example; x",
		"mx.linkoping.example; dkim=pass header.d=evil.example "
		"header.d=ekholmen.example",
		"mx.linkoping.example; dkim=pass header.d=ekholmen.example; dmarc=fail "
		"header.from=ekholmen.example",
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		if (vouched_one(cases[i]))
			fail_msg("vouches: %s", cases[i]);
}

#define PASS "mx.linkoping.example; dmarc=pass header.from=ekholmen.example"
#define FAIL "mx.linkoping.example; dmarc=fail header.from=ekholmen.example"
#define SPF "mx.linkoping.example; spf=pass smtp.mailfrom=ekholmen.example"
#define NONE "mx.linkoping.example; none"
#define OTHER "mx.evil.example; dmarc=pass header.from=ekholmen.example"

/* A2 */
static void only_the_topmost_run_of_our_servers_counts(void **state)
{
	(void)state;
	static const struct {
		struct one fields[3];
		size_t count;
		bool vouched;
	} cases[] = {
		{{{PASS, 0}}, 1, true},
		{{{PASS, 7}}, 1, true},
		{{{OTHER, 0}, {PASS, 3}}, 2, true},
		{{{FAIL, 0}, {PASS, 5}}, 2, false},
		{{{NONE, 0}, {PASS, 5}}, 2, false},
		{{{PASS, 0}, {FAIL, 5}}, 2, true},
		{{{NONE, 0}, {PASS, 1}}, 2, true},
		{{{SPF, 0}, {FAIL, 1}}, 2, false},
		{{{NONE, 0}, {OTHER, 1}, {PASS, 2}}, 3, false},
		{{{OTHER, 0}, {OTHER, 1}}, 2, false},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		if (vouched(cases[i].fields, cases[i].count, FROM) != cases[i].vouched)
			fail_msg("case %zu", i);
}

/* A5 */
static void without_one_valid_from_nobody_is_vouched_for(void **state)
{
	(void)state;
	const struct one field = {PASS, 0};
	assert_true(vouched(&field, 1, "Anna.Ek@Ekholmen.EXAMPLE"));
	assert_false(vouched(&field, 1, NULL));
	assert_false(vouched(&field, 1, ""));
	assert_false(vouched(&field, 1, "anna"));
	assert_false(vouched(&field, 1, "anna@\xd0\xb5kholmen.example"));
	assert_false(vouched(&field, 0, FROM));
	assert_false(auth_results_vouch(NULL, NULL, FROM));
}

static void a_domain_in_other_letters_is_the_same_domain(void **state)
{
	(void)state;
	const struct one field = {
		"mx.linkoping.example; dmarc=pass header.from=xn--linkping-q4a.example",
		0};
	assert_true(vouched(&field, 1, "anna@linköping.example"));
}

static void where_no_server_is_trusted_nobody_is_vouched_for(void **state)
{
	(void)state;
	json_auto_t *none = json_array();
	json_auto_t *list = json_pack("[{s:s, s:i}]", "value", PASS, "index", 0);
	assert_false(auth_results_vouch(list, none, FROM));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pass_that_is_aligned_vouches),
		cmocka_unit_test(all_else_does_not_vouch),
		cmocka_unit_test(only_the_topmost_run_of_our_servers_counts),
		cmocka_unit_test(without_one_valid_from_nobody_is_vouched_for),
		cmocka_unit_test(a_domain_in_other_letters_is_the_same_domain),
		cmocka_unit_test(where_no_server_is_trusted_nobody_is_vouched_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

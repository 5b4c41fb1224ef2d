/* Addresses: what is one, what is refused, what only looks like one (A3, A4, A11). */
#include "mail/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/mem.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define LOCAL_64 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl"
#define LABEL_63 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk"

static void a_plain_address_gets_its_normal_form(void **state)
{
	(void)state;
	static const struct {
		const char *address, *normal;
	} cases[] = {
		{"anna@ekholmen.example", "anna@ekholmen.example"},
		{"Anna.Ek@EKHOLMEN.Example", "anna.ek@ekholmen.example"},
		{"anna+d17.x_y@a-b.example", "anna+d17.x_y@a-b.example"},
		{"o'brien@x.example", "o'brien@x.example"},
		{"root@localhost", "root@localhost"},
		{"anna@linköping.example", "anna@xn--linkping-q4a.example"},
		{"anna@LINKÖPING.example", "anna@xn--linkping-q4a.example"},
		{"anna@xn--LINKPING-q4a.example", "anna@xn--linkping-q4a.example"},
		{"anna@linko\xcc\x88ping.example", "anna@xn--linkping-q4a.example"},
		{"a@3m.example", "a@3m.example"},
		{LOCAL_64 "@x.example", LOCAL_64 "@x.example"},
		{"a@" LABEL_63 ".example", "a@" LABEL_63 ".example"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		str_auto *normal = address_normal(cases[i].address);
		assert_non_null(normal);
		assert_string_equal(normal, cases[i].normal);
		assert_true(address_is_valid(cases[i].address));
	}
}

/* A11, F1 */
static void what_is_not_plainly_an_address_is_refused(void **state)
{
	(void)state;
	static const char *const cases[] = {
		"",
		"anna",
		"@x.example",
		"anna@",
		"a@b@x.example",
		"anna@x.example\r\nRCPT TO:<evil@x.example>",
		"anna@x.example\n",
		"anna\r@x.example",
		"anna@x.example\t",
		"anna@x\x01.example",
		"anna\x7f@x.example",
		"anna@x.example>",
		"<anna@x.example>",
		"anna@x.example> SIZE=1",
		" anna@x.example",
		"anna@x.example ",
		"anna ek@x.example",
		"\"anna ek\"@x.example",
		"\"anna\"@x.example",
		"anna(c)@x.example",
		"anna,berit@x.example",
		"anna;@x.example",
		"anna:x@x.example",
		"anna\\@x.example",
		"anna[@x.example",
		"anna@[127.0.0.1]",
		"anna@127.0.0.1",
		".anna@x.example",
		"anna.@x.example",
		"anna..ek@x.example",
		"anna@x..example",
		"anna@.x.example",
		"anna@x.example.",
		"anna@-x.example",
		"anna@x-.example",
		"anna@x_y.example",
		"anna@x1",
		"ann\xc3\xa4@x.example",
		"anna@link\xf6ping.example",
		"anna@x\xe2\x80\xae.example",
		"anna@xn--a.example",
		"a" LOCAL_64 "@x.example",
		"a@a" LABEL_63 ".example",
		LOCAL_64 "@" LABEL_63 "." LABEL_63 "." LABEL_63 ".example",
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		if (address_is_valid(cases[i]))
			fail_msg("taken for an address: %s", cases[i]);
	assert_null(address_normal(NULL));
}

static void the_same_mailbox_is_the_same_in_other_letters(void **state)
{
	(void)state;
	assert_true(address_is_same("Anna@X.example", "anna@x.EXAMPLE"));
	assert_true(
		address_is_same("a@linköping.example", "a@xn--linkping-q4a.example"));
	assert_false(address_is_same("anna@x.example", "anna@y.example"));
	assert_false(address_is_same("аnna@x.example", "anna@x.example"));
	assert_false(address_is_same("bad", "bad"));
	assert_false(address_is_same(NULL, NULL));
}

/* A3 */
static void a_line_as_people_type_it_is_taken_apart(void **state)
{
	(void)state;
	static const struct {
		const char *line, *name, *address;
	} cases[] = {
		{"anna@x.example", "", "anna@x.example"},
		{" <anna@x.example> ", "", "anna@x.example"},
		{"Anna Ek <anna@x.example>", "Anna Ek", "anna@x.example"},
		{"Åsa Öberg <asa@x.example>", "Åsa Öberg", "asa@x.example"},
		{"\"Ek, Anna\" <anna@x.example>", "Ek, Anna", "anna@x.example"},
		{"\"Ek \\\"Å\\\"\" <anna@x.example>", "Ek \"Å\"", "anna@x.example"},
		{"\"Ordförande <anna@x.example>\" <x@evil.example>",
			"Ordförande <anna@x.example>", "x@evil.example"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		str_auto *name = NULL;
		str_auto *address = NULL;
		assert_true(address_parse_line(cases[i].line, &name, &address));
		assert_string_equal(name, cases[i].name);
		assert_string_equal(address, cases[i].address);
	}
}

static void a_line_that_is_no_address_is_refused(void **state)
{
	(void)state;
	static const char *const cases[] = {
		"",
		"Anna Ek",
		"<>",
		"<",
		">",
		"Anna <anna@x.example",
		"Anna <anna@x.example> x",
		"Anna <b@x.example> <anna@x.example>",
		"An\nna <anna@x.example>",
		"An\xffna <anna@x.example>",
		"Anna <anna@x.example\r\n>",
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		str_auto *name = NULL;
		str_auto *address = NULL;
		assert_false(address_parse_line(cases[i], &name, &address));
		assert_null(name);
		assert_null(address);
	}
}

/* A4 */
static void what_looks_like_another_address_is_suspicious(void **state)
{
	(void)state;
	static const struct {
		const char *address;
		bool suspicious;
	} cases[] = {
		{"anna@x.example", false},
		{"anna.o-x1@linköping.example", false},
		{"anna@xn--linkping-q4a.example", false},
		{"анна@пример.example", false},
		{"аnna@x.example", true},
		{"anna@ехаmple.example", true},
		{"anna@xn--80ak6aa92e.example", true},
		{"anna@x\xe2\x80\xae.example", true},
		{"an\xe2\x80\x8bna@x.example", true},
		{"anna@link\xf6ping.example", true},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		if (address_is_suspicious(cases[i].address) != cases[i].suspicious)
			fail_msg("judged wrongly: %s", cases[i].address);
}

static void the_domain_is_what_follows_the_last_at(void **state)
{
	(void)state;
	assert_string_equal(address_domain("anna@x.example"), "x.example");
	assert_string_equal(address_domain("anna"), "");
	assert_string_equal(address_domain(NULL), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_address_gets_its_normal_form),
		cmocka_unit_test(what_is_not_plainly_an_address_is_refused),
		cmocka_unit_test(the_same_mailbox_is_the_same_in_other_letters),
		cmocka_unit_test(a_line_as_people_type_it_is_taken_apart),
		cmocka_unit_test(a_line_that_is_no_address_is_refused),
		cmocka_unit_test(what_looks_like_another_address_is_suspicious),
		cmocka_unit_test(the_domain_is_what_follows_the_last_at),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "net/http.h"
#include "net/url.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define BASE "https://k.example/eva/r%C3%A5d/"

/* NULL stands for NULL. */
static void expect(const char *what, const char *said, const char *wanted)
{
	if (said == wanted || (said && wanted && strcmp(said, wanted) == 0))
		return;
	fail_msg(
		"%s: %s, not %s", what, said ? said : "NULL", wanted ? wanted : "NULL");
}

static void addresses_are_https_with_a_host_and_without_a_user(void **state)
{
	static const struct {
		const char *url;
		bool is_url;
	} cases[] = {
		{"https://k.example", true},
		{"https://k.example/a%20b.ics?token=1", true},
		{"HTTPS://K.example:8443/", true},
		{"https://[::1]:8443/", true},
		{"", false},
		{"k.example", false},
		{"http://k.example/", false},
		{"webcal://k.example/", false},
		{"file:///etc/passwd", false},
		{"https://", false},
		{"https://eva@k.example/", false},
		{"https://eva:hemligt@k.example/", false},
		{"https://k.example/a b", false},
		{"https://k.example/a\r\nHost: x", false},
		{"https://k.example\t/", false},
	};
	(void)state;

	for (size_t i = 0; i < COUNT(cases); i++)
		if (http_is_url(cases[i].url) != cases[i].is_url)
			fail_msg("%s", cases[i].url);
}

static void references_are_resolved_and_lead_to_https_only(void **state)
{
	static const struct {
		const char *reference;
		const char *url; /* NULL: none */
	} cases[] = {
		{"/p/", "https://k.example/p/"},
		{"a.ics", BASE "a.ics"},
		{"../x/", "https://k.example/eva/x/"},
		{"https://annan.example/p", "https://annan.example/p"},
		{"//annan.example/p", "https://annan.example/p"},
		{"/a#b", "https://k.example/a"},
		{"http://k.example/p", NULL},
		{"file:///etc/passwd", NULL},
		{"https://eva:x@k.example/", NULL},
		{"/a\r\nX: y", NULL},
		{"https://[/", NULL},
	};
	(void)state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		str_auto *said = http_resolve(BASE, cases[i].reference);
		expect(cases[i].reference, said, cases[i].url);
	}
}

static void what_stands_right_within_a_collection_has_a_name(void **state)
{
	static const struct {
		const char *reference;
		const char *name; /* NULL: not within */
	} cases[] = {
		{"/eva/r%C3%A5d/a.ics", "a.ics"},
		{"/eva/r\xc3\xa5"
		 "d/a.ics",
			"a.ics"},
		{"/eva/r%c3%a5d/m%C3%B6te%201.ics", "m\xc3\xb6te 1.ics"},
		{"https://k.example:443/eva/r%C3%A5d/a", "a"},
		{"a.ics", "a.ics"},
		/* The collection itself, others, deeper, further up. */
		{"/eva/r%C3%A5d/", NULL},
		{"/eva/r%C3%A5d", NULL},
		{"/eva/r%C3%A5dhus/a.ics", NULL},
		{"/eva/annan/a.ics", NULL},
		{"/eva/r%C3%A5d/b/a.ics", NULL},
		{"/eva/r%C3%A5d/b%2Fa.ics", NULL},
		{"../a.ics", NULL},
		{"/eva/r%C3%A5d/%2e%2e/a.ics", NULL},
		{"https://annan.example/eva/r%C3%A5d/a.ics", NULL},
		{"https://k.example:8443/eva/r%C3%A5d/a.ics", NULL},
		/* Bytes that no name has. */
		{"/eva/r%C3%A5d/a%0Ab", NULL},
		{"/eva/r%C3%A5d/a%00b", NULL},
		{"/eva/r%C3%A5d/%ff", NULL},
	};
	(void)state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		str_auto *said = http_name_within(BASE, cases[i].reference);
		expect(cases[i].reference, said, cases[i].name);
	}
	str_auto *unslashed = http_name_within("https://k.example/eva", "/eva/a.ics");
	expect("without a last slash", unslashed, "a.ics");
}

static void a_server_is_host_and_port(void **state)
{
	(void)state;

	assert_true(
		http_is_same_server("https://k.example/a", "https://K.EXAMPLE:443/b"));
	assert_false(
		http_is_same_server("https://k.example/", "https://k.example:444/"));
	assert_false(http_is_same_server("https://k.example/", "https://k.example.x/"));
	assert_false(http_is_same_server("https://k.example/", "http://k.example/"));
	assert_false(http_is_same_server("https://k.example/", ""));
}

static void what_is_shown_of_an_address_holds_no_secret(void **state)
{
	str_auto *host = url_host("https://eva:hemligt@k.example/privat/1.ics");
	str_auto *none = url_host("privat");
	str_auto *bare = url_without_user("https://eva:hemligt@k.example/a?b");
	(void)state;

	expect("host", host, "k.example");
	expect("none", none, "?");
	expect("bare", bare, "https://k.example/a?b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_https_with_a_host_and_without_a_user),
		cmocka_unit_test(references_are_resolved_and_lead_to_https_only),
		cmocka_unit_test(what_stands_right_within_a_collection_has_a_name),
		cmocka_unit_test(a_server_is_host_and_port),
		cmocka_unit_test(what_is_shown_of_an_address_holds_no_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

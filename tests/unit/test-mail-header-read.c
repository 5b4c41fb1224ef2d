/* Header values as they come in, rightly and wrongly written. */
#include "mail/header-read.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "mail/mail-part.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void encoded_words_become_text(void **state)
{
	(void)state;
	static const struct {
		const char *raw, *text;
	} cases[] = {
		{"", ""},
		{" Kallelse\r\n till  m=F6te \r\n", "Kallelse till  m=F6te"},
		{"=?UTF-8?Q?M=C3=B6te?=", "Möte"},
		{"=?utf-8?b?TcO2dGU=?=", "Möte"},
		{"=?iso-8859-1?Q?M=F6te_p=E5?= =?iso-8859-1?q?_torsdag?=",
			"Möte på torsdag"},
		{"Sv: =?UTF-8?B?TcO2?=\r\n =?UTF-8?B?dGU=?= nu", "Sv: Möte nu"},
		/* padded words, and letters split between words */
		{"=?UTF-8?B?YQ==?= =?UTF-8?B?Yg==?= =?UTF-8?B?Yw==?=", "abc"},
		{"=?UTF-8?Q?M=C3?= =?UTF-8?Q?=B6te?=", "Möte"},
		{"=?UTF-8?B?w?= =?UTF-8?Q?x?=", "x"},
		{"=?utf-8*sv?Q?=C3=A5?=", "å"},
		{"=?koi8-r?B?89DJ08/LLmRvYw==?=", "Список.doc"},
		{"=?windows-1252?Q?=80_10?=", "€ 10"},
		{"=?x-unknown?Q?=E5?=", "å"},
		{"=?iso-2022-jp?B?GyRCJDMbKEI=?=", "こ"},
		/* raw bytes of either kind */
		{"M\xc3\xb6te", "Möte"},
		{"M\xf6te", "Möte"},
		/* no encoded words */
		{"=?UTF-8?Q?open", "=?UTF-8?Q?open"},
		{"=?UTF-8?X?a?=", "=?UTF-8?X?a?="},
		{"=? ?Q?a?=", "=? ?Q?a?="},
		{"a=?b", "a=?b"},
		/* what is hidden in one stays on the line */
		{"=?UTF-8?Q?a=0D=0ABcc:_x?=", "a  Bcc: x"},
		{"=?UTF-8?Q?a=00b?=", "a\xef\xbf\xbd"
				      "b"},
		{"=?UTF-8?Q?=?=", "="},
		{"=?UTF-8?Q?"
		 "?=",
			""},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		str_auto *text = header_text(cases[i].raw);
		assert_string_equal(text, cases[i].text);
	}
}

static void parameters_are_found_in_every_form(void **state)
{
	(void)state;
	static const struct {
		const char *raw, *value;
	} cases[] = {
		{"a/b; name=x.pdf", "x.pdf"},
		{"a/b;NAME=\"x y.pdf\"", "x y.pdf"},
		{"a/b; name=\"a\\\"b\\\\c\"", "a\"b\\c"},
		{"a/b; name=ett namn.pdf; x=y", "ett namn.pdf"},
		{"a/b; name=x.pdf charset=y", "x.pdf"},
		{"a/b (c; name=no) ; (d) name (e) = (f) x.pdf (g); h=i", "x.pdf"},
		{"a/b; name*=utf-8''r%C3%A4kning.pdf", "räkning.pdf"},
		{"a/b; name*=iso-8859-1'sv'r%E4kning.pdf", "räkning.pdf"},
		{"a/b; name*=r%C3%A4kning.pdf", "räkning.pdf"},
		{"a/b; name*0=r; name*1=\"a.p\"; name*2=df", "ra.pdf"},
		{"a/b; name*1=b; name*0=a", "ab"},
		{"a/b; name*0*=utf-8''r%C3; name*1*=%A4; name*2=\"%.pdf\"", "rä%.pdf"},
		{"a/b; name=old; name*=utf-8''new", "new"},
		{"a/b; name*=utf-8''new; name=old", "new"},
		{"a/b; name=\"=?UTF-8?B?csOk?=\r\n =?UTF-8?B?a25pbmcucGRm?=\"",
			"räkning.pdf"},
		{"a/b; name=\"=?UTF-8?Q?r=C3=A4kning?=.pdf\"", "räkning.pdf"},
		{"a/b; name=r\xc3\xa4kning.pdf", "räkning.pdf"},
		{"a/b; name=\"r\xe4kning.pdf\"", "räkning.pdf"},
		{"a/b; name=a; name=b", "a"},
		{"a/b; name=", ""},
		{"a/b; name=\"open", "open"},
		{"a/b", NULL},
		{"a/b; names=x", NULL},
		{"a/b; name*1=b", NULL},
		{"a/b; name*9999=b", NULL},
		{"a/b;;;=;name", ""},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		str_auto *value = header_parameter(cases[i].raw, "name");
		if (!cases[i].value)
			assert_null(value);
		else
			assert_string_equal(value ? value : "(none)", cases[i].value);
	}
}

static void a_boundary_is_taken_byte_for_byte(void **state)
{
	(void)state;
	str_auto *boundary =
		header_parameter_exact("m/x; boundary=\" =?a?Q?b?= \"", "boundary");
	assert_string_equal(boundary, " =?a?Q?b?= ");
	str_auto *pieces =
		header_parameter_exact("m/x; boundary*0=a; boundary*1=b", "boundary");
	assert_string_equal(pieces, "ab");
}

static void address_lists_are_taken_apart(void **state)
{
	(void)state;
	static const struct {
		const char *raw,
			*shown; /* "name|address" of each, joined by newlines */
	} cases[] = {
		{"", ""},
		{"anna@x.example", "|anna@x.example\n"},
		{"Anna Ek <anna@x.example>", "Anna Ek|anna@x.example\n"},
		{"\"Ek, Anna\" <anna@x.example>, b@y.example",
			"Ek, Anna|anna@x.example\n|b@y.example\n"},
		{"anna@x.example (Anna (A.) Ek)", "Anna (A.) Ek|anna@x.example\n"},
		{"=?UTF-8?Q?=C3=85sa=2C?= <asa@x.example>", "Åsa,|asa@x.example\n"},
		{"=?UTF-8?Q?a,b?= <a@x.example>", "a,b|a@x.example\n"},
		{"\xc5sa <asa@x.example>", "Åsa|asa@x.example\n"},
		{"grupp: a@x.example, B <b@x.example>;, c@x.example",
			"|a@x.example\nB|b@x.example\n|c@x.example\n"},
		{"undisclosed-recipients:;", ""},
		{"<@r.example,@s.example:a@x.example>", "|a@x.example\n"},
		{"<a @ x.example>", "|a@x.example\n"},
		/* one name, another address: the angle brackets hold the address */
		{"\"Ordf <anna@x.example>\" <x@evil.example>",
			"Ordf <anna@x.example>|x@evil.example\n"},
		{"anna@x.example <x@evil.example>", "anna@x.example|x@evil.example\n"},
		/* two in disguise are two */
		{"<anna@x.example> <x@evil.example>",
			"|anna@x.example\n|x@evil.example\n"},
		{"<anna@x.example><x@evil.example>",
			"|anna@x.example\n|x@evil.example\n"},
		{"<anna@x.example <x@evil.example>",
			"|anna@x.example\n|x@evil.example\n"},
		{"\"anna@x.example\"@evil.example",
			"|\"anna@x.example\"@evil.example\n"},
		{"<\"a b\"@x.example>", "|\"ab\"@x.example\n"},
		{"<>", "|\n"},
		{"Anna", "|Anna\n"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		header_addresses_auto all = HEADER_ADDRESSES_NONE;
		buf_auto shown = BUF_EMPTY;
		header_addresses_add(&all, cases[i].raw, 10);
		for (size_t k = 0; k < all.count; k++)
			buf_addf(&shown, "%s|%s\n", all.list[k].name,
				all.list[k].address);
		assert_string_equal(buf_str(&shown), cases[i].shown);
	}
}

static void a_list_is_read_up_to_its_limit(void **state)
{
	(void)state;
	header_addresses_auto all = HEADER_ADDRESSES_NONE;
	header_addresses_add(&all, "a@x.example, b@x.example, c@x.example", 2);
	assert_int_equal(all.count, 2);
}

static void ids_are_picked_out(void **state)
{
	(void)state;
	static const struct {
		const char *raw, *ids;
	} cases[] = {
		{" <a@b> (c) <d@\r\n e>", "<a@b> <d@e>"},
		{"In reply to <a@b> of Monday", "<a@b>"},
		{"<a@b", ""},
		{"none", ""},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		str_auto *ids = header_ids(cases[i].raw, 10);
		assert_string_equal(ids, cases[i].ids);
	}
}

/* A19 */
static void file_names_are_made_harmless(void **state)
{
	(void)state;
	static const struct {
		const char *name, *harmless;
		bool odd;
	} cases[] = {
		{"protokoll.pdf", "protokoll.pdf", false},
		{"Räkning för åäö.pdf", "Räkning för åäö.pdf", false},
		{"../../etc/passwd", "passwd", false},
		{"/abs/x.pdf", "x.pdf", false},
		{"C:\\Users\\x.pdf", "x.pdf", false},
		{"C:x.pdf", "x.pdf", false},
		{"..", "unnamed", false},
		{"", "unnamed", false},
		{"a/", "unnamed", false},
		{" . ", "unnamed", false},
		{"CON", "_CON", false},
		{"con.pdf", "_con.pdf", false},
		{"Lpt1 .txt", "_Lpt1 .txt", false},
		{"com.pdf", "com.pdf", false},
		{"content.pdf", "content.pdf", false},
		{"-rf", "_-rf", false},
		{".bashrc", "_.bashrc", false},
		{"a\tb\r\nc", "abc", true},
		{"fdp.\xe2\x80\xae"
		 "exe.pdf",
			"fdp.exe.pdf", true},
		{"a\xe2\x80\x8b"
		 "b",
			"ab", true},
		{"\x1b[31mx", "[31mx", true},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		bool odd = false;
		str_auto *name = name_harmless(cases[i].name, &odd);
		assert_string_equal(name, cases[i].harmless);
		assert_int_equal(odd, cases[i].odd);
	}
}

static void a_long_name_is_cut_between_letters_and_keeps_its_end(void **state)
{
	(void)state;
	buf_auto name = BUF_EMPTY;
	bool odd;
	for (int i = 0; i < 300; i++)
		buf_add_str(&name, "å");
	buf_add_str(&name, ".pdf");
	str_auto *cut = name_harmless(name.data, &odd);
	assert_int_equal(strlen(cut), 200);
	assert_string_equal(cut + 196, ".pdf");
	assert_memory_equal(cut + 194, "å", 2);

	buf_auto dashed = BUF_EMPTY;
	buf_add_char(&dashed, '-');
	buf_add_str(&dashed, name.data);
	str_auto *prefixed = name_harmless(dashed.data, &odd);
	assert_true(strlen(prefixed) <= 200);
	assert_memory_equal(prefixed, "_-å", 4);
	assert_string_equal(prefixed + strlen(prefixed) - 4, ".pdf");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encoded_words_become_text),
		cmocka_unit_test(parameters_are_found_in_every_form),
		cmocka_unit_test(a_boundary_is_taken_byte_for_byte),
		cmocka_unit_test(address_lists_are_taken_apart),
		cmocka_unit_test(a_list_is_read_up_to_its_limit),
		cmocka_unit_test(ids_are_picked_out),
		cmocka_unit_test(file_names_are_made_harmless),
		cmocka_unit_test(a_long_name_is_cut_between_letters_and_keeps_its_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

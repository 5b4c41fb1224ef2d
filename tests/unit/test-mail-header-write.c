/* Header fields as they go out, read back by GMime; what must never go out (A10). */
#include "mail/header-write.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gmime/gmime.h>
#include <string.h>

#include "base/mem.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

/* Lines of at most 78 columns and printable ASCII; each begins with a space but the
 * first. */
static void assert_well_formed(const struct buf *field)
{
	size_t column = 0;
	for (size_t i = 0; i < field->len; i++) {
		unsigned char c = (unsigned char)field->data[i];
		if (c == '\r') {
			assert_int_equal(field->data[i + 1], '\n');
			assert_true(column <= 78);
			column = 0;
			i++;
			if (i + 1 < field->len)
				assert_int_equal(field->data[i + 1], ' ');
			continue;
		}
		assert_true(c >= 0x20 && c < 0x7f);
		column++;
	}
	assert_int_equal(column, 0);
}

static char *decoded(const struct buf *field)
{
	const char *value = strchr(field->data, ':') + 1;
	GMimeParserOptions *options = g_mime_parser_options_get_default();
	char *unfolded = g_mime_utils_header_unfold(value);
	char *text = g_mime_utils_header_decode_text(options, unfolded);
	char *copy = xstrdup(text);
	g_free(text);
	g_free(unfolded);
	return copy;
}

static void any_text_is_read_back_as_it_was_written(void **state)
{
	(void)state;
	static const char *const cases[] = {
		"",
		"Kallelse",
		"Kallelse till trygghetsrådet i Skäggetorp",
		"åäö ÅÄÖ",
		"Möte",
		"Kallelse: trygghetsbesiktning i Ekholmen måndag den 14 september 2026 "
		"klockan "
		"18.00 i Ekholmsskolans matsal, ingång från gården (ändrad tid och "
		"plats)",
		"ett ord  två mellanslag  å  slut",
		"=?UTF-8?Q?hello?= is no encoded word of ours",
		"a =?b",
		HUNDRED,
		"x " HUNDRED " y",
		"日本語の件名がここに入りますがとても長いので折り返す必要があります",
		"😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀",
		"short words a b c d e f g h i j k l m n o p q r s t u v w x y z a b c "
		"d e f g h i",
		"the end of the plain words stands at the very edge of the line here å",
		"the end of the plain words stands at the very edge of th "
		"åäöåäöåäöåäöåäö",
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		buf_auto field = BUF_EMPTY;
		assert_int_equal(header_add(&field, "Subject", cases[i], NULL), 0);
		assert_well_formed(&field);
		str_auto *back = decoded(&field);
		assert_string_equal(back, cases[i]);
	}
}

static void every_length_of_swedish_text_folds_right(void **state)
{
	(void)state;
	buf_auto text = BUF_EMPTY;
	for (int i = 0; i < 300; i++) {
		buf_add_str(&text, i % 7 == 3 ? " ö" : i % 5 == 1 ? "å" : "a");
		buf_auto field = BUF_EMPTY;
		assert_int_equal(header_add(&field, "Subject", text.data, NULL), 0);
		assert_well_formed(&field);
		str_auto *back = decoded(&field);
		assert_string_equal(back, text.data);
	}
}

/* A10 */
static void a_value_that_could_become_a_field_is_refused(void **state)
{
	(void)state;
	static const char *const cases[] = {"a\r\nBcc: x@y.example", "a\nb", "a\rb",
		"a\tb", "\x01", "a\x7f", "\xff", "\xc3", "\xed\xa0\x80"};
	for (size_t i = 0; i < COUNT(cases); i++) {
		buf_auto field = BUF_EMPTY;
		struct err err = ERR_INIT;
		assert_int_equal(header_add(&field, "Subject", cases[i], &err), -1);
		assert_int_equal(err.kind, ERR_PERM);
		assert_int_equal(header_add_plain(&field, "X", cases[i], &err), -1);
		assert_int_equal(
			header_add_address(&field, "To", cases[i], "a@x.example", &err),
			-1);
		assert_int_equal(field.len, 0);
	}
	buf_auto field = BUF_EMPTY;
	assert_int_equal(header_add(&field, "A: b\r\nC", "x", NULL), -1);
	assert_int_equal(header_add(&field, "", "x", NULL), -1);
	assert_int_equal(header_add_plain(&field, "X", "å", NULL), -1);
	assert_int_equal(
		header_add_address(&field, "To", "", "a b@x.example", NULL), -1);
	assert_int_equal(
		header_add_address(&field, "To", "", "a@x.example\r\nB: c", NULL), -1);
	assert_int_equal(field.len, 0);
}

static void an_address_keeps_its_name_and_itself(void **state)
{
	(void)state;
	static const struct {
		const char *display, *address, *name_back, *address_back;
	} cases[] = {
		{NULL, "anna@x.example", "", "anna@x.example"},
		{"", "Anna.Ek@x.example", "", "Anna.Ek@x.example"},
		{"Anna Ek", "anna@x.example", "Anna Ek", "anna@x.example"},
		{"Ek, Anna", "anna@x.example", "Ek, Anna", "anna@x.example"},
		{"A \"B\" \\ C", "a@x.example", "A \"B\" \\ C", "a@x.example"},
		{"Åsa Öberg (ordf.)", "asa@x.example", "Åsa Öberg (ordf.)",
			"asa@x.example"},
		{"Å <evil@x.example>,", "a@x.example", "Å <evil@x.example>,",
			"a@x.example"},
		{"Utskottet för medborgardialog i Ekholmen, Johannelund och Hjulsbro "
		 "med omnejd "
		 "och alla dess ledamöter",
			"utskott@x.example",
			"Utskottet för medborgardialog i Ekholmen, Johannelund och "
			"Hjulsbro med "
			"omnejd och alla dess ledamöter",
			"utskott@x.example"},
		{"Linköping", "Info@linköping.example", "Linköping",
			"Info@xn--linkping-q4a.example"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		buf_auto field = BUF_EMPTY;
		assert_int_equal(header_add_address(&field, "To", cases[i].display,
					 cases[i].address, NULL),
			0);
		assert_well_formed(&field);
		char *value = g_mime_utils_header_unfold(strchr(field.data, ':') + 1);
		InternetAddressList *list = internet_address_list_parse(NULL, value);
		assert_int_equal(internet_address_list_length(list), 1);
		InternetAddress *one = internet_address_list_get_address(list, 0);
		const char *name = internet_address_get_name(one);
		assert_string_equal(name ? name : "", cases[i].name_back);
		assert_string_equal(internet_address_mailbox_get_idn_addr(
					    INTERNET_ADDRESS_MAILBOX(one)),
			cases[i].address_back);
		g_object_unref(list);
		g_free(value);
	}
}

static void a_structured_value_is_folded_only_at_spaces(void **state)
{
	(void)state;
	buf_auto field = BUF_EMPTY;
	str_auto *ids = xasprintf(
		"<%s@x.example> <%s@x.example>", TEN TEN TEN, TEN TEN TEN TEN);
	assert_int_equal(header_add_plain(&field, "References", ids, NULL), 0);
	str_auto *expected =
		xasprintf("References: <%s@x.example>\r\n <%s@x.example>\r\n",
			TEN TEN TEN, TEN TEN TEN TEN);
	assert_string_equal(field.data, expected);
	buf_auto long_word = BUF_EMPTY;
	for (int i = 0; i < 10; i++)
		buf_add_str(&long_word, HUNDRED);
	assert_int_equal(header_add_plain(&field, "X", long_word.data, NULL), -1);
}

static int start(void **state)
{
	(void)state;
	g_mime_init();
	return 0;
}

static int stop(void **state)
{
	(void)state;
	g_mime_shutdown();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_text_is_read_back_as_it_was_written),
		cmocka_unit_test(every_length_of_swedish_text_folds_right),
		cmocka_unit_test(a_value_that_could_become_a_field_is_refused),
		cmocka_unit_test(an_address_keeps_its_name_and_itself),
		cmocka_unit_test(a_structured_value_is_folded_only_at_spaces),
	};
	return cmocka_run_group_tests(tests, start, stop);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "net/imap-names.h"

struct name_case {
	const char *name;
	char delimiter;
	const char *wire; /* NULL: refused */
};

/* The runs of base64 agree with Python's utf-7 codec, "/" written as ",". */
static const struct name_case name_cases[] = {
	{"INBOX", '/', "INBOX"},
	{"Hanterat", '/', "Hanterat"},
	{"Hanterat/2026", '/', "Hanterat/2026"},
	{"Hanterat/2026", '.', "Hanterat.2026"},
	{"Hanterat/v. 36", '.', "Hanterat.v_ 36"},
	{"a/b", '\0', "a/b"},
	{"R&D", '/', "R&-D"},
	{"&", '/', "&-"},
	{"Åtgärdat", '/', "&AMU-tg&AOQ-rdat"},
	{"åäö", '/', "&AOUA5AD2-"},
	{"å&ä", '/', "&AOU-&-&AOQ-"},
	{"Möten/Ö", '/', "M&APY-ten/&ANY-"},
	{"台北", '/', "&U,BTFw-"},
	{"😀", '/', "&2D3eAA-"},
	{"a😀b", '/', "a&2D3eAA-b"},
	{"\xef\xbf\xbf", '/', "&,,8-"},
	{"\"q\"\\", '/', "\"q\"\\"},
	{"", '/', NULL},
	{"a\r\nb", '/', NULL},
	{"a\x7f", '/', NULL},
	{"a\xff", '/', NULL},
	{"\xc3", '/', NULL},
};

static void a_folder_name_is_written_as_the_server_wants_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(name_cases) / sizeof(*name_cases); i++) {
		const struct name_case *c = &name_cases[i];
		struct err err = ERR_INIT;
		str_auto *wire = folder_to_wire(c->name, c->delimiter, &err);

		if (c->wire)
			assert_string_equal(wire ? wire : "(refused)", c->wire);
		else
			assert_null(wire);
		assert_int_equal(err.kind, c->wire ? ERR_NONE : ERR_PERM);
	}
}

static void what_is_written_so_can_be_read_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(name_cases) / sizeof(*name_cases); i++) {
		const struct name_case *c = &name_cases[i];
		str_auto *name =
			c->wire ? folder_from_wire(c->wire, c->delimiter) : NULL;

		if (!c->wire || strcmp(c->name, "Hanterat/v. 36") == 0)
			continue;
		assert_string_equal(name ? name : "(refused)", c->name);
	}
}

static void what_is_not_written_so_is_not_read(void **state)
{
	(void)state;
	const char *const names[] = {"", "&", "&AOQ", "&AOQ-&", "&A-", "&!!!!-",
		"&2D0-", "&3gA-", "&AGE-", "\xc3\xa4", "a\r\nb", "&AA0-", "a/b.c"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		str_auto *name = folder_from_wire(names[i], '.');
		if (name)
			fail_msg("%s was read as %s", names[i], name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_folder_name_is_written_as_the_server_wants_it),
		cmocka_unit_test(what_is_written_so_can_be_read_again),
		cmocka_unit_test(what_is_not_written_so_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

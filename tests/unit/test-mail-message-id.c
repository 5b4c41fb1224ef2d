/* Message-IDs that prove which delivery is answered. */
#include "mail/message-id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "base/mem.h"

static const uint8_t key[32] = {1, 2, 3};
static const uint8_t other_key[32] = {1, 2, 4};

static void a_quoted_id_tells_its_delivery(void **state)
{
	(void)state;
	static const int64_t ids[] = {1, 17, 999999999999999999};
	for (size_t i = 0; i < 3; i++) {
		str_auto *id = message_id_make(key, ids[i], "utskott.example");
		str_auto *list = xasprintf("<a@b.example>\r\n %s <dd@x>", id);
		assert_int_equal(message_id_delivery(key, id), ids[i]);
		assert_int_equal(message_id_delivery(key, list), ids[i]);
		assert_int_equal(message_id_delivery(other_key, list), 0);
	}
}

static void a_changed_domain_does_not_matter_a_changed_number_does(void **state)
{
	(void)state;
	str_auto *id = message_id_make(key, 17, "utskott.example");
	str_auto *moved = xasprintf("%.*s@other.example>", (int)strcspn(id, "@"), id);
	assert_int_equal(message_id_delivery(key, moved), 17);
	id[2] = '2';
	assert_int_equal(message_id_delivery(key, id), 0);
}

static void what_is_not_ours_is_none(void **state)
{
	(void)state;
	static const char *const lists[] = {
		"",
		"<",
		"<d",
		"<d>",
		"<d17>",
		"<d17.>",
		"<d17.@x>",
		"<d17.aaaaaaaaaaaaaaaaaaaa@x>",
		"<d17.aaaaaaaaaaaaaaaaaaaa",
		"<d99999999999999999999999.aaaaaaaaaaaaaaaaaaaa@x>",
		"<d17 .aaaaaaaaaaaaaaaaaaaa@x>",
		"<<<<<<<<<<<<",
	};
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		assert_int_equal(message_id_delivery(key, lists[i]), 0);
	assert_int_equal(message_id_delivery(key, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quoted_id_tells_its_delivery),
		cmocka_unit_test(
			a_changed_domain_does_not_matter_a_changed_number_does),
		cmocka_unit_test(what_is_not_ours_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The same words of the same sender are counted for the day before them. */
#include "store-test.h"
#include "store/repeat.h"

static int count(struct store *s, const char *sender, const char *content, int64_t at)
{
	int n = repeat_count(s->db, sender, content, at, &s->err);

	assert_ok(s, n);
	return n;
}

static void each_mail_counts_once_and_for_a_day(void **state)
{
	struct store *s = *state;
	const char *anna = "anna@x.example";

	for (uint32_t uid = 1; uid <= 3; uid++) {
		int64_t id = store_mail(s, uid);
		assert_ok(s, repeat_note(s->db, anna, "aa", id, NOW + uid, &s->err));
		assert_ok(s, repeat_note(s->db, anna, "aa", id, NOW + uid, &s->err));
	}
	assert_int_equal(count(s, "ANNA@x.example", "aa", NOW + 10), 3);
	assert_int_equal(count(s, anna, "bb", NOW + 10), 0);
	assert_int_equal(count(s, "bo@x.example", "aa", NOW + 10), 0);
	/* What came later does not count against what came before. */
	assert_int_equal(count(s, anna, "aa", NOW + 1), 1);
	assert_int_equal(count(s, anna, "aa", NOW + DAY + 2), 1);
	assert_ok(s, repeat_note(s->db, anna, "aa", store_mail(s, 4), NOW + 2 * DAY,
			     &s->err));
	assert_int_equal(store_number(s, "SELECT count(*) FROM repeat"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(each_mail_counts_once_and_for_a_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Who is away, as automatic answers said. */
#include "store-test.h"
#include "store/absence.h"

static int add(struct store *s, uint32_t uid, const char *until, bool is_return)
{
	const struct absence a = {.address = "anna@x.example",
		.until = until,
		.is_return = is_return,
		.incoming_id = store_mail(s, uid),
		.from_at = NOW};
	int first = absence_add(s->db, &a, NOW, &s->err);

	assert_ok(s, first);
	assert_int_equal(absence_add(s->db, &a, NOW, &s->err), 0);
	return first;
}

static size_t away_on(struct store *s, const char *day)
{
	json_auto_t *list = absence_list(s->db, day, &s->err);

	assert_non_null(list);
	return json_array_size(list);
}

static void an_absence_holds_from_its_mail_to_its_last_day(void **state)
{
	struct store *s = *state;
	assert_int_equal(add(s, 1, "2026-09-10", false), 1);
	assert_int_equal(away_on(s, "2026-08-31"), 0);
	assert_int_equal(away_on(s, "2026-09-01"), 1);
	assert_int_equal(away_on(s, "2026-09-10"), 1);
	assert_int_equal(away_on(s, "2026-09-11"), 0);
}

static void the_day_of_return_is_no_day_away_and_the_last_word_counts(void **state)
{
	struct store *s = *state;
	add(s, 1, "2026-09-20", false);
	add(s, 2, "2026-09-10", true);
	assert_int_equal(away_on(s, "2026-09-09"), 1);
	assert_int_equal(away_on(s, "2026-09-10"), 0);
	json_auto_t *list = absence_list(s->db, "2026-09-05", &s->err);
	const json_t *one = json_array_get(list, 0);
	assert_string_equal(json_str_or(one, "until", ""), "2026-09-10");
	assert_true(json_bool_or(one, "is_return", false));
	assert_string_equal(json_str_or(one, "register", ""), "2026-000002");
}

static void without_an_end_it_holds_for_a_week(void **state)
{
	struct store *s = *state;
	add(s, 1, NULL, false);
	assert_int_equal(away_on(s, "2026-09-07"), 1);
	assert_int_equal(away_on(s, "2026-09-08"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(an_absence_holds_from_its_mail_to_its_last_day),
		store_test(the_day_of_return_is_no_day_away_and_the_last_word_counts),
		store_test(without_an_end_it_holds_for_a_week),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "store-test.h"

#include "store/delivery-move.h"
#include "store/rest.h"

#define ANNA "anna@utskott.example"

/* A letter to an address that ends so on that day. */
static void fail_on(struct store *s, int day, const char *reply)
{
	static int number;
	str_auto *about = xasprintf("%d", number++);
	const struct letter l = {.kind = "agenda",
		.language = "sv",
		.about = about,
		.subject = "x",
		.body = CONTENT_OF("y", 1)};
	const struct delivery_result failed = {
		.state = DELIVERY_FAILED, .reply = reply};
	delivery_auto d = DELIVERY_EMPTY;
	int64_t letter = 0;

	assert_ok(s, letter_put(s->db, &l, NOW, &letter, &s->err));
	int64_t id = store_delivery(s, letter, ANNA);
	assert_int_equal(delivery_claim(s->db, NOW + day * DAY, &d, &s->err), 1);
	assert_int_equal(d.id, id);
	assert_ok(s, delivery_record(s->db, id, &failed, NOW + day * DAY, &s->err));
}

static size_t asked(struct store *s)
{
	json_auto_t *list = rest_candidates(s->db, 3, 7, &s->err);

	assert_non_null(list);
	return json_array_size(list);
}

static void only_what_says_that_nobody_is_there_counts(void **state)
{
	static const struct {
		const char *reply;
		size_t asked;
	} cases[] = {
		{"550 5.1.1 No such user", 1},
		{"550 No such user", 1},
		{"551 User not local", 1},
		{"554 5.1.2 No such domain", 1},
		{"550 5.2.1 Mailbox disabled", 1},
		{"552 5.2.2 Mailbox full", 0},
		{"550 5.7.1 Rejected as spam", 0},
		{"554 Transaction failed", 0},
		{"552 Message too large", 0},
		{"451 4.3.0 Tried for 48 hours", 0},
		{"tried for 48 hours", 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		store_set_up(state);
		struct store *s = *state;
		for (int day = 0; day < 3; day++)
			fail_on(s, day * 4, cases[i].reply);
		if (asked(s) != cases[i].asked)
			fail_msg("%s", cases[i].reply);
		store_tear_down(state);
	}
}

static void as_many_days_and_as_far_apart_as_the_settings_want(void **state)
{
	struct store *s = *state;

	for (int n = 0; n < 5; n++)
		fail_on(s, 0, "550 5.1.1 x");
	fail_on(s, 6, "550 5.1.1 x");
	assert_int_equal(asked(s), 0); /* two days */
	fail_on(s, 6, "550 5.1.1 x");
	assert_int_equal(asked(s), 0);
	fail_on(s, 7, "550 5.1.1 x");
	json_auto_t *list = rest_candidates(s->db, 3, 7, &s->err);
	const json_t *one = json_array_get(list, 0);
	assert_string_equal(json_str(one, "address"), ANNA);
	assert_int_equal(json_int_or(one, "failures", 0), 3);
	assert_int_equal(json_int_or(one, "first_at", 0), NOW);
	assert_int_equal(json_int_or(one, "last_at", 0), NOW + 7 * DAY);
}

static void what_waits_rests_and_wakes_only_where_a_meeting_is_ahead(void **state)
{
	struct store *s = *state;
	int64_t ahead = store_delivery(s,
		store_letter(s, "invitation", store_meeting(s, 1, NOW + 9 * DAY)),
		ANNA);
	int64_t other = store_delivery(s, store_letter(s, "receipt", 0), ANNA);
	delivery_auto d = DELIVERY_EMPTY;
	int64_t untold_at = 0;
	char key[24];

	assert_int_equal(rest_is(s->db, ANNA, &s->err), 0);
	assert_int_equal(rest_begin(s->db, "ANNA@utskott.example", NOW, &s->err), 2);
	assert_int_equal(rest_is(s->db, ANNA, &s->err), 1);
	assert_int_equal(delivery_is_due(s->db, NOW, &s->err), 0);
	json_auto_t *counts = delivery_counts(s->db, &s->err);
	assert_int_equal(json_int_or(counts, "resting", 0), 2);
	assert_int_equal(json_int_or(counts, "failed", -1), 0);
	assert_ok(s, delivery_oldest_untold_at(s->db, &untold_at, &s->err));
	assert_int_equal(untold_at, 0);
	assert_int_equal(rest_end(s->db, ANNA, "rest-heard", NOW + 1, &s->err), 1);
	assert_int_equal(rest_end(s->db, ANNA, "rest-heard", NOW + 1, &s->err), 0);
	assert_int_equal(delivery_claim(s->db, NOW + 1, &d, &s->err), 1);
	assert_int_equal(d.id, ahead);
	snprintf(key, sizeof(key), "%lld", (long long)other);
	assert_int_equal(delivery_find(s->db, key, &d, &s->err), 1);
	assert_int_equal(d.state, DELIVERY_RESTING);
}

static void a_no_counts_from_then_on(void **state)
{
	struct store *s = *state;

	for (int day = 0; day < 3; day++)
		fail_on(s, day * 4, "550 5.1.1 x");
	assert_int_equal(asked(s), 1);
	assert_ok(s, rest_refuse(s->db, ANNA, NOW + 9 * DAY, &s->err));
	assert_int_equal(asked(s), 0);
	for (int day = 10; day < 19; day += 4)
		fail_on(s, day, "550 5.1.1 x");
	assert_int_equal(asked(s), 1);
	assert_int_equal(rest_begin(s->db, ANNA, NOW + 20 * DAY, &s->err), 0);
	assert_int_equal(asked(s), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_says_that_nobody_is_there_counts),
		store_test(as_many_days_and_as_far_apart_as_the_settings_want),
		store_test(what_waits_rests_and_wakes_only_where_a_meeting_is_ahead),
		store_test(a_no_counts_from_then_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

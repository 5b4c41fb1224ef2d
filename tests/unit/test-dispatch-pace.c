#include "store-test.h"

#include "dispatch/pace.h"

static void send_some(struct store *s, int64_t letter, int from, int count, int64_t now)
{
	const struct delivery_result sent = {.state = DELIVERY_SENT};

	for (int i = from; i < from + count; i++) {
		str_auto *address = xasprintf("p%d@b.example", i);
		delivery_auto d = DELIVERY_EMPTY;

		store_delivery_at(s, letter, address, 5, now);
		assert_int_equal(delivery_claim(s->db, now, &d, &s->err), 1);
		assert_ok(s, delivery_record(s->db, d.id, &sent, now, &s->err));
	}
}

static int64_t wait_of(struct store *s, const struct smtp_settings *smtp, int64_t now)
{
	struct pace p;
	int64_t ms = -1;

	assert_ok(s, pace_start(&p, s->db, smtp, now, 1000, &s->err));
	assert_ok(s, pace_wait(&p, s->db, 0, now, 1000, &ms, &s->err));
	return ms;
}

static void a_restart_does_not_begin_the_minute_anew(void **state)
{
	struct store *s = *state;
	const struct smtp_settings smtp = {.messages_per_minute = 4};
	int64_t letter = store_letter(s, "minutes", 0);

	send_some(s, letter, 0, 3, NOW);
	assert_int_equal(wait_of(s, &smtp, NOW + 1), 0);
	send_some(s, letter, 3, 1, NOW + 1);
	assert_int_equal(wait_of(s, &smtp, NOW + 2), 15000);
	assert_int_equal(wait_of(s, &smtp, NOW + 70), 0);
}

struct day_case {
	int messages_per_day, recipients_per_day;
	bool copy_to_self;
	int64_t wait_s; /* after 2 an hour ago and 2 now */
};

static const struct day_case day_cases[] = {
	{0, 0, false, 0},
	{5, 0, false, 0},
	{4, 0, false, DAY - 3600},
	{0, 4, false, DAY - 3600},
	{0, 10, true, 0},
	{0, 8, true, DAY - 3600},
	{2, 100, false, DAY},
};

static void a_days_limit_holds_for_any_24_hours_and_across_a_restart(void **state)
{
	struct store *s = *state;
	int64_t letter = store_letter(s, "minutes", 0);

	send_some(s, letter, 0, 2, NOW - 3600);
	send_some(s, letter, 2, 2, NOW);
	for (size_t i = 0; i < sizeof(day_cases) / sizeof(*day_cases); i++) {
		const struct day_case *c = &day_cases[i];
		const struct smtp_settings smtp = {.messages_per_minute = 1000,
			.messages_per_day = c->messages_per_day,
			.recipients_per_day = c->recipients_per_day,
			.copy_to_self = c->copy_to_self};

		assert_int_equal(wait_of(s, &smtp, NOW), 1000 * c->wait_s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(a_restart_does_not_begin_the_minute_anew),
		store_test(a_days_limit_holds_for_any_24_hours_and_across_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

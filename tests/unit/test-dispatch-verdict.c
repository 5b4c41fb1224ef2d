#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dispatch/bucket.h"
#include "dispatch/verdict.h"

#define NOW 1788242400
#define HOUR 3600

struct verdict_case {
	enum smtp_outcome outcome;
	bool is_lane;
	int tries;
	int64_t first_try_at;
	enum delivery_state state;
	int64_t due_in; /* 0: not looked at */
	bool keeps_tries, gives_up;
};

static const struct verdict_case verdict_cases[] = {
	{SMTP_ACCEPTED, false, 1, NOW, DELIVERY_SENT, 0, false, false},
	{SMTP_REFUSED, false, 1, NOW, DELIVERY_FAILED, 0, false, false},
	{SMTP_UNKNOWN, false, 1, NOW, DELIVERY_UNKNOWN, 300, false, false},
	{SMTP_DEFERRED, false, 1, NOW, DELIVERY_DEFERRED, 60, false, false},
	{SMTP_DEFERRED, false, 2, NOW, DELIVERY_DEFERRED, 120, false, false},
	{SMTP_DEFERRED, false, 6, NOW, DELIVERY_DEFERRED, 1920, false, false},
	{SMTP_DEFERRED, false, 7, NOW, DELIVERY_DEFERRED, HOUR, false, false},
	{SMTP_DEFERRED, false, 1000, NOW, DELIVERY_DEFERRED, HOUR, false, false},
	{SMTP_DEFERRED, true, 3, NOW, DELIVERY_DEFERRED, 40, true, false},
	{SMTP_DEFERRED, false, 9, NOW - 48 * HOUR + 1, DELIVERY_DEFERRED, HOUR, false,
		false},
	{SMTP_DEFERRED, false, 9, NOW - 48 * HOUR, DELIVERY_DEFERRED, 0, false, true},
	{SMTP_DEFERRED, true, 9, NOW - 48 * HOUR, DELIVERY_DEFERRED, 0, true, true},
	{SMTP_REFUSED, false, 9, NOW - 48 * HOUR, DELIVERY_FAILED, 0, false, false},
};

static uint32_t no_jitter(void)
{
	return 0;
}

static void a_servers_word_decides_what_becomes_of_a_delivery(void **state)
{
	(void)state;
	const struct settings s = {.smtp = {.retry_hours = 48,
					   .retry_first_seconds = 60,
					   .unknown_grace_seconds = 300},
		.imap = {.sent_copy = true}};

	for (size_t i = 0; i < sizeof(verdict_cases) / sizeof(*verdict_cases); i++) {
		const struct verdict_case *c = &verdict_cases[i];
		struct smtp_reply reply = {
			.outcome = c->outcome, .is_lane = c->is_lane};
		struct delivery d = {
			.tries = c->tries, .first_try_at = c->first_try_at};
		struct verdict v = verdict_of(&reply, &d, &s, NOW, 40, no_jitter);

		assert_int_equal(v.result.state, c->state);
		assert_int_equal(v.result.keeps_tries, c->keeps_tries);
		assert_int_equal(v.gives_up, c->gives_up);
		assert_int_equal(v.result.with_sent_copy, c->outcome == SMTP_ACCEPTED);
		if (c->due_in)
			assert_int_equal(v.result.due_at - NOW, c->due_in);
	}
}

static void chance_shortens_a_pause_by_a_quarter_at_most(void **state)
{
	(void)state;
	for (uint32_t chance = 0; chance < 600; chance++)
		assert_in_range(verdict_pause(400, 1, chance), 300, 400);
	assert_int_equal(verdict_pause(400, 1, 255), 301);
}

static void a_bucket_gives_its_number_at_once_and_then_its_rate(void **state)
{
	(void)state;
	struct bucket b = bucket_full(25, 1000);

	for (int i = 0; i < 25; i++) {
		assert_int_equal(bucket_wait_ms(&b, 1000), 0);
		bucket_take(&b);
	}
	assert_int_equal(bucket_wait_ms(&b, 1000), 2400);
	assert_int_equal(bucket_wait_ms(&b, 3399), 1);
	assert_int_equal(bucket_wait_ms(&b, 3400), 0);
	bucket_take(&b);
	assert_int_equal(bucket_wait_ms(&b, 3400), 2400);
}

static void a_bucket_never_holds_more_than_a_minute_however_long_it_rests(void **state)
{
	(void)state;
	struct bucket b = bucket_full(2, 0);

	for (int i = 0; i < 2; i++)
		bucket_take(&b);
	assert_int_equal(bucket_wait_ms(&b, INT64_C(1) << 50), 0);
	for (int i = 0; i < 2; i++)
		bucket_take(&b);
	assert_int_equal(bucket_wait_ms(&b, INT64_C(1) << 50), 30000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_servers_word_decides_what_becomes_of_a_delivery),
		cmocka_unit_test(chance_shortens_a_pause_by_a_quarter_at_most),
		cmocka_unit_test(a_bucket_gives_its_number_at_once_and_then_its_rate),
		cmocka_unit_test(
			a_bucket_never_holds_more_than_a_minute_however_long_it_rests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

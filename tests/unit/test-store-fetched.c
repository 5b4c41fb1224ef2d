#include "store-test.h"

#include "store/fetched.h"
#include "store/source.h"

#define URL "https://k.example/privat-4711.ics"

static void put(struct store *s, const char *etag, int64_t now, int wanted)
{
	const struct fetched f = {.etag = (char *)etag, .sync_token = (char *)"t"};

	assert_int_equal(fetched_put(s->db, "unit", URL, &f, now, &s->err), wanted);
}

static void fail_at(struct store *s, const char *why, int64_t now, int wanted)
{
	assert_int_equal(fetched_fail(s->db, "unit", URL, why, now, &s->err), wanted);
}

static void what_was_kept_comes_back_for_the_same_address_only(void **state)
{
	struct store *s = *state;
	fetched_auto got = FETCHED_EMPTY;

	assert_int_equal(fetched_get(s->db, "unit", URL, &got, &s->err), 0);
	put(s, "\"1\"", NOW, 0);
	put(s, "\"2\"", NOW, 0);
	assert_int_equal(fetched_get(s->db, "unit", URL, &got, &s->err), 1);
	assert_string_equal(got.etag, "\"2\"");
	assert_string_equal(got.sync_token, "t");
	assert_null(got.collection);
	assert_int_equal(fetched_get(s->db, "unit", URL "x", &got, &s->err), 0);
	assert_null(got.etag);
	assert_int_equal(fetched_get(s->db, "other", URL, &got, &s->err), 0);
}

static void a_failure_has_its_first_moment_and_its_last_words(void **state)
{
	struct store *s = *state;

	put(s, "\"1\"", NOW, 0);
	fail_at(s, "away", NOW + 10, 1);
	fail_at(s, "still away", NOW + 20, 0);
	json_auto_t *failing = fetched_failing(s->db, &s->err);
	json_auto_t *wanted = json_pack("[{s:s, s:s, s:I, s:I}]", "calendar", "unit",
		"why", "still away", "since", (json_int_t)NOW + 10, "good_at",
		(json_int_t)NOW);
	assert_true(json_equal(failing, wanted));
	put(s, "\"1\"", NOW + 30, 1);
	json_auto_t *none = fetched_failing(s->db, &s->err);
	assert_int_equal(json_array_size(none), 0);
	fail_at(s, "away", NOW + 40, 1);
}

static void a_failure_leaves_what_is_asked_the_next_time(void **state)
{
	struct store *s = *state;
	fetched_auto got = FETCHED_EMPTY;

	put(s, "\"1\"", NOW, 0);
	fail_at(s, "away", NOW + 10, 1);
	assert_int_equal(fetched_get(s->db, "unit", URL, &got, &s->err), 1);
	assert_string_equal(got.etag, "\"1\"");
}

static void calendars_that_left_the_settings_are_forgotten(void **state)
{
	struct store *s = *state;
	fetched_auto got = FETCHED_EMPTY;
	json_auto_t *names = json_pack("[s]", "other");

	fail_at(s, "away", NOW, 1);
	assert_ok(s, fetched_keep_only(s->db, names, &s->err));
	json_auto_t *none = fetched_failing(s->db, &s->err);
	assert_int_equal(json_array_size(none), 0);
	assert_int_equal(fetched_get(s->db, "unit", URL, &got, &s->err), 0);
}

static void the_address_itself_is_not_kept(void **state)
{
	struct store *s = *state;

	put(s, "\"1\"", NOW, 0);
	assert_int_equal(store_number(s, "SELECT count(*) FROM fetched\n"
					 "WHERE address_sha256 LIKE '%4711%'"),
		0);
}

static void etags_are_of_what_is_there(void **state)
{
	struct store *s = *state;
	json_auto_t *left = json_pack("[s, s]", "a", "b");

	for (const char *path = "abc"; *path; path++) {
		const char name[] = {*path, '\0'};
		assert_ok(s, source_put(s->db, "unit", name, "x", 1, NOW, &s->err));
	}
	assert_ok(s, source_set_etag(s->db, "unit", "a", "\"1\"", &s->err));
	assert_ok(s, source_set_etag(s->db, "unit", "c", "\"3\"", &s->err));
	assert_int_equal(source_put_gone(s->db, "unit", left, NOW, &s->err), 1);
	json_auto_t *etags = source_etags(s->db, "unit", &s->err);
	json_auto_t *wanted = json_pack("{s:s, s:s}", "a", "\"1\"", "b", "");
	assert_true(json_equal(etags, wanted));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(what_was_kept_comes_back_for_the_same_address_only),
		store_test(a_failure_has_its_first_moment_and_its_last_words),
		store_test(a_failure_leaves_what_is_asked_the_next_time),
		store_test(calendars_that_left_the_settings_are_forgotten),
		store_test(the_address_itself_is_not_kept),
		store_test(etags_are_of_what_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

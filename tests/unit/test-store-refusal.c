#include "store-test.h"

#include "store/journal.h"
#include "store/refusal.h"

static const char *words_of(const json_t *list, size_t index)
{
	return json_str_or(json_array_get(list, index), "words", "");
}

static void refusal_is_known_from_its_beginning_to_its_end(void **state)
{
	struct store *s = *state;

	assert_int_equal(refusal_begin(s->db, "intake", "imap", "no", NOW, &s->err), 1);
	assert_int_equal(
		refusal_begin(s->db, "intake", "imap", "no again", NOW + 5, &s->err),
		0);
	assert_int_equal(
		refusal_begin(s->db, "dispatch", "smtp", "535", NOW + 6, &s->err), 1);
	json_auto_t *list = refusal_list(s->db, &s->err);
	assert_int_equal(json_array_size(list), 2);
	assert_string_equal(json_str(json_array_get(list, 0), "server"), "imap");
	assert_string_equal(words_of(list, 0), "no");
	assert_int_equal(json_int_or(json_array_get(list, 0), "at", 0), NOW);
	assert_string_equal(words_of(list, 1), "535");
	assert_int_equal(refusal_end(s->db, "intake", "imap", NOW + 9, &s->err), 1);
	assert_int_equal(refusal_end(s->db, "intake", "imap", NOW + 9, &s->err), 0);
	json_auto_t *rest = refusal_list(s->db, &s->err);
	assert_int_equal(json_array_size(rest), 1);
}

static void next_refusal_is_another_one(void **state)
{
	struct store *s = *state;

	assert_ok(s, refusal_begin(s->db, "intake", "imap", "one", NOW, &s->err));
	json_auto_t *first = refusal_list(s->db, &s->err);
	assert_ok(s, refusal_end(s->db, "intake", "imap", NOW, &s->err));
	assert_int_equal(
		refusal_begin(s->db, "intake", "imap", "two", NOW, &s->err), 1);
	json_auto_t *second = refusal_list(s->db, &s->err);
	assert_int_equal(json_array_size(second), 1);
	assert_string_equal(words_of(second, 0), "two");
	assert_int_not_equal(json_int_or(json_array_get(first, 0), "id", 0),
		json_int_or(json_array_get(second, 0), "id", 0));
}

static void nothing_refused_is_an_empty_list(void **state)
{
	struct store *s = *state;

	json_auto_t *list = refusal_list(s->db, &s->err);
	assert_int_equal(json_array_size(list), 0);
	assert_int_equal(refusal_end(s->db, "intake", "imap", NOW, &s->err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(refusal_is_known_from_its_beginning_to_its_end),
		store_test(next_refusal_is_another_one),
		store_test(nothing_refused_is_an_empty_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

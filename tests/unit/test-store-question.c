/* Questions, the mails of each, and when one is open. */
#include "store-test.h"
#include "store/question.h"

static int64_t ask(struct store *s, uint32_t uid)
{
	const struct question q = {.meeting_id = 0,
		.asker = (char *)"anna@x.example",
		.asker_name = (char *)"Anna Ek",
		.contact = (char *)"unit@x.example",
		.subject = (char *)"SV: Inbjudan"};
	int64_t id = 0;

	assert_ok(s, question_add(s->db, &q, NOW, &id, &s->err));
	assert_ok(s, question_add_mail(s->db, id, store_mail(s, uid), "anna@x.example",
			     false, NOW, &s->err));
	return id;
}

static size_t open_count(struct store *s)
{
	json_auto_t *list = question_open_list(s->db, &s->err);

	assert_non_null(list);
	return json_array_size(list);
}

static void a_question_is_open_until_it_is_answered_and_again_when_asked_on(
	void **state)
{
	struct store *s = *state;
	int64_t id = ask(s, 1);
	question_auto q = QUESTION_EMPTY;

	assert_int_equal(open_count(s), 1);
	assert_ok(s, question_set_reminded(s->db, id, NOW + DAY, &s->err));
	assert_ok(s, question_add_mail(s->db, id, store_mail(s, 2), "unit@x.example",
			     true, NOW + 2 * DAY, &s->err));
	assert_int_equal(open_count(s), 0);
	assert_ok(s, question_add_mail(s->db, id, store_mail(s, 3), "anna@x.example",
			     false, NOW + 3 * DAY, &s->err));
	assert_int_equal(open_count(s), 1);
	assert_int_equal(question_get(s->db, id, &q, &s->err), 1);
	assert_true(q.is_open);
	assert_int_equal(q.asked_at, NOW + 3 * DAY);
	assert_int_equal(q.reminded_at, 0);
	/* More on a question that waits does not make it younger. */
	assert_ok(s, question_add_mail(s->db, id, store_mail(s, 4), "anna@x.example",
			     false, NOW + 4 * DAY, &s->err));
	assert_int_equal(question_get(s->db, id, &q, &s->err), 1);
	assert_int_equal(q.asked_at, NOW + 3 * DAY);
}

static void only_an_open_question_can_be_closed(void **state)
{
	struct store *s = *state;
	int64_t id = ask(s, 1);

	assert_int_equal(question_close(s->db, id, "maria", NOW, &s->err), 1);
	assert_int_equal(question_close(s->db, id, "maria", NOW, &s->err), 0);
	assert_int_equal(question_close(s->db, 99, "maria", NOW, &s->err), 0);
	assert_int_equal(open_count(s), 0);
}

static void a_question_is_found_by_the_letter_that_passed_it_on(void **state)
{
	struct store *s = *state;
	question_auto q = QUESTION_EMPTY;
	ask(s, 1);
	int64_t id = ask(s, 2);
	static const char *const abouts[] = {"question:2", "question:2:incoming:57"};

	for (size_t i = 0; i < 2; i++) {
		const struct letter l = {.kind = "question",
			.language = "sv",
			.about = abouts[i],
			.subject = "Fråga",
			.body = CONTENT_OF(
				"Content-Type: text/plain\r\n\r\nhej\r\n", 33)};
		int64_t letter = 0;
		assert_ok(s, letter_put(s->db, &l, NOW, &letter, &s->err));
		int64_t delivery = store_delivery(s, letter, "unit@x.example");
		assert_int_equal(question_of_delivery(s->db, delivery, &q, &s->err), 1);
		assert_int_equal(q.id, id);
		str_auto *last = NULL;
		str_auto *expected =
			xasprintf("<%lld@utskick.example>", (long long)delivery);
		assert_ok(s, question_last_letter(s->db, id, &last, &s->err));
		assert_string_equal(last, expected);
	}
	int64_t other = store_letter(s, "invitation", 0);
	int64_t delivery = store_delivery(s, other, "anna@x.example");
	assert_int_equal(question_of_delivery(s->db, delivery, &q, &s->err), 0);
}

static void mails_of_a_sender_are_counted_whatever_the_case(void **state)
{
	struct store *s = *state;
	ask(s, 1);
	ask(s, 2);

	assert_int_equal(
		question_count_from(s->db, "ANNA@x.example", NOW - DAY, &s->err), 2);
	assert_int_equal(
		question_count_from(s->db, "anna@x.example", NOW + 1, &s->err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(
			a_question_is_open_until_it_is_answered_and_again_when_asked_on),
		store_test(only_an_open_question_can_be_closed),
		store_test(a_question_is_found_by_the_letter_that_passed_it_on),
		store_test(mails_of_a_sender_are_counted_whatever_the_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "store-test.h"

#include "store/answer.h"

static struct answer answer(
	int64_t meeting_id, int sequence, int64_t dtstamp, const char *partstat)
{
	return (struct answer){.meeting_id = meeting_id,
		.attendee = "anna@b.example",
		.partstat = partstat,
		.sequence = sequence,
		.dtstamp = dtstamp,
		.invited = true};
}

static enum answer_outcome put(struct store *s, struct answer a)
{
	enum answer_outcome outcome = ANSWER_STALE;

	assert_ok(s, answer_put(s->db, &a, NOW, &outcome, &s->err));
	return outcome;
}

/* The partstat that counts for the one attendee; "" where none does. */
static void assert_counts(struct store *s, int64_t meeting_id, const char *partstat)
{
	json_auto_t *list = answer_list(s->db, meeting_id, &s->err);

	assert_non_null(list);
	assert_int_equal(json_array_size(list), *partstat ? 1 : 0);
	if (*partstat)
		assert_string_equal(
			json_str(json_array_get(list, 0), "partstat"), partstat);
}

static void newer_answers_replace_and_older_ones_do_not(void **state)
{
	struct store *s = *state;
	static const struct {
		int sequence;
		int64_t dtstamp;
		const char *partstat;
		enum answer_outcome outcome;
		const char *counts;
	} cases[] = {
		{0, 100, "ACCEPTED", ANSWER_APPLIED, "ACCEPTED"},
		{0, 100, "ACCEPTED", ANSWER_SAME, "ACCEPTED"},
		{0, 99, "DECLINED", ANSWER_STALE, "ACCEPTED"},
		{0, 101, "TENTATIVE", ANSWER_APPLIED, "TENTATIVE"},
		/* Late in arriving, overtaken by the one above. */
		{0, 100, "ACCEPTED", ANSWER_STALE, "TENTATIVE"},
		/* One second, two answers: what came later counts. */
		{0, 101, "DECLINED", ANSWER_APPLIED, "DECLINED"},
		/* Without a stamp the order of arrival counts. */
		{0, 0, "ACCEPTED", ANSWER_APPLIED, "ACCEPTED"},
		{0, 0, "ACCEPTED", ANSWER_SAME, "ACCEPTED"},
		{0, 50, "DECLINED", ANSWER_APPLIED, "DECLINED"},
		/* SEQUENCE outweighs DTSTAMP. */
		{2, 10, "ACCEPTED", ANSWER_APPLIED, "ACCEPTED"},
		{1, 999, "DECLINED", ANSWER_STALE, "ACCEPTED"},
		{2, 9, "DECLINED", ANSWER_STALE, "ACCEPTED"},
	};
	int64_t id = store_meeting(s, 1, NOW);

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		enum answer_outcome outcome =
			put(s, answer(id, cases[i].sequence, cases[i].dtstamp,
				       cases[i].partstat));
		if (outcome != cases[i].outcome)
			fail_msg("case %zu: %d", i, outcome);
		assert_counts(s, id, cases[i].counts);
	}
	/* All of them are on record. */
	assert_int_equal(store_number(s, "SELECT count(*) FROM answer"),
		(int64_t)(sizeof(cases) / sizeof(*cases)));
}

static void a_changed_comment_is_another_answer(void **state)
{
	struct store *s = *state;
	int64_t id = store_meeting(s, 1, NOW);
	struct answer a = answer(id, 0, 100, "ACCEPTED");

	assert_int_equal(put(s, a), ANSWER_APPLIED);
	a.comment = "Kommer senare";
	assert_int_equal(put(s, a), ANSWER_APPLIED);
	assert_int_equal(put(s, a), ANSWER_SAME);
}

static void a_reset_answer_does_not_count_and_does_not_come_back(void **state)
{
	struct store *s = *state;
	int64_t id = store_meeting(s, 1, NOW);
	json_auto_t *told = json_object();

	assert_int_equal(put(s, answer(id, 0, 100, "ACCEPTED")), ANSWER_APPLIED);
	assert_ok(s, answer_reset(s->db, id, NOW, &s->err));
	assert_counts(s, id, "");
	assert_int_equal(put(s, answer(id, 0, 100, "ACCEPTED")), ANSWER_STALE);
	assert_ok(s, meeting_set_told(s->db, id, 1, told, NOW, &s->err));
	/* Somebody answers the old time after the new one was told. */
	assert_int_equal(put(s, answer(id, 0, 200, "ACCEPTED")), ANSWER_STALE);
	struct answer other = answer(id, 0, 200, "ACCEPTED");
	other.attendee = "bo@b.example";
	assert_int_equal(put(s, other), ANSWER_STALE);
	assert_counts(s, id, "");
	assert_int_equal(put(s, answer(id, 1, 200, "DECLINED")), ANSWER_APPLIED);
	assert_counts(s, id, "DECLINED");
}

static void an_uninvited_answer_is_shown_as_such(void **state)
{
	struct store *s = *state;
	int64_t id = store_meeting(s, 1, NOW);
	struct answer a = answer(id, 0, 100, "ACCEPTED");

	a.invited = false;
	a.comment = "Jag kommer också";
	assert_int_equal(put(s, a), ANSWER_APPLIED);
	json_auto_t *list = answer_list(s->db, id, &s->err);
	const json_t *one = json_array_get(list, 0);
	assert_false(json_bool_or(one, "invited", true));
	assert_string_equal(json_str(one, "comment"), "Jag kommer också");
	assert_int_equal(json_int_or(one, "at", 0), NOW);
}

static void attendees_and_meetings_are_apart(void **state)
{
	struct store *s = *state;
	int64_t one = store_meeting(s, 1, NOW);
	int64_t two = store_meeting(s, 2, NOW);
	struct answer a = answer(one, 0, 100, "ACCEPTED");

	assert_int_equal(put(s, a), ANSWER_APPLIED);
	a.attendee = "bo@b.example";
	a.dtstamp = 50;
	assert_int_equal(put(s, a), ANSWER_APPLIED);
	a.meeting_id = two;
	a.dtstamp = 40;
	assert_int_equal(put(s, a), ANSWER_APPLIED);
	json_auto_t *list = answer_list(s->db, one, &s->err);
	assert_int_equal(json_array_size(list), 2);
}

static void an_answer_to_no_meeting_is_refused(void **state)
{
	struct store *s = *state;
	struct answer a = answer(99, 0, 100, "ACCEPTED");
	enum answer_outcome outcome;

	assert_int_equal(answer_put(s->db, &a, NOW, &outcome, &s->err), -1);
	assert_int_equal(s->err.kind, ERR_PERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(newer_answers_replace_and_older_ones_do_not),
		store_test(a_changed_comment_is_another_answer),
		store_test(a_reset_answer_does_not_count_and_does_not_come_back),
		store_test(an_uninvited_answer_is_shown_as_such),
		store_test(attendees_and_meetings_are_apart),
		store_test(an_answer_to_no_meeting_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

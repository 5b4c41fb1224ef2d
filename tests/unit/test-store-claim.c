#include "store-test.h"

#include "store/claim.h"
#include "store/source.h"

#define LATER (NOW + 10 * DAY)

/* Sources 1 and 2 of calendars "a" and "b". */
static void add_sources(struct store *s)
{
	static const char *const names[] = {"a", "b"};

	for (size_t i = 0; i < 2; i++)
		assert_int_equal(
			source_put(s->db, names[i], "x.ics", "x", 1, NOW, &s->err), 1);
}

static int claim(struct store *s, int64_t source, int64_t meeting, int sequence,
	int64_t modified)
{
	const struct claim c = {.source_id = source,
		.meeting_id = meeting,
		.rank = (int)source - 1,
		.sequence = sequence,
		.modified_at = modified};
	int counts = claim_put(s->db, &c, &s->err);

	assert_ok(s, counts);
	return counts;
}

/* The source no longer has any of its meetings. */
static void empty(struct store *s, int64_t source)
{
	json_auto_t *none = json_array();

	assert_ok(s, claim_miss(s->db, source, none, none, NOW, &s->err));
}

static struct claim_loss loss_of(struct store *s, const char *calendar)
{
	struct claim_loss loss = CLAIM_LOSS_NONE;

	assert_ok(s, claim_loss_of(s->db, calendar, NOW, &loss, &s->err));
	free(TAKE(loss.calendar));
	return loss;
}

static enum meeting_state state_of(struct store *s, int64_t id)
{
	meeting_auto m = MEETING_EMPTY;

	assert_ok(s, meeting_get(s->db, id, &m, &s->err));
	return m.state;
}

static void the_higher_sequence_then_the_later_change_then_the_first_calendar_counts(
	void **state)
{
	static const struct {
		int sequence_a, sequence_b;
		int64_t modified_a, modified_b;
		int winner;
	} cases[] = {
		{0, 0, 0, 0, 1},
		{0, 0, 5, 5, 1},
		{0, 1, 9, 5, 2},
		{2, 1, 1, 5, 1},
		{1, 1, 1, 5, 2},
		{1, 1, 5, 1, 1},
		{0, 0, 0, 1, 2},
	};
	struct store *s = *state;

	add_sources(s);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int64_t id = store_meeting(s, (int)i + 1, LATER);
		claim(s, 1, id, cases[i].sequence_a, cases[i].modified_a);
		assert_int_equal(
			claim(s, 2, id, cases[i].sequence_b, cases[i].modified_b),
			cases[i].winner == 2);
		assert_int_equal(
			claim(s, 1, id, cases[i].sequence_a, cases[i].modified_a),
			cases[i].winner == 1);
	}
}

static void what_another_source_has_stays_and_is_read_from_there(void **state)
{
	struct store *s = *state;
	source_auto next = SOURCE_EMPTY;
	int64_t id = store_meeting(s, 1, LATER);

	add_sources(s);
	claim(s, 1, id, 0, 0);
	claim(s, 2, id, 0, 0);
	assert_ok(s, db_run(s->db, &s->err, "UPDATE source SET is_new = 0"));
	empty(s, 1);
	assert_int_equal(source_next(s->db, &next, &s->err), 1);
	assert_int_equal(next.id, 2);
	assert_int_equal(loss_of(s, "a").gone, 0);
	empty(s, 2);
	assert_int_equal(loss_of(s, "b").gone, 1);
	assert_int_equal(state_of(s, id), MEETING_PLANNED);
	assert_int_equal(claim_drop(s->db, "b", NOW, &s->err), 1);
	assert_int_equal(state_of(s, id), MEETING_CANCELLED);
}

static void a_loss_is_counted_by_meeting_by_what_was_told_and_by_entry(void **state)
{
	struct store *s = *state;
	json_auto_t *seen = json_array();
	json_auto_t *none = json_array();
	json_auto_t *told = json_pack("{s:i}", "version", 1);

	add_sources(s);
	for (int i = 1; i <= 4; i++) {
		int64_t id = store_meeting(s, i, LATER);
		claim(s, 1, id, 0, 0);
		if (i <= 2)
			assert_ok(
				s, meeting_set_told(s->db, id, 0, told, NOW, &s->err));
		if (i == 4)
			json_array_append_new(seen, json_integer(id));
	}
	assert_ok(s, claim_miss(s->db, 1, seen, none, NOW, &s->err));
	struct claim_loss loss = loss_of(s, "a");
	assert_int_equal(loss.all, 4);
	assert_int_equal(loss.all_told, 2);
	assert_int_equal(loss.gone, 3);
	assert_int_equal(loss.gone_told, 2);
	assert_int_equal(loss.gone_entries, 3);
	json_auto_t *calendars = claim_calendars_with_loss(s->db, &s->err);
	assert_int_equal(json_array_size(calendars), 1);
}

static void what_is_back_is_no_loss(void **state)
{
	struct store *s = *state;
	int64_t id = store_meeting(s, 1, LATER);

	add_sources(s);
	claim(s, 1, id, 0, 0);
	empty(s, 1);
	assert_int_equal(loss_of(s, "a").gone, 1);
	assert_int_equal(claim(s, 1, id, 0, 0), 1);
	assert_int_equal(loss_of(s, "a").gone, 0);
	assert_int_equal(claim_drop(s->db, "a", NOW, &s->err), 0);
	assert_int_equal(state_of(s, id), MEETING_PLANNED);
}

static void what_was_kept_by_a_no_is_no_loss_when_it_is_missed_again(void **state)
{
	struct store *s = *state;
	int64_t id = store_meeting(s, 1, LATER);

	add_sources(s);
	claim(s, 1, id, 0, 0);
	empty(s, 1);
	assert_int_equal(claim_keep(s->db, "a", &s->err), 1);
	empty(s, 1);
	struct claim_loss loss = loss_of(s, "a");
	assert_int_equal(loss.gone, 0);
	assert_int_equal(loss.all, 1);
	assert_int_equal(state_of(s, id), MEETING_PLANNED);
}

static void the_past_and_what_cannot_be_read_are_not_missed(void **state)
{
	struct store *s = *state;
	int64_t past = store_meeting(s, 1, NOW - DAY);
	int64_t odd = store_meeting(s, 2, LATER);
	json_auto_t *none = json_array();
	meeting_auto m = MEETING_EMPTY;

	add_sources(s);
	claim(s, 1, past, 0, 0);
	claim(s, 1, odd, 0, 0);
	assert_ok(s, meeting_get(s->db, odd, &m, &s->err));
	json_auto_t *spared = json_pack("[s]", m.source_uid);
	assert_ok(s, claim_miss(s->db, 1, none, spared, NOW, &s->err));
	assert_int_equal(loss_of(s, "a").gone, 0);
}

static void a_calendar_that_the_settings_no_longer_name_keeps_nothing_alive(
	void **state)
{
	struct store *s = *state;
	int64_t id = store_meeting(s, 1, LATER);
	json_auto_t *names = json_pack("[s]", "b");
	json_auto_t *both = json_pack("[s, s]", "a", "b");
	source_auto next = SOURCE_EMPTY;

	add_sources(s);
	claim(s, 1, id, 7, NOW);
	assert_ok(s, claim_retire(s->db, names, &s->err));
	assert_int_equal(claim(s, 2, id, 0, 0), 1);
	empty(s, 2);
	assert_int_equal(claim_drop(s->db, "b", NOW, &s->err), 1);
	assert_int_equal(state_of(s, id), MEETING_CANCELLED);
	assert_ok(s, db_run(s->db, &s->err, "UPDATE source SET is_new = 0"));
	assert_ok(s, claim_retire(s->db, both, &s->err));
	assert_int_equal(source_next(s->db, &next, &s->err), 1);
	assert_string_equal(next.calendar, "a");
}

static void who_says_a_meeting_is_listed_who_counts_first(void **state)
{
	struct store *s = *state;
	int64_t id = store_meeting(s, 1, LATER);

	add_sources(s);
	claim(s, 1, id, 0, 0);
	claim(s, 2, id, 1, 0);
	assert_ok(s, db_run(s->db, &s->err, "UPDATE meeting SET source_id = 2"));
	json_auto_t *list = claim_sources(s->db, id, &s->err);
	assert_int_equal(json_array_size(list), 2);
	assert_string_equal(json_str(json_array_get(list, 0), "calendar"), "b");
	assert_true(json_bool_or(json_array_get(list, 0), "counts", false));
	assert_false(json_bool_or(json_array_get(list, 1), "counts", true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(
			the_higher_sequence_then_the_later_change_then_the_first_calendar_counts),
		store_test(what_another_source_has_stays_and_is_read_from_there),
		store_test(a_loss_is_counted_by_meeting_by_what_was_told_and_by_entry),
		store_test(what_is_back_is_no_loss),
		store_test(what_was_kept_by_a_no_is_no_loss_when_it_is_missed_again),
		store_test(the_past_and_what_cannot_be_read_are_not_missed),
		store_test(
			a_calendar_that_the_settings_no_longer_name_keeps_nothing_alive),
		store_test(who_says_a_meeting_is_listed_who_counts_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Which changes make the office look at a meeting again: those of its own, and no
 * other's. */
#include "store-test.h"

#include "store/answer.h"
#include "store/look.h"
#include "store/meeting-file.h"

#define LATER (NOW + DAY)

/* Two meetings, both looked at. */
static void look_at_both(struct store *s)
{
	assert_ok(s, look_set(s->db, 1, LATER, &s->err));
	assert_ok(s, look_set(s->db, 2, LATER, &s->err));
}

static void set_up_two(struct store *s)
{
	assert_int_equal(store_meeting(s, 1, NOW + 14 * DAY), 1);
	assert_int_equal(store_meeting(s, 2, NOW + 15 * DAY), 2);
}

static void assert_due(struct store *s, const char *expected)
{
	json_auto_t *ids = look_due(s->db, NOW, &s->err);
	str_auto *text = json_text(ids);

	assert_string_equal(text, expected);
}

static void move(struct store *s)
{
	int64_t id = 0;
	const struct meeting m = {.uid = (char *)"m1@utskick.example",
		.code = (char *)"EKH-2026-09-14",
		.source_uid = (char *)"source-1",
		.recurrence_id = (char *)"",
		.starts_at = NOW + 20 * DAY,
		.ends_at = NOW + 20 * DAY};

	assert_int_equal(meeting_put(s->db, &m, NOW, &id, &s->err), 1);
}

static void put_role(struct store *s)
{
	assert_ok(
		s, meeting_role_put(s->db, 1, "chair", "Bo", "bo@b.example", &s->err));
}

static void drop_role(struct store *s)
{
	assert_ok(s, meeting_role_drop(s->db, 1, "chair", &s->err));
}

static void attach(struct store *s)
{
	json_auto_t *files = json_pack("[{s:s, s:s}, {s:s, s:s}]", "name", "a.pdf",
		"beside", "a.pdf", "name", "b", "link", "https://b.example/b");

	assert_ok(s, meeting_files_put(s->db, 1, files, &s->err));
}

static void put_beside(struct store *s)
{
	assert_int_equal(
		beside_put(s->db, "K", "a.pdf", "%PDF-1.4", 8, NOW, &s->err), 1);
}

static void take_beside_away(struct store *s)
{
	json_auto_t *none = json_array();

	assert_int_equal(beside_put_gone(s->db, "K", none, NOW, &s->err), 1);
}

static void detach(struct store *s)
{
	assert_ok(s, meeting_files_put(s->db, 1, NULL, &s->err));
}

static void answer(struct store *s)
{
	const struct answer a = {.meeting_id = 1,
		.attendee = (char *)"a@b.example",
		.partstat = (char *)"DECLINED",
		.invited = true};
	enum answer_outcome outcome;

	assert_true(answer_put(s->db, &a, NOW, &outcome, &s->err) >= 0);
}

static void reset_answers(struct store *s)
{
	assert_ok(s, answer_reset(s->db, 1, NOW, &s->err));
}

static void give_up_delivery(struct store *s)
{
	int64_t id = store_delivery(s, store_letter(s, "invitation", 1), "a@b.example");

	look_at_both(s);
	assert_true(
		delivery_move(s->db, id, DELIVERY_WITHDRAWN, NULL, NOW, &s->err) >= 0);
}

static void cancel(struct store *s)
{
	assert_ok(s, meeting_set_state(s->db, 1, MEETING_CANCELLED, "meeting-gone", NOW,
			     &s->err));
}

static void a_change_of_a_meeting_makes_that_one_due_and_no_other(void **state)
{
	static void (*const changes[])(struct store *) = {move, put_role, drop_role,
		attach, put_beside, take_beside_away, detach, answer, reset_answers,
		give_up_delivery, cancel};
	struct store *s = *state;

	set_up_two(s);
	assert_due(s, "[1,2]");
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		look_at_both(s);
		assert_due(s, "[]");
		changes[i](s);
		assert_due(s, "[1]");
	}
}

static void what_is_put_as_it_is_writes_nothing(void **state)
{
	struct store *s = *state;

	set_up_two(s);
	move(s);
	put_role(s);
	attach(s);
	look_at_both(s);
	int before = sqlite3_total_changes(db_handle(s->db));
	int64_t id = 0;
	meeting_auto m = MEETING_EMPTY;
	assert_int_equal(meeting_get(s->db, 1, &m, &s->err), 1);
	assert_int_equal(meeting_put(s->db, &m, NOW + 1, &id, &s->err), 0);
	put_role(s);
	attach(s);
	assert_int_equal(sqlite3_total_changes(db_handle(s->db)), before);
	assert_due(s, "[]");
}

static void another_day_or_configuration_makes_all_due(void **state)
{
	struct store *s = *state;

	set_up_two(s);
	assert_ok(s, look_begin(s->db, "2026-09-01 a", &s->err));
	look_at_both(s);
	assert_ok(s, look_begin(s->db, "2026-09-01 a", &s->err));
	assert_due(s, "[]");
	assert_ok(s, look_begin(s->db, "2026-09-02 a", &s->err));
	assert_due(s, "[1,2]");
}

static void the_next_look_is_the_first_after_now(void **state)
{
	struct store *s = *state;
	int64_t at = 0;

	set_up_two(s);
	assert_ok(s, look_set(s->db, 1, NOW + 50, &s->err));
	assert_ok(s, look_set(s->db, 2, LOOK_NEVER, &s->err));
	assert_int_equal(look_next_at(s->db, NOW, &at, &s->err), 1);
	assert_int_equal(at, NOW + 50);
	assert_int_equal(look_next_at(s->db, NOW + 50, &at, &s->err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(a_change_of_a_meeting_makes_that_one_due_and_no_other),
		store_test(what_is_put_as_it_is_writes_nothing),
		store_test(another_day_or_configuration_makes_all_due),
		store_test(the_next_look_is_the_first_after_now),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Nothing is deleted but by a decision whose time has come. */
#include "store-test.h"
#include "store/held.h"
#include "store/question.h"
#include "store/removal.h"

static const struct removal rule = {
	.class = "unknown", .decision = "KS 1", .arrived_before = NOW + DAY};

/* Decided, of a class, about a meeting (0: none). */
static int64_t decided(
	struct store *s, uint32_t uid, const char *class, int64_t meeting)
{
	int64_t id = store_mail(s, uid);
	json_auto_t *detail = json_pack("{s:s}", "text", "hemligt");
	const struct incoming_decision d = {.state = INCOMING_DONE,
		.class = class,
		.outcome = "recorded",
		.reason = "not-understood",
		.meeting_id = meeting,
		.detail = detail};

	assert_ok(s, incoming_decide(s->db, id, &d, NOW, &s->err));
	return id;
}

static size_t due_count(struct store *s, const struct removal *r, int64_t now)
{
	json_auto_t *due = removal_due(s->db, r, 100, now, &s->err);

	assert_non_null(due);
	return json_array_size(due);
}

/* Listed as due and removed, or neither. */
static void expect(
	struct store *s, int64_t id, const struct removal *r, int64_t now, bool goes)
{
	assert_int_equal(due_count(s, r, now), goes);
	assert_int_equal(removal_do(s->db, r, id, now, &s->err), goes ? 0 : -1);
}

static void bytes_and_text_go_and_the_row_stays(void **state)
{
	struct store *s = *state;
	int64_t id = decided(s, 1, "unknown", 0);
	buf_auto raw = BUF_EMPTY;
	str_auto *by = NULL;
	int64_t at = 0;

	assert_int_equal(removal_find(s->db, id, &by, &at, &s->err), 0);
	expect(s, id, &rule, NOW + 2 * DAY, true);
	assert_int_equal(incoming_read(s->db, id, &raw, &s->err), -1);
	assert_int_equal(removal_find(s->db, id, &by, &at, &s->err), 1);
	assert_string_equal(by, "KS 1");
	assert_int_equal(at, NOW + 2 * DAY);
	assert_int_equal(removal_count(s->db, &s->err), 1);
	assert_int_equal(
		store_number(s, "SELECT count(*) FROM incoming WHERE detail IS NULL"),
		1);
	assert_int_equal(store_number(s, "SELECT count(*) FROM journal\n"
					 "WHERE what = 'removed' AND detail = 'KS 1'"),
		1);
	/* Once. */
	assert_int_equal(due_count(s, &rule, NOW + 2 * DAY), 0);
	assert_int_equal(incoming_rerun(s->db, id, &s->err), 0);
}

static void what_is_open_stays(void **state)
{
	struct store *s = *state;
	int64_t now = NOW + 2 * DAY;
	int64_t held_id = 0;
	int64_t question_id = 0;
	int64_t waits = decided(s, 1, "unknown", 0);
	const struct held held = {
		.incoming_id = waits, .act = (char *)"minutes", .reason = (char *)"x"};
	const struct question q = {.asker = (char *)"a@x.example",
		.asker_name = (char *)"",
		.contact = (char *)"b@x.example",
		.subject = (char *)""};

	assert_ok(s, held_add(s->db, &held, NOW, &held_id, &s->err));
	expect(s, waits, &rule, now, false);
	int64_t asks = decided(s, 2, "unknown", 0);
	assert_ok(s, question_add(s->db, &q, NOW, &question_id, &s->err));
	assert_ok(s, question_add_mail(s->db, question_id, asks, "a@x.example", false,
			     NOW, &s->err));
	expect(s, asks, &rule, now, false);
	int64_t meeting = store_meeting(s, 1, NOW + 10 * DAY);
	int64_t ahead = decided(s, 3, "unknown", meeting);
	expect(s, ahead, &rule, now, false);
	/* When each is over it may go. */
	assert_ok(s, question_close(s->db, question_id, "maria", now, &s->err));
	assert_int_equal(due_count(s, &rule, now), 1);
	assert_int_equal(due_count(s, &rule, NOW + 11 * DAY), 2);
	assert_ok(
		s, held_decide(s->db, held_id, HELD_REFUSED, "maria", 0, now, &s->err));
	assert_int_equal(due_count(s, &rule, now), 1);
	assert_ok(s, held_set_acted(s->db, held_id, "held-refused", now, &s->err));
	assert_int_equal(due_count(s, &rule, now), 2);
}

static void what_is_undecided_too_young_or_of_another_class_stays(void **state)
{
	struct store *s = *state;
	struct removal r = rule;

	expect(s, store_mail(s, 1), &rule, NOW + 2 * DAY, false);
	int64_t id = decided(s, 2, "minutes", 0);
	expect(s, id, &rule, NOW + 2 * DAY, false);
	r.class = "minutes";
	r.arrived_before = NOW;
	expect(s, id, &r, NOW + 2 * DAY, false);
	/* A rule of tomorrow does not work today. */
	r.arrived_before = NOW + 3 * DAY;
	assert_int_equal(removal_do(s->db, &r, id, NOW + 2 * DAY, &s->err), -1);
	r.arrived_before = NOW + DAY;
	r.decision = "";
	assert_int_equal(removal_do(s->db, &r, id, NOW + 2 * DAY, &s->err), -1);
}

static void refuses(struct store *s, const char *sql)
{
	if (sqlite3_exec(db_handle(s->db), sql, NULL, NULL, NULL) == SQLITE_OK)
		fail_msg("goes through: %s", sql);
}

static void no_other_way_leads_to_a_deletion(void **state)
{
	struct store *s = *state;
	int64_t id = decided(s, 1, "unknown", 0);
	decided(s, 2, "unknown", 0);

	refuses(s, "DELETE FROM incoming_raw");
	refuses(s, "DELETE FROM incoming");
	refuses(s, "UPDATE incoming_raw SET bytes = ''");
	assert_ok(s, removal_do(s->db, &rule, id, NOW + 2 * DAY, &s->err));
	refuses(s, "DELETE FROM incoming_raw WHERE incoming_id = 2");
	refuses(s, "DELETE FROM incoming WHERE id = 1");
	refuses(s, "DELETE FROM removal");
	refuses(s, "UPDATE removal SET decision = 'KS 2'");
	assert_int_equal(store_number(s, "SELECT count(*) FROM incoming_raw"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(bytes_and_text_go_and_the_row_stays),
		store_test(what_is_open_stays),
		store_test(what_is_undecided_too_young_or_of_another_class_stays),
		store_test(no_other_way_leads_to_a_deletion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "store-test.h"

#include "store/held.h"
#include "store/journal.h"
#include "store/reason.h"

static int64_t hold(struct store *s, int64_t incoming_id, int64_t meeting_id)
{
	const struct held h = {.incoming_id = incoming_id,
		.meeting_id = meeting_id,
		.act = (char *)"minutes",
		.reason = (char *)"minutes-no-role"};
	int64_t id = 0;

	assert_int_equal(held_add(s->db, &h, NOW, &id, &s->err), 1);
	return id;
}

static void an_act_of_a_mail_is_held_once(void **state)
{
	struct store *s = *state;
	int64_t mail = store_mail(s, 1);
	int64_t id = hold(s, mail, 0);
	int64_t again = 0;
	struct held h = {.incoming_id = mail,
		.act = (char *)"minutes",
		.reason = (char *)"minutes-not-vouched"};

	assert_int_equal(held_add(s->db, &h, NOW, &again, &s->err), 0);
	assert_int_equal(again, id);
	h.act = (char *)"answer";
	assert_int_equal(held_add(s->db, &h, NOW, &again, &s->err), 1);
}

static void a_decision_is_taken_once_and_acted_on_once(void **state)
{
	struct store *s = *state;
	int64_t meeting_id = store_meeting(s, 1, NOW);
	int64_t yes = hold(s, store_mail(s, 1), 0);
	int64_t no = hold(s, store_mail(s, 2), 0);
	held_auto h = HELD_EMPTY;

	assert_int_equal(held_next_decided(s->db, &h, &s->err), 0);
	assert_int_equal(
		held_decide(s->db, no, HELD_REFUSED, "anna", 0, NOW, &s->err), 1);
	assert_int_equal(held_decide(s->db, yes, HELD_RELEASED, "anna", meeting_id,
				 NOW + 1, &s->err),
		1);
	assert_int_equal(
		held_decide(s->db, yes, HELD_REFUSED, "bo", 0, NOW, &s->err), 0);
	assert_int_equal(
		held_decide(s->db, 99, HELD_RELEASED, "bo", 0, NOW, &s->err), 0);
	assert_int_equal(held_next_decided(s->db, &h, &s->err), 1);
	assert_int_equal(h.id, yes);
	assert_int_equal(h.state, HELD_RELEASED);
	assert_int_equal(h.meeting_id, meeting_id);
	assert_string_equal(h.decided_by, "anna");
	assert_int_equal(h.decided_at, NOW + 1);
	assert_ok(s, held_set_acted(s->db, yes, NOW, &s->err));
	assert_int_equal(held_next_decided(s->db, &h, &s->err), 1);
	assert_int_equal(h.id, no);
	assert_ok(s, held_set_acted(s->db, no, NOW, &s->err));
	assert_int_equal(held_next_decided(s->db, &h, &s->err), 0);
	assert_int_equal(held_get(s->db, yes, &h, &s->err), 1);
	assert_int_equal(h.state, HELD_ACTED);
	assert_int_equal(held_get(s->db, 99, &h, &s->err), -1);
}

static void what_waits_is_listed_until_decided(void **state)
{
	struct store *s = *state;
	int64_t mail = store_mail(s, 1);
	int64_t id = hold(s, mail, store_meeting(s, 1, NOW));
	const struct incoming_decision d = {.state = INCOMING_HELD,
		.from_address = "bo@b.example",
		.subject = "Protokoll"};

	hold(s, store_mail(s, 2), 0);
	assert_ok(s, incoming_decide(s->db, mail, &d, NOW, &s->err));
	json_auto_t *list = held_list(s->db, &s->err);
	assert_int_equal(json_array_size(list), 2);
	const json_t *one = json_array_get(list, 0);
	assert_int_equal(json_int_or(one, "id", 0), id);
	assert_string_equal(json_str(one, "register"), "2026-000001");
	assert_string_equal(json_str(one, "from"), "bo@b.example");
	assert_string_equal(json_str(one, "meeting"), "EKH-2026-09-14");
	assert_string_equal(json_str(one, "reason"), "minutes-no-role");
	assert_null(json_object_get(json_array_get(list, 1), "meeting"));
	assert_int_equal(
		held_decide(s->db, id, HELD_REFUSED, "anna", 0, NOW, &s->err), 1);
	json_auto_t *rest = held_list(s->db, &s->err);
	assert_int_equal(json_array_size(rest), 1);
}

static void something_is_told_once_until_forgotten(void **state)
{
	struct store *s = *state;

	assert_int_equal(told_once(s->db, "calendar:1", NOW, &s->err), 1);
	assert_int_equal(told_once(s->db, "calendar:1", NOW, &s->err), 0);
	assert_int_equal(told_once(s->db, "calendar:2", NOW, &s->err), 1);
	assert_ok(s, told_forget(s->db, "calendar:1", &s->err));
	assert_int_equal(told_once(s->db, "calendar:1", NOW, &s->err), 1);
}

static void the_journal_tells_of_one_thing(void **state)
{
	struct store *s = *state;
	int64_t mail = store_mail(s, 1);
	int64_t meeting_id = store_meeting(s, 1, NOW);
	const struct journal_entry entries[] = {
		{.who = "office",
			.what = "held",
			.why = "not-understood",
			.incoming_id = mail},
		{.who = "office", .what = "invited", .meeting_id = meeting_id},
		{.who = "office",
			.what = "minutes",
			.meeting_id = meeting_id,
			.incoming_id = mail},
	};

	for (int i = 0; i < 3; i++)
		assert_ok(s, journal_add(s->db, &entries[i], NOW + i, &s->err));
	json_auto_t *about = journal_about(s->db, 0, mail, 0, &s->err);
	assert_int_equal(json_array_size(about), 2);
	assert_string_equal(json_str(json_array_get(about, 0), "what"), "held");
	assert_string_equal(json_str(json_array_get(about, 1), "what"), "minutes");
	json_auto_t *nothing = journal_about(s->db, 0, 0, 0, &s->err);
	assert_int_equal(json_array_size(nothing), 0);
}

static void reasons_are_sorted_and_every_one_has_a_sentence(void **state)
{
	(void)state;
	const char *before = "";
	const char *code;

	for (size_t i = 0; (code = reason_code_at(i)); i++) {
		assert_true(strcmp(before, code) < 0);
		const char *sentence = reason_sentence(code);
		assert_non_null(sentence);
		assert_int_equal(sentence[strlen(sentence) - 1], '.');
		before = code;
	}
	assert_null(reason_sentence("no-such-code"));
	assert_null(reason_sentence(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(an_act_of_a_mail_is_held_once),
		store_test(a_decision_is_taken_once_and_acted_on_once),
		store_test(what_waits_is_listed_until_decided),
		store_test(something_is_told_once_until_forgotten),
		store_test(the_journal_tells_of_one_thing),
		cmocka_unit_test(reasons_are_sorted_and_every_one_has_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

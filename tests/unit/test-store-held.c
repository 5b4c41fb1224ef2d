#include "store-test.h"

#include <sqlite3.h>

#include "store/held.h"
#include "store/journal.h"
#include "store/migrations.h"
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
	assert_ok(s, held_set_acted(s->db, yes, "held-released", NOW, &s->err));
	assert_int_equal(held_next_decided(s->db, &h, &s->err), 1);
	assert_int_equal(h.id, no);
	assert_ok(s, held_set_acted(s->db, no, "held-refused", NOW, &s->err));
	assert_int_equal(held_next_decided(s->db, &h, &s->err), 0);
	assert_int_equal(held_get(s->db, yes, &h, &s->err), 1);
	assert_int_equal(h.state, HELD_ACTED);
	assert_int_equal(h.decision, HELD_RELEASED);
	assert_string_equal(h.result, "held-released");
	assert_int_equal(held_get(s->db, 99, &h, &s->err), -1);
}

static void a_matter_without_a_mail_is_held_once_while_it_is_open(void **state)
{
	struct store *s = *state;
	json_auto_t *data = json_pack("{s:[i, i]}", "sources", 3, 4);
	const struct held matter = {.key = (char *)"source:unit",
		.title = (char *)"unit.ics",
		.data = data,
		.act = (char *)"emptied",
		.reason = (char *)"calendar-emptied"};
	int64_t first = 0;
	int64_t again = 0;
	held_auto h = HELD_EMPTY;

	assert_int_equal(held_add(s->db, &matter, NOW, &first, &s->err), 1);
	assert_int_equal(held_add(s->db, &matter, NOW, &again, &s->err), 0);
	assert_int_equal(again, first);
	assert_int_equal(
		held_find_key(s->db, "emptied", "source:unit", &h, &s->err), 1);
	assert_int_equal(h.incoming_id, 0);
	assert_string_equal(h.key, "source:unit");
	assert_string_equal(h.title, "unit.ics");
	assert_true(json_equal(h.data, data));
	json_auto_t *list = held_list(s->db, &s->err);
	const json_t *row = json_array_get(list, 0);
	assert_string_equal(json_str(row, "key"), "source:unit");
	assert_string_equal(json_str(row, "subject"), "unit.ics");
	assert_null(json_object_get(row, "register"));
	assert_null(json_object_get(row, "from"));
	/* Once it is closed the same may come up again. */
	assert_int_equal(
		held_decide(s->db, first, HELD_REFUSED, "anna", 0, NOW, &s->err), 1);
	assert_int_equal(held_add(s->db, &matter, NOW, &again, &s->err), 0);
	assert_ok(s, held_set_acted(s->db, first, "held-refused", NOW, &s->err));
	assert_int_equal(
		held_find_key(s->db, "emptied", "source:unit", &h, &s->err), 0);
	assert_int_equal(held_add(s->db, &matter, NOW, &again, &s->err), 1);
	assert_true(again > first);
	/* What has settled itself waits no more. */
	assert_ok(s, held_withdraw(s->db, again, "calendar-read", NOW, &s->err));
	assert_int_equal(held_next_decided(s->db, &h, &s->err), 0);
	assert_int_equal(held_get(s->db, again, &h, &s->err), 1);
	assert_int_equal(h.state, HELD_ACTED);
	assert_int_equal(h.decision, HELD_WAITING);
}

static void run_sql(sqlite3 *db, const char *sql)
{
	char *why = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", sql, why);
}

/* A file as it was before matters without a mail, with one held and one undone. */
static void make_old_file(const char *path, int64_t application)
{
	str_auto *ours = xasprintf("PRAGMA application_id = %lld; "
				   "PRAGMA user_version = 7",
		(long long)application);
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	for (size_t i = 0; i < 7; i++)
		run_sql(db, migration_at(i));
	run_sql(db, ours);
	run_sql(db, "INSERT INTO incoming (id, account, folder, uidvalidity, uid,\n"
		    "  register_year, register_number, arrived_at, size, state,\n"
		    "  stored_at)\n"
		    "VALUES (1, 'a', 'INBOX', 1, 1, 2025, 1, 0, 10, 'held', 0)");
	run_sql(db, "INSERT INTO held (id, incoming_id, act, reason, state, held_at)\n"
		    "VALUES (4, 1, 'minutes', 'minutes-no-role', 'waiting', 5),\n"
		    "  (9, 1, 'answer', 'minutes-no-role', 'waiting', 6)");
	run_sql(db, "DELETE FROM held WHERE id = 9");
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void what_was_held_in_an_older_file_still_waits_under_its_number(void **state)
{
	struct store *s = *state;
	int64_t application = store_number(s, "PRAGMA application_id");
	held_auto h = HELD_EMPTY;

	db_free(TAKE(s->db));
	assert_int_equal(unlink(s->path), 0);
	make_old_file(s->path, application);
	s->db = db_open(s->path, &s->err);
	if (!s->db)
		fail_msg("%s", s->err.text);
	assert_int_equal(held_get(s->db, 4, &h, &s->err), 1);
	assert_int_equal(h.incoming_id, 1);
	assert_int_equal(h.held_at, 5);
	assert_string_equal(h.reason, "minutes-no-role");
	assert_int_equal(hold(s, store_mail(s, 2), 0), 10);
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
		store_test(a_matter_without_a_mail_is_held_once_while_it_is_open),
		store_test(what_was_held_in_an_older_file_still_waits_under_its_number),
		store_test(what_waits_is_listed_until_decided),
		store_test(something_is_told_once_until_forgotten),
		store_test(the_journal_tells_of_one_thing),
		cmocka_unit_test(reasons_are_sorted_and_every_one_has_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

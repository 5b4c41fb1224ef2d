#include "store-test.h"

#include "store/answer.h"
#include "store/blob.h"
#include "store/journal.h"
#include "store/minutes.h"

static int collect(const json_t *row, void *context)
{
	json_array_append(context, (json_t *)row);
	return 0;
}

static json_t *rows(struct store *s, const char *what, int64_t from, int64_t to)
{
	json_t *list = json_array();

	assert_ok(s, store_export(s->db, what, from, to, collect, list, &s->err));
	return list;
}

static void assert_member(const json_t *row, const char *key, const char *value)
{
	const char *is = json_str(row, key);

	if (!is || strcmp(is, value) != 0)
		fail_msg("%s is %s, not %s", key, is ? is : "absent", value);
}

static void incoming_rows_have_the_names_of_the_contract(void **state)
{
	struct store *s = *state;
	int64_t id = store_mail(s, 1);
	json_auto_t *detail =
		json_pack("{s:s, s:s, s:s, s:i}", "text", "Jag kommer", "subject",
			"never over a column", "partstat", "ACCEPTED", "sequence", 0);
	const struct incoming_decision d = {.state = INCOMING_DONE,
		.message_id = "<a@b.example>",
		.in_reply_to = "<c@d.example>",
		.from_address = "anna@b.example",
		.from_name = "Anna",
		.subject = "Sv: Kallelse",
		.class = "itip",
		.outcome = "applied",
		.reason = "answer-applied",
		.verified = true,
		.meeting_id = store_meeting(s, 1, NOW),
		.detail = detail};

	assert_ok(s, incoming_decide(s->db, id, &d, NOW, &s->err));
	json_auto_t *list = rows(s, "incoming", NOW, NOW + 1);
	assert_int_equal(json_array_size(list), 1);
	const json_t *row = json_array_get(list, 0);
	assert_member(row, "register", "2026-000001");
	assert_member(row, "arrived_at", "2026-09-01T02:00:00+02:00");
	assert_member(row, "folder", "INBOX");
	assert_member(row, "message_id", "<a@b.example>");
	assert_member(row, "in_reply_to", "<c@d.example>");
	assert_member(row, "from", "anna@b.example");
	assert_member(row, "subject", "Sv: Kallelse");
	assert_member(row, "class", "itip");
	assert_member(row, "outcome", "applied");
	assert_member(row, "reason", "answer-applied");
	assert_member(row, "meeting", "m1@utskick.example");
	assert_member(row, "text", "Jag kommer");
	assert_member(row, "partstat", "ACCEPTED");
	assert_int_equal(json_int_or(row, "sequence", -1), 0);
	assert_int_equal(json_int_or(row, "uid", 0), 1);
	assert_int_equal(json_int_or(row, "size", 0), 21);
	assert_int_equal(strlen(json_str(row, "sha256")), 64);
	assert_true(json_bool_or(row, "verified", false));
}

static void what_is_not_known_is_absent(void **state)
{
	struct store *s = *state;
	static const char *const absent[] = {
		"message_id", "from", "class", "reason", "meeting", "text"};

	store_mail(s, 1);
	json_auto_t *list = rows(s, "incoming", 0, NOW + DAY);
	for (size_t i = 0; i < sizeof(absent) / sizeof(*absent); i++)
		assert_null(json_object_get(json_array_get(list, 0), absent[i]));
}

static void incoming_rows_come_in_register_order_within_the_range(void **state)
{
	struct store *s = *state;

	store_mail_at(s, 1, NOW + 10, "a");
	store_mail_at(s, 2, NOW, "b");
	store_mail_at(s, 3, NOW + 20, "c");
	store_mail_at(s, 4, NOW - 1, "d");
	json_auto_t *list = rows(s, "incoming", NOW, NOW + 20);
	assert_int_equal(json_array_size(list), 2);
	assert_member(json_array_get(list, 0), "register", "2026-000001");
	assert_member(json_array_get(list, 1), "register", "2026-000002");
}

static void a_delivery_says_whether_it_served(void **state)
{
	struct store *s = *state;
	int64_t letter_id = store_letter(s, "minutes", store_meeting(s, 1, NOW));
	delivery_auto d = DELIVERY_EMPTY;
	const struct delivery_result sent = {
		.state = DELIVERY_SENT, .reply = "250 2.0.0 queued"};
	const struct delivery_result failed = {
		.state = DELIVERY_FAILED, .reply = "550 5.1.1 no such user"};

	store_delivery(s, letter_id, "a@b.example");
	store_delivery(s, letter_id, "b@b.example");
	store_delivery(s, letter_id, "c@b.example");
	assert_int_equal(delivery_claim(s->db, NOW, &d, &s->err), 1);
	assert_ok(s, delivery_record(s->db, d.id, &sent, NOW + 5, &s->err));
	assert_int_equal(delivery_claim(s->db, NOW, &d, &s->err), 1);
	assert_ok(s, delivery_record(s->db, d.id, &failed, NOW + 6, &s->err));
	json_auto_t *list = rows(s, "deliveries", NOW, NOW + 1);
	assert_int_equal(json_array_size(list), 3);
	const json_t *one = json_array_get(list, 0);
	assert_member(one, "letter", "minutes");
	assert_member(one, "meeting", "m1@utskick.example");
	assert_member(one, "address", "a@b.example");
	assert_member(one, "name", "Åsa Lindström");
	assert_member(one, "state", "sent");
	assert_member(one, "sent_at", "2026-09-01T02:00:05+02:00");
	assert_member(one, "reply", "250 2.0.0 queued");
	assert_int_equal(json_int_or(one, "tries", 0), 1);
	assert_true(json_bool_or(one, "served", false));
	assert_member(json_array_get(list, 1), "state", "failed");
	assert_false(json_bool_or(json_array_get(list, 1), "served", true));
	/* Promised is not yet served. */
	assert_member(json_array_get(list, 2), "state", "due");
	assert_false(json_bool_or(json_array_get(list, 2), "served", true));
	json_auto_t *moves = rows(s, "journal", NOW, NOW + DAY);
	assert_int_equal(json_array_size(moves), 2);
	assert_member(json_array_get(moves, 1), "why", "server-refused");
	assert_member(json_array_get(moves, 1), "detail", "550 5.1.1 no such user");
	assert_member(json_array_get(moves, 1), "meeting", "m1@utskick.example");
	assert_member(json_array_get(moves, 1), "address", "b@b.example");
	assert_null(json_object_get(json_array_get(moves, 1), "register"));
}

static void a_meeting_an_answer_and_minutes_are_rows(void **state)
{
	struct store *s = *state;
	int64_t meeting_id = store_meeting(s, 1, NOW);
	int64_t mail = store_mail(s, 1);
	const struct answer a = {.meeting_id = meeting_id,
		.attendee = "anna@b.example",
		.partstat = "ACCEPTED",
		.incoming_id = mail,
		.invited = true};
	enum answer_outcome outcome;
	char sha256[65];
	int64_t id = 0;
	int version = 0;

	assert_ok(s, meeting_role_put(s->db, meeting_id, "secretary", "Bo",
			     "bo@b.example", &s->err));
	assert_ok(s, answer_put(s->db, &a, NOW, &outcome, &s->err));
	assert_ok(s, blob_put(s->db, "x", 1, NOW, sha256, &s->err));
	json_auto_t *files = json_pack("[{s:s, s:s, s:i, s:s}]", "name", "p.pdf",
		"media_type", "application/pdf", "size", 1, "sha256", sha256);
	assert_ok(s, minutes_add(s->db, meeting_id, mail, "bo@b.example", "Bo", files,
			     NOW, &id, &version, &s->err));

	json_auto_t *meetings = rows(s, "meetings", NOW, NOW + 1);
	const json_t *m = json_array_get(meetings, 0);
	assert_member(m, "uid", "m1@utskick.example");
	assert_member(m, "starts_at", "2026-09-01T02:00:00+02:00");
	assert_member(m, "state", "planned");
	assert_member(json_array_get(json_object_get(m, "roles"), 0), "address",
		"bo@b.example");
	json_auto_t *answers = rows(s, "answers", NOW, NOW + 1);
	const json_t *one = json_array_get(answers, 0);
	assert_member(one, "partstat", "ACCEPTED");
	assert_member(one, "register", "2026-000001");
	assert_member(one, "outcome", "applied");
	assert_null(json_object_get(one, "dtstamp"));
	assert_true(json_bool_or(one, "counts", false));
	json_auto_t *minutes = rows(s, "minutes", NOW, NOW + 1);
	const json_t *handed_in = json_array_get(minutes, 0);
	assert_member(handed_in, "from", "bo@b.example");
	assert_int_equal(json_int_or(handed_in, "version", 0), 1);
	assert_true(json_equal(json_object_get(handed_in, "files"), files));
	static const char *const whats[] = {"meetings", "answers", "minutes"};
	for (size_t i = 0; i < 3; i++) {
		json_auto_t *none = rows(s, whats[i], NOW + 1, NOW + DAY);
		assert_int_equal(json_array_size(none), 0);
	}
}

static void bytes_that_are_no_utf_8_do_not_lose_the_row(void **state)
{
	struct store *s = *state;
	int64_t id = store_mail(s, 1);
	const struct incoming_decision d = {
		.state = INCOMING_DONE, .subject = "Sm\xf6rg\xe5s"};

	assert_ok(s, incoming_decide(s->db, id, &d, NOW, &s->err));
	json_auto_t *list = rows(s, "incoming", 0, NOW + DAY);
	assert_member(
		json_array_get(list, 0), "subject", "Sm\xef\xbf\xbdrg\xef\xbf\xbds");
}

static int stop(const json_t *row, void *context)
{
	(void)row;
	(*(int *)context)++;
	return -1;
}

static void a_reader_that_stops_ends_it(void **state)
{
	struct store *s = *state;
	int count = 0;

	store_mail(s, 1);
	store_mail(s, 2);
	assert_int_equal(
		store_export(s->db, "incoming", 0, NOW + DAY, stop, &count, &s->err),
		-1);
	assert_int_equal(count, 1);
}

static void an_unknown_sort_is_refused_with_those_there_are(void **state)
{
	struct store *s = *state;

	assert_int_equal(
		store_export(s->db, "people", 0, 1, collect, NULL, &s->err), -1);
	assert_int_equal(s->err.kind, ERR_PERM);
	assert_non_null(strstr(s->err.text, "deliveries"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(incoming_rows_have_the_names_of_the_contract),
		store_test(what_is_not_known_is_absent),
		store_test(incoming_rows_come_in_register_order_within_the_range),
		store_test(a_delivery_says_whether_it_served),
		store_test(a_meeting_an_answer_and_minutes_are_rows),
		store_test(bytes_that_are_no_utf_8_do_not_lose_the_row),
		store_test(a_reader_that_stops_ends_it),
		store_test(an_unknown_sort_is_refused_with_those_there_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

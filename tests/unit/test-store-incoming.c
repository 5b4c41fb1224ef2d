#include "store-test.h"

#include <sys/resource.h>

#include "base/hash.h"
#include "store/held.h"
#include "store/mailbox-folder.h"

static const char *const mail = "Message-ID: <a@b.example>\r\n\r\nHej\r\n";

/* 1 stored, 0 known, as incoming_add says. */
static int add(struct store *s, uint32_t uidvalidity, uint32_t uid, int64_t arrived_at,
	const char *text, int64_t *ret_id)
{
	const struct place place = {"office", "INBOX", uidvalidity, uid};
	fd_auto fd = store_spool(text, strlen(text));
	const struct incoming_bytes bytes = {
		.fd = fd, .size = (int64_t)strlen(text), .arrived_at = arrived_at};
	int r = incoming_add(s->db, &place, &bytes, NOW, ret_id, &s->err);

	assert_ok(s, r);
	return r;
}

static void the_bytes_come_back_as_they_were(void **state)
{
	struct store *s = *state;
	const char bytes[] = "a\0b\r\n\xff\xfe";
	const struct place place = {"office", "INBOX", 7, 1};
	fd_auto fd = store_spool(bytes, sizeof(bytes));
	incoming_auto in = INCOMING_EMPTY;
	buf_auto raw = BUF_EMPTY;
	char sha256[HASH_HEX_SIZE];
	int64_t id = 0;

	const struct incoming_bytes spooled = {
		.fd = fd, .size = sizeof(bytes), .arrived_at = NOW};
	assert_int_equal(incoming_add(s->db, &place, &spooled, NOW, &id, &s->err), 1);
	assert_ok(s, incoming_read(s->db, id, &raw, &s->err));
	assert_int_equal(raw.len, sizeof(bytes));
	assert_memory_equal(raw.data, bytes, sizeof(bytes));
	hash_hex(bytes, sizeof(bytes), sha256);
	assert_int_equal(incoming_get(s->db, id, &in, &s->err), 1);
	assert_int_equal(incoming_get(s->db, id + 1, &in, &s->err), -1);
	assert_string_equal(in.sha256, sha256);
	assert_string_equal(in.register_number, "2026-000001");
	assert_int_equal(in.state, INCOMING_NEW);
	assert_int_equal(in.size, sizeof(bytes));
	assert_int_equal(in.uid, 1);
}

static void an_empty_mail_is_a_mail(void **state)
{
	struct store *s = *state;
	buf_auto raw = BUF_EMPTY;
	int64_t id = 0;

	assert_int_equal(add(s, 7, 1, NOW, "", &id), 1);
	assert_ok(s, incoming_read(s->db, id, &raw, &s->err));
	assert_int_equal(raw.len, 0);
}

static void the_same_place_is_registered_once(void **state)
{
	struct store *s = *state;
	int64_t first = 0;
	int64_t second = 0;

	assert_int_equal(add(s, 7, 1, NOW, mail, &first), 1);
	assert_int_equal(add(s, 7, 1, NOW, mail, &second), 0);
	assert_int_equal(first, second);
	assert_int_equal(add(s, 7, 2, NOW, mail, &second), 1);
	assert_int_not_equal(first, second);
}

static void a_changed_uidvalidity_finds_its_mail_again(void **state)
{
	struct store *s = *state;
	int64_t twins[2] = {0};
	int64_t id = 0;

	assert_int_equal(add(s, 7, 1, NOW, mail, &twins[0]), 1);
	assert_int_equal(add(s, 7, 2, NOW, mail, &twins[1]), 1);
	/* Each of two mails of one content keeps a row of its own. */
	assert_int_equal(add(s, 8, 101, NOW, mail, &id), 0);
	assert_int_equal(id, twins[0]);
	assert_int_equal(add(s, 8, 102, NOW, mail, &id), 0);
	assert_int_equal(id, twins[1]);
	assert_int_equal(add(s, 8, 102, NOW, mail, &id), 0);
	assert_int_equal(id, twins[1]);
	/* A third one is new; so is one of another time, or of other bytes. */
	assert_int_equal(add(s, 8, 103, NOW, mail, &id), 1);
	assert_int_equal(add(s, 9, 1, NOW + 1, mail, &id), 1);
	assert_int_equal(add(s, 9, 2, NOW, "x", &id), 1);
	assert_int_equal(store_number(s, "SELECT max(uid) FROM incoming"), 103);
}

static void the_register_number_is_of_the_local_year_of_arrival(void **state)
{
	struct store *s = *state;
	static const struct {
		const char *arrived, *number;
	} cases[] = {
		{"2026-12-31T22:59:59Z", "2026-000001"},
		{"2026-12-31T23:00:00Z", "2027-000001"}, /* midnight in Stockholm */
		{"2026-12-31T23:30:00Z", "2027-000002"},
		{"2026-12-31T21:00:00Z", "2026-000002"}, /* read in late */
		{"2027-01-01T00:00:00Z", "2027-000003"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		incoming_auto in = INCOMING_EMPTY;
		int64_t at = 0;
		int64_t id = 0;
		assert_true(clock_parse(cases[i].arrived, &at));
		assert_int_equal(add(s, 7, (uint32_t)i + 1, at, mail, &id), 1);
		assert_ok(s, incoming_get(s->db, id, &in, &s->err));
		assert_string_equal(in.register_number, cases[i].number);
	}
}

static void a_mail_too_large_is_registered_without_bytes(void **state)
{
	struct store *s = *state;
	const struct place place = {"office", "INBOX", 7, 1};
	const struct place moved = {"office", "INBOX", 8, 5};
	incoming_auto in = INCOMING_EMPTY;
	buf_auto raw = BUF_EMPTY;
	int64_t id = 0;
	int64_t again = 0;

	assert_int_equal(incoming_add_too_large(s->db, &place, NOW, 40000000,
				 "a@b.example", "Stor", NOW, &id, &s->err),
		1);
	assert_int_equal(incoming_add_too_large(s->db, &place, NOW, 40000000,
				 "a@b.example", "Stor", NOW, &again, &s->err),
		0);
	assert_int_equal(incoming_add_too_large(s->db, &moved, NOW, 40000000,
				 "a@b.example", "Stor", NOW, &again, &s->err),
		0);
	assert_int_equal(id, again);
	assert_int_equal(incoming_next(s->db, &in, &s->err), 1);
	assert_int_equal(in.state, INCOMING_TOO_LARGE);
	assert_null(in.sha256);
	assert_int_equal(in.uid, 5);
	assert_int_equal(incoming_read(s->db, id, &raw, &s->err), -1);
	assert_int_equal(s->err.kind, ERR_PERM);
	const struct incoming_decision told = {
		.state = INCOMING_TOO_LARGE, .outcome = "told", .reason = "too-large"};
	assert_ok(s, incoming_decide(s->db, id, &told, NOW, &s->err));
	assert_int_equal(incoming_next(s->db, &in, &s->err), 0);
}

static void undecided_mail_comes_oldest_first(void **state)
{
	struct store *s = *state;
	incoming_auto in = INCOMING_EMPTY;
	int64_t first = store_mail(s, 1);
	int64_t second = store_mail(s, 2);
	int tries = 0;

	assert_int_equal(incoming_next(s->db, &in, &s->err), 1);
	assert_int_equal(in.id, first);
	assert_ok(s, incoming_count_try(s->db, first, &tries, &s->err));
	assert_int_equal(tries, 1);
	assert_ok(s, incoming_count_try(s->db, first, &tries, &s->err));
	assert_int_equal(tries, 2);
	const struct incoming_decision broken = {.state = INCOMING_BROKEN,
		.class = "broken",
		.outcome = "broken",
		.reason = "broken-crash"};
	assert_ok(s, incoming_decide(s->db, first, &broken, NOW, &s->err));
	assert_int_equal(incoming_next(s->db, &in, &s->err), 1);
	assert_int_equal(in.id, second);
}

static void a_decision_leaves_what_it_does_not_name(void **state)
{
	struct store *s = *state;
	incoming_auto in = INCOMING_EMPTY;
	int64_t id = store_mail(s, 1);
	const struct incoming_decision first = {.state = INCOMING_HELD,
		.message_id = "<a@b.example>",
		.from_address = "anna@b.example",
		.class = "minutes",
		.outcome = "held",
		.reason = "minutes-no-role"};
	const struct incoming_decision second = {.state = INCOMING_DONE,
		.outcome = "forwarded",
		.reason = "minutes-released"};

	assert_ok(s, incoming_decide(s->db, id, &first, NOW, &s->err));
	assert_ok(s, incoming_decide(s->db, id, &second, NOW, &s->err));
	assert_int_equal(incoming_find(s->db, "<a@b.example>", &in, &s->err), 1);
	assert_int_equal(in.state, INCOMING_DONE);
	assert_string_equal(in.class, "minutes");
	assert_string_equal(in.from_address, "anna@b.example");
	assert_string_equal(in.outcome, "forwarded");
	assert_string_equal(in.reason, "minutes-released");
}

static void a_mail_is_found_by_its_names(void **state)
{
	struct store *s = *state;
	int64_t id = store_mail(s, 1);
	const struct incoming_decision d = {
		.state = INCOMING_DONE, .message_id = "<2026@b.example>"};
	static const struct {
		const char *key;
		int found;
	} cases[] = {{"2026-000001", 1}, {"2026-1", 1}, {"1", 1},
		{"<2026@b.example>", 1}, {"2026@b.example", 1}, {"2026-000002", 0},
		{"2025-000001", 0}, {"2", 0}, {"", 0}, {"2026-", 0}, {"2026-x", 0},
		{"99999999999999999999", 0}, {"<other@b.example>", 0}};

	assert_ok(s, incoming_decide(s->db, id, &d, NOW, &s->err));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		incoming_auto in = INCOMING_EMPTY;
		if (incoming_find(s->db, cases[i].key, &in, &s->err) != cases[i].found)
			fail_msg("\"%s\"", cases[i].key);
	}
}

static void only_what_was_not_understood_is_read_again(void **state)
{
	struct store *s = *state;
	static const struct {
		enum incoming_state state;
		const char *class;
		int again;
	} cases[] = {{INCOMING_BROKEN, "broken", 1}, {INCOMING_HELD, "minutes", 1},
		{INCOMING_DONE, "unknown", 1}, {INCOMING_DONE, "itip", 0},
		{INCOMING_NEW, NULL, 0}, {INCOMING_TOO_LARGE, NULL, 0}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		incoming_auto in = INCOMING_EMPTY;
		int tries = 0;
		int64_t id = store_mail(s, (uint32_t)i + 1);
		const struct incoming_decision d = {
			.state = cases[i].state, .class = cases[i].class};
		assert_ok(s, incoming_count_try(s->db, id, &tries, &s->err));
		assert_ok(s, incoming_decide(s->db, id, &d, NOW, &s->err));
		assert_int_equal(incoming_rerun(s->db, id, &s->err), cases[i].again);
		assert_ok(s, incoming_get(s->db, id, &in, &s->err));
		assert_int_equal(in.tries, cases[i].again ? 0 : 1);
		if (cases[i].again)
			assert_int_equal(in.state, INCOMING_NEW);
	}
}

static void reading_again_takes_back_what_waited_for_a_yes(void **state)
{
	struct store *s = *state;
	int64_t id = store_mail(s, 1);
	int64_t held_id = 0;
	const struct incoming_decision d = {.state = INCOMING_HELD, .class = "minutes"};
	const struct held h = {.incoming_id = id,
		.act = (char *)"minutes",
		.reason = (char *)"minutes-no-role"};

	assert_int_equal(held_add(s->db, &h, NOW, &held_id, &s->err), 1);
	assert_ok(s, incoming_decide(s->db, id, &d, NOW, &s->err));
	assert_int_equal(incoming_rerun(s->db, id, &s->err), 1);
	assert_int_equal(
		held_decide(s->db, held_id, HELD_RELEASED, "anna", 0, NOW, &s->err), 0);
}

static void a_spool_that_ends_early_leaves_nothing(void **state)
{
	struct store *s = *state;
	const struct place place = {"office", "INBOX", 7, 1};
	fd_auto fd = store_spool("abc", 3);
	int64_t id = 0;

	const struct incoming_bytes bytes = {.fd = fd, .size = 10, .arrived_at = NOW};
	assert_int_equal(incoming_add(s->db, &place, &bytes, NOW, &id, &s->err), -1);
	assert_int_equal(s->err.kind, ERR_TEMP);
	assert_int_equal(store_number(s, "SELECT count(*) FROM incoming"), 0);
}

#define BIG (30 * 1024 * 1024)

static int big_spool(void)
{
	FILE *f = tmpfile();

	assert_non_null(f);
	for (int i = 0; i < BIG / 64; i++)
		fprintf(f, "%061d\r\n\n", i);
	fflush(f);
	int fd = dup(fileno(f));
	fclose(f);
	return fd;
}

/* At a place of the spool, and of the sizes around a piece of the store. */
static void mails_of_every_size_lie_one_behind_the_other_in_the_spool(void **state)
{
	struct store *s = *state;
	const int64_t mebibyte = 1024 * 1024;
	const int64_t sizes[] = {0, 1, mebibyte - 1, mebibyte, mebibyte + 1,
		2 * mebibyte, 3 * mebibyte + 5};
	fd_auto fd = big_spool();
	struct incoming_bytes bytes = {.fd = fd, .at = 3, .arrived_at = NOW};

	assert_ok(s, db_begin(s->db, &s->err));
	for (uint32_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		const struct place place = {"office", "INBOX", 7, i + 1};
		buf_auto raw = BUF_EMPTY;
		int64_t id = 0;

		bytes.at += bytes.size;
		bytes.size = sizes[i];
		str_auto *want = xmalloc((size_t)bytes.size + 1);
		assert_int_equal(
			pread(fd, want, (size_t)bytes.size, bytes.at), bytes.size);
		assert_int_equal(
			incoming_add(s->db, &place, &bytes, NOW, &id, &s->err), 1);
		assert_ok(s, incoming_read(s->db, id, &raw, &s->err));
		assert_int_equal(raw.len, bytes.size);
		assert_memory_equal(buf_str(&raw), want, raw.len);
	}
	assert_ok(s, db_commit(s->db, &s->err));
}

static void people_are_heard_before_machines(void **state)
{
	struct store *s = *state;
	const char *const order[] = {"2", "4", "1", "3"};
	incoming_auto in = INCOMING_EMPTY;
	fd_auto fd = store_spool(mail, strlen(mail));

	for (uint32_t uid = 1; uid <= 4; uid++) {
		const struct place place = {"office", "INBOX", 7, uid};
		const struct incoming_bytes bytes = {.fd = fd,
			.size = (int64_t)strlen(mail),
			.arrived_at = NOW,
			.is_machine = uid % 2};
		int64_t id = 0;
		assert_int_equal(
			incoming_add(s->db, &place, &bytes, NOW, &id, &s->err), 1);
	}
	for (size_t i = 0; i < 4; i++) {
		const struct incoming_decision d = {.state = INCOMING_DONE};
		assert_int_equal(incoming_next(s->db, &in, &s->err), 1);
		assert_int_equal(in.uid, atoi(order[i]));
		assert_ok(s, incoming_decide(s->db, in.id, &d, NOW, &s->err));
	}
}

/* A flood is taken by so many, as long as none was tried and all are small. */
static void the_next_many_are_new_untried_and_small_together(void **state)
{
	struct store *s = *state;
	int64_t ids[5], got[5];
	int64_t size = (int64_t)strlen(mail);
	int tries = 0;

	assert_int_equal(incoming_next_many(s->db, 1000, got, 5, &s->err), 0);
	for (uint32_t i = 0; i < 5; i++)
		add(s, 7, i + 1, NOW, mail, &ids[i]);
	assert_int_equal(incoming_next_many(s->db, 1000, got, 3, &s->err), 3);
	assert_memory_equal(got, ids, 3 * sizeof(*ids));
	assert_int_equal(incoming_next_many(s->db, 2 * size, got, 5, &s->err), 2);
	assert_ok(s, incoming_count_try(s->db, ids[4], &tries, &s->err));
	assert_int_equal(incoming_next_many(s->db, 1000, got, 5, &s->err), 4);
	assert_ok(s, incoming_count_try(s->db, ids[0], &tries, &s->err));
	assert_int_equal(incoming_next_many(s->db, 1000, got, 5, &s->err), 0);
}

static void a_folder_remembers_up_to_where_nothing_is_missing(void **state)
{
	struct store *s = *state;
	struct place place = {"office", "INBOX", 7, 0};
	uids_auto known = UIDS_NONE;
	uint32_t uid = 99;

	assert_ok(s, mailbox_folder_complete(s->db, &place, &uid, &s->err));
	assert_int_equal(uid, 0);
	store_mail(s, 12);
	store_mail(s, 5);
	store_mail(s, 4294967295U);
	place.uid = 5;
	assert_ok(s, mailbox_folder_set_complete(s->db, &place, &s->err));
	assert_ok(s, mailbox_folder_complete(s->db, &place, &uid, &s->err));
	assert_int_equal(uid, 5);
	assert_ok(s, mailbox_folder_known(s->db, &place, &known, &s->err));
	assert_int_equal(known.count, 2);
	assert_int_equal(known.list[0], 12);
	assert_int_equal(known.list[1], 4294967295U);
	/* Another uidvalidity is another folder, and takes its place. */
	place = (struct place){"office", "INBOX", 8, 3};
	assert_ok(s, mailbox_folder_complete(s->db, &place, &uid, &s->err));
	assert_int_equal(uid, 0);
	assert_ok(s, mailbox_folder_set_complete(s->db, &place, &s->err));
	place.uidvalidity = 7;
	assert_ok(s, mailbox_folder_complete(s->db, &place, &uid, &s->err));
	assert_int_equal(uid, 0);
}

static void a_mail_of_30_mb_takes_little_memory(void **state)
{
	struct store *s = *state;
	const struct place place = {"office", "INBOX", 7, 1};
	fd_auto fd = big_spool();
	struct rusage before;
	struct rusage after;
	int64_t id = 0;

	getrusage(RUSAGE_SELF, &before);
	const struct incoming_bytes bytes = {.fd = fd, .size = BIG, .arrived_at = NOW};
	assert_ok(s, incoming_add(s->db, &place, &bytes, NOW, &id, &s->err));
	getrusage(RUSAGE_SELF, &after);
#ifndef __SANITIZE_ADDRESS__
	assert_in_range(after.ru_maxrss - before.ru_maxrss, 0, 8 * 1024);
#endif
	buf_auto raw = BUF_EMPTY;
	assert_ok(s, incoming_read(s->db, id, &raw, &s->err));
	assert_int_equal(raw.len, BIG);
	assert_memory_equal(raw.data + 64, "000000000000000000000000000000", 30);
}

/* Time per mail must not grow with their number: the plans use indexes. */
static void uses_index(struct store *s, const char *sql)
{
	sqlite3_stmt *q = NULL;
	str_auto *explain = xasprintf("EXPLAIN QUERY PLAN %s", sql);

	assert_int_equal(
		sqlite3_prepare_v2(db_handle(s->db), explain, -1, &q, NULL), SQLITE_OK);
	while (sqlite3_step(q) == SQLITE_ROW) {
		const char *plan = (const char *)sqlite3_column_text(q, 3);
		if (strncmp(plan, "SCAN", 4) == 0 &&
			!strstr(plan, "incoming_undecided"))
			fail_msg("%s: %s", plan, sql);
		if (strstr(plan, "TEMP B-TREE"))
			fail_msg("%s: %s", plan, sql);
	}
	sqlite3_finalize(q);
}

static void what_is_asked_for_each_mail_uses_an_index(void **state)
{
	struct store *s = *state;
	static const char *const asked[] = {
		"SELECT id FROM incoming INDEXED BY incoming_undecided\n"
		"WHERE decided_at IS NULL ORDER BY is_machine, id LIMIT 1",
		"SELECT uid FROM incoming\n"
		"WHERE account = ? AND folder = ? AND uidvalidity = ? AND uid > ?\n"
		"ORDER BY uid",
		"SELECT id FROM incoming\n"
		"WHERE account = ? AND folder = ? AND uidvalidity = ? AND uid = ?",
		"SELECT id FROM incoming WHERE message_id = ? ORDER BY id LIMIT 1",
		"SELECT id FROM incoming\n"
		"WHERE register_year = ? AND register_number = ?",
	};

	for (size_t i = 0; i < sizeof(asked) / sizeof(*asked); i++)
		uses_index(s, asked[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(the_bytes_come_back_as_they_were),
		store_test(an_empty_mail_is_a_mail),
		store_test(the_same_place_is_registered_once),
		store_test(a_changed_uidvalidity_finds_its_mail_again),
		store_test(the_register_number_is_of_the_local_year_of_arrival),
		store_test(a_mail_too_large_is_registered_without_bytes),
		store_test(undecided_mail_comes_oldest_first),
		store_test(a_decision_leaves_what_it_does_not_name),
		store_test(a_mail_is_found_by_its_names),
		store_test(only_what_was_not_understood_is_read_again),
		store_test(reading_again_takes_back_what_waited_for_a_yes),
		store_test(a_spool_that_ends_early_leaves_nothing),
		store_test(a_mail_of_30_mb_takes_little_memory),
		store_test(mails_of_every_size_lie_one_behind_the_other_in_the_spool),
		store_test(people_are_heard_before_machines),
		store_test(the_next_many_are_new_untried_and_small_together),
		store_test(a_folder_remembers_up_to_where_nothing_is_missing),
		store_test(what_is_asked_for_each_mail_uses_an_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

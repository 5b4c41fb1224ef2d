#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "dispatch/unknown.h"
#include "store/db.h"
#include "store/delivery-move.h"
#include "store/letter.h"
#include "store/mailbox-request.h"

#define NOW 1788242400
#define GRACE 300

/* A store with one delivery. */
struct office {
	char dir[32];
	char *path;
	struct db *db;
	struct settings settings;
	struct wake wake;
	int64_t id;
	int64_t now;
	struct err err;
};

static void open_office(struct office *o, bool sent_copy)
{
	struct letter letter = {.kind = "minutes",
		.language = "sv",
		.about = "",
		.subject = "Protokoll",
		.body = CONTENT_OF("\r\nx\r\n", 5)};
	struct delivery d = {
		.address = "anna@utskott.example", .name = "Anna", .due_at = NOW};

	*o = (struct office){.dir = "/tmp/test-unknown-XXXXXX",
		.settings = {.imap = {.sent_copy = sent_copy},
			.smtp = {.retry_hours = 48, .unknown_grace_seconds = GRACE}},
		.wake = WAKE_NONE,
		.now = NOW};
	assert_non_null(mkdtemp(o->dir));
	o->path = xasprintf("%s/db", o->dir);
	o->db = db_open(o->path, &o->err);
	assert_non_null(o->db);
	assert_int_equal(letter_put(o->db, &letter, NOW, &d.letter_id, &o->err), 1);
	assert_int_equal(delivery_add(o->db, &d, NOW, &o->id, &o->err), 1);
	assert_int_equal(delivery_freeze(o->db, o->id, "<1@linkoping.example>",
				 "To: x\r\n", 7, NULL, &o->err),
		0);
}

static void close_office(struct office *o)
{
	const char *const endings[] = {"", "-wal", "-shm"};

	db_free(o->db);
	for (size_t i = 0; i < 3; i++) {
		str_auto *path = xasprintf("%s%s", o->path, endings[i]);
		unlink(path);
	}
	rmdir(o->dir);
	free(o->path);
}

/* Sent, and no answer came. reply NULL: we died instead. */
static void send_without_answer(struct office *o, const char *reply)
{
	delivery_auto d = DELIVERY_EMPTY;
	struct delivery_result result = {
		.state = DELIVERY_UNKNOWN, .reply = reply, .due_at = o->now + GRACE};

	assert_int_equal(delivery_claim(o->db, o->now, &d, &o->err), 1);
	if (reply)
		assert_int_equal(
			delivery_record(o->db, o->id, &result, o->now, &o->err), 0);
	else
		assert_int_equal(
			delivery_find_interrupted(o->db, o->now, GRACE, &o->err), 1);
}

static int step(struct office *o)
{
	return unknown_step(o->db, &o->settings, &o->wake, o->now, &o->err);
}

static enum delivery_state state_of(struct office *o)
{
	delivery_auto d = DELIVERY_EMPTY;
	str_auto *key = xasprintf("%lld", (long long)o->id);

	assert_int_equal(delivery_find(o->db, key, &d, &o->err), 1);
	return d.state;
}

/* Intake's part. */
static void answer_search(struct office *o, bool found)
{
	mailbox_request_auto request = MAILBOX_REQUEST_EMPTY;

	assert_int_equal(mailbox_request_claim(o->db, o->now, &request, &o->err), 1);
	assert_int_equal(request.kind, MAILBOX_SEARCH);
	assert_int_equal(
		mailbox_request_done(o->db, request.id, found, o->now, &o->err), 0);
}

static void nothing_is_done_before_the_grace_is_over(void **state)
{
	(void)state;
	struct office o;

	open_office(&o, true);
	send_without_answer(&o, "closed");
	o.now += GRACE - 1;
	assert_int_equal(step(&o), 0);
	assert_int_equal(state_of(&o), DELIVERY_UNKNOWN);
	close_office(&o);
}

static void where_our_own_copy_is_the_only_one_it_is_sent_again(void **state)
{
	(void)state;
	struct office o;

	open_office(&o, true);
	send_without_answer(&o, "closed");
	o.now += GRACE;
	assert_int_equal(step(&o), 1);
	assert_int_equal(state_of(&o), DELIVERY_DUE);
	assert_int_equal(step(&o), 0);
	close_office(&o);
}

static void what_the_server_filed_as_sent_was_sent(void **state)
{
	(void)state;
	struct office o;

	open_office(&o, false);
	send_without_answer(&o, "closed");
	o.now += GRACE;
	assert_int_equal(step(&o), 1);
	assert_int_equal(step(&o), 0); /* asked, and waits */
	answer_search(&o, true);
	o.now += GRACE;
	assert_int_equal(step(&o), 1);
	assert_int_equal(state_of(&o), DELIVERY_SENT);
	close_office(&o);
}

static void what_is_not_found_is_sent_again_and_asked_for_anew(void **state)
{
	(void)state;
	struct office o;

	open_office(&o, false);
	for (int i = 0; i < 2; i++) {
		send_without_answer(&o, "closed");
		o.now += GRACE;
		assert_int_equal(step(&o), 1);
		assert_int_equal(state_of(&o), DELIVERY_UNKNOWN);
		answer_search(&o, false);
		o.now += GRACE;
		assert_int_equal(step(&o), 1);
		assert_int_equal(state_of(&o), DELIVERY_DUE);
	}
	close_office(&o);
}

static void an_unanswered_search_is_waited_for(void **state)
{
	(void)state;
	struct office o;

	open_office(&o, false);
	send_without_answer(&o, "closed");
	for (int i = 0; i < 5; i++) {
		o.now += GRACE;
		assert_int_equal(step(&o), 1);
		assert_int_equal(state_of(&o), DELIVERY_UNKNOWN);
	}
	close_office(&o);
}

static void a_server_that_never_answers_gets_it_three_times(void **state)
{
	(void)state;
	struct office o;

	open_office(&o, true);
	for (int i = 0; i < UNKNOWN_SENDS_MAX; i++) {
		assert_int_equal(state_of(&o), DELIVERY_DUE);
		send_without_answer(&o, "closed");
		o.now += GRACE;
		assert_int_equal(step(&o), 1);
	}
	assert_int_equal(state_of(&o), DELIVERY_FAILED);
	close_office(&o);
}

static void our_own_deaths_do_not_count(void **state)
{
	(void)state;
	struct office o;

	open_office(&o, true);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(state_of(&o), DELIVERY_DUE);
		send_without_answer(&o, NULL);
		o.now += GRACE;
		assert_int_equal(step(&o), 1);
	}
	assert_int_equal(state_of(&o), DELIVERY_DUE);
	close_office(&o);
}

static void it_does_not_go_on_for_longer_than_retries_do(void **state)
{
	(void)state;
	struct office o;

	open_office(&o, true);
	send_without_answer(&o, NULL);
	o.now += 48 * 3600;
	assert_int_equal(step(&o), 1);
	assert_int_equal(state_of(&o), DELIVERY_FAILED);
	close_office(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_done_before_the_grace_is_over),
		cmocka_unit_test(where_our_own_copy_is_the_only_one_it_is_sent_again),
		cmocka_unit_test(what_the_server_filed_as_sent_was_sent),
		cmocka_unit_test(what_is_not_found_is_sent_again_and_asked_for_anew),
		cmocka_unit_test(an_unanswered_search_is_waited_for),
		cmocka_unit_test(a_server_that_never_answers_gets_it_three_times),
		cmocka_unit_test(our_own_deaths_do_not_count),
		cmocka_unit_test(it_does_not_go_on_for_longer_than_retries_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

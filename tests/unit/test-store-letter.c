#include "store-test.h"

#include <sys/wait.h>

#include "store/journal.h"
#include "store/mailbox-request.h"
#include "store/stmt.h"

static enum delivery_state state_of(struct store *s, int64_t id)
{
	str_auto *key = xasprintf("%lld", (long long)id);
	delivery_auto d = DELIVERY_EMPTY;

	assert_int_equal(delivery_find(s->db, key, &d, &s->err), 1);
	return d.state;
}

/* Brings a new delivery into that state by the ways there are. */
static int64_t delivery_in(
	struct store *s, enum delivery_state state, int64_t letter_id)
{
	static int number;
	str_auto *address = xasprintf("p%d@b.example", ++number);
	int64_t id = store_delivery(s, letter_id, address);
	delivery_auto d = DELIVERY_EMPTY;
	bool is_later = state >= DELIVERY_DELIVERED;
	const struct delivery_result result = {
		.state = is_later ? DELIVERY_SENT : state, .due_at = NOW};

	if (state == DELIVERY_DUE)
		return id;
	if (state == DELIVERY_WITHDRAWN) {
		assert_int_equal(
			delivery_move(s->db, id, state, NULL, NOW, &s->err), 1);
		return id;
	}
	do
		assert_int_equal(delivery_claim(s->db, NOW, &d, &s->err), 1);
	while (d.id != id);
	if (state != DELIVERY_SENDING)
		assert_ok(s, delivery_record(s->db, id, &result, NOW, &s->err));
	if (is_later)
		assert_int_equal(
			delivery_move(s->db, id, state, NULL, NOW, &s->err), 1);
	return id;
}

static void a_letter_is_written_once(void **state)
{
	struct store *s = *state;
	int64_t meeting_id = store_meeting(s, 1, NOW);
	int64_t id = store_letter(s, "invitation", meeting_id);
	int64_t again = 0;
	int64_t found = 0;
	str_auto *subject = NULL;
	struct letter l = {.kind = "invitation",
		.meeting_id = meeting_id,
		.language = "sv",
		.about = "",
		.subject = "Another"};

	assert_int_equal(letter_put(s->db, &l, NOW, &again, &s->err), 0);
	assert_int_equal(again, id);
	assert_int_equal(letter_find(s->db, "invitation", meeting_id, 0, "sv", "",
				 &found, &subject, &s->err),
		1);
	assert_int_equal(found, id);
	assert_string_equal(subject, "Kallelse");
	l.version = 1;
	assert_int_equal(letter_put(s->db, &l, NOW, &again, &s->err), 1);
	l.language = "en";
	assert_int_equal(letter_put(s->db, &l, NOW, &again, &s->err), 1);
	l.about = "incoming:12";
	assert_int_equal(letter_put(s->db, &l, NOW, &again, &s->err), 1);
	l.meeting_id = 0;
	assert_int_equal(letter_put(s->db, &l, NOW, &again, &s->err), 1);
	assert_int_equal(letter_put(s->db, &l, NOW, &again, &s->err), 0);
}

static void an_address_is_promised_a_letter_once(void **state)
{
	struct store *s = *state;
	int64_t letter_id = store_letter(s, "minutes", 0);
	int64_t id = store_delivery(s, letter_id, "anna@b.example");
	int64_t again = 0;
	const struct delivery d = {
		.letter_id = letter_id, .address = (char *)"Anna@B.example"};

	assert_int_equal(delivery_add(s->db, &d, NOW, &again, &s->err), 0);
	assert_int_equal(again, id);
}

static void a_mail_is_head_and_the_letters_or_its_own_body(void **state)
{
	struct store *s = *state;
	int64_t letter_id = store_letter(s, "minutes", 0);
	int64_t shared = store_delivery(s, letter_id, "a@b.example");
	int64_t own = 0;
	const struct delivery d = {
		.letter_id = letter_id, .address = (char *)"c@b.example"};
	buf_auto mail = BUF_EMPTY;
	const struct content body = CONTENT_OF("\r\neget\r\n", 8);

	assert_ok(s, delivery_read(s->db, shared, &mail, &s->err));
	assert_string_equal(
		mail.data, "To: a\r\nContent-Type: text/plain\r\n\r\nhej\r\n");
	assert_int_equal(delivery_add(s->db, &d, NOW, &own, &s->err), 1);
	buf_clear(&mail);
	assert_int_equal(delivery_read(s->db, own, &mail, &s->err), -1);
	assert_ok(s, delivery_freeze(s->db, own, "<own@b.example>", "To: c\r\n", 7,
			     &body, &s->err));
	assert_ok(s, delivery_read(s->db, own, &mail, &s->err));
	assert_string_equal(mail.data, "To: c\r\n\r\neget\r\n");
	/* Frozen is frozen. */
	assert_int_equal(delivery_freeze(s->db, own, "<x@b.example>", "To: x\r\n", 7,
				 NULL, &s->err),
		-1);
	assert_int_equal(s->err.kind, ERR_PERM);
}

static void a_small_mail_is_found_with_its_bytes_and_a_large_one_without(void **state)
{
	static const struct {
		const char *body; /* NULL: the letter's */
		const char *all;
	} cases[] = {
		{NULL, "To: a\r\nContent-Type: text/plain\r\n\r\nhej\r\n"},
		{"\r\neget\r\n", "To: a\r\n\r\neget\r\n"},
	};
	struct store *s = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		str_auto *id = xasprintf("<%zu@b.example>", i);
		const struct delivery d = {
			.letter_id = store_letter(s, "minutes", 0), .address = id};
		const char *body = cases[i].body;
		const struct content own_body =
			CONTENT_OF(body ? body : "", body ? strlen(body) : 0);
		size_t len = strlen(cases[i].all);
		buf_auto all = BUF_EMPTY;
		struct delivery_text text;
		char read[100] = "";
		int64_t own = 0;

		assert_int_equal(delivery_add(s->db, &d, NOW, &own, &s->err), 1);
		assert_ok(s, delivery_freeze(s->db, own, id, "To: a\r\n", 7, &own_body,
				     &s->err));
		assert_ok(s,
			delivery_text_find(s->db, own, len - 1, &text, &all, &s->err));
		assert_int_equal(all.len, 0);
		assert_int_equal(text.size, len);
		assert_ok(s, delivery_text_read(s->db, &text, 0, read, len, &s->err));
		assert_string_equal(read, cases[i].all);
		assert_ok(s, delivery_text_find(s->db, own, len, &text, &all, &s->err));
		assert_string_equal(buf_str(&all), cases[i].all);
	}
}

static void deliveries_go_by_priority_then_time_then_age(void **state)
{
	struct store *s = *state;
	int64_t letter_id = store_letter(s, "minutes", 0);
	static const struct {
		int priority;
		int64_t due_at;
		int place; /* in the queue; 0: not yet due */
	} cases[] = {{5, NOW, 4}, {5, NOW - 10, 3}, {1, NOW, 1}, {1, NOW + 1, 0},
		{9, NOW - 99, 6}, {5, NOW, 5}, {1, NOW, 2}};
	int64_t ids[7];

	for (int i = 0; i < 7; i++) {
		str_auto *address = xasprintf("p%d@b.example", i);
		ids[i] = store_delivery_at(
			s, letter_id, address, cases[i].priority, cases[i].due_at);
	}
	for (int place = 1; place <= 6; place++) {
		delivery_auto d = DELIVERY_EMPTY;
		assert_int_equal(delivery_claim(s->db, NOW, &d, &s->err), 1);
		assert_int_equal(d.state, DELIVERY_SENDING);
		assert_int_equal(d.tries, 1);
		assert_int_equal(d.first_try_at, NOW);
		for (int i = 0; i < 7; i++)
			if (d.id == ids[i])
				assert_int_equal(cases[i].place, place);
	}
	delivery_auto none = DELIVERY_EMPTY;
	int64_t at = 0;
	assert_int_equal(delivery_claim(s->db, NOW, &none, &s->err), 0);
	assert_ok(s, delivery_next_due_at(s->db, &at, &s->err));
	assert_int_equal(at, NOW + 1);
}

static void what_the_server_said_is_kept(void **state)
{
	struct store *s = *state;
	int64_t letter_id = store_letter(s, "minutes", 0);
	int64_t id = store_delivery(s, letter_id, "a@b.example");
	delivery_auto d = DELIVERY_EMPTY;
	struct delivery_result r = {.state = DELIVERY_DEFERRED,
		.reply = "451 4.3.2 later",
		.due_at = NOW + 300};

	assert_int_equal(delivery_claim(s->db, NOW, &d, &s->err), 1);
	assert_ok(s, delivery_record(s->db, id, &r, NOW, &s->err));
	assert_int_equal(delivery_claim(s->db, NOW + 299, &d, &s->err), 0);
	assert_int_equal(delivery_claim(s->db, NOW + 300, &d, &s->err), 1);
	assert_int_equal(d.tries, 2);
	assert_int_equal(d.first_try_at, NOW);
	assert_string_equal(d.reply, "451 4.3.2 later");
	/* No server at all: not this mail's fault. */
	r.keeps_tries = true;
	assert_ok(s, delivery_record(s->db, id, &r, NOW + 300, &s->err));
	assert_int_equal(delivery_claim(s->db, NOW + 300, &d, &s->err), 1);
	assert_int_equal(d.tries, 2);
	const struct delivery_result sent = {.state = DELIVERY_SENT,
		.reply = "250 2.0.0 queued",
		.with_sent_copy = true};
	assert_ok(s, delivery_record(s->db, id, &sent, NOW + 301, &s->err));
	assert_int_equal(delivery_find(s->db, d.message_id, &d, &s->err), 1);
	assert_int_equal(d.state, DELIVERY_SENT);
	assert_int_equal(d.sent_at, NOW + 301);
	mailbox_request_auto copy = MAILBOX_REQUEST_EMPTY;
	assert_int_equal(mailbox_request_claim(s->db, NOW + 301, &copy, &s->err), 1);
	assert_int_equal(copy.kind, MAILBOX_APPEND);
	assert_int_equal(copy.delivery_id, id);
	/* It is not being sent any more. */
	assert_int_equal(delivery_record(s->db, id, &sent, NOW, &s->err), -1);
	assert_int_equal(s->err.kind, ERR_PERM);
}

static void what_calls_to_a_meeting_that_has_begun_fails_and_the_rest_is_sent(
	void **state)
{
	struct store *s = *state;
	int64_t begun = store_meeting(s, 1, NOW), coming = store_meeting(s, 2, NOW + 1);
	int64_t late =
		store_delivery(s, store_letter(s, "invitation", begun), "a@b.example");
	int64_t minutes =
		store_delivery(s, store_letter(s, "minutes", begun), "a@b.example");
	int64_t timely =
		store_delivery(s, store_letter(s, "invitation", coming), "a@b.example");
	delivery_auto d = DELIVERY_EMPTY;

	assert_int_equal(
		delivery_claim(s->db, NOW, &d, &s->err), DELIVERY_CAME_TOO_LATE);
	assert_int_equal(d.id, late);
	assert_int_equal(state_of(s, late), DELIVERY_FAILED);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(delivery_claim(s->db, NOW, &d, &s->err), 1);
		assert_true(d.id == minutes || d.id == timely);
	}
	json_auto_t *told = journal_about(s->db, 0, 0, late, &s->err);
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(told, 0), "why")),
		"meeting-has-begun");
}

static void a_clock_set_back_leaves_nothing_to_an_hour_far_away(void **state)
{
	struct store *s = *state;
	int64_t letter_id = store_letter(s, "minutes", 0);
	int64_t deferred = store_delivery(s, letter_id, "a@b.example");
	int64_t sent = store_delivery(s, letter_id, "b@b.example");
	const struct delivery_result put_off = {
		.state = DELIVERY_DEFERRED, .due_at = NOW + DAY + 3600};
	const struct delivery_result taken = {.state = DELIVERY_SENT};
	delivery_auto d = DELIVERY_EMPTY;
	int64_t next_at = 0;

	for (int i = 0; i < 2; i++)
		assert_int_equal(delivery_claim(s->db, NOW + DAY, &d, &s->err), 1);
	assert_ok(s, delivery_record(s->db, deferred, &put_off, NOW + DAY, &s->err));
	assert_ok(s, delivery_record(s->db, sent, &taken, NOW + DAY, &s->err));
	assert_ok(s, delivery_clock_went_back(s->db, NOW, &s->err));
	assert_ok(s, delivery_next_due_at(s->db, &next_at, &s->err));
	assert_int_equal(next_at, NOW);
	assert_int_equal(state_of(s, sent), DELIVERY_SENT);
	/* A pause that is right stays. */
	assert_int_equal(delivery_claim(s->db, NOW, &d, &s->err), 1);
	const struct delivery_result again = {
		.state = DELIVERY_DEFERRED, .due_at = NOW + 600};
	assert_ok(s, delivery_record(s->db, deferred, &again, NOW, &s->err));
	assert_ok(s, delivery_clock_went_back(s->db, NOW, &s->err));
	assert_ok(s, delivery_next_due_at(s->db, &next_at, &s->err));
	assert_int_equal(next_at, NOW + 600);
}

static void a_move_is_made_or_refused(void **state)
{
	struct store *s = *state;
	int64_t letter_id = store_letter(s, "minutes", 0);
	/* Row: from; column: to, in the enum's order. */
	static const char *const allowed[] = {
		[DELIVERY_DUE] = ".....FW...",
		[DELIVERY_SENDING] = "..........",
		[DELIVERY_UNKNOWN] = "D...S..dba",
		[DELIVERY_DEFERRED] = ".....FW...",
		[DELIVERY_SENT] = ".......dba",
		[DELIVERY_FAILED] = "..........",
		[DELIVERY_WITHDRAWN] = "D.........",
		[DELIVERY_DELIVERED] = "........ba",
		[DELIVERY_BOUNCED] = ".........a",
		[DELIVERY_ANSWERED] = "..........",
	};

	for (int from = DELIVERY_DUE; from <= DELIVERY_ANSWERED; from++)
		for (int to = DELIVERY_DUE; to <= DELIVERY_ANSWERED; to++) {
			int64_t id =
				delivery_in(s, (enum delivery_state)from, letter_id);
			int expected = allowed[from][to] != '.';
			int moved = delivery_move(s->db, id, (enum delivery_state)to,
				"x", NOW + 1, &s->err);
			if (moved != expected)
				fail_msg("%s to %s: %d", delivery_state_name(from),
					delivery_state_name(to), moved);
			assert_int_equal(state_of(s, id), moved ? to : from);
		}
	assert_int_equal(
		delivery_move(s->db, 999999, DELIVERY_SENT, NULL, NOW, &s->err), 0);
}

static int64_t appends_of(struct store *s, int64_t delivery_id)
{
	int64_t count = 0;

	assert_int_equal(db_find_int(s->db, &s->err, &count,
				 "SELECT count(*) FROM mailbox_request\n"
				 "WHERE kind = 'append' AND delivery_id = ?",
				 SQL_INT(delivery_id)),
		1);
	return count;
}

static void what_is_proved_to_have_gone_gets_its_copy_in_the_sent_folder(void **state)
{
	struct store *s = *state;
	int64_t letter_id = store_letter(s, "invitation", 0);
	const struct {
		enum delivery_state from, to;
		bool is_wanted;
		int copies;
	} cases[] = {
		{DELIVERY_UNKNOWN, DELIVERY_ANSWERED, true, 1},
		{DELIVERY_UNKNOWN, DELIVERY_DELIVERED, true, 1},
		{DELIVERY_UNKNOWN, DELIVERY_BOUNCED, true, 1},
		{DELIVERY_UNKNOWN, DELIVERY_SENT, true, 1},
		{DELIVERY_UNKNOWN, DELIVERY_ANSWERED, false, 0},
		{DELIVERY_SENT, DELIVERY_ANSWERED, true, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int64_t id = delivery_in(s, cases[i].from, letter_id);
		assert_int_equal(delivery_prove(s->db, id, cases[i].to, NULL,
					 cases[i].is_wanted, NOW, &s->err),
			1);
		assert_int_equal(appends_of(s, id), cases[i].copies);
	}
}

static void every_move_is_in_the_journal(void **state)
{
	struct store *s = *state;
	int64_t letter_id = store_letter(s, "minutes", 0);
	int64_t id = delivery_in(s, DELIVERY_SENT, letter_id);

	assert_int_equal(delivery_move(s->db, id, DELIVERY_BOUNCED,
				 "550 5.1.1 no such user", NOW + 9, &s->err),
		1);
	json_auto_t *about = journal_about(s->db, 0, 0, id, &s->err);
	assert_int_equal(json_array_size(about), 2);
	const json_t *sent = json_array_get(about, 0);
	const json_t *bounced = json_array_get(about, 1);
	assert_string_equal(json_str(sent, "what"), "sent");
	assert_string_equal(json_str(sent, "why"), "server-accepted");
	assert_string_equal(json_str(sent, "who"), "dispatch");
	assert_string_equal(json_str(bounced, "why"), "bounced");
	assert_string_equal(json_str(bounced, "detail"), "550 5.1.1 no such user");
	assert_int_equal(json_int_or(bounced, "at", 0), NOW + 9);
}

static void an_interrupted_sending_has_an_unknown_outcome(void **state)
{
	struct store *s = *state;
	int64_t letter_id = store_letter(s, "minutes", 0);
	int64_t id = delivery_in(s, DELIVERY_SENDING, letter_id);
	int64_t sent = delivery_in(s, DELIVERY_SENT, letter_id);
	delivery_auto d = DELIVERY_EMPTY;

	assert_int_equal(delivery_find_interrupted(s->db, NOW, 60, &s->err), 1);
	assert_int_equal(delivery_find_interrupted(s->db, NOW, 60, &s->err), 0);
	assert_int_equal(state_of(s, id), DELIVERY_UNKNOWN);
	assert_int_equal(state_of(s, sent), DELIVERY_SENT);
	assert_int_equal(delivery_next_unknown(s->db, NOW + 59, &d, &s->err), 0);
	assert_int_equal(delivery_next_unknown(s->db, NOW + 60, &d, &s->err), 1);
	assert_int_equal(d.id, id);
	/* Never sent again by itself, only after somebody looked. */
	assert_int_equal(delivery_claim(s->db, NOW + DAY, &d, &s->err), 0);
	assert_ok(s, delivery_set_due(s->db, id, NOW + 90, &s->err));
	assert_int_equal(delivery_next_unknown(s->db, NOW + 89, &d, &s->err), 0);
	assert_int_equal(
		delivery_move(s->db, id, DELIVERY_DUE, NULL, NOW + 90, &s->err), 1);
	assert_int_equal(delivery_claim(s->db, NOW + 90, &d, &s->err), 1);
	assert_int_equal(d.id, id);
	assert_int_equal(d.tries, 2);
}

struct seen {
	struct store *s;
	int64_t ids[8];
	size_t count;
};

static int note_and_tell(const struct delivery *d, void *context)
{
	struct seen *seen = context;

	seen->ids[seen->count++] = d->id;
	/* A callback may change the store. */
	assert_ok(seen->s, delivery_set_told(seen->s->db, d->id, NOW, &seen->s->err));
	assert_ok(seen->s,
		delivery_set_told_late(seen->s->db, d->id, NOW, &seen->s->err));
	return 0;
}

static void what_failed_is_sent_again_by_a_word_and_nothing_else_is(void **state)
{
	struct store *s = *state;
	int64_t letter_id = store_letter(s, "minutes", store_meeting(s, 1, NOW));
	struct seen seen = {.s = s};

	for (int from = DELIVERY_DUE; from <= DELIVERY_ANSWERED; from++) {
		bool may = from == DELIVERY_FAILED || from == DELIVERY_BOUNCED;
		int64_t id = delivery_in(s, (enum delivery_state)from, letter_id);
		assert_int_equal(
			delivery_send_again(s->db, id, "maria", NOW + 1, &s->err), may);
		if (may)
			assert_int_equal(state_of(s, id), DELIVERY_DUE);
	}
	assert_int_equal(delivery_send_again(s->db, 999, "maria", NOW, &s->err), 0);
	/* Should it fail again, that is news. */
	int64_t id = delivery_in(s, DELIVERY_FAILED, letter_id);
	assert_ok(s, delivery_set_told(s->db, id, NOW, &s->err));
	assert_int_equal(delivery_send_again(s->db, id, "maria", NOW, &s->err), 1);
	assert_int_equal(
		delivery_move(s->db, id, DELIVERY_FAILED, "x", NOW, &s->err), 1);
	assert_ok(s, delivery_each_untold(s->db, note_and_tell, &seen, &s->err));
	assert_int_equal(seen.ids[0], id);
}

static void a_call_to_what_has_begun_is_not_sent_again(void **state)
{
	struct store *s = *state;
	int64_t calls = store_letter(s, "invitation", store_meeting(s, 1, NOW + 1));
	int64_t id = delivery_in(s, DELIVERY_FAILED, calls);

	assert_int_equal(delivery_send_again(s->db, id, "maria", NOW + 1, &s->err), 0);
	assert_int_equal(delivery_send_again(s->db, id, "maria", NOW, &s->err), 1);
}

static void failures_are_told_once(void **state)
{
	struct store *s = *state;
	struct seen seen = {.s = s};
	int64_t letter_id = store_letter(s, "minutes", 0);
	int64_t failed = delivery_in(s, DELIVERY_FAILED, letter_id);
	int64_t bounced = delivery_in(s, DELIVERY_BOUNCED, letter_id);
	int64_t at = 0;

	delivery_in(s, DELIVERY_SENT, letter_id);
	assert_ok(s, delivery_oldest_untold_at(s->db, &at, &s->err));
	assert_int_equal(at, NOW);
	assert_ok(s, delivery_each_untold(s->db, note_and_tell, &seen, &s->err));
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.ids[0], failed);
	assert_int_equal(seen.ids[1], bounced);
	assert_ok(s, delivery_each_untold(s->db, note_and_tell, &seen, &s->err));
	assert_int_equal(seen.count, 2);
	assert_ok(s, delivery_oldest_untold_at(s->db, &at, &s->err));
	assert_int_equal(at, 0);
}

static void lateness_is_told_once(void **state)
{
	struct store *s = *state;
	struct seen seen = {.s = s};
	int64_t letter_id = store_letter(s, "minutes", 0);

	delivery_in(s, DELIVERY_DEFERRED, letter_id);
	assert_ok(s, delivery_each_late(s->db, NOW, 0, note_and_tell, &seen, &s->err));
	assert_int_equal(seen.count, 0);
	assert_ok(s,
		delivery_each_late(s->db, NOW + 1, 0, note_and_tell, &seen, &s->err));
	assert_int_equal(seen.count, 1);
	assert_ok(s,
		delivery_each_late(s->db, NOW + 1, 0, note_and_tell, &seen, &s->err));
	assert_int_equal(seen.count, 1);
}

static int note_kind(const struct delivery *d, void *context)
{
	buf_add_str(context, d->kind);
	buf_add_char(context, ' ');
	return 0;
}

static void a_meetings_deliveries_are_its_own(void **state)
{
	struct store *s = *state;
	buf_auto kinds = BUF_EMPTY;
	int64_t one = store_meeting(s, 1, NOW);
	int64_t two = store_meeting(s, 2, NOW);

	store_delivery(s, store_letter(s, "minutes", one), "a@b.example");
	store_delivery(s, store_letter(s, "invitation", one), "a@b.example");
	store_delivery(s, store_letter(s, "invitation", two), "a@b.example");
	store_delivery(s, store_letter(s, "receipt", 0), "a@b.example");
	assert_ok(s, delivery_each(s->db, one, note_kind, &kinds, &s->err));
	assert_string_equal(buf_str(&kinds), "invitation minutes ");
	buf_clear(&kinds);
	assert_ok(s, delivery_each(s->db, 0, note_kind, &kinds, &s->err));
	assert_string_equal(buf_str(&kinds), "receipt ");
	assert_int_equal(delivery_count_to(s->db, "A@b.example", NOW, &s->err), 1);
	assert_int_equal(delivery_count_to(s->db, "a@b.example", NOW + 1, &s->err), 0);
	json_auto_t *counts = delivery_counts(s->db, &s->err);
	assert_int_equal(json_int_or(counts, "due", -1), 4);
	assert_int_equal(json_int_or(counts, "sent", -1), 0);
}

/* Claims until nothing is left; the ids in order to fd. */
static void claim_all(const char *path, int fd)
{
	struct err err = ERR_INIT;
	db_auto *db = db_open(path, &err);
	delivery_auto d = DELIVERY_EMPTY;

	while (db && delivery_claim(db, NOW, &d, &err) == 1)
		if (write(fd, &d.id, sizeof(d.id)) != sizeof(d.id))
			_exit(1);
	_exit(db && err.kind == ERR_NONE ? 0 : 1);
}

#define QUEUED 200

static void two_processes_never_claim_the_same_one(void **state)
{
	struct store *s = *state;
	int64_t letter_id = store_letter(s, "minutes", 0);
	bool is_claimed[QUEUED + 1] = {false};
	int ends[2];
	int64_t id = 0;
	int count = 0;

	assert_ok(s, db_begin(s->db, &s->err));
	for (int i = 0; i < QUEUED; i++) {
		str_auto *address = xasprintf("p%d@b.example", i);
		store_delivery(s, letter_id, address);
	}
	assert_ok(s, db_commit(s->db, &s->err));
	assert_int_equal(pipe(ends), 0);
	for (int i = 0; i < 2; i++)
		if (fork() == 0)
			claim_all(s->path, ends[1]);
	close(ends[1]);
	while (read(ends[0], &id, sizeof(id)) == sizeof(id)) {
		assert_in_range(id, 1, QUEUED);
		assert_false(is_claimed[id]);
		is_claimed[id] = true;
		count++;
	}
	close(ends[0]);
	for (int i = 0; i < 2; i++) {
		int status = 0;
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_int_equal(count, QUEUED);
}

/* 2,000 behind 10,000 of higher rank that wait for tomorrow: seconds would be wrong. */
static void a_long_queue_is_worked_off_in_linear_time(void **state)
{
	struct store *s = *state;
	int64_t letter_id = store_letter(s, "minutes", 0);
	delivery_auto d = DELIVERY_EMPTY;
	int steps = 0;

	assert_ok(s, db_begin(s->db, &s->err));
	for (int i = 0; i < 12000; i++) {
		str_auto *address = xasprintf("p%d@b.example", i);
		bool waits = i < 10000;
		store_delivery_at(
			s, letter_id, address, waits ? 1 : 5, waits ? NOW + DAY : NOW);
	}
	assert_ok(s, db_commit(s->db, &s->err));
	clock_t before = clock();
	while (delivery_claim(s->db, NOW, &d, &s->err) == 1)
		steps++;
	assert_int_equal(steps, 2000);
	assert_in_range((clock() - before) / (CLOCKS_PER_SEC / 1000), 0, 4000);
}

static void a_mailbox_request_is_asked_once_and_a_search_anew(void **state)
{
	struct store *s = *state;
	mailbox_request_auto r = MAILBOX_REQUEST_EMPTY;
	int64_t incoming_id = store_mail(s, 1);
	int64_t id = store_delivery(s, store_letter(s, "minutes", 0), "a@b.example");
	int64_t at = 0;

	for (int i = 0; i < 2; i++)
		assert_ok(s, mailbox_request_add(s->db, MAILBOX_MOVE, incoming_id, 0,
				     "Handled", NOW, &s->err));
	assert_int_equal(mailbox_request_claim(s->db, NOW, &r, &s->err), 1);
	assert_int_equal(r.tries, 0);
	assert_string_equal(r.folder, "Handled");
	/* Who died over it gets it again, and knows that it was begun. */
	assert_int_equal(mailbox_request_claim(s->db, NOW, &r, &s->err), 1);
	assert_int_equal(r.tries, 1);
	assert_ok(
		s, mailbox_request_defer(s->db, r.id, NOW + 60, "no server", &s->err));
	assert_int_equal(mailbox_request_claim(s->db, NOW, &r, &s->err), 0);
	assert_ok(s, mailbox_request_next_due_at(s->db, &at, &s->err));
	assert_int_equal(at, NOW + 60);
	assert_int_equal(mailbox_request_claim(s->db, NOW + 60, &r, &s->err), 1);
	assert_ok(s, mailbox_request_done(s->db, r.id, false, NOW, &s->err));
	assert_ok(s, mailbox_request_add(s->db, MAILBOX_MOVE, incoming_id, 0, "Handled",
			     NOW, &s->err));
	assert_int_equal(mailbox_request_claim(s->db, NOW + 60, &r, &s->err), 0);
	for (int found = 0; found < 2; found++) {
		assert_ok(s, mailbox_request_add(s->db, MAILBOX_SEARCH, 0, id, "Sent",
				     NOW, &s->err));
		assert_int_equal(mailbox_search_result(s->db, id, &s->err), 2);
		assert_int_equal(mailbox_request_claim(s->db, NOW, &r, &s->err), 1);
		assert_int_equal(r.kind, MAILBOX_SEARCH);
		assert_ok(s, mailbox_request_done(s->db, r.id, found, NOW, &s->err));
		assert_int_equal(mailbox_search_result(s->db, id, &s->err), found);
	}
}

#define MOVES 5

/* Count of moves that are claimed together; their tries are told. */
static int claim_moves(struct store *s, int64_t now)
{
	struct mailbox_request moves[MOVES];
	int count = mailbox_request_claim_moves(s->db, now, MOVES, moves, &s->err);

	for (int i = 0; i < count; i++) {
		assert_int_equal(moves[i].kind, MAILBOX_MOVE);
		assert_int_equal(moves[i].tries, 0);
		mailbox_request_deinit(&moves[i]);
	}
	return count;
}

static void moves_to_one_folder_that_were_never_tried_go_together(void **state)
{
	struct store *s = *state;
	mailbox_request_auto r = MAILBOX_REQUEST_EMPTY;
	int64_t delivery =
		store_delivery(s, store_letter(s, "minutes", 0), "a@b.example");

	assert_int_equal(claim_moves(s, NOW), 0);
	assert_ok(s, mailbox_request_add(s->db, MAILBOX_MOVE, store_mail(s, 1), 0,
			     "Handled", NOW, &s->err));
	assert_int_equal(claim_moves(s, NOW), 0); /* one is alone */
	for (uint32_t uid = 2; uid <= 8; uid++) {
		const char *folder = uid == 3 ? "Elsewhere" : "Handled";
		assert_ok(s, mailbox_request_add(s->db, MAILBOX_MOVE,
				     store_mail(s, uid), 0, folder, NOW, &s->err));
	}
	assert_ok(s, mailbox_request_add(s->db, MAILBOX_APPEND, 0, delivery, "Handled",
			     NOW, &s->err));
	assert_int_equal(claim_moves(s, NOW - 1), 0);
	assert_int_equal(claim_moves(s, NOW), MOVES);
	/* What was tried is done alone, in its turn. */
	assert_int_equal(claim_moves(s, NOW), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(mailbox_request_claim(s->db, NOW, &r, &s->err), 1);
		assert_int_equal(r.tries, 1);
		assert_ok(s, mailbox_request_done(s->db, r.id, true, NOW, &s->err));
	}
	/* The next is to another folder. */
	assert_int_equal(claim_moves(s, NOW), 0);
	assert_int_equal(mailbox_request_claim(s->db, NOW, &r, &s->err), 1);
	assert_string_equal(r.folder, "Elsewhere");
}

static void on_its_way_is_as_good_as_served_until_it_fails(void **state)
{
	(void)state;
	for (int i = DELIVERY_DUE; i <= DELIVERY_ANSWERED; i++)
		assert_int_equal(delivery_state_is_served((enum delivery_state)i),
			i != DELIVERY_FAILED && i != DELIVERY_WITHDRAWN &&
				i != DELIVERY_BOUNCED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(a_letter_is_written_once),
		store_test(an_address_is_promised_a_letter_once),
		store_test(a_mail_is_head_and_the_letters_or_its_own_body),
		store_test(
			a_small_mail_is_found_with_its_bytes_and_a_large_one_without),
		store_test(deliveries_go_by_priority_then_time_then_age),
		store_test(what_the_server_said_is_kept),
		store_test(
			what_calls_to_a_meeting_that_has_begun_fails_and_the_rest_is_sent),
		store_test(a_clock_set_back_leaves_nothing_to_an_hour_far_away),
		store_test(a_move_is_made_or_refused),
		store_test(every_move_is_in_the_journal),
		store_test(
			what_is_proved_to_have_gone_gets_its_copy_in_the_sent_folder),
		store_test(an_interrupted_sending_has_an_unknown_outcome),
		store_test(what_failed_is_sent_again_by_a_word_and_nothing_else_is),
		store_test(a_call_to_what_has_begun_is_not_sent_again),
		store_test(failures_are_told_once),
		store_test(lateness_is_told_once),
		store_test(a_meetings_deliveries_are_its_own),
		store_test(two_processes_never_claim_the_same_one),
		store_test(a_long_queue_is_worked_off_in_linear_time),
		store_test(a_mailbox_request_is_asked_once_and_a_search_anew),
		store_test(moves_to_one_folder_that_were_never_tried_go_together),
		cmocka_unit_test(on_its_way_is_as_good_as_served_until_it_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "net-fake.h"
#include "net/imap-inside.h"

#define TIMEOUT_MS 300
#define HELLO "C:u1 CAPABILITY", "S:* CAPABILITY IMAP4rev1 IDLE MOVE", "S:u1 OK done"
#define SELECTED                                                                       \
	HELLO, "C:1 LIST \"\" \"\"", "S:* LIST (\\Noselect) \"/\" \"\"",               \
		"S:1 OK done", "C:2 SELECT INBOX", "S:* FLAGS (\\Seen)",               \
		"S:* 3 EXISTS", "S:* OK [UIDVALIDITY 77] x",                           \
		"S:2 OK [READ-WRITE] done"

struct session {
	struct fake f;
	struct imap *imap;
	struct err err;
};

static void begin(struct session *s, const char *const *script)
{
	s->err = ERR_INIT;
	s->imap = imap_over(fake_start(&s->f, script, ""), TIMEOUT_MS, &s->err);
}

static void begin_selected(struct session *s, const char *const *script)
{
	uint32_t uidvalidity = 0, exists = 0;

	begin(s, script);
	assert_non_null(s->imap);
	assert_int_equal(
		imap_select(s->imap, "INBOX", &uidvalidity, &exists, &s->err), 0);
	assert_int_equal(uidvalidity, 77);
	assert_int_equal(exists, 3);
}

static int end(struct session *s)
{
	buf_auto heard = BUF_EMPTY;

	imap_free(s->imap);
	return fake_end(&s->f, &heard);
}

static void an_ok_without_capabilities_is_survived(void **state)
{
	(void)state;
	const char *script[] = {"C:u1 CAPABILITY", "S:u1 OK done", NULL};
	struct session s;

	begin(&s, script);
	assert_non_null(s.imap);
	assert_false(imap_can_idle(s.imap));
	assert_int_equal(end(&s), 0);
}

static void what_is_no_session_is_not_opened(void **state)
{
	(void)state;
	const char *const scripts[][5] = {
		{"C:u1 CAPABILITY", "CLOSE"},
		{"C:u1 CAPABILITY", "S:* BYE shutting down", "CLOSE"},
		{"C:u1 CAPABILITY", "S:u1 BAD what"},
		{"C:u1 CAPABILITY", "FLOOD", "FLOOD"},
		{"C:u1 CAPABILITY"},
	};

	for (size_t i = 0; i < sizeof(scripts) / sizeof(*scripts); i++) {
		struct session s;
		buf_auto heard = BUF_EMPTY;

		begin(&s, scripts[i]);
		assert_null(s.imap);
		assert_int_equal(s.err.kind, ERR_TEMP);
		assert_int_equal(fake_end(&s.f, &heard), 0);
	}
}

static void the_list_holds_what_is_new_in_order(void **state)
{
	(void)state;
	const char *script[] = {SELECTED,
		"C:3 UID FETCH 5:* (UID RFC822.SIZE INTERNALDATE)",
		"S:* 3 FETCH (UID 9 RFC822.SIZE 30 INTERNALDATE \"01-Sep-2026 08:00:00 "
		"+0200\")",
		"S:* 1 FETCH (FLAGS (\\Seen))",
		"S:* 2 FETCH (UID 7 RFC822.SIZE 20 INTERNALDATE \" 1-Sep-2026 06:00:00 "
		"+0000\")",
		"S:* 1 FETCH (UID 4 RFC822.SIZE 10 INTERNALDATE \"01-Sep-2026 01:00:00 "
		"-0500\")",
		"S:3 OK done", NULL};
	struct session s;
	imap_list_auto list = {0};

	begin_selected(&s, script);
	assert_int_equal(imap_list_from(s.imap, 5, &list, &s.err), 0);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.items[0].uid, 7);
	assert_int_equal(list.items[0].size, 20);
	assert_int_equal(list.items[0].arrived_at, 1788242400);
	assert_int_equal(list.items[1].uid, 9);
	assert_int_equal(list.items[1].arrived_at, 1788242400);
	assert_int_equal(end(&s), 0);
}

struct fetch_case {
	const char *script[20];
	int want;
	const char *bytes; /* what is written; NULL: of no matter */
	enum err_kind kind;
};

#define FETCH SELECTED, "C:3 UID FETCH 7 (UID BODY.PEEK[])"

static const struct fetch_case fetch_cases[] = {
	{{FETCH, "R:* 2 FETCH (UID 7 BODY[] {5}\r\na\r\nb\n)\r\n3 OK done\r\n"}, 1,
		"a\r\nb\n", ERR_NONE},
	{{FETCH, "R:* 2 FETCH (UID 7 BODY[] \"quoted\")\r\n3 OK done\r\n"}, 1, "quoted",
		ERR_NONE},
	{{FETCH, "R:* 2 FETCH (UID 7 BODY[] {0}\r\n)\r\n3 OK done\r\n"}, 1, "",
		ERR_NONE},
	{{FETCH, "S:3 OK done"}, 0, "", ERR_NONE},
	{{FETCH, "S:* 9 EXISTS", "S:3 OK done"}, 0, "", ERR_NONE},
	{{FETCH, "S:3 NO [UNAVAILABLE] later"}, -1, NULL, ERR_TEMP},
	{{FETCH, "S:3 NO never"}, -1, NULL, ERR_PERM},
	/* ends in a literal */
	{{FETCH, "R:* 2 FETCH (UID 7 BODY[] {5000}\r\nabc", "CLOSE"}, -1, NULL,
		ERR_TEMP},
	/* says nothing in a literal */
	{{FETCH, "R:* 2 FETCH (UID 7 BODY[] {5000}\r\nabc"}, -1, NULL, ERR_TEMP},
	/* more than it may be: 100 bytes */
	{{FETCH, "R:* 2 FETCH (UID 7 BODY[] {1048576}\r\n", "FLOOD",
		 "R:)\r\n3 OK done\r\n"},
		-1, NULL, ERR_PERM},
	{{FETCH, "R:* 2 FETCH (UID 7 BODY[] {99999999999999999999}\r\n", "FLOOD",
		 "FLOOD"},
		-1, NULL, ERR_NONE},
	{{FETCH, "FLOOD", "FLOOD", "FLOOD"}, -1, NULL, ERR_TEMP},
	{{FETCH, "S:* 2 FETCH (UID 7 X-NEVER-HEARD-OF 1)", "S:3 OK done"}, -1, NULL,
		ERR_TEMP},
	{{FETCH, "S:* BYE going down", "CLOSE"}, -1, NULL, ERR_TEMP},
};

static void a_fetch_gives_the_mail_or_says_why_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(fetch_cases) / sizeof(*fetch_cases); i++) {
		const struct fetch_case *c = &fetch_cases[i];
		fd_auto fd = memfd_create("mail", 0);
		char got[200] = "";
		uint64_t size = 0;
		struct session s;

		begin_selected(&s, c->script);
		int found = imap_fetch(s.imap, 7, fd, 100, &size, &s.err);
		if (found != c->want || (c->kind != ERR_NONE && s.err.kind != c->kind))
			fail_msg("case %zu: %d, kind %d, %s", i, found, s.err.kind,
				s.err.text);
		if (c->bytes) {
			assert_int_equal(
				pread(fd, got, sizeof(got), 0), strlen(c->bytes));
			assert_string_equal(got, c->bytes);
			assert_int_equal(size, strlen(c->bytes));
		}
		end(&s);
	}
}

static void idle_begins_though_news_come_before_the_plus(void **state)
{
	(void)state;
	const char *script[] = {SELECTED, "C:u2 IDLE", "S:* 4 EXISTS", "S:+ idling",
		"C:DONE", "S:u2 OK done", NULL};
	struct session s;

	begin_selected(&s, script);
	assert_int_equal(imap_idle_begin(s.imap, &s.err), 0);
	assert_int_equal(imap_idle_has_news(s.imap, &s.err), 1);
	assert_int_equal(imap_idle_end(s.imap, &s.err), 0);
	assert_int_equal(end(&s), 0);
}

static void several_lines_in_one_packet_are_all_read_while_idling(void **state)
{
	(void)state;
	const char *script[] = {SELECTED, "C:u2 IDLE",
		"R:+ idling\r\n* OK still here\r\n* 4 EXISTS\r\n", "C:DONE",
		"S:* 1 RECENT", "S:u2 OK done", NULL};
	struct session s;

	begin_selected(&s, script);
	s.imap->listed_exists = 3;
	assert_int_equal(imap_idle_begin(s.imap, &s.err), 0);
	assert_int_equal(imap_idle_has_news(s.imap, &s.err), 1);
	assert_int_equal(imap_idle_has_news(s.imap, &s.err), 0);
	assert_int_equal(imap_idle_end(s.imap, &s.err), 0);
	assert_int_equal(end(&s), 0);
}

static void a_goodbye_while_idling_is_the_end(void **state)
{
	(void)state;
	const char *script[] = {SELECTED, "C:u2 IDLE",
		"R:+ idling\r\n* BYE restart\r\n", "CLOSE", NULL};
	struct session s;

	begin_selected(&s, script);
	assert_int_equal(imap_idle_begin(s.imap, &s.err), 0);
	assert_int_equal(imap_idle_has_news(s.imap, &s.err), -1);
	end(&s);
}

static void without_uidvalidity_nothing_is_selected(void **state)
{
	(void)state;
	const char *script[] = {HELLO, "C:1 LIST", "S:* LIST (\\Noselect) NIL \"\"",
		"S:1 OK done", "C:2 SELECT INBOX", "S:* 3 EXISTS", "S:2 OK done", NULL};
	uint32_t uidvalidity, exists;
	struct session s;

	begin(&s, script);
	assert_int_equal(
		imap_select(s.imap, "INBOX", &uidvalidity, &exists, &s.err), -1);
	assert_int_equal(s.err.kind, ERR_PERM);
	end(&s);
}

static void a_server_that_can_move_nothing_is_asked_for_nothing(void **state)
{
	(void)state;
	const char *script[] = {"C:u1 CAPABILITY", "S:* CAPABILITY IMAP4rev1",
		"S:u1 OK done", "C:1 LIST", "S:* LIST (\\Noselect) \"/\" \"\"",
		"S:1 OK done", "C:2 SELECT INBOX", "S:* 3 EXISTS",
		"S:* OK [UIDVALIDITY 77] x", "S:2 OK done", "C:bye LOGOUT", NULL};
	struct session s;

	begin_selected(&s, script);
	assert_int_equal(imap_move(s.imap, 7, "Hanterat", &s.err), -1);
	assert_int_equal(s.err.kind, ERR_PERM);
	assert_int_equal(end(&s), 0);
}

static void without_move_a_copy_is_made_and_that_one_mail_removed(void **state)
{
	(void)state;
	const char *script[] = {"C:u1 CAPABILITY", "S:* CAPABILITY IMAP4rev1 UIDPLUS",
		"S:u1 OK done", "C:1 LIST", "S:* LIST (\\Noselect) \".\" \"\"",
		"S:1 OK done", "C:2 SELECT INBOX", "S:* 3 EXISTS",
		"S:* OK [UIDVALIDITY 77] x", "S:2 OK done", "C:3 UID SEARCH UID 7",
		"S:* SEARCH 7", "S:3 OK done", "C:4 UID COPY 7 \"Hanterat.2026\"",
		"S:4 OK [COPYUID 1 7 1] done",
		"C:5 UID STORE 7 +FLAGS.SILENT (\\Deleted)", "S:5 OK done",
		"C:6 UID EXPUNGE 7", "S:* 2 EXPUNGE", "S:6 OK done", NULL};
	struct session s;

	begin_selected(&s, script);
	int moved = imap_move(s.imap, 7, "Hanterat/2026", &s.err);
	if (moved != 1)
		fail_msg("%d %s", moved, s.err.text);
	assert_int_equal(end(&s), 0);
}

static void a_message_id_with_quotes_searches_for_itself(void **state)
{
	(void)state;
	const char *script[] = {SELECTED,
		"C:3 UID SEARCH HEADER Message-ID \"<a\\\"b@x.example>\"", "S:* SEARCH",
		"S:3 OK done", NULL};
	struct session s;

	begin_selected(&s, script);
	assert_int_equal(imap_has_message_id(s.imap, "<a\"b@x.example>", &s.err), 0);
	assert_int_equal(imap_has_message_id(s.imap, "<a\r\nb>", &s.err), -1);
	assert_int_equal(end(&s), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ok_without_capabilities_is_survived),
		cmocka_unit_test(what_is_no_session_is_not_opened),
		cmocka_unit_test(the_list_holds_what_is_new_in_order),
		cmocka_unit_test(a_fetch_gives_the_mail_or_says_why_not),
		cmocka_unit_test(idle_begins_though_news_come_before_the_plus),
		cmocka_unit_test(several_lines_in_one_packet_are_all_read_while_idling),
		cmocka_unit_test(a_goodbye_while_idling_is_the_end),
		cmocka_unit_test(without_uidvalidity_nothing_is_selected),
		cmocka_unit_test(a_server_that_can_move_nothing_is_asked_for_nothing),
		cmocka_unit_test(without_move_a_copy_is_made_and_that_one_mail_removed),
		cmocka_unit_test(a_message_id_with_quotes_searches_for_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

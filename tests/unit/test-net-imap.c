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

#define SIXTY "(((((((((((((((((((((((((((((((((((((((((((((((((((((((((((("
#define FETCH SELECTED, "C:3 UID FETCH 7 (UID BODY.PEEK[])"

static const struct fetch_case fetch_cases[] = {
	{{FETCH, "R:* 2 FETCH (UID 7 BODY[] {5}\r\na\r\nb\n)\r\n3 OK done\r\n"}, 1,
		"a\r\nb\n", ERR_NONE},
	{{FETCH, "R:* 2 FETCH (UID 7 BODY[] \"quoted\")\r\n3 OK done\r\n"}, 1, "quoted",
		ERR_NONE},
	{{FETCH, "R:* 2 FETCH (UID 7 BODY[] {0}\r\n)\r\n3 OK done\r\n"}, 0, "",
		ERR_NONE},
	{{FETCH, "R:* 2 FETCH (UID 7 BODY[] NIL)\r\n3 OK done\r\n"}, 0, "", ERR_NONE},
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
	/* parentheses in a literal, in quotes and in plain words nest nothing */
	{{FETCH, "R:* OK :-( :-( :-(\r\n* 2 FETCH (UID 7 BODY[] {60}\r\n" SIXTY
		 ")\r\n3 OK (((((\r\n"},
		1, SIXTY, ERR_NONE},
	{{FETCH, "R:* 2 FETCH (UID 7 BODY[] \"" SIXTY "\\\"" SIXTY
		 "\")\r\n3 OK done\r\n"},
		-1, NULL, ERR_PERM},
	{{FETCH, "R:* 2 FETCH (BODYSTRUCTURE " SIXTY SIXTY SIXTY "\r\n"}, -1, NULL,
		ERR_TEMP},
	{{FETCH, "R:* 2 FETCH (UID 7 X {3}\r\nabc" SIXTY "\r\n"}, -1, NULL, ERR_TEMP},
};

static void a_fetch_gives_the_mail_or_says_why_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(fetch_cases) / sizeof(*fetch_cases); i++) {
		const struct fetch_case *c = &fetch_cases[i];
		fd_auto fd = memfd_create("mail", 0);
		char got[200] = "";
		struct imap_piece piece = {.uid = 7, .size = 90};
		struct session s;

		begin_selected(&s, c->script);
		int r = imap_fetch(s.imap, &piece, 1, fd, 100, &s.err);
		int found = r ? r : piece.is_found;
		if (found != c->want || (c->kind != ERR_NONE && s.err.kind != c->kind))
			fail_msg("case %zu: %d, kind %d, %s", i, found, s.err.kind,
				s.err.text);
		if (c->bytes) {
			assert_int_equal(
				pread(fd, got, sizeof(got), 0), strlen(c->bytes));
			assert_string_equal(got, c->bytes);
			if (found)
				assert_int_equal(piece.size, strlen(c->bytes));
		}
		end(&s);
	}
}

/* Out of order, one gone, one that nobody asked for, a flag changed meanwhile. */
static void several_mails_lie_one_behind_the_other(void **state)
{
	(void)state;
	const char *script[] = {SELECTED, "C:3 UID FETCH 7:9,12 (UID BODY.PEEK[])",
		"R:* 2 FETCH (UID 12 BODY[] {3}\r\nabc)\r\n"
		"* 1 FETCH (FLAGS (\\Seen) UID 7)\r\n"
		"* 3 FETCH (UID 99 BODY[] {7}\r\nunasked)\r\n"
		"* 1 FETCH (UID 7 BODY[] \"de\")\r\n"
		"* 1 FETCH (UID 8 BODY[] {0}\r\n)\r\n"
		"* 1 FETCH (UID 7 BODY[] {5}\r\nagain)\r\n3 OK done\r\n",
		NULL};
	struct imap_piece pieces[] = {
		{.uid = 7, .size = 50}, {.uid = 8}, {.uid = 9}, {.uid = 12}};
	fd_auto fd = memfd_create("mail", 0);
	char got[20] = "";
	struct session s;

	begin_selected(&s, script);
	assert_int_equal(imap_fetch(s.imap, pieces, 4, fd, 100, &s.err), 0);
	assert_true(pieces[0].is_found && pieces[1].is_found && pieces[3].is_found);
	assert_false(pieces[2].is_found);
	assert_true(pread(fd, got, sizeof(got), 0) >= 5);
	assert_memory_equal(got, "abcde", 5);
	assert_int_equal(pieces[0].at, 3);
	assert_int_equal(pieces[0].size, 2);
	assert_int_equal(pieces[1].size, 0);
	assert_int_equal(pieces[3].at, 0);
	assert_int_equal(pieces[3].size, 3);
	assert_int_equal(end(&s), 0);
}

static void a_full_disk_is_told_from_a_bad_server(void **state)
{
	(void)state;
	const char *script[] = {SELECTED, "C:3 UID FETCH 7",
		"R:* 2 FETCH (UID 7 BODY[] {3}\r\nabc)\r\n3 OK done\r\n", NULL};
	struct imap_piece piece = {.uid = 7, .size = 3};
	fd_auto fd = open("/dev/full", O_WRONLY);
	struct session s;

	begin_selected(&s, script);
	assert_int_equal(imap_fetch(s.imap, &piece, 1, fd, 100, &s.err), 1);
	assert_int_equal(s.err.kind, ERR_TEMP);
	end(&s);
}

static void fields_of_several_mails_are_cut_where_they_are_long(void **state)
{
	(void)state;
	const char *const fields[] = {"FROM", "SUBJECT", NULL};
	buf_auto head = BUF_EMPTY;
	str_auto *longest = xmalloc(10001);
	struct imap_piece pieces[] = {{.uid = 7}, {.uid = 8}};
	struct session s;

	memset(longest, 'x', 10000);
	longest[10000] = '\0';
	str_auto *first = xasprintf(
		"R:* 1 FETCH (UID 7 BODY[HEADER.FIELDS (FROM SUBJECT)]<0> {10000}\r\n"
		"%s)\r\n",
		longest);
	const char *script[] = {SELECTED,
		"C:3 UID FETCH 7:8 (UID BODY.PEEK[HEADER.FIELDS (FROM "
		"SUBJECT)]<0.8192>)",
		first,
		"R:* 2 FETCH (UID 8 BODY[HEADER.FIELDS (FROM SUBJECT)]<0> {8}\r\n"
		"From: a\n)\r\n3 OK done\r\n",
		NULL};
	begin_selected(&s, script);
	int r = imap_fetch_fields(s.imap, pieces, 2, fields, &head, &s.err);
	if (r < 0)
		fail_msg("%s", s.err.text);
	assert_int_equal(pieces[0].size, 8192);
	assert_int_equal(pieces[1].at, 8192);
	assert_string_equal(buf_str(&head) + 8192, "From: a\n");
	assert_int_equal(end(&s), 0);
}

struct sent_case {
	const char *list[4];
	int want;
	const char *folder;
};

static const struct sent_case sent_cases[] = {
	{{"S:* LIST (\\HasNoChildren \\Sent) \".\" INBOX.Skickat"}, 1, "INBOX/Skickat"},
	{{"S:* LIST () \"/\" Sent", "S:* LIST (\\SENT) \"/\" \"Skickade &AOQ- &-co\""},
		1, "Skickade ä &co"},
	{{"S:* LIST (\\Drafts) \"/\" Sent"}, 0, NULL},
	{{"S:* LIST (\\Sent) \"/\" \"broken &AOQ\""}, 0, NULL},
	{{"S:* OK nothing to list"}, 0, NULL},
};

static void the_servers_own_sent_folder_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sent_cases) / sizeof(*sent_cases); i++) {
		const struct sent_case *c = &sent_cases[i];
		const char *script[16] = {SELECTED, "C:3 LIST \"\" \"*\""};
		str_auto *folder = NULL;
		struct session s;
		size_t n = 0;

		while (script[n])
			n++;
		for (size_t k = 0; k < 4 && c->list[k]; k++)
			script[n++] = c->list[k];
		script[n] = "S:3 OK done";
		begin_selected(&s, script);
		int found = imap_find_sent(s.imap, &folder, &s.err);
		if (found != c->want)
			fail_msg("case %zu: %d %s", i, found, s.err.text);
		if (c->folder)
			assert_string_equal(folder, c->folder);
		assert_int_equal(end(&s), 0);
	}
}

static void a_mail_is_marked_where_it_cannot_be_moved(void **state)
{
	(void)state;
	const char *script[] = {SELECTED, "C:3 UID SEARCH UID 7", "S:* SEARCH 7",
		"S:3 OK done", "C:4 UID STORE 7 +FLAGS.SILENT ($Utskick \\Seen)",
		"S:4 OK done", "C:5 UID SEARCH UID 8", "S:* SEARCH", "S:5 OK done",
		NULL};
	struct session s;

	begin_selected(&s, script);
	int r = imap_mark(s.imap, 7, "$Utskick", &s.err);
	if (r != 1)
		fail_msg("%d %s", r, s.err.text);
	assert_int_equal(imap_mark(s.imap, 8, "$Utskick", &s.err), 0);
	assert_int_equal(end(&s), 0);
}

static void two_hundred_sessions_leave_no_descriptor(void **state)
{
	(void)state;
	int before = dup(0);

	close(before);
	for (int i = 0; i < 200; i++) {
		const char *const ends[] = {
			"CLOSE", "S:* BYE", "S:u1 NO", "S:u1 OK done"};
		const char *script[] = {"C:u1 CAPABILITY", ends[i % 4], NULL};
		buf_auto heard = BUF_EMPTY;
		struct session s;

		begin(&s, script);
		imap_free(s.imap);
		fake_end(&s.f, &heard);
	}
	int after = dup(0);
	close(after);
	assert_int_equal(after, before);
}

struct append_case {
	const char *script[20];
	int want;
	enum err_kind kind;
};

#define APPEND                                                                         \
	SELECTED, "C:u2 APPEND \"Skickat/\\\"x\\\"\" (\\Seen) "                        \
		  "\"14-Sep-2026 16:00:00 +0000\" {9}"
#define MAIL "C:To: a", "C:", "C:"

static const struct append_case append_cases[] = {
	{{APPEND, "S:+ go on", MAIL, "S:u2 OK done"}, 0, ERR_NONE},
	{{APPEND, "S:* 4 EXISTS", "S:+ go on", MAIL, "S:* 5 EXISTS", "S:u2 OK done"}, 0,
		ERR_NONE},
	{{APPEND, "S:u2 NO [OVERQUOTA] full"}, -1, ERR_TEMP},
	{{APPEND, "S:u2 NO no such folder"}, -1, ERR_PERM},
	{{APPEND, "S:u2 BAD what"}, -1, ERR_PERM},
	{{APPEND, "S:u2 OK done"}, -1, ERR_TEMP},
	{{APPEND, "S:+ go on", MAIL, "S:u2 NO [TOOBIG] no"}, -1, ERR_PERM},
	{{APPEND, "S:+ go on", MAIL, "S:* BYE"}, -1, ERR_TEMP},
	{{APPEND, "S:+ go on", MAIL, "CLOSE"}, -1, ERR_TEMP},
	{{APPEND}, -1, ERR_TEMP},
};

static void a_copy_is_filed_or_it_is_said_why_not(void **state)
{
	const struct content mail = CONTENT_OF("To: a\r\n\r\n", 9);
	(void)state;

	for (size_t i = 0; i < sizeof(append_cases) / sizeof(*append_cases); i++) {
		const struct append_case *c = &append_cases[i];
		struct session s;
		begin_selected(&s, c->script);
		int done =
			imap_append(s.imap, "Skickat/\"x\"", &mail, 1789401600, &s.err);
		if (done != c->want || s.err.kind != c->kind)
			fail_msg("case %zu: %d, %s", i, done, s.err.text);
		assert_int_equal(end(&s), 0);
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

#define THREE ((const uint32_t[]){5, 7, 8})

static void several_are_put_away_by_one_command_each(void **state)
{
	(void)state;
	const char *script[] = {"C:u1 CAPABILITY",
		"S:* CAPABILITY IMAP4rev1 UIDPLUS MOVE", "S:u1 OK done", "C:1 LIST",
		"S:* LIST (\\Noselect) \".\" \"\"", "S:1 OK done", "C:2 SELECT INBOX",
		"S:* 3 EXISTS", "S:* OK [UIDVALIDITY 77] x", "S:2 OK done",
		"C:3 UID MOVE 5,7:8 Hanterat", "S:* OK [COPYUID 1 5,7:8 1:3] moved",
		"S:* 3 EXPUNGE", "S:* 2 EXPUNGE", "S:* 1 EXPUNGE", "S:3 OK done",
		"C:4 UID MOVE 5,7:8 Hanterat", "S:4 OK nothing", /* gone */
		"C:5 UID MOVE 5,7:8 Hanterat", "S:5 NO [CANNOT] so many",
		"C:6 UID STORE 5,7:8 +FLAGS.SILENT ($Utskick \\Seen)", "S:6 OK done",
		NULL};
	struct session s;

	begin_selected(&s, script);
	assert_int_equal(imap_move_all(s.imap, THREE, 3, "Hanterat", &s.err), 0);
	assert_int_equal(imap_move_all(s.imap, THREE, 3, "Hanterat", &s.err), 0);
	assert_int_equal(imap_move_all(s.imap, THREE, 3, "Hanterat", &s.err), -1);
	assert_int_equal(s.err.kind, ERR_PERM);
	assert_int_equal(imap_mark_all(s.imap, THREE, 3, "$Utskick", &s.err), 0);
	assert_int_equal(end(&s), 0);
}

static void several_are_copied_and_removed_together_without_move(void **state)
{
	(void)state;
	const char *script[] = {"C:u1 CAPABILITY", "S:* CAPABILITY IMAP4rev1 UIDPLUS",
		"S:u1 OK done", "C:1 LIST", "S:* LIST (\\Noselect) \".\" \"\"",
		"S:1 OK done", "C:2 SELECT INBOX", "S:* 3 EXISTS",
		"S:* OK [UIDVALIDITY 77] x", "S:2 OK done",
		"C:3 UID COPY 5,7:8 Hanterat", "S:3 OK [COPYUID 1 5,7:8 1:3] done",
		"C:4 UID STORE 5,7:8 +FLAGS.SILENT (\\Deleted)", "S:4 OK done",
		"C:5 UID EXPUNGE 5,7:8", "S:* 3 EXPUNGE", "S:5 OK done", NULL};
	struct session s;

	begin_selected(&s, script);
	assert_int_equal(imap_move_all(s.imap, THREE, 3, "Hanterat", &s.err), 0);
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
		cmocka_unit_test(several_mails_lie_one_behind_the_other),
		cmocka_unit_test(a_full_disk_is_told_from_a_bad_server),
		cmocka_unit_test(fields_of_several_mails_are_cut_where_they_are_long),
		cmocka_unit_test(the_servers_own_sent_folder_is_found),
		cmocka_unit_test(a_mail_is_marked_where_it_cannot_be_moved),
		cmocka_unit_test(several_are_put_away_by_one_command_each),
		cmocka_unit_test(several_are_copied_and_removed_together_without_move),
		cmocka_unit_test(two_hundred_sessions_leave_no_descriptor),
		cmocka_unit_test(a_copy_is_filed_or_it_is_said_why_not),
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

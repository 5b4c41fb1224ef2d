#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "net-fake.h"
#include "net/smtp-text.h"
#include "smtp-wait.h"

#define FROM "utskott@linkoping.example"
#define TO "anna@utskott.example"
#define MAIL "Subject: prov\r\n\r\nHej\r\n"
#define TIMEOUT_MS 300

struct session_case {
	const char *name;
	const char *capabilities;
	const char *script[20];
	struct smtp_reply want; /* text: its beginning */
	int server_exit;
};

static const struct session_case session_cases[] = {
	{"taken step by step", "",
		{"C:MAIL FROM:<" FROM ">\r", "S:250 2.1.0 Ok", "C:RCPT TO:<" TO ">\r",
			"S:250 2.1.5 Ok", "C:DATA", "S:354 go", "MAIL",
			"S:250 2.0.0 id 7", "C:QUIT"},
		{SMTP_ACCEPTED, false, false, "250 2.0.0 id 7"}, 0},
	{"taken by pipelining with a size", "SIZE 1000\nPIPELINING\n",
		{"C:MAIL FROM:<" FROM "> SIZE=22\r", "C:RCPT TO:<" TO ">\r", "C:DATA",
			"S:250 ok", "S:250 ok", "S:354 go", "MAIL", "S:250 ok",
			"C:QUIT"},
		{SMTP_ACCEPTED, false, false, "250 ok"}, 0},
	{"words on several lines are joined", "",
		{"C:MAIL", "S:250-one", "S:250 two", "C:RCPT", "S:250 ok", "C:DATA",
			"S:354 go", "MAIL", "S:250-2.0.0 taken", "S:250 as 7",
			"C:QUIT"},
		{SMTP_ACCEPTED, false, false, "250 2.0.0 taken as 7"}, 0},
	{"4xx at MAIL is deferred", "",
		{"C:MAIL", "S:451 4.3.0 later", "C:RSET", "S:250 ok", "C:QUIT"},
		{SMTP_DEFERRED, false, false, "451 4.3.0 later"}, 0},
	{"5xx at MAIL is refused", "",
		{"C:MAIL", "S:550 5.7.1 not you", "C:RSET", "S:250 ok", "C:QUIT"},
		{SMTP_REFUSED, false, false, "550 5.7.1 not you"}, 0},
	{"4xx at RCPT is deferred", "",
		{"C:MAIL", "S:250 ok", "C:RCPT", "S:450 4.2.1 busy", "C:RSET",
			"S:250 ok", "C:QUIT"},
		{SMTP_DEFERRED, false, false, "450 4.2.1 busy"}, 0},
	{"5xx at RCPT is refused", "",
		{"C:MAIL", "S:250 ok", "C:RCPT", "S:550 5.1.1 who", "C:RSET",
			"S:250 ok", "C:QUIT"},
		{SMTP_REFUSED, false, false, "550 5.1.1 who"}, 0},
	{"5xx at DATA is refused", "",
		{"C:MAIL", "S:250 ok", "C:RCPT", "S:250 ok", "C:DATA", "S:554 no",
			"C:RSET", "S:250 ok", "C:QUIT"},
		{SMTP_REFUSED, false, false, "554 no"}, 0},
	{"the first refusal of a pipeline is the reason", "PIPELINING\n",
		{"C:MAIL", "C:RCPT", "C:DATA", "S:250 ok", "S:452 4.2.2 full",
			"S:503 5.5.1 no recipients", "C:RSET", "S:250 ok", "C:QUIT"},
		{SMTP_DEFERRED, false, false, "452 4.2.2 full"}, 0},
	{"a server that opens DATA without a recipient gets nothing", "PIPELINING\n",
		{"C:MAIL", "C:RCPT", "C:DATA", "S:250 ok", "S:550 5.1.1 who",
			"S:354 go", "C:.\r", "S:554 no recipients", "C:RSET",
			"S:250 ok", "C:QUIT"},
		{SMTP_REFUSED, false, false, "550 5.1.1 who"}, 0},
	{"4xx behind the dot is deferred", "",
		{"C:MAIL", "S:250 ok", "C:RCPT", "S:250 ok", "C:DATA", "S:354 go",
			"MAIL", "S:451 4.3.0 later", "C:QUIT"},
		{SMTP_DEFERRED, false, false, "451 4.3.0 later"}, 0},
	{"5xx behind the dot is refused", "",
		{"C:MAIL", "S:250 ok", "C:RCPT", "S:250 ok", "C:DATA", "S:354 go",
			"MAIL", "S:554 5.7.1 spam", "C:QUIT"},
		{SMTP_REFUSED, false, false, "554 5.7.1 spam"}, 0},
	{"a close behind the dot is unknown", "",
		{"C:MAIL", "S:250 ok", "C:RCPT", "S:250 ok", "C:DATA", "S:354 go",
			"MAIL", "CLOSE"},
		{SMTP_UNKNOWN, true, false, "the server closed"}, 0},
	{"silence behind the dot is unknown", "",
		{"C:MAIL", "S:250 ok", "C:RCPT", "S:250 ok", "C:DATA", "S:354 go",
			"MAIL"},
		{SMTP_UNKNOWN, true, false, "the server said nothing"}, 0},
	{"half a reply behind the dot is unknown", "",
		{"C:MAIL", "S:250 ok", "C:RCPT", "S:250 ok", "C:DATA", "S:354 go",
			"MAIL", "R:250-2.0", "CLOSE"},
		{SMTP_UNKNOWN, true, false, "the server closed"}, 0},
	{"nonsense behind the dot is unknown", "",
		{"C:MAIL", "S:250 ok", "C:RCPT", "S:250 ok", "C:DATA", "S:354 go",
			"MAIL", "S:HTTP/1.1 200 OK"},
		{SMTP_UNKNOWN, true, false, "the server's reply makes no sense"}, 0},
	{"another 354 behind the dot is unknown", "",
		{"C:MAIL", "S:250 ok", "C:RCPT", "S:250 ok", "C:DATA", "S:354 go",
			"MAIL", "S:354 go on"},
		{SMTP_UNKNOWN, true, false, "354 go on"}, 0},
	{"a close before the dot is the lane's", "", {"C:MAIL", "CLOSE"},
		{SMTP_DEFERRED, true, true, "the server closed"}, 0},
	{"silence at MAIL is the lane's", "", {"C:MAIL"},
		{SMTP_DEFERRED, true, true, "the server said nothing"}, 0},
	{"421 is the lane's and ends the session", "",
		{"C:MAIL", "S:421 4.3.2 closing"},
		{SMTP_DEFERRED, true, true, "421 4.3.2 closing"}, 0},
	{"4.7.x is the lane's", "",
		{"C:MAIL", "S:451 4.7.500 server busy", "C:RSET", "S:250 ok", "C:QUIT"},
		{SMTP_DEFERRED, false, true, "451 4.7.500"}, 0},
	{"432 is the lane's", "",
		{"C:MAIL", "S:432 concurrent limit", "C:RSET", "S:250 ok", "C:QUIT"},
		{SMTP_DEFERRED, false, true, "432"}, 0},
	{"5.7.x is the mail's", "",
		{"C:MAIL", "S:550 5.7.1 denied", "C:RSET", "S:250 ok", "C:QUIT"},
		{SMTP_REFUSED, false, false, "550 5.7.1"}, 0},
	{"a yes of the wrong kind ends the session", "", {"C:MAIL", "S:354 what"},
		{SMTP_DEFERRED, true, false, "354 what"}, 0},
	{"a refused RSET ends the session", "",
		{"C:MAIL", "S:550 no", "C:RSET", "S:500 what"},
		{SMTP_REFUSED, true, false, "550 no"}, 0},
	{"a megabyte without a line end is cut off", "", {"C:MAIL", "FLOOD"},
		{SMTP_DEFERRED, true, true, "a reply line without end"}, 0},
	{"lines of two codes make no sense", "", {"C:MAIL", "S:250-ok", "S:550 no"},
		{SMTP_DEFERRED, true, true, "the server's reply makes no sense"}, 0},
	{"control bytes in the server's words are shown, not sent on", "",
		{"C:MAIL", "S:550 \x1b[31mred\x07", "C:RSET", "S:250 ok", "C:QUIT"},
		{SMTP_REFUSED, false, false, "550 \\x1b[31mred\\x07"}, 0},
};

static void a_session_ends_as_the_server_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(session_cases) / sizeof(*session_cases); i++) {
		const struct session_case *c = &session_cases[i];
		struct fake f;
		struct smtp_reply got;
		buf_auto heard = BUF_EMPTY;
		struct smtp *smtp = smtp_over(
			fake_start(&f, c->script, c->capabilities), TIMEOUT_MS);

		smtp_send(smtp, FROM, TO, MAIL, strlen(MAIL), &got);
		smtp_free(smtp);
		if (fake_end(&f, &heard) != c->server_exit)
			fail_msg("%s: the dialogue was another", c->name);
		if (got.outcome != c->want.outcome || got.is_lane != c->want.is_lane ||
			got.session_ended != c->want.session_ended ||
			strncmp(got.text, c->want.text, strlen(c->want.text)) != 0)
			fail_msg("%s: outcome %d ended %d lane %d \"%s\"", c->name,
				got.outcome, got.session_ended, got.is_lane, got.text);
	}
}

struct refused_case {
	const char *from, *to, *mail;
};

static const struct refused_case refused_cases[] = {
	{FROM, "anna@utskott.example\r\nRCPT TO:<evil@x.example>", MAIL},
	{FROM, "anna@utskott.example\nDATA", MAIL},
	{FROM, "anna@utskott.example> NOTIFY=NEVER", MAIL},
	{FROM, "anna ek@utskott.example", MAIL},
	{FROM, "<anna@utskott.example>", MAIL},
	{FROM, "\"anna\"@utskott.example", MAIL},
	{FROM, "\xc3\xa5sa@utskott.example", MAIL},
	{FROM, "anna@utskott.example\x7f", MAIL},
	{FROM, "anna", MAIL},
	{FROM, "anna@", MAIL},
	{FROM, "@utskott.example", MAIL},
	{FROM, "anna@@utskott.example", MAIL},
	{FROM, "an..na@utskott.example", MAIL},
	{FROM, "anna@[127.0.0.1]", MAIL},
	{FROM, "", MAIL},
	{"x@y.example>\r\nRSET", TO, MAIL},
	{FROM, TO, "Subject: x\n\nbare LF\n"},
	{FROM, TO, "Subject: x\r\n\r\na\n.\r\nMAIL FROM:<x@y.example>\r\n"},
	{FROM, TO, "Subject: x\r\n\r\na\n.\n"},
	{FROM, TO, "Subject: x\r\n\r\na\r.\r\n"},
	{FROM, TO, "Subject: x\r\n\r\na\r\r\n"},
	{FROM, TO, "Subject: x\r\n\r\nno end"},
	{FROM, TO, ""},
};

static void what_could_be_another_command_never_reaches_the_server(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused_cases) / sizeof(*refused_cases); i++) {
		const struct refused_case *c = &refused_cases[i];
		const char *script[] = {"C:QUIT", NULL};
		struct fake f;
		struct smtp_reply got;
		buf_auto heard = BUF_EMPTY;
		struct smtp *smtp = smtp_over(fake_start(&f, script, ""), TIMEOUT_MS);

		smtp_send(smtp, c->from, c->to, c->mail, strlen(c->mail), &got);
		smtp_free(smtp);
		assert_int_equal(fake_end(&f, &heard), 0);
		assert_string_equal(buf_str(&heard), "QUIT\r\n");
		assert_int_equal(got.outcome, SMTP_REFUSED);
		assert_false(got.session_ended);
	}
}

static void a_mail_above_the_servers_size_is_not_offered(void **state)
{
	(void)state;
	const char *script[] = {"C:QUIT", NULL};
	struct fake f;
	struct smtp_reply got;
	buf_auto heard = BUF_EMPTY;
	struct smtp *smtp = smtp_over(fake_start(&f, script, "SIZE 21\n"), TIMEOUT_MS);

	smtp_send(smtp, FROM, TO, MAIL, strlen(MAIL), &got);
	smtp_free(smtp);
	assert_int_equal(fake_end(&f, &heard), 0);
	assert_int_equal(got.outcome, SMTP_REFUSED);
}

/* Longer than a piece and a slice, with dots at their edges. */
/* A12, F2 */
static void every_line_arrives_with_its_dots_stuffed(void **state)
{
	(void)state;
	const char *script[] = {"C:MAIL", "S:250 ok", "C:RCPT", "S:250 ok", "C:DATA",
		"S:354 go", "MAIL", "S:250 ok", "C:QUIT", NULL};
	buf_auto mail = BUF_EMPTY, want = BUF_EMPTY, heard = BUF_EMPTY;
	struct fake f;
	struct smtp_reply got;

	for (int i = 0; i < 250000; i++) {
		buf_add_str(&mail, i % 3 ? "..a\r\n" : ".\r\n");
		buf_add_str(&want, i % 3 ? "...a\r\n" : "..\r\n");
	}
	struct smtp *smtp = smtp_over(fake_start(&f, script, ""), 5000);
	smtp_send(smtp, FROM, TO, mail.data, mail.len, &got);
	smtp_free(smtp);
	assert_int_equal(fake_end(&f, &heard), 0);
	assert_int_equal(got.outcome, SMTP_ACCEPTED);
	const char *body = strstr(buf_str(&heard), "DATA\r\n") + 6;
	assert_memory_equal(body, want.data, want.len);
	assert_string_equal(body + want.len, ".\r\nQUIT\r\n");
}

static void a_session_carries_one_mail_after_another(void **state)
{
	(void)state;
	const char *script[] = {"C:MAIL", "S:250 ok", "C:RCPT", "S:550 who", "C:RSET",
		"S:250 ok", "C:MAIL", "S:250 ok", "C:RCPT", "S:250 ok", "C:DATA",
		"S:354 go", "MAIL", "S:250 ok", "C:QUIT", NULL};
	struct fake f;
	struct smtp_reply got;
	buf_auto heard = BUF_EMPTY;
	struct smtp *smtp = smtp_over(fake_start(&f, script, ""), TIMEOUT_MS);

	smtp_send(smtp, FROM, "bo@utskott.example", MAIL, strlen(MAIL), &got);
	assert_int_equal(got.outcome, SMTP_REFUSED);
	assert_true(smtp_is_alive(smtp));
	smtp_send(smtp, FROM, TO, MAIL, strlen(MAIL), &got);
	assert_int_equal(got.outcome, SMTP_ACCEPTED);
	smtp_free(smtp);
	assert_int_equal(fake_end(&f, &heard), 0);
}

static void a_server_that_left_or_spoke_unasked_is_not_alive(void **state)
{
	(void)state;
	const char *const scripts[][3] = {
		{"CLOSE"}, {"S:421 4.4.2 idle too long", "CLOSE"}};

	for (size_t i = 0; i < 2; i++) {
		struct fake f;
		buf_auto heard = BUF_EMPTY;
		struct stream *stream = fake_start(&f, scripts[i], "");
		struct smtp *smtp = smtp_over(stream, TIMEOUT_MS);

		assert_int_equal(fake_end(&f, &heard), 0);
		assert_false(smtp_is_alive(smtp));
		smtp_free(smtp);
	}
}

/* A byte at a time, each in time, but never a line. */
static void a_slow_reply_ends_at_the_deadline_of_the_whole(void **state)
{
	(void)state;
	const char *script[] = {"C:MAIL", "R:2", "R:5", "R:0", NULL};
	struct fake f;
	struct smtp_reply got;
	buf_auto heard = BUF_EMPTY;
	struct smtp *smtp = smtp_over(fake_start(&f, script, ""), TIMEOUT_MS);
	int64_t from = clock_monotonic_ms();

	smtp_send(smtp, FROM, TO, MAIL, strlen(MAIL), &got);
	assert_in_range(clock_monotonic_ms() - from, TIMEOUT_MS, 4 * TIMEOUT_MS);
	assert_int_equal(got.outcome, SMTP_DEFERRED);
	assert_true(got.is_lane);
	smtp_free(smtp);
	assert_int_equal(fake_end(&f, &heard), 0);
}

/* The first mail's result is written down before the second can be taken. */
static void the_next_final_dot_waits_until_the_result_is_taken(void **state)
{
	(void)state;
	const char *script[] = {"C:MAIL", "C:RCPT", "C:DATA", "S:250 ok", "S:250 ok",
		"S:354 go", "MAIL", "C:MAIL", "C:RCPT", "C:DATA", "S:250 taken",
		"S:250 ok", "S:250 ok", "S:354 go", "MAIL", "S:250 taken too", "C:QUIT",
		NULL};
	struct fake f;
	struct text text = {MAIL, strlen(MAIL)};
	struct smtp_mail mail = mail_of(&text, FROM, TO);
	buf_auto heard = BUF_EMPTY;
	struct pollfd p;
	struct smtp *smtp =
		smtp_over(fake_start(&f, script, "PIPELINING\n"), TIMEOUT_MS);

	assert_int_equal(smtp_room(smtp), 2);
	smtp_offer(smtp, &mail);
	smtp_offer(smtp, &mail);
	smtp_settle_all(smtp);
	assert_string_equal(smtp_result(smtp)->text, "250 taken");
	assert_int_equal(smtp_count(smtp), 2);
	assert_int_equal(smtp_poll(smtp, &p), -1); /* nothing is asked of the server */
	smtp_take(smtp);
	assert_null(smtp_result(smtp));
	smtp_settle_all(smtp);
	assert_string_equal(smtp_result(smtp)->text, "250 taken too");
	smtp_take(smtp);
	smtp_free(smtp);
	assert_int_equal(fake_end(&f, &heard), 0);
}

/* Its text goes meanwhile, which no server takes without its dot. */
static void what_ends_before_a_held_final_dot_was_not_taken(void **state)
{
	(void)state;
	const char *script[] = {"C:MAIL", "C:RCPT", "C:DATA", "S:250 ok", "S:250 ok",
		"S:354 go", "MAIL", "C:MAIL", "C:RCPT", "C:DATA", "S:250 taken",
		"S:250 ok", "S:250 ok", "S:354 go", "C:Subject", "C:", "C:Hej", "CLOSE",
		NULL};
	struct fake f;
	struct text text = {MAIL, strlen(MAIL)};
	struct smtp_mail mail = mail_of(&text, FROM, TO);
	buf_auto heard = BUF_EMPTY;
	struct smtp *smtp =
		smtp_over(fake_start(&f, script, "PIPELINING\n"), TIMEOUT_MS);

	smtp_offer(smtp, &mail);
	smtp_offer(smtp, &mail);
	smtp_settle_all(smtp);
	while (smtp_state(smtp) != SMTP_ENDED)
		smtp_wait(smtp);
	assert_int_equal(smtp_result(smtp)->outcome, SMTP_ACCEPTED);
	smtp_take(smtp);
	assert_int_equal(smtp_result(smtp)->outcome, SMTP_DEFERRED);
	smtp_take(smtp);
	smtp_free(smtp);
	assert_int_equal(fake_end(&f, &heard), 0);
}

static void what_waits_behind_a_lost_mail_was_not_taken(void **state)
{
	(void)state;
	const char *script[] = {"C:MAIL", "C:RCPT", "C:DATA", "S:250 ok", "S:250 ok",
		"S:354 go", "MAIL", "C:MAIL", "CLOSE", NULL};
	struct fake f;
	struct text text = {MAIL, strlen(MAIL)};
	struct smtp_mail mail = mail_of(&text, FROM, TO);
	buf_auto heard = BUF_EMPTY;
	struct smtp *smtp =
		smtp_over(fake_start(&f, script, "PIPELINING\n"), TIMEOUT_MS);

	smtp_offer(smtp, &mail);
	smtp_offer(smtp, &mail);
	smtp_settle_all(smtp);
	assert_int_equal(smtp_result(smtp)->outcome, SMTP_UNKNOWN);
	smtp_take(smtp);
	assert_int_equal(smtp_result(smtp)->outcome, SMTP_DEFERRED);
	assert_true(smtp_result(smtp)->is_lane);
	smtp_take(smtp);
	smtp_free(smtp);
	assert_int_equal(fake_end(&f, &heard), 0);
}

struct parameter_case {
	const char *capabilities;
	const char *to, *copy_to, *bytes;
	enum smtp_report report;
	const char *mail, *rcpt; /* command lines, or NULL: refused unsaid */
};

#define UTF8_TO "\xc3\xa5sa@utskott.example"
#define EIGHT "Subject: x\r\n\r\n\xc3\xa5\r\n"

static const struct parameter_case parameter_cases[] = {
	{"DSN\n", TO, NULL, MAIL, SMTP_REPORT_TROUBLE,
		"C:MAIL FROM:<" FROM "> RET=HDRS ENVID=d7.a+2Bb@linkoping.example\r",
		"C:RCPT TO:<" TO "> NOTIFY=FAILURE,DELAY ORCPT=rfc822;" TO "\r"},
	{"DSN\n", TO, NULL, MAIL, SMTP_REPORT_ALL, "C:MAIL FROM:<" FROM "> RET",
		"C:RCPT TO:<" TO "> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT"},
	{"DSN\n", TO, NULL, MAIL, SMTP_REPORT_DEFAULT, "C:MAIL FROM:<" FROM ">\r",
		"C:RCPT TO:<" TO ">\r"},
	{"", TO, NULL, MAIL, SMTP_REPORT_ALL, "C:MAIL FROM:<" FROM ">\r",
		"C:RCPT TO:<" TO ">\r"},
	{"8BITMIME\n", TO, NULL, EIGHT, SMTP_REPORT_ALL,
		"C:MAIL FROM:<" FROM "> BODY=8BITMIME\r", "C:RCPT TO:<" TO ">\r"},
	{"", TO, NULL, EIGHT, SMTP_REPORT_ALL, NULL, NULL},
	{"SMTPUTF8\n", UTF8_TO, NULL, MAIL, SMTP_REPORT_ALL,
		"C:MAIL FROM:<" FROM "> SMTPUTF8\r", "C:RCPT TO:<" UTF8_TO ">\r"},
	{"8BITMIME\n", UTF8_TO, NULL, MAIL, SMTP_REPORT_ALL, NULL, NULL},
	{"SMTPUTF8\n", "\xc3@utskott.example", NULL, MAIL, SMTP_REPORT_ALL, NULL, NULL},
	{"SMTPUTF8\n", "\xe2\x80\xae@utskott.example", NULL, MAIL, SMTP_REPORT_ALL,
		NULL, NULL},
	{"", TO, "x@y.example>\r\nDATA", MAIL, SMTP_REPORT_ALL, NULL, NULL},
};

static void parameters_are_said_where_they_are_offered(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(parameter_cases) / sizeof(*parameter_cases);
		i++) {
		const struct parameter_case *c = &parameter_cases[i];
		const char *said[] = {c->mail, "S:250 ok", c->rcpt, "S:250 ok",
			"C:DATA", "S:354 go", "MAIL", "S:250 ok", "C:QUIT", NULL};
		const char *unsaid[] = {"C:QUIT", NULL};
		struct text text = {c->bytes, strlen(c->bytes)};
		struct smtp_mail mail = mail_of(&text, FROM, c->to);
		struct smtp_reply got;
		struct fake f;
		buf_auto heard = BUF_EMPTY;
		struct smtp *smtp = smtp_over(
			fake_start(&f, c->mail ? said : unsaid, c->capabilities),
			TIMEOUT_MS);

		mail.copy_to = c->copy_to;
		mail.report = c->report;
		mail.envelope_id = "d7.a+b@linkoping.example";
		smtp_send_mail(smtp, &mail, &got);
		smtp_free(smtp);
		assert_int_equal(fake_end(&f, &heard), 0);
		assert_int_equal(got.outcome, c->mail ? SMTP_ACCEPTED : SMTP_REFUSED);
	}
}

/* A server that took the copy alone would get a mail that its recipient did not. */
static void a_refused_recipient_leaves_no_copy(void **state)
{
	(void)state;
	const char *script[] = {"C:MAIL", "C:RCPT TO:<" TO, "C:RCPT TO:<" FROM,
		"S:250 ok", "S:550 5.1.1 who", "S:250 ok", "C:RSET", "S:250 ok",
		"C:QUIT", NULL};
	struct fake f;
	struct text text = {MAIL, strlen(MAIL)};
	struct smtp_mail mail = mail_of(&text, FROM, TO);
	struct smtp_reply got;
	buf_auto heard = BUF_EMPTY;
	struct smtp *smtp =
		smtp_over(fake_start(&f, script, "PIPELINING\n"), TIMEOUT_MS);

	mail.copy_to = FROM;
	smtp_send_mail(smtp, &mail, &got);
	assert_int_equal(got.outcome, SMTP_REFUSED);
	smtp_free(smtp);
	assert_int_equal(fake_end(&f, &heard), 0);
}

/* What the lines are is told by a look at each byte alone. */
static void look_byte_by_byte(struct smtp_lines *l, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		smtp_lines_add(l, bytes + i, 1);
}

/* Lines are looked at in blocks: no place in them, and no seam between two pieces,
 * hides a byte. */
static void lines_are_seen_alike_wherever_they_lie(void **state)
{
	static const char *const odd[] = {
		"\r", "\n", "\r\n", "\r\n.", "\n.", ".", "\xc3", "\n\r", "x"};
	char text[200];

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++)
		for (size_t at = 0; at + 3 < sizeof(text); at++) {
			struct smtp_lines whole = {0}, halves = {0}, bytes = {0};
			size_t half = (at + sizeof(text) / 2) % sizeof(text);

			memset(text, 'a', sizeof(text));
			memcpy(text + at, odd[i], strlen(odd[i]));
			smtp_lines_add(&whole, text, sizeof(text));
			smtp_lines_add(&halves, text, half);
			smtp_lines_add(&halves, text + half, sizeof(text) - half);
			look_byte_by_byte(&bytes, text, sizeof(text));
			assert_memory_equal(&whole, &bytes, sizeof(whole));
			assert_memory_equal(&halves, &bytes, sizeof(halves));
			assert_int_equal(
				bytes.is_broken, i == 0 || i == 1 || i == 4 || i == 7);
			assert_int_equal(
				bytes.has_dot, i == 3 || i == 4 || (i == 5 && at == 0));
			assert_int_equal(bytes.has_8bit, i == 6);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_next_final_dot_waits_until_the_result_is_taken),
		cmocka_unit_test(what_ends_before_a_held_final_dot_was_not_taken),
		cmocka_unit_test(what_waits_behind_a_lost_mail_was_not_taken),
		cmocka_unit_test(parameters_are_said_where_they_are_offered),
		cmocka_unit_test(a_refused_recipient_leaves_no_copy),
		cmocka_unit_test(a_session_ends_as_the_server_says),
		cmocka_unit_test(
			what_could_be_another_command_never_reaches_the_server),
		cmocka_unit_test(a_mail_above_the_servers_size_is_not_offered),
		cmocka_unit_test(every_line_arrives_with_its_dots_stuffed),
		cmocka_unit_test(lines_are_seen_alike_wherever_they_lie),
		cmocka_unit_test(a_session_carries_one_mail_after_another),
		cmocka_unit_test(a_server_that_left_or_spoke_unasked_is_not_alive),
		cmocka_unit_test(a_slow_reply_ends_at_the_deadline_of_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Mails from outside as JSON: what they say, what class they are of, what is refused.
 */
#include "mail/mail-read.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "mail/encode.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct mail_limits limits = {.depth = 100,
	.parts = 10000,
	.text_max = 1 << 20,
	.header_line_max = 1 << 20,
	.header_fields_max = 10000,
	.calendar_max = 1 << 20};

static json_t *read_bytes(const char *bytes, size_t len)
{
	return mail_read(bytes, len, &limits, NULL);
}

static json_t *read_str(const char *mail)
{
	return read_bytes(mail, strlen(mail));
}

static void the_header_says_who_and_what(void **state)
{
	(void)state;
	json_auto_t *m = read_str("Return-Path: <>\r\n"
				  "Authentication-Results: mx.x.example; spf=pass\r\n"
				  "Authentication-Results: mx.y.example; none\r\n"
				  "From: =?UTF-8?Q?=C3=85sa?= <Asa@X.example>\r\n"
				  "To: b@x.example, C <C@x.example>\r\n"
				  "Reply-To: d@x.example\r\n"
				  "Subject: =?iso-8859-1?Q?M=F6te?=\r\n"
				  "Message-ID: <1@x.example>\r\n"
				  "In-Reply-To: <0@x.example>\r\n"
				  "References: <a@x.example>\r\n <b@x.example>\r\n"
				  "Date: Mon, 14 Sep 2026 18:00:00 +0200\r\n"
				  "Auto-Submitted: auto-replied (vacation)\r\n"
				  "Precedence: bulk\r\n"
				  "\r\nHej\r\n");
	static const char *const strings[][2] = {{"from", "asa@x.example"},
		{"from_name", "Åsa"}, {"reply_to", "d@x.example"}, {"subject", "Möte"},
		{"message_id", "<1@x.example>"}, {"in_reply_to", "<0@x.example>"},
		{"references", "<a@x.example> <b@x.example>"},
		{"date", "2026-09-14T18:00:00+02:00"},
		{"auto_submitted", "auto-replied"}, {"return_path", ""},
		{"class", "auto-reply"}, {"text", "Hej"}};
	for (size_t i = 0; i < COUNT(strings); i++)
		assert_string_equal(
			json_str_or(m, strings[i][0], "(none)"), strings[i][1]);
	assert_int_equal(json_int_or(m, "from_count", -1), 1);
	assert_true(json_bool_or(m, "list", false));
	assert_true(json_has_str(json_object_get(m, "to"), "c@x.example"));
	const json_t *results = json_object_get(m, "authentication_results");
	assert_int_equal(json_array_size(results), 2);
	assert_int_equal(json_int_or(json_array_get(results, 0), "index", -1), 1);
	assert_string_equal(
		json_str(json_array_get(results, 1), "value"), "mx.y.example; none");
}

static void who_it_is_from_is_said_only_beyond_doubt(void **state)
{
	(void)state;
	static const struct {
		const char *head;
		const char *from; /* NULL: not said */
		const char *flag; /* NULL: none */
	} cases[] = {
		{"From: a@x.example\n", "a@x.example", NULL},
		{"From: a@x.example\nFrom: b@x.example\n", NULL, "several-from"},
		{"From: a@x.example\nFROM: a@x.example\n", NULL, "several-from"},
		{"From: a@x.example, b@x.example\n", NULL, "several-from"},
		{"From: <a@x.example><b@x.example>\n", NULL, "several-from"},
		{"From : a@x.example\nFrom: b@x.example\n", NULL, "several-from"},
		{"From: \"Ordf <anna@x.example>\" <b@evil.example>\n", "b@evil.example",
			"address-in-name"},
		{"From: \"\xe2\x80\xae"
		 "moc\" <b@evil.example>\n",
			"b@evil.example", "bidi-in-name"},
		{"From: \xd0\xb0nna@x.example\n", NULL, "suspicious-from"},
		{"From: \"a b\"@x.example\n", NULL, NULL},
		{"From: Anna\n", NULL, NULL},
		{"Subject: x\n", NULL, NULL},
		{"No header\nFrom: a@x.example\n", NULL, NULL},
		{"\nFrom: a@x.example\n", NULL, NULL},
		{"From x@y Mon Sep 14\nFrom: a@x.example\n", "a@x.example", NULL},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		str_auto *mail = xasprintf("%s\nx", cases[i].head);
		json_auto_t *m = read_str(mail);
		assert_string_equal(json_str_or(m, "from", "(none)"),
			cases[i].from ? cases[i].from : "(none)");
		if (cases[i].flag)
			assert_true(json_has_str(
				json_object_get(m, "flags"), cases[i].flag));
		else
			assert_null(json_object_get(m, "flags"));
	}
}

#define REPORT                                                                         \
	"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"  \
	"--b\n\nNo.\n--b\nContent-Type: message/delivery-status\n\n"

/* F6 */
static void classes_are_told_in_their_order(void **state)
{
	(void)state;
	static const struct {
		const char *mail, *class;
	} cases[] = {
		{"Subject: x\n\nx", "unknown"},
		{"Subject: Re: x\n\nx", "reply"},
		{"Subject: =?UTF-8?Q?Sv:_M=C3=B6te?=\n\nx", "reply"},
		{"Subject: Reception\n\nx", "unknown"},
		{"In-Reply-To: <a@b>\nSubject: x\n\nx", "reply"},
		{"References: <a@b>\n\nx", "reply"},
		{"Auto-Submitted: no\nIn-Reply-To: <a@b>\n\nx", "reply"},
		{"Auto-Submitted: auto-replied\nIn-Reply-To: <a@b>\n\nx", "auto-reply"},
		{"Auto-Submitted: auto-generated\n\nx", "auto-reply"},
		{"X-Autoreply: yes\n\nx", "auto-reply"},
		{"Precedence: auto_reply\n\nx", "auto-reply"},
		{"Subject: Autosvar: semester\n\nx", "auto-reply"},
		{"Subject: Re: Autosvar: semester\n\nx", "reply"},
		{"X-Auto-Response-Suppress: All\n\nx", "unknown"},
		{"Return-Path: <>\nSubject: x\n\nx", "unknown"},
		{"Return-Path: <>\nSubject: Autosvar\n\nx", "auto-reply"},
		{REPORT "Reporting-MTA: dns; x\n--b--\n", "bounce"},
		{"Auto-Submitted: auto-replied\n" REPORT
		 "Reporting-MTA: dns; x\n--b--\n",
			"bounce"},
		{"From: MAILER-DAEMON@x.example\nSubject: Undelivered Mail Returned to "
		 "Sender\n\nx",
			"bounce"},
		{"From: anna@x.example\nSubject: Undelivered Mail Returned to "
		 "Sender\n\nx",
			"unknown"},
		{"From: anna@x.example\nSubject: Re: Returned mail\n\nx", "reply"},
		{"X-Failed-Recipients: a@x.example\n\nx", "bounce"},
		{"Content-Type: multipart/report; "
		 "report-type=disposition-notification; "
		 "boundary=b\n\n--b\n\nSeen.\n--b--\n",
			"auto-reply"},
		/* a report that a person sends on is that person's mail */
		{"Subject: Fwd: x\nContent-Type: multipart/mixed; "
		 "boundary=c\n\n--c\n\nLook\n--c\n"
		 "Content-Type: message/rfc822\n\n" REPORT
		 "Reporting-MTA: dns; x\n--b--\n--c--\n",
			"unknown"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		json_auto_t *m = read_str(cases[i].mail);
		if (strcmp(json_str_or(m, "class", ""), cases[i].class) != 0)
			fail_msg("%s, not %s: %s", json_str_or(m, "class", "?"),
				cases[i].class, cases[i].mail);
	}
}

static void a_bounce_names_recipients_and_the_mail(void **state)
{
	(void)state;
	json_auto_t *m = read_str(
		REPORT "Original-Envelope-Id: d17\nReporting-MTA: dns; mx.x.example\n\n"
		       "Final-Recipient: rfc822; <Anna@X.example>\nAction: "
		       "failed\nStatus: 5.1.1\n"
		       "Diagnostic-Code: smtp; 550 5.1.1 no such user\n\n"
		       "Final-Recipient: rfc822;b@x.example\nAction: delayed\nStatus: "
		       "4.4.1 (no route)\n\n"
		       "Original-Recipient: rfc822; c@x.example\nAction: "
		       "failed\nStatus: 5.0.0\n"
		       "Diagnostic-Code: smtp; 552 5.2.2 full\n\n"
		       "Final-Recipient: rfc822; d@x.example\nAction: "
		       "delivered\nStatus: 2.0.0\n"
		       "--b\nContent-Type: text/rfc822-headers\n\n"
		       "Subject: x\nMessage-ID: <d17.abc@x.example>\n--b--\n");
	static const struct {
		const char *address, *status, *action;
		bool permanent;
	} expected[] = {{"anna@x.example", "5.1.1", "failed", true},
		{"b@x.example", "4.4.1", "delayed", false},
		{"c@x.example", "5.2.2", "failed", false}};
	const json_t *failed = json_object_get(m, "failed");
	assert_int_equal(json_array_size(failed), COUNT(expected));
	for (size_t i = 0; i < COUNT(expected); i++) {
		const json_t *one = json_array_get(failed, i);
		assert_string_equal(
			json_str_or(one, "address", ""), expected[i].address);
		assert_string_equal(json_str_or(one, "status", ""), expected[i].status);
		assert_string_equal(json_str_or(one, "action", ""), expected[i].action);
		assert_int_equal(json_bool_or(one, "permanent", !expected[i].permanent),
			expected[i].permanent);
	}
	assert_string_equal(
		json_str_or(m, "original_message_id", ""), "<d17.abc@x.example>");
	assert_string_equal(json_str_or(m, "original_envelope_id", ""), "d17");
}

static void what_a_person_wrote_is_left_of_the_text(void **state)
{
	(void)state;
	static const struct {
		const char *body, *text;
	} cases[] = {
		{"Hej\n", "Hej"},
		{"\n\n  Hej\n\ndå\n\n", "  Hej\n\ndå"},
		{"Ja\n-- \nAnna Ek\n", "Ja"},
		{"Ja\n\n> Kommer du?\n> Hälsningar\n", "Ja"},
		{"Ja\n\nDen mån 14 sep. 2026 kl 18:00 skrev Utskott "
		 "<u@x.example>:\n\n> Kommer du?\n",
			"Ja"},
		{"Ja\n\nDen mån 14 sep. 2026 kl 18:00 skrev\nUtskott <u@x.example>:\n> "
		 "Kommer du?\n",
			"Ja"},
		{"On Mon, 14 Sep 2026, U <u@x.example> wrote:\n> One?\nYes.\n> "
		 "Two?\nNo.\n",
			"Yes.\nNo."},
		{"Ja\n\n-----Ursprungligt meddelande-----\nFrån: U\nKommer du?\n",
			"Ja"},
		{"Ja\n________________________________\nFrån: Utskott "
		 "<u@x.example>\nSkickat: den 14 "
		 "september\nTill: Anna\nÄmne: Kallelse\n\nKommer du?\n",
			"Ja"},
		{"Yes\n\nFrom: U <u@x.example>\nSent: Monday\nTo: A\nSubject: "
		 "x\n\nComing?\n",
			"Yes"},
		{"Från: nu kommer jag alltid\n", "Från: nu kommer jag alltid"},
		{"Ja\n\nSkickat från min iPhone\n", "Ja"},
		{"On time, as she wrote: yes\nand more\n",
			"On time, as she wrote: yes\nand more"},
		{"> allt är citat\n", ""},
		{"rad ett\r\nrad två\r\n", "rad ett\nrad två"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		str_auto *mail = xasprintf("Subject: x\n\n%s", cases[i].body);
		json_auto_t *m = read_str(mail);
		assert_string_equal(json_str_or(m, "text", "(none)"), cases[i].text);
	}
}

static void html_is_read_as_text(void **state)
{
	(void)state;
	static const struct {
		const char *body, *text;
	} cases[] = {
		{"<p>Hej  <b>du</b></p><p>d&aring;</p>", "Hej du\n\nd\xc3\xa5"},
		{"a<br>b<div>c</div>d", "a\nb\nc\nd"},
		{"<html><head><title>t</title><style>x{}</style></head><body>"
		 "<script>alert(1)</script>Ja</body></html>",
			"Ja"},
		{"Ja<blockquote>Kommer du?</blockquote>", "Ja"},
		{"Ja<div>Den 14 sep skrev U:<br></div><blockquote>Kommer "
		 "du?</blockquote>",
			"Ja"},
		{"Ja<hr><div><b>Från:</b> U<br><b>Skickat:</b> igår<br>Kommer "
		 "du?</div>",
			"Ja"},
		{"<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
			"a b\nc"},
		{"<p>open <b>never <i>closed", "open never closed"},
		{"<a href=\"javascript:x\">l\xc3\xa4nk</a><!-- c --><?php ?>",
			"l\xc3\xa4nk"},
		{"", ""},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		str_auto *mail = xasprintf(
			"Content-Type: text/html; charset=utf-8\n\n%s", cases[i].body);
		json_auto_t *m = read_str(mail);
		assert_string_equal(json_str_or(m, "text", "(none)"), cases[i].text);
	}
}

static void plain_text_is_preferred_to_html(void **state)
{
	(void)state;
	json_auto_t *m = read_str(
		"Content-Type: multipart/mixed; boundary=a\n\n"
		"--a\nContent-Type: multipart/alternative; boundary=b\n\n"
		"--b\nContent-Type: text/plain\n\nplain\n"
		"--b\nContent-Type: text/html\n\n<p>html</p>\n--b--\n"
		"--a\nContent-Type: text/html\n\n<p>more</p>\n"
		"--a\nContent-Type: text/plain; name=notes.txt\n\nnotes\n--a--\n");
	assert_string_equal(json_str(m, "text"), "plain\n\nmore");
	const json_t *attachments = json_object_get(m, "attachments");
	assert_int_equal(json_array_size(attachments), 1);
	assert_string_equal(
		json_str(json_array_get(attachments, 0), "name"), "notes.txt");
	assert_int_equal(json_int_or(json_array_get(attachments, 0), "size", -1), 5);
}

static void text_is_always_valid_utf8(void **state)
{
	(void)state;
	static const struct {
		const char *type, *body, *text;
	} cases[] = {
		{"charset=utf-8", "\xc3\xa5\xc3\xa4\xc3\xb6", "åäö"},
		{"charset=utf-8", "\xe5\xe4\xf6", "åäö"},
		{"charset=utf-8", "\xc3\xa5 \xe5", "å å"},
		{"charset=utf-8", "\xc0\xaf\xed\xa0\x80", "À¯í\xc2\xa0€"},
		{"charset=us-ascii", "\xe5", "å"},
		{"charset=iso-8859-1", "\xe5 \x80", "å €"},
		{"charset=iso-8859-1", "\xc3\xa5", "å"},
		{"charset=nonsense", "\xe5", "å"},
		{"charset=\"../../x\"", "\xe5", "å"},
		{"charset=iso-8859-15", "\xa4", "€"},
		{"charset=windows-1252", "\x81", "\xef\xbf\xbd"},
		{"charset=utf-7", "+AOU- +-", "å +"},
		{"charset=iso-2022-jp", "\x1b$B$3\x1b(B", "こ"},
		{"charset=iso-2022-jp", "\x1b$B\xff\xff", "\xef\xbf\xbd\xef\xbf\xbd"},
		{"charset=shift_jis", "\x82\xb1", "こ"},
		{"x=y", "\xe5", "å"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		str_auto *mail = xasprintf("Content-Type: text/plain; %s\n\n%s",
			cases[i].type, cases[i].body);
		json_auto_t *m = read_str(mail);
		if (strcmp(json_str_or(m, "text", ""), cases[i].text) != 0)
			fail_msg("%s: %s, not %s", cases[i].type, json_str(m, "text"),
				cases[i].text);
	}
}

static void a_nul_ends_nothing(void **state)
{
	(void)state;
	static const char mail[] = "Subject: a\0b\nFrom: a@x.example\n\nx\0y";
	json_auto_t *m = read_bytes(mail, sizeof(mail) - 1);
	assert_string_equal(json_str(m, "subject"), "a b");
	assert_string_equal(json_str(m, "from"), "a@x.example");
	assert_string_equal(json_str(m, "text"), "x y");
}

static void two_content_types_and_odd_names_are_flagged(void **state)
{
	(void)state;
	json_auto_t *m =
		read_str("Content-Type: text/html\nContent-Type: application/pdf; "
			 "name=\"a\xe2\x80\xae.pdf\"\n\nx");
	assert_true(
		json_has_str(json_object_get(m, "flags"), "duplicate-content-type"));
	assert_true(json_has_str(json_object_get(m, "flags"), "bidi-in-name"));
	const json_t *one = json_array_get(json_object_get(m, "attachments"), 0);
	assert_string_equal(json_str(one, "name"), "a.pdf");
	assert_string_equal(json_str(one, "media_type"), "application/pdf");
}

static void nest(struct buf *to, int depth)
{
	for (int i = 0; i < depth; i++)
		buf_addf(to, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n",
			i, i);
	buf_add_str(to, "\nx\n");
}

static void nesting_beyond_the_limit_is_refused(void **state)
{
	(void)state;
	static const struct {
		int depth;
		bool broken;
	} cases[] = {
		{1, false}, {100, false}, {101, true}, {20000, true}, {100000, true}};
	for (size_t i = 0; i < COUNT(cases); i++) {
		buf_auto mail = BUF_EMPTY;
		nest(&mail, cases[i].depth);
		json_auto_t *m = read_bytes(mail.data, mail.len);
		assert_int_equal(json_str(m, "broken") != NULL, cases[i].broken);
		if (cases[i].broken)
			assert_string_equal(json_str(m, "what"),
				"nested 101 deep, the limit is 100");
	}
}

static void messages_in_messages_count_too(void **state)
{
	(void)state;
	buf_auto mail = BUF_EMPTY;
	for (int i = 0; i < 60; i++)
		buf_add_str(&mail, "Content-Type: message/rfc822\n\n");
	nest(&mail, 40);
	json_auto_t *within = read_bytes(mail.data, mail.len);
	assert_null(json_str(within, "broken"));
	buf_auto deeper = BUF_EMPTY;
	buf_addf(&deeper, "Content-Type: message/rfc822\n"
			  "Content-Transfer-Encoding: quoted-printable\n\n");
	for (size_t i = 0; i < mail.len; i++)
		buf_addf(&deeper, mail.data[i] == '=' ? "=3D" : "%c", mail.data[i]);
	json_auto_t *beyond = read_bytes(deeper.data, deeper.len);
	assert_string_equal(json_str_or(beyond, "broken", ""), "broken-limit");
}

static void counts_and_lengths_beyond_a_limit_are_refused(void **state)
{
	(void)state;
	const struct mail_limits small = {.depth = 3,
		.parts = 3,
		.text_max = 10,
		.header_line_max = 60,
		.header_fields_max = 3,
		.calendar_max = 10};
	static const struct {
		const char *mail;
		bool broken;
	} cases[] = {
		{"A: b\nC: d\nE: f\n\nx", false},
		{"A: b\nC: d\nE: f\nG: h\n\nx", true},
		{"A: 123456789012345678901234567890123456789012345678901234567\n\nx",
			false},
		{"A: 1234567890123456789012345678901234567890123456789012345678\n\nx",
			true},
		{"Content-Type: multipart/x; boundary=b\n\n--b\n--b\n--b\n--b--",
			false},
		{"Content-Type: multipart/x; boundary=b\n\n--b\n--b\n--b\n--b\n--b--",
			true},
		{"Subject: x\n\nlong is this text, much longer than may be", false},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		json_auto_t *m =
			mail_read(cases[i].mail, strlen(cases[i].mail), &small, NULL);
		if ((json_str(m, "broken") != NULL) != cases[i].broken)
			fail_msg("%s: %s", json_str_or(m, "what", "fine"),
				cases[i].mail);
	}
}

static bool add_piece(void *context, const char *bytes, size_t len)
{
	buf_add(context, bytes, len);
	return true;
}

static void a_part_is_found_by_its_hash(void **state)
{
	(void)state;
	static const char mail[] =
		"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b\n"
		"Content-Type: application/pdf; name=a.pdf\n"
		"Content-Transfer-Encoding: base64\n\nAAEC/w==\n--b--\n";
	json_auto_t *m = read_str(mail);
	const json_t *one = json_array_get(json_object_get(m, "attachments"), 0);
	buf_auto part = BUF_EMPTY;
	assert_int_equal(
		mail_read_part(mail, sizeof(mail) - 1, &limits, "00", add_piece, &part),
		0);
	assert_int_equal(mail_read_part(mail, sizeof(mail) - 1, &limits,
				 json_str(one, "sha256"), add_piece, &part),
		1);
	assert_int_equal(part.len, 4);
	assert_memory_equal(part.data, "\x00\x01\x02\xff", 4);
}

/* Decoded in pieces, whose edges fall anywhere between the groups of four. */
static void a_large_part_is_the_same_in_pieces(void **state)
{
	(void)state;
	buf_auto mail = BUF_EMPTY;
	char sha256[HASH_HEX_SIZE];
	struct hash *hash = hash_new();
	buf_auto part = BUF_EMPTY;
	buf_add_str(&mail, "Content-Type: application/pdf; name=a.pdf\n"
			   "Content-Transfer-Encoding: base64\n\n");
	for (int i = 0; i < 20000; i++) {
		buf_add_str(&mail, "AAEC/wAAAAAA\n");
		hash_add(hash, "\x00\x01\x02\xff\0\0\0\0\0", 9);
	}
	hash_end(hash, sha256);
	json_auto_t *m = read_str(mail.data);
	const json_t *one = json_array_get(json_object_get(m, "attachments"), 0);
	assert_string_equal(json_str(one, "sha256"), sha256);
	assert_int_equal(json_int_or(one, "size", 0), 20000 * 9);
	assert_int_equal(
		mail_read_part(mail.data, mail.len, &limits, sha256, add_piece, &part),
		1);
	assert_int_equal(part.len, 20000 * 9);
	for (size_t at = 0; at < part.len; at += 9)
		assert_memory_equal(part.data + at, "\x00\x01\x02\xff\0\0\0\0\0", 9);
}

/* In base64 with so many characters a line; padding is where it falls. */
static void add_base64(
	struct buf *to, const struct buf *bytes, size_t line, const char *end)
{
	buf_auto code = BUF_EMPTY;
	size_t column = 0;

	encode_base64(&code, bytes->data, bytes->len);
	for (size_t i = 0; i < code.len; i++) {
		if (strchr("\r\n", code.data[i]))
			continue;
		buf_add_char(to, code.data[i]);
		if (++column % line == 0)
			buf_add_str(to, end);
	}
}

/* Lines of any length, whose groups of four are cut by line ends and by the pieces that
 * are decoded at a time; something odd between them. */
static void base64_is_decoded_however_its_lines_are_cut(void **state)
{
	static const size_t lines[] = {76, 77, 4, 1, 63, 100000};
	static const size_t sizes[] = {
		1, 2, 3, 4, 300, 49150, 49151, 49152, 49153, 65536, 147456, 200000};
	(void)state;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
			buf_auto bytes = BUF_EMPTY;
			buf_auto mail = BUF_EMPTY;
			char sha256[HASH_HEX_SIZE];
			for (size_t n = 0; n < sizes[k]; n++)
				buf_add_char(&bytes, (char)(n * 7 + n / 251));
			hash_hex(bytes.data, bytes.len, sha256);
			buf_add_str(&mail, "Content-Type: application/pdf\r\n"
					   "Content-Transfer-Encoding: base64\r\n\r\n");
			add_base64(&mail, &bytes, lines[i], i % 2 ? "\n" : "\r\n");
			buf_add_str(&mail, k % 2 ? "\r\n" : " \t");
			json_auto_t *m = read_bytes(mail.data, mail.len);
			const json_t *file =
				json_array_get(json_object_get(m, "attachments"), 0);
			assert_int_equal(json_int_or(file, "size", 0), sizes[k]);
			assert_string_equal(json_str(file, "sha256"), sha256);
		}
	}
}

static void calendars_are_handed_out_once_each(void **state)
{
	(void)state;
	static const char mail[] =
		"Content-Type: multipart/mixed; boundary=b\n\n"
		"--b\nContent-Type: text/calendar; charset=iso-8859-1; method=REPLY\n\n"
		"BEGIN:VCALENDAR \xe5\n"
		"--b\nContent-Type: application/octet-stream; name=invite.ICS\n\n"
		"BEGIN:VCALENDAR \xc3\xa5\n"
		"--b\nContent-Type: application/ics\n\nother\n--b--\n";
	mail_calendars_auto calendars = MAIL_CALENDARS_NONE;
	json_auto_t *m = mail_read(mail, strlen(mail), &limits, &calendars);
	assert_int_equal(calendars.count, 2);
	assert_string_equal(calendars.list[0].data, "BEGIN:VCALENDAR å");
	assert_string_equal(calendars.list[1].data, "other");
	assert_int_equal(json_array_size(json_object_get(m, "attachments")), 3);
}

static void a_calendar_is_known_by_its_content_and_where_it_was_forwarded(void **state)
{
	(void)state;
	static const char mail[] =
		"Content-Type: multipart/mixed; boundary=b\n\n"
		"--b\nContent-Type: application/octet-stream\n"
		"Content-Transfer-Encoding: base64\n\nQkVHSU46VkNBTEVOREFSIDE=\n"
		"--b\nContent-Type: text/plain\n\n\n begin:vcalendar 2\n"
		"--b\nContent-Type: text/plain\n\nThis is BEGIN:VCALENDAR\n"
		"--b\nContent-Type: message/rfc822\n\n"
		"Content-Type: text/calendar\n\nBEGIN:VCALENDAR 3\n"
		"--b--\n";
	mail_calendars_auto calendars = MAIL_CALENDARS_NONE;
	json_auto_t *m = mail_read(mail, strlen(mail), &limits, &calendars);
	assert_int_equal(calendars.count, 3);
	assert_string_equal(calendars.list[0].data, "BEGIN:VCALENDAR 1");
	assert_string_equal(calendars.list[2].data, "BEGIN:VCALENDAR 3");
	assert_false(calendars.is_forwarded[0] || calendars.is_forwarded[1]);
	assert_true(calendars.is_forwarded[2]);
	assert_non_null(m);
}

static int start(void **state)
{
	(void)state;
	mail_read_warm_up();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_header_says_who_and_what),
		cmocka_unit_test(who_it_is_from_is_said_only_beyond_doubt),
		cmocka_unit_test(classes_are_told_in_their_order),
		cmocka_unit_test(a_bounce_names_recipients_and_the_mail),
		cmocka_unit_test(what_a_person_wrote_is_left_of_the_text),
		cmocka_unit_test(html_is_read_as_text),
		cmocka_unit_test(plain_text_is_preferred_to_html),
		cmocka_unit_test(text_is_always_valid_utf8),
		cmocka_unit_test(a_nul_ends_nothing),
		cmocka_unit_test(two_content_types_and_odd_names_are_flagged),
		cmocka_unit_test(nesting_beyond_the_limit_is_refused),
		cmocka_unit_test(messages_in_messages_count_too),
		cmocka_unit_test(counts_and_lengths_beyond_a_limit_are_refused),
		cmocka_unit_test(a_part_is_found_by_its_hash),
		cmocka_unit_test(a_large_part_is_the_same_in_pieces),
		cmocka_unit_test(base64_is_decoded_however_its_lines_are_cut),
		cmocka_unit_test(calendars_are_handed_out_once_each),
		cmocka_unit_test(
			a_calendar_is_known_by_its_content_and_where_it_was_forwarded),
	};
	return cmocka_run_group_tests(tests, start, NULL);
}

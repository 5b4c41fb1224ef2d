/* The sealed reader asked as the office asks it: this program is its own reader. */
#include "reader/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "duty/reader-client.h"

static const struct reader_settings settings = {.cpu_seconds = 10,
	.wall_seconds = 60,
	.memory_mib = 512,
	.tries = 3,
	.mime_depth = 100,
	.mime_parts = 10000,
	.calendar_size = 8 << 20,
	.calendar_components = 20000,
	.calendar_occurrences = 20000};

#define CALENDAR                                                                       \
	"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\n"           \
	"UID:17@x.example\r\nDTSTAMP:20260901T080000Z\r\nSEQUENCE:2\r\n"               \
	"RECURRENCE-ID:20260914T160000Z\r\nDTSTART:20260914T160000Z\r\n"               \
	"ATTENDEE;PARTSTAT=ACCEPTED:MAILTO:Anna@X.example\r\nCOMMENT:Gärna\r\n"       \
	"END:VEVENT\r\nEND:VCALENDAR\r\n"

static enum reader_outcome ask(struct reader *r, const char *mail, json_t **ret)
{
	struct err err = ERR_INIT;
	const struct content content = CONTENT_OF(mail, strlen(mail));
	return reader_mail(r, &content, ret, &err);
}

static void an_answer_by_calendar_is_told_by_its_body(void **state)
{
	json_auto_t *m = NULL;
	assert_int_equal(ask(*state,
				 "From: anna@x.example\r\nSubject: Accepterat\r\n"
				 "Content-Type: text/calendar; charset=utf-8; "
				 "method=REQUEST\r\n\r\n" CALENDAR,
				 &m),
		READER_OK);
	assert_string_equal(json_str(m, "class"), "itip");
	assert_string_equal(json_str(m, "attendee"), "anna@x.example");
	assert_string_equal(json_str(m, "partstat"), "ACCEPTED");
	assert_string_equal(json_str(m, "comment"), "Gärna");
	const json_t *one = json_array_get(json_object_get(m, "answers"), 0);
	assert_string_equal(json_str(one, "uid"), "17@x.example");
	assert_string_equal(json_str(one, "recurrence_id"), "20260914T160000Z");
	assert_int_equal(json_int_or(one, "sequence", -1), 2);
	assert_string_equal(json_str(one, "dtstamp"), "2026-09-01T08:00:00Z");
}

static void an_automatic_answer_with_a_calendar_stays_one(void **state)
{
	json_auto_t *m = NULL;
	assert_int_equal(ask(*state,
				 "Auto-Submitted: auto-replied\r\n"
				 "Content-Type: text/calendar\r\n\r\n" CALENDAR,
				 &m),
		READER_OK);
	assert_string_equal(json_str(m, "class"), "auto-reply");
}

static void a_mail_beyond_a_limit_is_broken_and_the_next_is_read(void **state)
{
	buf_auto deep = BUF_EMPTY;
	json_auto_t *refused = NULL;
	json_auto_t *m = NULL;
	for (int i = 0; i < 20000; i++)
		buf_addf(&deep,
			"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
	assert_int_equal(ask(*state, deep.data, &refused), READER_BROKEN);
	assert_string_equal(json_str(refused, "broken"), "broken-limit");
	assert_int_equal(ask(*state, "Subject: x\n\nHej", &m), READER_OK);
	assert_string_equal(json_str(m, "text"), "Hej");
}

static void a_long_reply_comes_whole(void **state)
{
	buf_auto mail = BUF_EMPTY;
	json_auto_t *m = NULL;
	buf_add_str(&mail, "Content-Type: multipart/mixed; boundary=b\n\n");
	for (int i = 0; i < 9000; i++)
		buf_addf(&mail, "--b\nContent-Type: application/pdf\n\npart %d\n", i);
	buf_add_str(&mail, "--b--\n");
	assert_int_equal(ask(*state, mail.data, &m), READER_OK);
	assert_int_equal(json_array_size(json_object_get(m, "attachments")), 9000);
	assert_null(json_object_get(m, "parts"));
}

static void a_part_comes_decoded_byte_for_byte(void **state)
{
	static const char mail[] = "Content-Type: application/pdf; name=a.pdf\n"
				   "Content-Transfer-Encoding: base64\n\nAAEC/w==\n";
	struct err err = ERR_INIT;
	buf_auto part = BUF_EMPTY;
	const struct sink sink = sink_of(&part);
	json_auto_t *m = NULL;
	const struct content content = CONTENT_OF(mail, strlen(mail));
	assert_int_equal(ask(*state, mail, &m), READER_OK);
	const json_t *one = json_array_get(json_object_get(m, "attachments"), 0);
	assert_int_equal(
		reader_part(*state, &content, json_str(one, "sha256"), &sink, &err),
		READER_OK);
	assert_int_equal(part.len, 4);
	assert_memory_equal(part.data, "\x00\x01\x02\xff", 4);
	assert_int_equal(
		reader_part(*state, &content, "no such", &sink, &err), READER_BROKEN);
}

/* A mail of about so many bytes with a file in it, as it is or as base64. */
static void make_large(struct buf *to, size_t size, bool is_base64)
{
	buf_addf(to,
		"From: anna@x.example\r\nContent-Type: multipart/mixed; boundary=b\r\n"
		"\r\n--b\r\n\r\nHej!\r\n--b\r\n"
		"Content-Type: application/pdf; name=a.pdf\r\n%s\r\n",
		is_base64 ? "Content-Transfer-Encoding: base64\r\n" : "");
	for (size_t i = 0; to->len + 100 < size; i++)
		buf_addf(to,
			is_base64 ? "%08zxAAAABBBBCCCCDDDDEEEEFFFFGGGG\r\n"
				  : "%08zx %%&!\"#-(=) \xe5\xe4\xf6\r\n",
			i);
	buf_add_str(to, "\r\n--b--");
	while (to->len < size)
		buf_add_str(to, "\n");
}

static void take_part(struct reader *r, const struct content *mail, const json_t *said,
	struct buf *ret)
{
	struct err err = ERR_INIT;
	const struct sink sink = sink_of(ret);
	const json_t *one = json_array_get(json_object_get(said, "attachments"), 0);
	char sha256[HASH_HEX_SIZE];

	assert_int_equal(
		reader_part(r, mail, json_str(one, "sha256"), &sink, &err), READER_OK);
	hash_hex(ret->data, ret->len, sha256);
	assert_string_equal(sha256, json_str(one, "sha256"));
}

static void what_is_large_is_read_in_a_file_as_it_is_in_memory(void **state)
{
	static const size_t sizes[] = {(1 << 20) + 1, 2 << 20, 3000001};
	reader_auto *in_memory = reader_new(&settings, NULL);

	for (size_t i = 0; i < 2 * sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct err err = ERR_INIT;
		buf_auto mail = BUF_EMPTY;
		buf_auto a = BUF_EMPTY;
		buf_auto b = BUF_EMPTY;
		json_auto_t *from_file = NULL;
		json_auto_t *from_memory = NULL;
		make_large(&mail, sizes[i / 2], i % 2);
		assert_int_equal(mail.len, sizes[i / 2]);
		const struct content content = CONTENT_OF(mail.data, mail.len);
		assert_int_equal(
			reader_mail(*state, &content, &from_file, &err), READER_OK);
		assert_int_equal(reader_mail(in_memory, &content, &from_memory, &err),
			READER_OK);
		assert_true(json_equal(from_file, from_memory));
		assert_null(json_object_get(from_file, "parts"));
		json_decref(from_memory);
		assert_int_equal(
			reader_mail_in_full(in_memory, &content, &from_memory, &err),
			READER_OK);
		assert_int_equal(
			json_array_size(json_object_get(from_memory, "parts")), 2);
		take_part(*state, &content, from_file, &a);
		take_part(in_memory, &content, from_file, &b);
		assert_int_equal(a.len, b.len);
	}
}

static void what_stands_on_the_edge_of_a_piece_is_seen(void **state)
{
	static const size_t places[] = {262144 - 4, 262144, 524288 - 7, 1300000};
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct err err = ERR_INIT;
		buf_auto text = BUF_EMPTY;
		buf_auto pdf = BUF_EMPTY;
		json_auto_t *said = NULL;
		buf_add_str(&pdf, "%PDF-1.4\n");
		while (pdf.len < 1500000)
			buf_add_char(&pdf, 'x');
		memcpy(pdf.data + places[i], "/Encrypt", 8);
		buf_add_str(&pdf, "\nstartxref\n0\n%%EOF\n");
		const struct content file = CONTENT_OF(pdf.data, pdf.len);
		assert_int_equal(
			reader_file(*state, &file, "a.pdf", &said, &text, &err),
			READER_OK);
		assert_string_equal(json_str(said, "media_type"), "application/pdf");
		assert_true(json_bool_or(said, "is_encrypted", false));
	}
}

static void a_calendar_is_expanded_in_its_window(void **state)
{
	struct err err = ERR_INIT;
	json_auto_t *c = NULL;
	const struct calendar_window window = {.from = 1789344000,
		.to = 1789516800, /* 2026-09-14 to 16 */
		.zone = "Europe/Stockholm"};
	assert_int_equal(
		reader_calendar(*state, CALENDAR, strlen(CALENDAR), &window, &c, &err),
		READER_OK);
	assert_int_equal(json_array_size(json_object_get(c, "components")), 1);
}

/* Converters, zones and the like are loaded before the sealing, or these would differ.
 */
static void every_charset_is_there_behind_the_seal(void **state)
{
	static const char *const charsets[] = {"iso-8859-2", "iso-8859-15", "koi8-r",
		"cp850", "macintosh", "utf-7", "iso-2022-jp", "gb18030", "big5",
		"euc-kr"};
	for (size_t i = 0; i < sizeof(charsets) / sizeof(charsets[0]); i++) {
		json_auto_t *m = NULL;
		str_auto *mail = xasprintf(
			"Content-Type: text/plain; charset=%s\n\nplain", charsets[i]);
		assert_int_equal(ask(*state, mail, &m), READER_OK);
		assert_string_equal(json_str(m, "text"), "plain");
	}
}

static int start(void **state)
{
	*state = reader_new(&settings, "/tmp");
	return 0;
}

static int stop(void **state)
{
	reader_free(*state);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_by_calendar_is_told_by_its_body),
		cmocka_unit_test(an_automatic_answer_with_a_calendar_stays_one),
		cmocka_unit_test(a_mail_beyond_a_limit_is_broken_and_the_next_is_read),
		cmocka_unit_test(a_long_reply_comes_whole),
		cmocka_unit_test(a_part_comes_decoded_byte_for_byte),
		cmocka_unit_test(what_is_large_is_read_in_a_file_as_it_is_in_memory),
		cmocka_unit_test(what_stands_on_the_edge_of_a_piece_is_seen),
		cmocka_unit_test(a_calendar_is_expanded_in_its_window),
		cmocka_unit_test(every_charset_is_there_behind_the_seal),
	};
	if (argc > 2 && strcmp(argv[1], "--worker") == 0)
		return reader_main(argc, argv);
	return cmocka_run_group_tests(tests, start, stop);
}

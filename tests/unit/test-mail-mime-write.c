/* Bodies as they go out, read back by GMime byte for byte (F2, A12). */
#include "mail/mime-write.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gmime/gmime.h>
#include <string.h>

#include "base/mem.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* CRLF and nothing else ends lines; no line is long, begins with a dot, or is not
 * ASCII. */
static void assert_well_formed(const struct buf *b)
{
	size_t column = 0;
	for (size_t i = 0; i < b->len; i++) {
		unsigned char c = (unsigned char)b->data[i];
		if (c == '\r') {
			assert_int_equal(b->data[++i], '\n');
			column = 0;
			continue;
		}
		assert_true(c >= 0x20 && c < 0x7f);
		assert_false(column == 0 && c == '.');
		assert_true(++column <= 78);
	}
	assert_int_equal(column, 0);
}

static int write_body(const struct mime_body *body, struct buf *ret, struct err *err)
{
	mime_text_auto text = MIME_TEXT_EMPTY;
	if (mime_body_write(body, &text, err) < 0)
		return -1;
	const struct content content = mime_text_content(&text);
	return content_join(&content, ret, err);
}

static GMimeMessage *parse(const struct buf *b)
{
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(b->data, b->len);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
	g_object_unref(parser);
	g_object_unref(stream);
	assert_non_null(message);
	return message;
}

static GByteArray *content(GMimeObject *part)
{
	GByteArray *bytes = g_byte_array_new();
	GMimeStream *to = g_mime_stream_mem_new_with_byte_array(bytes);
	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(to), FALSE);
	g_mime_data_wrapper_write_to_stream(
		g_mime_part_get_content(GMIME_PART(part)), to);
	g_object_unref(to);
	return bytes;
}

static void assert_content(GMimeObject *part, const void *bytes, size_t len)
{
	GByteArray *found = content(part);
	assert_int_equal(found->len, len);
	assert_memory_equal(found->data, bytes, len);
	g_byte_array_free(found, TRUE);
}

static GMimeObject *child(GMimeObject *parent, int index)
{
	assert_true(GMIME_IS_MULTIPART(parent));
	return g_mime_multipart_get_part(GMIME_MULTIPART(parent), index);
}

/* A12, F2 */
static void any_text_comes_out_with_crlf_line_ends(void **state)
{
	(void)state;
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{"", ""},
		{"Hej!", "Hej!\r\n"},
		{"Hej!\nVälkomna\n", "Hej!\r\nVälkomna\r\n"},
		{"a\rb\r\nc\nd\n\re", "a\r\nb\r\nc\r\nd\r\n\r\ne\r\n"},
		{".\n..\n.\r\n", ".\r\n..\r\n.\r\n"},
		{"x\n.\nMAIL FROM:<a@x.example>\n",
			"x\r\n.\r\nMAIL FROM:<a@x.example>\r\n"},
		{"From here\n>From\nFro", "From here\r\n>From\r\nFro\r\n"},
		{"trailing \t\n tab\t\n", "trailing \t\r\n tab\t\r\n"},
		{"= =3D =\n", "= =3D =\r\n"},
		{"bell \a esc \033[31m\n", "bell \a esc \033[31m\r\n"},
		{"-- \n--=_x\n", "-- \r\n--=_x\r\n"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mime_body body = {.text = cases[i].text, .seed = "s"};
		buf_auto b = BUF_EMPTY;
		assert_int_equal(write_body(&body, &b, NULL), 0);
		assert_well_formed(&b);
		GMimeMessage *m = parse(&b);
		assert_content(g_mime_message_get_mime_part(m), cases[i].expected,
			strlen(cases[i].expected));
		g_object_unref(m);
	}
}

static void lines_of_every_length_and_letter_are_kept(void **state)
{
	(void)state;
	static const char *const letters[] = {"a", "å", ".", "F", " ", "=", "😀"};
	for (size_t l = 0; l < COUNT(letters); l++) {
		buf_auto text = BUF_EMPTY;
		buf_auto line = BUF_EMPTY;
		for (int i = 0; i < 170; i++) {
			buf_add_str(&line, letters[l]);
			buf_addf(&text, "%s|%s\r\n", line.data, line.data);
		}
		struct mime_body body = {.text = text.data, .seed = "s"};
		buf_auto b = BUF_EMPTY;
		assert_int_equal(write_body(&body, &b, NULL), 0);
		assert_well_formed(&b);
		GMimeMessage *m = parse(&b);
		assert_content(g_mime_message_get_mime_part(m), text.data, text.len);
		g_object_unref(m);
	}
}

static void an_invitation_holds_text_html_calendar_and_files(void **state)
{
	(void)state;
	static const char calendar[] = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n"
				       "SUMMARY:Trygghetsråd\r\nEND:VCALENDAR\r\n";
	char pdf[70000];
	for (size_t i = 0; i < sizeof(pdf); i++)
		pdf[i] = (char)(i * 7 + i / 256);
	const struct mime_file file = {
		"dagordning.pdf", "application/pdf", CONTENT_OF(pdf, sizeof(pdf))};
	const struct mime_body body = {.text = "Välkomna\n",
		.html = "<p>Välkomna</p>\n",
		.language = "sv",
		.calendar = calendar,
		.method = "REQUEST",
		.files = &file,
		.file_count = 1,
		.seed = "letter 7"};
	buf_auto b = BUF_EMPTY;
	assert_int_equal(write_body(&body, &b, NULL), 0);
	assert_well_formed(&b);
	GMimeMessage *m = parse(&b);
	GMimeObject *mixed = g_mime_message_get_mime_part(m);
	assert_int_equal(g_mime_multipart_get_count(GMIME_MULTIPART(mixed)), 3);
	GMimeObject *alternative = child(mixed, 0);
	assert_int_equal(g_mime_multipart_get_count(GMIME_MULTIPART(alternative)), 3);
	assert_content(child(alternative, 0), "Välkomna", strlen("Välkomna"));
	GMimeObject *invite = child(alternative, 2);
	assert_string_equal(
		g_mime_object_get_content_type_parameter(invite, "method"), "REQUEST");
	assert_content(invite, calendar, strlen(calendar));
	assert_content(child(mixed, 1), pdf, sizeof(pdf));
	assert_content(child(mixed, 2), calendar, strlen(calendar));
	assert_string_equal(
		g_mime_part_get_filename(GMIME_PART(child(mixed, 2))), "invite.ics");
	g_object_unref(m);
}

static void file_names_are_read_back_in_both_forms(void **state)
{
	(void)state;
	static const char *const names[] = {
		"protokoll.pdf",
		"protokoll trygghetsråd Skäggetorp.pdf",
		"räkning för åäö.pdf",
		"a \"b\" \\c;d=e.pdf",
		"100% 'enkelt'.pdf",
		"日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語日本"
		"語.pdf",
		"ett mycket långt namn på en fil som någon har skrivit hela rubriken "
		"i, med plats "
		"och tid och vilka som var där, så att det blir flera rader av det "
		"hela.pdf",
		"an_ascii_name_that_is_longer_than_any_line_may_be_in_a_header_of_a_"
		"mail_so_it_"
		"goes_in_pieces.pdf",
	};
	for (size_t i = 0; i < COUNT(names); i++) {
		const struct mime_file file = {
			names[i], "application/pdf", CONTENT_OF("x", 1)};
		const struct mime_body body = {
			.text = "t", .files = &file, .file_count = 1, .seed = "s"};
		buf_auto b = BUF_EMPTY;
		assert_int_equal(write_body(&body, &b, NULL), 0);
		assert_well_formed(&b);
		GMimeMessage *m = parse(&b);
		GMimeObject *part = child(g_mime_message_get_mime_part(m), 1);
		assert_string_equal(g_mime_object_get_content_disposition_parameter(
					    part, "filename"),
			names[i]);
		assert_string_equal(
			g_mime_object_get_content_type_parameter(part, "name"),
			names[i]);
		g_object_unref(m);
	}
}

static void a_file_of_any_size_is_read_in_any_pieces(void **state)
{
	(void)state;
	static const size_t sizes[] = {0, 1, 2, 3, 56, 57, 58, 114, 116, 600000};
	str_auto *bytes = xmalloc(600000);
	for (size_t i = 0; i < 600000; i++)
		bytes[i] = (char)(i * 31 + i / 199);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		const struct mime_file files[] = {
			{"a.pdf", "application/pdf", CONTENT_OF(bytes, sizes[i])},
			{"b.pdf", "application/pdf", CONTENT_OF(bytes + 7, 11)}};
		const struct mime_body body = {
			.text = "t", .files = files, .file_count = 2, .seed = "s"};
		mime_text_auto text = MIME_TEXT_EMPTY;
		buf_auto whole = BUF_EMPTY;
		assert_int_equal(mime_body_write(&body, &text, NULL), 0);
		const struct content content = mime_text_content(&text);
		assert_int_equal(content_join(&content, &whole, NULL), 0);
		assert_int_equal(whole.len, content.size);
		assert_well_formed(&whole);
		GMimeMessage *m = parse(&whole);
		GMimeObject *mixed = g_mime_message_get_mime_part(m);
		assert_content(child(mixed, 1), bytes, sizes[i]);
		assert_content(child(mixed, 2), bytes + 7, 11);
		g_object_unref(m);
		str_auto *piece = xmalloc(whole.len);
		for (size_t at = 0, n = 1; at < whole.len; at += n, n = n * 3 + 1) {
			if (n > whole.len - at)
				n = whole.len - at;
			assert_int_equal(
				content.read(content.source, at, piece, n, NULL), 0);
			assert_memory_equal(piece, whole.data + at, n);
		}
	}
}

static void the_same_seed_makes_the_same_bytes(void **state)
{
	(void)state;
	struct mime_body body = {.text = "t", .html = "h", .seed = "one"};
	buf_auto a = BUF_EMPTY;
	buf_auto b = BUF_EMPTY;
	buf_auto c = BUF_EMPTY;
	assert_int_equal(write_body(&body, &a, NULL), 0);
	assert_int_equal(write_body(&body, &b, NULL), 0);
	body.seed = "two";
	assert_int_equal(write_body(&body, &c, NULL), 0);
	assert_string_equal(a.data, b.data);
	assert_string_not_equal(a.data, c.data);
}

static void what_could_break_a_header_is_refused(void **state)
{
	(void)state;
	static const struct {
		struct mime_file file;
		const char *text, *method, *language;
	} cases[] = {
		{{"a\r\nB: c", "application/pdf", CONTENT_NONE}, "t", "REQUEST", "sv"},
		{{"a\tb", "application/pdf", CONTENT_NONE}, "t", "REQUEST", "sv"},
		{{"", "application/pdf", CONTENT_NONE}, "t", "REQUEST", "sv"},
		{{"\xff", "application/pdf", CONTENT_NONE}, "t", "REQUEST", "sv"},
		{{"a", "application", CONTENT_NONE}, "t", "REQUEST", "sv"},
		{{"a", "application/", CONTENT_NONE}, "t", "REQUEST", "sv"},
		{{"a", "/pdf", CONTENT_NONE}, "t", "REQUEST", "sv"},
		{{"a", "text/plain; charset=x", CONTENT_NONE}, "t", "REQUEST", "sv"},
		{{"a", "text/plain\r\nX: y", CONTENT_NONE}, "t", "REQUEST", "sv"},
		{{"a", "application/pdf", CONTENT_NONE}, "\xff", "REQUEST", "sv"},
		{{"a", "application/pdf", CONTENT_NONE}, "t", "REQUEST\r\nX: y", "sv"},
		{{"a", "application/pdf", CONTENT_NONE}, "t", "", "sv"},
		{{"a", "application/pdf", CONTENT_NONE}, "t", "REQUEST", "sv\r\n"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct mime_body body = {.text = cases[i].text,
			.calendar = "BEGIN:VCALENDAR\r\n",
			.method = cases[i].method,
			.language = cases[i].language,
			.files = &cases[i].file,
			.file_count = 1,
			.seed = "s"};
		buf_auto b = BUF_EMPTY;
		struct err err = ERR_INIT;
		assert_int_equal(write_body(&body, &b, &err), -1);
		assert_int_equal(err.kind, ERR_PERM);
		assert_int_equal(b.len, 0);
	}
}

static int start(void **state)
{
	(void)state;
	g_mime_init();
	return 0;
}

static int stop(void **state)
{
	(void)state;
	g_mime_shutdown();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_text_comes_out_with_crlf_line_ends),
		cmocka_unit_test(lines_of_every_length_and_letter_are_kept),
		cmocka_unit_test(an_invitation_holds_text_html_calendar_and_files),
		cmocka_unit_test(file_names_are_read_back_in_both_forms),
		cmocka_unit_test(a_file_of_any_size_is_read_in_any_pieces),
		cmocka_unit_test(the_same_seed_makes_the_same_bytes),
		cmocka_unit_test(what_could_break_a_header_is_refused),
	};
	return cmocka_run_group_tests(tests, start, stop);
}

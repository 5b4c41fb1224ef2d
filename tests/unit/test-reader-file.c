#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "reader/file-check.h"
#include "reader/file-rtf.h"
#include "reader/file-tnef.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
/* tests/rig/documents.py makes them. */
#define FOLDER "tests/fuzz/seeds/file/"
#define DOCX "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#define DOCM "application/vnd.ms-word.document.macroenabled.12"
#define ODT "application/vnd.oasis.opendocument.text"
#define TEXT                                                                           \
	"Protokoll fört vid trygghetsrådet i Ekholmen. Beslut: fler lyktor på "     \
	"gångvägen."

static const struct file_limits limits = {10000, 200 << 20, 200, 3, 1 << 20, NULL};

static void load(const char *name, struct buf *ret)
{
	struct err err = ERR_INIT;
	str_auto *path = xasprintf(FOLDER "%s", name);

	assert_int_equal(file_read(path, 1 << 20, ret, &err), 0);
}

static json_t *check_as(const char *file, const char *name,
	const struct file_limits *most, struct buf *text)
{
	buf_auto bytes = BUF_EMPTY;

	load(file, &bytes);
	return file_check(bytes.data, bytes.len, name, most, text);
}

/* A18 */
static void a_file_is_what_its_content_says_and_is_refused_for_a_reason(void **state)
{
	static const struct {
		const char *file;
		const char *type;
		const char *refused; /* NULL: nothing stands against it */
	} cases[] = {
		{"ok.pdf", "application/pdf", NULL},
		{"owner.pdf", "application/pdf", NULL},
		{"user.pdf", "application/pdf", NULL}, /* pdftotext knows */
		{"cut.pdf", "application/pdf", "minutes-damaged"},
		{"ok.docx", DOCX, NULL},
		{"book.docx", DOCX, NULL},
		{"cut.docx", "application/zip", "minutes-damaged"},
		{"empty.docx", DOCX, "minutes-empty"},
		{"macros.docm", DOCM, "minutes-macros"},
		{"hidden-macros.docx", DOCX, "minutes-macros"},
		{"locked.docx", "application/zip", "minutes-password"},
		{"encrypted.docx", "application/x-ole-storage", "minutes-password"},
		{"bomb.docx", DOCX, "minutes-bomb"},
		{"nested.docx", DOCX, "minutes-bomb"},
		{"entities.docx", DOCX, "minutes-damaged"},
		{"ok.odt", ODT, NULL},
		{"encrypted.odt", ODT, "minutes-password"},
		{"macros.odt", ODT, "minutes-macros"},
		{"empty-library.odt", ODT, NULL},
		{"ok.rtf", "application/rtf", NULL},
		{"cut.rtf", "application/rtf", "minutes-damaged"},
		{"ok.txt", "text/plain", NULL},
		{"utf16.txt", "text/plain", NULL},
		{"blank.txt", "text/plain", "minutes-empty"},
		{"nothing.txt", "application/octet-stream", "minutes-empty"},
		{"page.html", "text/html", NULL}, /* the settings' matter */
		{"program.exe", "application/vnd.microsoft.portable-executable", NULL},
		{"old.doc", "application/msword", NULL},
		{"old-macros.doc", "application/msword", "minutes-macros"},
	};
	(void)state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		/* Whatever it is called. */
		static const char *const names[] = {"protokoll.pdf", ""};
		for (size_t k = 0; k < COUNT(names); k++) {
			buf_auto text = BUF_EMPTY;
			json_auto_t *said =
				check_as(cases[i].file, names[k], &limits, &text);
			const char *type = json_str_or(said, "media_type", "");
			const char *refused = json_str_or(said, "refused", "");
			if (strcmp(type, cases[i].type) != 0 ||
				strcmp(refused,
					cases[i].refused ? cases[i].refused : "") != 0)
				fail_msg("%s: %s %s", cases[i].file, type, refused);
		}
	}
}

static void what_is_written_in_a_file_is_found(void **state)
{
	static const struct {
		const char *file;
		const char *text;
	} cases[] = {
		{"ok.docx", TEXT "\nA\tB-C\n"}, {"ok.odt", TEXT "\nA\tB C\n"},
		{"ok.rtf", TEXT "\nA\tB\xe2\x80\x93"
				"C-D\n"},
		{"ok.txt", TEXT}, {"utf16.txt", TEXT}, {"ok.pdf", ""}, /* pdftotext's */
	};
	(void)state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		buf_auto text = BUF_EMPTY;
		json_auto_t *said =
			check_as(cases[i].file, cases[i].file, &limits, &text);
		assert_null(json_str(said, "refused"));
		assert_string_equal(buf_str(&text), cases[i].text);
	}
}

/* A18 */
static void each_limit_of_a_zip_is_kept(void **state)
{
	static const struct {
		const char *file;
		struct file_limits limits;
		bool is_bomb;
	} cases[] = {
		{"ok.docx", {3, 200 << 20, 200, 3, 100, NULL}, false},
		{"ok.docx", {2, 200 << 20, 200, 3, 100, NULL}, true},
		{"ok.docx", {100, 2000, 200, 3, 100, NULL}, false},
		{"ok.docx", {100, 500, 200, 3, 100, NULL}, true},
		{"book.docx", {100, 200 << 20, 200, 1, 100, NULL}, false},
		{"nested.docx", {100, 200 << 20, 200, 6, 100, NULL}, false},
		{"nested.docx", {100, 200 << 20, 200, 5, 100, NULL}, true},
		{"bomb.docx", {100, 200 << 20, 2000, 3, 100, NULL}, false},
		{"bomb.docx", {100, 200 << 20, 500, 3, 100, NULL}, true},
	};
	(void)state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		buf_auto text = BUF_EMPTY;
		json_auto_t *said =
			check_as(cases[i].file, "a", &cases[i].limits, &text);
		bool is_bomb =
			strcmp(json_str_or(said, "refused", ""), "minutes-bomb") == 0;
		if (is_bomb != cases[i].is_bomb)
			fail_msg("case %zu: %s", i, json_str_or(said, "refused", "-"));
		assert_true(text.len <= 100);
	}
}

static void plain_text_is_what_its_sender_calls_so_but_a_page_never(void **state)
{
	static const struct {
		const char *content;
		const char *name;
		const char *type;
	} cases[] = {
		{"#!/bin/sh\necho 1\n", "lista.txt", "text/plain"},
		{"#!/bin/sh\necho 1\n", "lista.sh", "text/x-shellscript"},
		{"From: a@x.example\nSubject: b\n\nhej\n", "mejl.txt", "text/plain"},
		{"<html><script>1</script></html>", "sida.txt", "text/html"},
		{"\xe5\xe4\xf6 \x80", "latin.txt", "text/plain"},
	};
	(void)state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		buf_auto text = BUF_EMPTY;
		json_auto_t *said = file_check(cases[i].content,
			strlen(cases[i].content), cases[i].name, &limits, &text);
		assert_string_equal(json_str(said, "media_type"), cases[i].type);
	}
}

static void rtf_that_is_odd_is_read_as_far_as_it_goes(void **state)
{
	static const struct {
		const char *rtf;
		bool is_whole;
		const char *text;
	} cases[] = {
		{"{\\rtf1 a}", true, "a"},
		{"{\\rtf1 a", false, "a"},
		{"", false, ""},
		{"}", false, ""},
		{"{\\rtf1\\u229?\\u-4051\\'3f\\uc0\\u246 b}", true,
			"\xc3\xa5\xef\x80\xad\xc3\xb6"
			"b"},
		/* U+1F600 as two halves, and a half alone. */
		{"{\\uc1\\u-10179?\\u-8704?\\u-8704?}", true,
			"\xf0\x9f\x98\x80\xef\xbf\xbd"},
		{"{\\bin999999 abc", false, ""},
		{"{\\'", false, ""},
		{"{\\'zz\\", false, ""},
		{"{{\\*\\x hidden}{\\fonttbl hidden}seen}", true, "seen"},
		{"{1234567890123456789012345678901234567890}", true,
			"1234567890123456789012345678901234567890"},
	};
	(void)state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		buf_auto text = BUF_EMPTY;
		bool is_whole =
			rtf_text(&text, cases[i].rtf, strlen(cases[i].rtf), 1000, NULL);
		assert_string_equal(buf_str(&text), cases[i].text);
		assert_int_equal(is_whole, cases[i].is_whole);
	}
	buf_auto deep = BUF_EMPTY;
	buf_auto text = BUF_EMPTY;
	for (int i = 0; i < 100000; i++)
		buf_add_char(&deep, '{');
	assert_false(rtf_text(&text, deep.data, deep.len, 1000, NULL));
}

/* A20 */
static void a_winmail_dat_is_unpacked_and_a_broken_one_says_so(void **state)
{
	buf_auto whole = BUF_EMPTY;
	buf_auto pdf = BUF_EMPTY;
	buf_auto contents = BUF_EMPTY;
	(void)state;

	load("winmail.dat", &whole);
	load("ok.pdf", &pdf);
	json_auto_t *said = tnef_read(whole.data, whole.len, &contents);
	const json_t *first = json_array_get(json_object_get(said, "files"), 0);
	assert_int_equal(json_array_size(json_object_get(said, "files")), 2);
	assert_string_equal(json_str(first, "name"), "protokoll \xc3\xa5.pdf");
	assert_int_equal(json_int_or(first, "size", 0), pdf.len);
	assert_memory_equal(contents.data, pdf.data, pdf.len);
	/* Cut at every byte of its head and at many behind it: said or broken, no more.
	 */
	for (size_t len = 0; len < whole.len; len += len < 200 ? 1 : 37) {
		buf_auto unused = BUF_EMPTY;
		json_auto_t *part = tnef_read(whole.data, len, &unused);
		assert_true(json_object_get(part, "files") || json_str(part, "broken"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_file_is_what_its_content_says_and_is_refused_for_a_reason),
		cmocka_unit_test(what_is_written_in_a_file_is_found),
		cmocka_unit_test(each_limit_of_a_zip_is_kept),
		cmocka_unit_test(
			plain_text_is_what_its_sender_calls_so_but_a_page_never),
		cmocka_unit_test(rtf_that_is_odd_is_read_as_far_as_it_goes),
		cmocka_unit_test(a_winmail_dat_is_unpacked_and_a_broken_one_says_so),
	};

	file_check_warm_up();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int enter_folder(void **state)
{
	char name[] = "/tmp/test-base-file.XXXXXX";

	if (!mkdtemp(name) || chdir(name) < 0)
		return -1;
	*state = xstrdup(name);
	return 0;
}

static int leave_folder(void **state)
{
	str_auto *name = *state;

	return chdir("/") < 0 ? -1 : rmdir(name);
}

static void what_is_written_is_read_back(void **state)
{
	buf_auto b = BUF_EMPTY;
	struct stat st;
	struct err err;

	(void)state;
	assert_int_equal(file_write("f", "old", 3, 0644, &err), 0);
	assert_int_equal(file_write("f", "a\0b", 3, 0600, &err), 0);
	assert_int_equal(file_read("f", 3, &b, &err), 0);
	assert_int_equal(b.len, 3);
	assert_memory_equal(b.data, "a\0b", 4);
	assert_int_equal(stat("f", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(file_read("f", 2, &b, &err), -1);
	assert_int_equal(err.kind, ERR_PERM);
	unlink("f");
}

static void a_write_that_fails_leaves_nothing_behind(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	mkdir("d", 0700);
	assert_int_equal(file_write("d", "x", 1, 0600, &err), -1);
	assert_int_equal(err.kind, ERR_TEMP);
	assert_int_equal(file_write("none/f", "x", 1, 0600, &err), -1);
	assert_int_equal(rmdir("d"), 0);
	/* leave_folder finds what else there may be */
}

static void what_is_no_file_is_refused_without_waiting(void **state)
{
	static const char *const names[] = {"nothing", "folder", "fifo", "/dev/zero"};

	(void)state;
	mkdir("folder", 0700);
	mkfifo("fifo", 0600);
	for (size_t i = 0; i < COUNT(names); i++) {
		buf_auto b = BUF_EMPTY;
		struct err err = ERR_INIT;
		assert_int_equal(file_read(names[i], 100, &b, &err), -1);
		assert_int_equal(err.kind, ERR_PERM);
		assert_non_null(strstr(err.text, names[i]));
	}
	rmdir("folder");
	unlink("fifo");
}

static void a_secret_must_be_one(void **state)
{
	static const struct {
		const char *content;
		unsigned int mode;
		const char *secret; /* NULL: refused */
		const char *says;
	} cases[] = {
		{"pass word\n", 0600, "pass word", NULL},
		{"x\r\n", 0400, "x", NULL},
		{"x", 0600, "x", NULL},
		{" x ", 0600, " x ", NULL},
		{"x", 0640, NULL, "chmod 600 s"},
		{"x", 0604, NULL, "chmod 600 s"},
		{"", 0600, NULL, "is empty"},
		{"\n", 0600, NULL, "is empty"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		buf_auto b = BUF_EMPTY;
		struct err err = ERR_INIT;
		assert_int_equal(file_write("s", cases[i].content,
					 strlen(cases[i].content), cases[i].mode, &err),
			0);
		int result = file_read_secret("s", &b, &err);
		assert_int_equal(result, cases[i].secret ? 0 : -1);
		if (cases[i].secret)
			assert_string_equal(buf_str(&b), cases[i].secret);
		else
			assert_non_null(strstr(err.text, cases[i].says));
	}
	unlink("s");
}

static void names_are_joined_to_their_folder(void **state)
{
	static const char *const cases[][3] = {
		{"/etc", "x", "/etc/x"},
		{"/etc/", "x", "/etc/x"},
		{"/etc", "/x", "/x"},
		{"", "x", "x"},
		{"a", "b/c", "a/b/c"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		str_auto *joined = file_join(cases[i][0], cases[i][1]);
		assert_string_equal(joined, cases[i][2]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(a_write_that_fails_leaves_nothing_behind),
		cmocka_unit_test(what_is_no_file_is_refused_without_waiting),
		cmocka_unit_test(a_secret_must_be_one),
		cmocka_unit_test(names_are_joined_to_their_folder),
	};

	return cmocka_run_group_tests_name(
		"base/file", tests, enter_folder, leave_folder);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/frame.h"
#include "base/mem.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void frames_cross_a_pipe_whole(void **state)
{
	static const size_t lens[] = {0, 1, 70000, FRAME_MAX};
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	pid_t writer = fork();
	if (writer == 0) {
		char *bytes = xcalloc(1, FRAME_MAX + 5);
		for (size_t i = 0; i < COUNT(lens); i++)
			frame_write(fds[1], FRAME_JSON, bytes, lens[i], NULL);
		frame_write_all(fds[1], bytes, FRAME_MAX + 5, NULL);
		frame_write(fds[1], FRAME_END, "", 0, NULL);
		_exit(0);
	}
	close(fds[1]);
	fd_auto from = fds[0];
	buf_auto got = BUF_EMPTY;
	enum frame_type type;
	for (size_t i = 0; i < COUNT(lens); i++) {
		assert_int_equal(frame_read(from, &type, &got, NULL), 1);
		assert_int_equal(type, FRAME_JSON);
		assert_int_equal(got.len, lens[i]);
	}
	static const size_t pieces[] = {FRAME_MAX, 5};
	for (size_t i = 0; i < COUNT(pieces); i++) {
		assert_int_equal(frame_read(from, &type, &got, NULL), 1);
		assert_int_equal(type, FRAME_BYTES);
		assert_int_equal(got.len, pieces[i]);
	}
	assert_int_equal(frame_read(from, &type, &got, NULL), 1);
	assert_int_equal(type, FRAME_END);
	assert_int_equal(frame_read(from, &type, &got, NULL), 0);
	waitpid(writer, NULL, 0);
}

static void what_is_no_frame_is_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		int result;
	} cases[] = {
		{"", 0, 0},
		{"J\0\0\0\2hi", 7, 1},
		{"E\0\0\0\0", 5, 1},
		{"J", 1, -1},
		{"J\0\0\0", 4, -1},
		{"J\0\0\0\2", 5, -1},
		{"J\0\0\0\2h", 6, -1},
		{"J\0\x10\0\1", 5, -1}, /* FRAME_MAX + 1 */
		{"J\xff\xff\xff\xff", 5, -1},
		{"X\0\0\0\0", 5, -1},
		{"\0\0\0\0\0", 5, -1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		buf_auto got = BUF_EMPTY;
		struct err err = ERR_INIT;
		enum frame_type type;
		int fds[2];
		assert_int_equal(pipe(fds), 0);
		assert_int_equal(
			write(fds[1], cases[i].bytes, cases[i].len), cases[i].len);
		close(fds[1]);
		assert_int_equal(
			frame_read(fds[0], &type, &got, &err), cases[i].result);
		assert_int_equal(err.kind != ERR_NONE, cases[i].result < 0);
		close(fds[0]);
	}
}

static void a_frame_in_memory_is_that_on_the_wire(void **state)
{
	buf_auto b = BUF_EMPTY;
	enum frame_type type;
	size_t len;

	(void)state;
	frame_put(&b, FRAME_BYTES, "hej", 3);
	assert_int_equal(b.len, 8);
	assert_memory_equal(b.data, "B\0\0\0\3hej", 8);
	assert_int_equal(frame_head(b.data, &type, &len), 0);
	assert_int_equal(type, FRAME_BYTES);
	assert_int_equal(len, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_cross_a_pipe_whole),
		cmocka_unit_test(what_is_no_frame_is_refused),
		cmocka_unit_test(a_frame_in_memory_is_that_on_the_wire),
	};

	return cmocka_run_group_tests_name("base/frame", tests, NULL, NULL);
}

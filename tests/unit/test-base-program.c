#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/program.h"
#include "base/spool.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct program_limits limits = {
	.cpu_seconds = 2, .wall_ms = 10000, .memory = 256 << 20, .output_max = 1 << 20};

static int file_of(const char *bytes, size_t len)
{
	struct err err = ERR_INIT;
	spool_auto s = SPOOL_NONE;
	const struct content content = CONTENT_OF(bytes, len);

	assert_int_equal(spool_open(&s, "/tmp", &err), 0);
	assert_int_equal(spool_add(&s, &content, &err), 0);
	return spool_reopen(&s, &err);
}

/* A shell's script. */
static enum program_outcome run(const char *script, const struct program_limits *most,
	struct buf *out, int *code)
{
	const char *const argv[] = {"/bin/sh", "-c", script, NULL};
	struct err err = ERR_INIT;
	buf_auto said = BUF_EMPTY;
	fd_auto in = file_of("abc\n", 4);

	return program_run(argv, most, in, out, &said, code, &err);
}

static void a_program_turns_its_input_into_output_and_leaves(void **state)
{
	const char *const argv[] = {"/usr/bin/tr", "a-z", "A-Z", NULL};
	struct err err = ERR_INIT;
	buf_auto out = BUF_EMPTY;
	buf_auto said = BUF_EMPTY;
	buf_auto in = BUF_EMPTY;
	int code = 7;
	(void)state;

	for (int i = 0; i < 100000; i++)
		buf_add_str(&in, "abcdef\n");
	fd_auto fd = file_of(in.data, in.len);
	assert_int_equal(program_run(argv, &limits, fd, &out, &said, &code, &err),
		PROGRAM_ENDED);
	assert_int_equal(code, 0);
	assert_int_equal(out.len, in.len);
	assert_memory_equal(out.data, "ABCDEF\n", 7);
}

static void what_it_may_not_do_fails_and_it_goes_on(void **state)
{
	const struct {
		const char *script;
		int code;
	} cases[] = {
		{"read x; test \"$x\" = abc", 0},
		{"read x < /usr/share/common-licenses/GPL-2", 0},
		{"echo x > /dev/null || exit 3", 3},
		{"(echo x > /tmp/program-test-file) 2>/dev/null; exit 4", 2},
		{"exec /usr/bin/true", 0},    /* exec of its own place */
		{"/usr/bin/true; exit 5", 2}, /* fork is refused */
		{"kill -0 $PPID || exit 6", 6},
		{"ulimit -n 1000 2>/dev/null || exit 7", 7},
		{"read x < /etc/passwd && exit 0; exit 8", 8},
	};
	(void)state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		buf_auto out = BUF_EMPTY;
		int code = -1;
		enum program_outcome ended = run(cases[i].script, &limits, &out, &code);
		if (ended != PROGRAM_ENDED || (cases[i].code && code == 0) ||
			(!cases[i].code && code != 0))
			fail_msg("%s: %d, code %d", cases[i].script, (int)ended, code);
	}
	assert_int_not_equal(access("/tmp/program-test-file", F_OK), 0);
}

static void a_limit_ends_it(void **state)
{
	static const struct {
		const char *script;
		struct program_limits limits;
		enum program_outcome ended;
	} cases[] = {
		{"while :; do :; done", {1, 20000, 256 << 20, 100}, PROGRAM_TOO_SLOW},
		{"while :; do :; done", {60, 200, 256 << 20, 100}, PROGRAM_TOO_SLOW},
		{"exec >&- 2>&-; while :; do :; done", {60, 200, 256 << 20, 100},
			PROGRAM_DIED},
		{"while :; do echo aaaaaaaaaaaaaaa; done", {60, 20000, 256 << 20, 100},
			PROGRAM_TOO_MUCH},
		{"kill -SEGV $$", {60, 20000, 256 << 20, 100}, PROGRAM_ENDED},
	};
	(void)state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		buf_auto out = BUF_EMPTY;
		int code = 0;
		enum program_outcome ended =
			run(cases[i].script, &cases[i].limits, &out, &code);
		if (ended != cases[i].ended)
			fail_msg("%s: %d", cases[i].script, (int)ended);
		assert_true(out.len <= 100);
	}
}

static void one_that_is_not_there_is_told_from_one_that_failed(void **state)
{
	const char *const argv[] = {"/usr/bin/no-such-program", NULL};
	struct err err = ERR_INIT;
	buf_auto out = BUF_EMPTY;
	buf_auto said = BUF_EMPTY;
	int code = 0;
	fd_auto in = file_of("", 0);
	(void)state;

	assert_int_equal(program_run(argv, &limits, in, &out, &said, &code, &err),
		PROGRAM_NOT_RUN);
	assert_int_equal(err.kind, ERR_TEMP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_turns_its_input_into_output_and_leaves),
		cmocka_unit_test(what_it_may_not_do_fails_and_it_goes_on),
		cmocka_unit_test(a_limit_ends_it),
		cmocka_unit_test(one_that_is_not_there_is_told_from_one_that_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"

/* What an event looks like on stderr. */
static void assert_logged(const char *subject, const char *line)
{
	char got[256] = "";
	int fds[2];
	fd_auto kept = dup(STDERR_FILENO);

	assert_int_equal(pipe(fds), 0);
	dup2(fds[1], STDERR_FILENO);
	log_event(LOG_LEVEL_WARNING, "mail-broken", "subject=%s", subject);
	dup2(kept, STDERR_FILENO);
	close(fds[1]);
	assert_int_equal(read(fds[0], got, sizeof(got) - 1), strlen(line));
	assert_string_equal(got, line);
	close(fds[0]);
}

/* A26 */
static void an_event_is_one_line_whatever_it_holds(void **state)
{
	(void)state;
	log_open("office");
	assert_logged("m\xc3\xb6te", "<4>office mail-broken subject=m\xc3\xb6te\n");
	assert_logged("a\n<0>kernel b\x1b[2J",
		"<4>office mail-broken subject=a\\x0a<0>kernel b\\x1b[2J\n");
	assert_logged("%n%s", "<4>office mail-broken subject=%n%s\n");
	assert_logged("\xff", "<4>office mail-broken subject=\xef\xbf\xbd\n");
}

static void an_error_keeps_its_kind_and_gets_a_prefix(void **state)
{
	struct err err = ERR_INIT;
	char much[600];

	(void)state;
	assert_int_equal(err_set(&err, ERR_TEMP, "code %d", 421), -1);
	assert_int_equal(err_prefix(&err, "smtp"), -1);
	assert_int_equal(err.kind, ERR_TEMP);
	assert_string_equal(err.text, "smtp: code 421");
	assert_int_equal(err_set(NULL, ERR_PERM, "nobody asks"), -1);
	memset(much, 'x', sizeof(much) - 1);
	much[sizeof(much) - 1] = '\0';
	err_set(&err, ERR_PERM, "%s", much);
	err_prefix(&err, "%s", much);
	assert_in_range(strlen(err.text), 200, sizeof(err.text) - 1);
}

static void a_buffer_is_always_a_string(void **state)
{
	buf_auto b = BUF_EMPTY;

	(void)state;
	assert_string_equal(buf_str(&b), "");
	for (int i = 0; i < 1000; i++)
		buf_addf(&b, "%03d,", i);
	assert_int_equal(b.len, 4000);
	assert_string_equal(b.data + 3992, "998,999,");
	buf_clear(&b);
	assert_string_equal(buf_str(&b), "");
	buf_add(&b, "a\0b", 3);
	assert_memory_equal(b.data, "a\0b", 4);
	str_auto *stolen = buf_steal(&b);
	assert_string_equal(stolen, "a");
	assert_null(b.data);
	str_auto *nothing = buf_steal(&b);
	assert_string_equal(nothing, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_is_one_line_whatever_it_holds),
		cmocka_unit_test(an_error_keeps_its_kind_and_gets_a_prefix),
		cmocka_unit_test(a_buffer_is_always_a_string),
	};

	return cmocka_run_group_tests_name("base/log", tests, NULL, NULL);
}

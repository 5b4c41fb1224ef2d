#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "net/clamd.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* What a scanner that is out of its mind does; the real one is in the flow tests. */
struct peer {
	char dir[32];
	char path[64];
	pid_t pid;
};

static int listen_at(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 5), 0);
	return fd;
}

/* Reads up to read_max bytes, says reply, hangs up; a NULL reply: says nothing. */
static void start_peer(struct peer *p, size_t read_max, const char *reply, size_t len)
{
	snprintf(p->dir, sizeof(p->dir), "/tmp/clamd-test-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->path, sizeof(p->path), "%s/s", p->dir);
	int fd = listen_at(p->path);
	p->pid = fork();
	if (p->pid != 0) {
		close(fd);
		return;
	}
	int with = accept(fd, NULL, NULL);
	char bytes[4096];
	size_t got = 0;
	ssize_t n = 1;
	while (got < read_max && (n = read(with, bytes, sizeof(bytes))) > 0)
		got += (size_t)n;
	if (!reply)
		pause();
	while (len > 0 && (n = send(with, reply, len, MSG_NOSIGNAL)) > 0)
		reply += n, len -= (size_t)n;
	_exit(0);
}

static void stop_peer(struct peer *p)
{
	kill(p->pid, SIGKILL);
	waitpid(p->pid, NULL, 0);
	unlink(p->path);
	rmdir(p->dir);
}

#define SAYS(text) text, sizeof(text)

static void a_reply_is_understood_strictly(void **state)
{
	static char long_reply[100000];
	const struct {
		const char *reply;
		size_t len;
		enum clamd_verdict verdict;
		const char *signature;
	} cases[] = {
		{SAYS("stream: OK"), CLAMD_CLEAN, NULL},
		{SAYS("stream: Eicar-Signature FOUND"), CLAMD_INFECTED,
			"Eicar-Signature"},
		{SAYS("stream: a\x1b[31m\nb FOUND"), CLAMD_INFECTED,
			"a\\x1b[31m\\x0ab"},
		{SAYS("INSTREAM size limit exceeded. ERROR"), CLAMD_TOO_LARGE, NULL},
		{SAYS("stream:  FOUND"), CLAMD_AWAY, NULL},
		{SAYS("stream: OK FOUND"), CLAMD_INFECTED, "OK"},
		{SAYS("OK"), CLAMD_AWAY, NULL},
		{SAYS("stream: OKAY"), CLAMD_AWAY, NULL},
		{SAYS("UNKNOWN COMMAND"), CLAMD_AWAY, NULL},
		{SAYS(""), CLAMD_AWAY, NULL},
		{"stream: OK", 10, CLAMD_AWAY, NULL}, /* cut before its end */
		{"", 0, CLAMD_AWAY, NULL},
		{long_reply, sizeof(long_reply), CLAMD_AWAY, NULL},
	};
	const struct content abc = CONTENT_OF("abc", 3);
	(void)state;

	memset(long_reply, 'a', sizeof(long_reply));
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct peer p;
		struct err err = ERR_INIT;
		str_auto *signature = NULL;
		start_peer(&p, sizeof("zINSTREAM") + 4 + 3 + 4, cases[i].reply,
			cases[i].len);
		enum clamd_verdict verdict =
			clamd_scan(p.path, 10, &abc, &signature, &err);
		stop_peer(&p);
		if (verdict != cases[i].verdict)
			fail_msg("case %zu: %d, %s", i, (int)verdict, err.text);
		if (cases[i].signature)
			assert_string_equal(signature, cases[i].signature);
		if (verdict == CLAMD_AWAY)
			assert_int_equal(err.kind, ERR_TEMP);
	}
}

static void one_that_takes_no_more_has_said_why(void **state)
{
	struct peer p;
	struct err err = ERR_INIT;
	str_auto *signature = NULL;
	size_t len = 8 << 20;
	str_auto *bytes = xcalloc(1, len);
	const struct content content = CONTENT_OF(bytes, len);
	(void)state;

	start_peer(&p, 100000, SAYS("INSTREAM size limit exceeded. ERROR"));
	enum clamd_verdict verdict = clamd_scan(p.path, 10, &content, &signature, &err);
	stop_peer(&p);
	/* A peer that hangs up with bytes unread may take its words with it. */
	assert_true(verdict == CLAMD_TOO_LARGE || verdict == CLAMD_AWAY);
}

static void one_that_is_silent_is_left_in_time(void **state)
{
	struct peer p;
	struct err err = ERR_INIT;
	str_auto *signature = NULL;
	int64_t before = clock_monotonic_ms();
	const struct content abc = CONTENT_OF("abc", 3);
	(void)state;

	start_peer(&p, 1, NULL, 0);
	assert_int_equal(clamd_scan(p.path, 1, &abc, &signature, &err), CLAMD_AWAY);
	assert_int_equal(clamd_answers("/nonexistent/clamd.sock", 1, &err), 0);
	stop_peer(&p);
	assert_in_range(clock_monotonic_ms() - before, 900, 5000);
}

static void one_that_answers_is_known_by_its_word(void **state)
{
	struct peer p;
	struct err err = ERR_INIT;
	(void)state;

	start_peer(&p, sizeof("zPING"), SAYS("PONG"));
	assert_int_equal(clamd_answers(p.path, 5, &err), 1);
	stop_peer(&p);
	start_peer(&p, sizeof("zPING"), SAYS("PANG"));
	assert_int_equal(clamd_answers(p.path, 5, &err), 0);
	stop_peer(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reply_is_understood_strictly),
		cmocka_unit_test(one_that_takes_no_more_has_said_why),
		cmocka_unit_test(one_that_is_silent_is_left_in_time),
		cmocka_unit_test(one_that_answers_is_known_by_its_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/frame.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* ---- the child: this program, called with the name of what it is to do ---- */

static bool next_question(struct buf *json, struct buf *bytes)
{
	buf_auto piece = BUF_EMPTY;
	enum frame_type type;

	buf_clear(json);
	buf_clear(bytes);
	while (frame_read(STDIN_FILENO, &type, &piece, NULL) == 1) {
		if (type == FRAME_END)
			return true;
		struct buf *to = type == FRAME_JSON ? json : bytes;
		buf_add(to, piece.data, piece.len);
	}
	return false;
}

static void reply(const char *json, const void *bytes, size_t len)
{
	frame_write(STDOUT_FILENO, FRAME_JSON, json, strlen(json), NULL);
	frame_write_all(STDOUT_FILENO, bytes, len, NULL);
	frame_write(STDOUT_FILENO, FRAME_END, "", 0, NULL);
}

static void spin(void)
{
	for (volatile unsigned int i = 0;; i++)
		;
}

static void flood(void)
{
	static const char zeros[65536];

	while (frame_write(STDOUT_FILENO, FRAME_BYTES, zeros, sizeof(zeros), NULL) == 0)
		;
}

/* Its process id, the signals it does not see and those it holds back. */
static void reply_how_it_was_started(void)
{
	buf_auto out = BUF_EMPTY;
	struct sigaction term;
	sigset_t held;
	int death = 0;

	sigaction(SIGTERM, NULL, &term);
	sigprocmask(SIG_SETMASK, NULL, &held);
	prctl(PR_GET_PDEATHSIG, &death);
	buf_addf(&out, "term %s, usr1 %s, death %d, fd %s",
		term.sa_handler == SIG_IGN ? "ignored" : "seen",
		sigismember(&held, SIGUSR1) ? "held" : "free", death,
		lseek(9, 0, SEEK_CUR) < 0 ? "closed" : "open");
	reply(buf_str(&out), "", 0);
}

static void raw(const char *bytes, size_t len)
{
	ssize_t n = write(STDOUT_FILENO, bytes, len);

	(void)n;
}

static void do_as_asked(const struct buf *json, const struct buf *bytes)
{
	const char *what = buf_str(json);
	char pid[16];

	if (strcmp(what, "echo") == 0)
		reply("{}", bytes->data, bytes->len);
	else if (strcmp(what, "pid") == 0) {
		snprintf(pid, sizeof(pid), "%d", (int)getpid());
		reply(pid, "", 0);
	} else if (strcmp(what, "started") == 0)
		reply_how_it_was_started();
	else if (strcmp(what, "leave") == 0)
		exit(3);
	else if (strcmp(what, "crash") == 0)
		raise(SIGKILL);
	else if (strcmp(what, "spin") == 0)
		spin();
	else if (strcmp(what, "hang") == 0)
		pause();
	else if (strcmp(what, "flood") == 0)
		flood();
	else if (strcmp(what, "garbage") == 0)
		raw("<html> no frame", 15);
	else if (strcmp(what, "huge frame") == 0)
		raw("B\xff\xff\xff\xff", 5);
	else if (strcmp(what, "no json") == 0)
		raw("E\0\0\0\0", 5);
	else if (strcmp(what, "two json") == 0)
		raw("J\0\0\0\1xJ\0\0\0\1xE\0\0\0\0", 17);
	else if (strcmp(what, "half") == 0) {
		raw("J\0\0\0\5ab", 7);
		exit(0);
	} else if (strcmp(what, "more") == 0) {
		raw("J\0\0\0\1xE\0\0\0\0J\0\0\0\1y", 17);
	} else if (strcmp(what, "close") == 0) {
		close(STDOUT_FILENO);
		pause();
	}
}

static int answer_all(void)
{
	buf_auto json = BUF_EMPTY;
	buf_auto bytes = BUF_EMPTY;

	while (next_question(&json, &bytes))
		do_as_asked(&json, &bytes);
	return 0;
}

/* Sends back each frame of content while the rest of the question is still to come. */
static int answer_as_it_reads(void)
{
	buf_auto piece = BUF_EMPTY;
	enum frame_type type;

	while (frame_read(STDIN_FILENO, &type, &piece, NULL) == 1)
		frame_write(STDOUT_FILENO, type, piece.data, piece.len, NULL);
	return 0;
}

static int answer_unread(void)
{
	reply("unread", "", 0);
	pause();
	return 0;
}

static int leave_unread(void)
{
	return 4;
}

static const struct {
	const char *name;
	int (*run)(void);
} modes[] = {
	{"--answer", answer_all},
	{"--answer-as-it-reads", answer_as_it_reads},
	{"--answer-unread", answer_unread},
	{"--leave-unread", leave_unread},
};

/* ---- the asker ---- */

static const struct child_limits limits = {10000, 20000, 8 << 20};

static struct child *child_of(const char *mode, struct child_limits l)
{
	const char *const argv[] = {"/proc/self/exe", mode, NULL};

	return child_new(argv, l);
}

struct answer {
	enum child_outcome outcome;
	struct buf json;
	struct buf bytes;
	struct err err;
};

static void answer_deinit(struct answer *a)
{
	buf_deinit(&a->json);
	buf_deinit(&a->bytes);
}
#define answer_auto __attribute__((cleanup(answer_deinit))) struct answer

static struct answer ask(
	struct child *c, const char *question, const void *content, size_t len)
{
	struct answer a = {0};

	a.outcome = child_ask(c, question, content, len, &a.json, &a.bytes, &a.err);
	return a;
}

static void assert_answers(struct child *c)
{
	answer_auto a = ask(c, "echo", "hej", 3);

	assert_int_equal(a.outcome, CHILD_ANSWERED);
	assert_string_equal(buf_str(&a.bytes), "hej");
}

static void content_of_any_length_comes_back(void **state)
{
	static const size_t lens[] = {0, 1, 65536, FRAME_MAX - 1, FRAME_MAX,
		FRAME_MAX + 1, 3 * FRAME_MAX + 17};
	child_auto *c = child_of("--answer", limits);

	(void)state;
	for (size_t i = 0; i < COUNT(lens); i++) {
		buf_auto content = BUF_EMPTY;
		char *to = buf_reserve(&content, lens[i]);
		for (size_t j = 0; j < lens[i]; j++)
			to[j] = (char)(j * 31 + i);
		answer_auto a = ask(c, "echo", content.data, lens[i]);
		assert_int_equal(a.outcome, CHILD_ANSWERED);
		assert_string_equal(buf_str(&a.json), "{}");
		assert_int_equal(a.bytes.len, lens[i]);
		if (lens[i])
			assert_memory_equal(a.bytes.data, content.data, lens[i]);
	}
}

static void a_child_that_writes_before_it_has_read_blocks_no_one(void **state)
{
	child_auto *c = child_of("--answer-as-it-reads", limits);
	buf_auto content = BUF_EMPTY;

	(void)state;
	memset(buf_reserve(&content, 4 << 20), 'x', 4 << 20);
	answer_auto a = ask(c, "q", content.data, 4 << 20);
	assert_int_equal(a.outcome, CHILD_ANSWERED);
	assert_int_equal(a.bytes.len, 4 << 20);
}

static struct answer take(struct child *c)
{
	struct answer a = {0};

	a.outcome = child_take(c, &a.json, &a.bytes, &a.err);
	return a;
}

static void what_is_put_ahead_is_answered_in_order(void **state)
{
	static const size_t lens[] = {0, 3, CHILD_AHEAD, 100, CHILD_AHEAD, CHILD_AHEAD};
	static char content[CHILD_AHEAD];
	child_auto *c = child_of("--answer", limits);

	(void)state;
	answer_auto before = ask(c, "pid", "", 0);
	child_put(c, "echo", content, lens[0]);
	for (size_t i = 0; i < 200; i++) {
		memset(content, 'a' + (int)(i % 26), sizeof(content));
		child_put(c, "echo", content, lens[(i + 1) % COUNT(lens)]);
		answer_auto a = take(c);
		assert_int_equal(a.outcome, CHILD_ANSWERED);
		assert_int_equal(a.bytes.len, lens[i % COUNT(lens)]);
		if (a.bytes.len)
			assert_int_equal(a.bytes.data[0], 'a' + (int)((i + 25) % 26));
	}
	answer_auto last = take(c);
	assert_int_equal(last.outcome, CHILD_ANSWERED);
	answer_auto after = ask(c, "pid", "", 0);
	assert_string_equal(buf_str(&before.json), buf_str(&after.json));
}

static void a_child_that_dies_over_one_is_given_the_other_again(void **state)
{
	static const struct {
		const char *first, *second;
		enum child_outcome outcomes[2];
	} cases[] = {
		{"crash", "echo", {CHILD_DIED, CHILD_ANSWERED}},
		{"echo", "crash", {CHILD_ANSWERED, CHILD_DIED}},
		{"garbage", "echo", {CHILD_DIED, CHILD_ANSWERED}},
		{"flood", "echo", {CHILD_TOO_MUCH, CHILD_ANSWERED}},
		{"leave", "leave", {CHILD_DIED, CHILD_DIED}},
	};
	child_auto *c = child_of("--answer", limits);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		child_put(c, cases[i].first, "hej", 3);
		child_put(c, cases[i].second, "hej", 3);
		answer_auto first = take(c);
		assert_int_equal(first.outcome, cases[i].outcomes[0]);
		child_put(c, "echo", "hopp", 4);
		answer_auto second = take(c);
		assert_int_equal(second.outcome, cases[i].outcomes[1]);
		answer_auto third = take(c);
		assert_int_equal(third.outcome, CHILD_ANSWERED);
		assert_string_equal(buf_str(&third.bytes), "hopp");
	}
}

static void what_was_put_is_dropped_for_another_question(void **state)
{
	child_auto *c = child_of("--answer", limits);

	(void)state;
	for (int taken = 0; taken < 2; taken++) {
		child_put(c, "echo", "x", 1);
		child_put(c, "echo", "y", 1);
		if (taken) {
			answer_auto a = take(c);
			assert_string_equal(buf_str(&a.bytes), "x");
		}
		assert_answers(c);
	}
	child_put(c, "echo", "z", 1); /* freed with the child */
}

static void one_child_serves_many_questions(void **state)
{
	child_auto *c = child_of("--answer", limits);

	(void)state;
	answer_auto first = ask(c, "pid", "", 0);
	answer_auto second = ask(c, "pid", "", 0);
	assert_int_equal(first.outcome, CHILD_ANSWERED);
	assert_string_equal(buf_str(&first.json), buf_str(&second.json));
}

static void what_a_child_does_wrong_costs_one_question_only(void **state)
{
	static const struct {
		const char *question;
		enum child_outcome outcome;
		const char *says;
	} cases[] = {
		{"leave", CHILD_DIED, "left with exit code 3"},
		{"crash", CHILD_DIED, "ended by signal 9 (Killed)"},
		{"half", CHILD_DIED, "left with exit code 0"},
		{"flood", CHILD_TOO_MUCH, "replied more than 8388608 bytes"},
		{"garbage", CHILD_DIED, "its reply is not made of frames"},
		{"huge frame", CHILD_DIED, "its reply is not made of frames"},
		{"no json", CHILD_DIED, "its reply is not made of frames"},
		{"two json", CHILD_DIED, "its reply is not made of frames"},
	};
	child_auto *c = child_of("--answer", limits);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		answer_auto a = ask(c, cases[i].question, "", 0);
		assert_int_equal(a.outcome, cases[i].outcome);
		assert_int_equal(a.err.kind, ERR_PERM);
		assert_non_null(strstr(a.err.text, cases[i].says));
		assert_answers(c);
	}
}

static void a_child_that_takes_too_long_is_ended(void **state)
{
	static const struct {
		const char *question;
		struct child_limits limits;
	} cases[] = {
		{"spin", {200, 60000, 1000}}, /* the limit of CPU time */
		{"spin", {60000, 200, 1000}}, /* that of elapsed time */
		{"hang", {60000, 200, 1000}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		child_auto *c = child_of("--answer", cases[i].limits);
		int64_t start = clock_monotonic_ms();
		answer_auto a = ask(c, cases[i].question, "", 0);
		int64_t took = clock_monotonic_ms() - start;
		assert_int_equal(a.outcome, CHILD_TOO_SLOW);
		assert_int_equal(a.err.kind, ERR_PERM);
		assert_in_range(took, 190, 30000);
		assert_answers(c);
	}
}

static void cpu_time_is_counted_for_each_question_anew(void **state)
{
	child_auto *c =
		child_of("--answer", (struct child_limits){1000, 60000, 1 << 20});
	answer_auto before = ask(c, "pid", "", 0);

	(void)state;
	/* Far more than a second in all, far less for each. */
	for (int64_t end = clock_monotonic_ms() + 1500; clock_monotonic_ms() < end;)
		assert_answers(c);
	answer_auto after = ask(c, "pid", "", 0);
	assert_string_equal(buf_str(&before.json), buf_str(&after.json));
}

static void a_closed_pipe_without_a_reply_is_a_death(void **state)
{
	child_auto *c = child_of("--answer", limits);

	(void)state;
	answer_auto a = ask(c, "close", "", 0);
	assert_int_equal(a.outcome, CHILD_DIED);
	assert_non_null(strstr(a.err.text, "closed its output without a reply"));
	assert_answers(c);
}

static void a_reply_with_more_behind_it_does_not_reach_the_next(void **state)
{
	child_auto *c = child_of("--answer", limits);

	(void)state;
	answer_auto a = ask(c, "more", "", 0);
	assert_int_equal(a.outcome, CHILD_ANSWERED);
	assert_string_equal(buf_str(&a.json), "x");
	assert_answers(c);
}

static void a_question_left_unread_does_not_reach_the_next(void **state)
{
	child_auto *c = child_of("--answer-unread", limits);
	buf_auto content = BUF_EMPTY;

	(void)state;
	memset(buf_reserve(&content, 1 << 20), 'x', 1 << 20);
	for (int i = 0; i < 2; i++) {
		answer_auto a = ask(c, "q", content.data, 1 << 20);
		assert_int_equal(a.outcome, CHILD_ANSWERED);
		assert_string_equal(buf_str(&a.json), "unread");
	}
}

/* SIGPIPE has its deadly default here: the test would end with it. */
static void a_child_gone_before_it_has_read_does_not_kill_the_asker(void **state)
{
	child_auto *c = child_of("--leave-unread", limits);
	buf_auto content = BUF_EMPTY;

	(void)state;
	signal(SIGPIPE, SIG_DFL);
	memset(buf_reserve(&content, 1 << 20), 'x', 1 << 20);
	for (int i = 0; i < 5; i++) {
		answer_auto a = ask(c, "q", content.data, 1 << 20);
		assert_int_equal(a.outcome, CHILD_DIED);
		assert_non_null(strstr(a.err.text, "left with exit code 4"));
	}
}

static void a_child_killed_between_questions_is_started_again(void **state)
{
	child_auto *c = child_of("--answer", limits);
	answer_auto a = ask(c, "pid", "", 0);
	pid_t pid = (pid_t)strtol(buf_str(&a.json), NULL, 10);
	siginfo_t gone;

	(void)state;
	assert_true(pid > 1);
	kill(pid, SIGKILL);
	waitid(P_PID, (id_t)pid, &gone, WEXITED | WNOWAIT);
	assert_answers(c);
}

static void a_program_that_is_not_there_is_no_fault_of_the_question(void **state)
{
	const char *const argv[] = {"/nonexistent/reader", NULL};
	child_auto *c = child_new(argv, limits);

	(void)state;
	answer_auto a = ask(c, "q", "", 0);
	assert_int_equal(a.outcome, CHILD_DIED);
	assert_int_equal(a.err.kind, ERR_TEMP);
}

static void the_child_inherits_nothing_but_its_pipes(void **state)
{
	child_auto *c = child_of("--answer", limits);
	sigset_t held;
	sigset_t old;

	(void)state;
	assert_int_equal(dup2(STDERR_FILENO, 9), 9);
	sigemptyset(&held);
	sigaddset(&held, SIGUSR1);
	sigprocmask(SIG_BLOCK, &held, &old);
	answer_auto a = ask(c, "started", "", 0);
	sigprocmask(SIG_SETMASK, &old, NULL);
	close(9);
	assert_string_equal(
		buf_str(&a.json), "term ignored, usr1 free, death 9, fd closed");
}

static void freeing_it_leaves_no_process_behind(void **state)
{
	struct child *c = child_of("--answer", limits);
	answer_auto a = ask(c, "pid", "", 0);
	pid_t pid = (pid_t)strtol(buf_str(&a.json), NULL, 10);

	(void)state;
	assert_int_equal(kill(pid, 0), 0);
	child_free(c);
	assert_int_equal(kill(pid, 0), -1);
	child_free(NULL);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(content_of_any_length_comes_back),
		cmocka_unit_test(a_child_that_writes_before_it_has_read_blocks_no_one),
		cmocka_unit_test(what_is_put_ahead_is_answered_in_order),
		cmocka_unit_test(a_child_that_dies_over_one_is_given_the_other_again),
		cmocka_unit_test(what_was_put_is_dropped_for_another_question),
		cmocka_unit_test(one_child_serves_many_questions),
		cmocka_unit_test(what_a_child_does_wrong_costs_one_question_only),
		cmocka_unit_test(a_child_that_takes_too_long_is_ended),
		cmocka_unit_test(cpu_time_is_counted_for_each_question_anew),
		cmocka_unit_test(a_closed_pipe_without_a_reply_is_a_death),
		cmocka_unit_test(a_reply_with_more_behind_it_does_not_reach_the_next),
		cmocka_unit_test(a_question_left_unread_does_not_reach_the_next),
		cmocka_unit_test(
			a_child_gone_before_it_has_read_does_not_kill_the_asker),
		cmocka_unit_test(a_child_killed_between_questions_is_started_again),
		cmocka_unit_test(
			a_program_that_is_not_there_is_no_fault_of_the_question),
		cmocka_unit_test(the_child_inherits_nothing_but_its_pipes),
		cmocka_unit_test(freeing_it_leaves_no_process_behind),
	};

	for (size_t i = 0; argc == 2 && i < COUNT(modes); i++)
		if (strcmp(argv[1], modes[i].name) == 0)
			return modes[i].run();
	return cmocka_run_group_tests_name("base/child", tests, NULL, NULL);
}

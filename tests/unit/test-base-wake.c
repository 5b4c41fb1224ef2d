#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <unistd.h>

#include "base/wake.h"

static volatile sig_atomic_t signalled;

static void on_signal(int sig)
{
	(void)sig;
	signalled++;
}

static int hold_signal(void **state)
{
	struct sigaction action = {.sa_handler = on_signal};
	sigset_t held;

	(void)state;
	sigemptyset(&held);
	sigaddset(&held, SIGUSR1);
	sigprocmask(SIG_BLOCK, &held, NULL);
	return sigaction(SIGUSR1, &action, NULL);
}

static void calls_before_the_wait_are_one_call(void **state)
{
	struct wake w;

	(void)state;
	assert_int_equal(wake_open(&w), 0);
	for (int i = 0; i < 3; i++)
		wake_up(&w, WORKER_OFFICE);
	assert_int_equal(wake_wait(&w, WORKER_INTAKE, -1, 0), WAKE_TIMEOUT);
	assert_int_equal(wake_wait(&w, WORKER_OFFICE, -1, -1), WAKE_CALLED);
	assert_int_equal(wake_wait(&w, WORKER_OFFICE, -1, 0), WAKE_TIMEOUT);
	wake_close(&w);
	assert_int_equal(w.fd[WORKER_OFFICE], -1);
}

static void nobody_to_wake_is_no_error(void **state)
{
	struct wake none = WAKE_NONE;

	(void)state;
	wake_up(&none, WORKER_DISPATCH);
	assert_int_equal(wake_wait(&none, WORKER_DISPATCH, -1, 1), WAKE_TIMEOUT);
	wake_close(&none);
}

static void another_descriptor_ends_the_wait_until_it_is_read(void **state)
{
	struct wake none = WAKE_NONE;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	const int many[] = {-1, fds[0]};
	assert_int_equal(wake_wait(&none, WORKER_INTAKE, fds[0], 0), WAKE_TIMEOUT);
	assert_int_equal(
		wake_wait_many(&none, WORKER_INTAKE, many, 2, 0), WAKE_TIMEOUT);
	assert_int_equal(write(fds[1], "x", 1), 1);
	assert_int_equal(wake_wait(&none, WORKER_INTAKE, fds[0], -1), WAKE_OTHER_FD);
	assert_int_equal(
		wake_wait_many(&none, WORKER_INTAKE, many, 2, -1), WAKE_OTHER_FD);
	close(fds[0]);
	close(fds[1]);
}

static void a_signal_that_came_before_the_wait_is_not_missed(void **state)
{
	struct wake w;

	(void)state;
	assert_int_equal(wake_open(&w), 0);
	wake_up(&w, WORKER_OFFICE);
	signalled = 0;
	raise(SIGUSR1);
	assert_int_equal(signalled, 0);
	/* and comes before a call, so that calls without end cannot hide it */
	assert_int_equal(wake_wait(&w, WORKER_OFFICE, -1, -1), WAKE_SIGNAL);
	assert_int_equal(signalled, 1);
	assert_int_equal(wake_wait(&w, WORKER_OFFICE, -1, -1), WAKE_CALLED);
	raise(SIGUSR1);
	assert_int_equal(signalled, 1); /* held again */
	assert_int_equal(wake_wait(&w, WORKER_OFFICE, -1, -1), WAKE_SIGNAL);
	wake_close(&w);
}

static void every_worker_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(worker_name(WORKER_INTAKE), "intake");
	assert_string_equal(worker_name(WORKER_OFFICE), "office");
	assert_string_equal(worker_name(WORKER_DISPATCH), "dispatch");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_before_the_wait_are_one_call),
		cmocka_unit_test(nobody_to_wake_is_no_error),
		cmocka_unit_test(another_descriptor_ends_the_wait_until_it_is_read),
		cmocka_unit_test(a_signal_that_came_before_the_wait_is_not_missed),
		cmocka_unit_test(every_worker_has_a_name),
	};

	return cmocka_run_group_tests_name("base/wake", tests, hold_signal, NULL);
}

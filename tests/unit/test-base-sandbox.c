#define _GNU_SOURCE 1

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/sandbox.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define NO_SANDBOX 99

/* A deed returns 0 or, where the system refused it, errno. */
typedef int (*deed_fn)(void);

static int result(long r)
{
	return r < 0 ? errno : 0;
}

static int open_inet(void)
{
	return result(socket(AF_INET, SOCK_STREAM, 0));
}

static int open_inet6(void)
{
	return result(socket(AF_INET6, SOCK_DGRAM, 0));
}

static int open_netlink(void)
{
	return result(socket(AF_NETLINK, SOCK_RAW, 0));
}

static int open_unix(void)
{
	return result(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int open_file(void)
{
	return result(open("/etc/passwd", O_RDONLY));
}

static int open_at(void)
{
	return result(syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", NULL, 0));
}

static int stat_file(void)
{
	struct stat st;

	return result(stat("/etc/passwd", &st));
}

static int ask_access(void)
{
	return result(access("/etc/passwd", R_OK));
}

static int start_process(void)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0)
		_exit(0);
	if (pid < 0)
		return errno;
	return waitpid(pid, &status, 0) == pid ? status : -1;
}

static int run_program(void)
{
	return result(execl("/bin/true", "true", (char *)NULL));
}

static int send_signal(void)
{
	return result(kill(getppid(), 0));
}

static int new_namespace(void)
{
	return result(unshare(CLONE_NEWUSER));
}

static int clone_into_namespace(void)
{
	return result(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
}

static int mount_it(void)
{
	return result(mount("none", "/mnt", "tmpfs", 0, ""));
}

static int load_bpf(void)
{
	return result(syscall(SYS_bpf, 0, NULL, 0));
}

static int keep_key(void)
{
	return result(syscall(SYS_keyctl, 0, 0, 0, 0, 0));
}

static int measure(void)
{
	return result(syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0));
}

static int ring(void)
{
	return result(syscall(SYS_io_uring_setup, 1, NULL));
}

static int trace(void)
{
	return result(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

static int read_limits(void)
{
	struct rlimit l;

	return result(getrlimit(RLIMIT_AS, &l));
}

static int write_limits(void)
{
	struct rlimit l = {100, 100};

	return result(setrlimit(RLIMIT_NOFILE, &l));
}

static int make_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? errno : 0;
}

/* What parsing comes down to: much memory, time, numbers, and both standard streams. */
static int work(void)
{
	struct stat st;
	struct tm tm;
	time_t now = time(NULL);
	char byte;

	for (size_t i = 0; i < 64; i++) {
		char *p = malloc(1 << 20);
		memset(p, 1, 1 << 20);
		p = realloc(p, 2 << 20);
		free(p);
	}
	localtime_r(&now, &tm);
	if (read(STDIN_FILENO, &byte, 1) != 0 || fstat(STDIN_FILENO, &st) < 0)
		return errno ? errno : EIO;
	printf("%s", "");
	fflush(stdout);
	return result(syscall(SYS_getrandom, &byte, 1, 0));
}

static int end_by_abort(void)
{
	signal(SIGABRT, SIG_DFL);
	abort();
}

/* Whose exit code or, negative, signal tells what became of a deed in a sandbox. */
static int in_sandbox(int (*enter)(struct err *), deed_fn deed)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		struct err err;
		int null = open("/dev/null", O_RDWR);
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		prctl(PR_SET_DUMPABLE, 0); /* no core files of those that are killed */
		_exit(enter(&err) == 0 ? deed() : NO_SANDBOX);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static int no_sandbox(struct err *err)
{
	(void)err;
	return 0;
}

struct deed {
	const char *name;
	deed_fn fn;
	int becomes; /* errno, or the signal that ends it, negative */
};

static void check_deeds(
	int (*enter)(struct err *), const struct deed *deeds, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int got = in_sandbox(enter, deeds[i].fn);
		if (got != deeds[i].becomes)
			fail_msg(
				"%s: %d, not %d", deeds[i].name, got, deeds[i].becomes);
	}
}

static void the_office_keeps_files_and_children_but_has_no_network(void **state)
{
	static const struct deed deeds[] = {
		{"AF_UNIX", open_unix, 0},
		{"open", open_file, 0},
		{"stat", stat_file, 0},
		{"fork", start_process, 0},
		{"exec", run_program, 0},
		{"signal", send_signal, 0},
		{"work", work, 0},
		{"limits", write_limits, 0},
		{"AF_INET", open_inet, EPERM},
		{"AF_INET6", open_inet6, EPERM},
		{"AF_NETLINK", open_netlink, EPERM},
		{"unshare", new_namespace, EPERM},
		{"clone", clone_into_namespace, EPERM},
		{"mount", mount_it, EPERM},
		{"bpf", load_bpf, EPERM},
		{"keyctl", keep_key, EPERM},
		{"perf", measure, EPERM},
		{"io_uring", ring, EPERM},
#ifndef __SANITIZE_ADDRESS__
		{"ptrace", trace, EPERM},
#endif
	};

	(void)state;
	check_deeds(sandbox_office, deeds, COUNT(deeds));
}

static void the_reader_can_work_and_nothing_else(void **state)
{
	static const struct deed deeds[] = {
		{"work", work, 0},
		{"read limits", read_limits, 0},
		{"open", open_file, EACCES},
		{"openat2", open_at, EACCES},
		{"stat", stat_file, EACCES},
		{"access", ask_access, EACCES},
		{"write limits", write_limits, EPERM},
		{"abort", end_by_abort, -SIGABRT},
		{"AF_UNIX", open_unix, -SIGSYS},
		{"AF_INET", open_inet, -SIGSYS},
		{"fork", start_process, -SIGSYS},
		{"exec", run_program, -SIGSYS},
		{"signal", send_signal, -SIGSYS},
		{"code", make_code, -SIGSYS},
		{"unshare", new_namespace, -SIGSYS},
		{"io_uring", ring, -SIGSYS},
		{"ptrace", trace, -SIGSYS},
	};

	(void)state;
	check_deeds(sandbox_reader, deeds, COUNT(deeds));
}

/* Or the refusals above would say nothing about the sandbox. */
static void without_a_sandbox_the_same_deeds_succeed(void **state)
{
	static const struct deed deeds[] = {
		{"AF_INET", open_inet, 0},
		{"AF_UNIX", open_unix, 0},
		{"open", open_file, 0},
		{"stat", stat_file, 0},
		{"access", ask_access, 0},
		{"fork", start_process, 0},
		{"exec", run_program, 0},
		{"signal", send_signal, 0},
		{"code", make_code, 0},
		{"ptrace", trace, 0},
		{"limits", write_limits, 0},
		{"openat2", open_at, EINVAL},
	};

	(void)state;
	check_deeds(no_sandbox, deeds, COUNT(deeds));
}

static int office_then_reader(struct err *err)
{
	return sandbox_office(err) < 0 || sandbox_reader(err) < 0 ? -1 : 0;
}

/* The office starts the reader, which narrows itself further. */
static void both_filters_add_up(void **state)
{
	static const struct deed deeds[] = {
		{"work", work, 0},
		{"open", open_file, EACCES},
		{"AF_UNIX", open_unix, -SIGSYS},
	};

	(void)state;
	check_deeds(office_then_reader, deeds, COUNT(deeds));
}

static int small(struct err *err)
{
	return sandbox_limits((size_t)256 << 20, 1, err);
}

static int unlimited(struct err *err)
{
	return sandbox_limits(0, 0, err);
}

static int write_file(void)
{
	FILE *f = tmpfile();

	if (!f)
		return errno;
	return result(write(fileno(f), "x", 1));
}

static int open_many(void)
{
	for (int i = 0; i < 100; i++)
		if (dup(STDIN_FILENO) < 0)
			return errno;
	return 0;
}

static int burn(void)
{
	signal(SIGXCPU, SIG_DFL);
	for (volatile bool on = true; on;)
		;
	return 0;
}

static int no_core(void)
{
	struct rlimit l;

	return getrlimit(RLIMIT_CORE, &l) == 0 && l.rlim_max == 0 ? 0 : 1;
}

#ifndef __SANITIZE_ADDRESS__
static int take_much(void)
{
	void *p = mmap(NULL, (size_t)1 << 30, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? errno : 0;
}

static int is_dumpable(void)
{
	struct err err;

	prctl(PR_SET_DUMPABLE, 1);
	return sandbox_no_core(&err) < 0 ? NO_SANDBOX : prctl(PR_GET_DUMPABLE);
}
#endif

static void limits_hold(void **state)
{
	static const struct deed limited[] = {
		{"write", write_file, EFBIG},
		{"descriptors", open_many, EMFILE},
		{"CPU", burn, -SIGXCPU},
		{"core", no_core, 0},
#ifndef __SANITIZE_ADDRESS__
		{"memory", take_much, ENOMEM},
#endif
	};
#ifndef __SANITIZE_ADDRESS__
	static const struct deed without[] = {{"memory", take_much, 0}};

	check_deeds(unlimited, without, COUNT(without));
	assert_int_equal(in_sandbox(no_sandbox, is_dumpable), 0);
#endif
	(void)state;
	check_deeds(small, limited, COUNT(limited));
	assert_int_equal(in_sandbox(unlimited, work), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_sandbox_the_same_deeds_succeed),
		cmocka_unit_test(
			the_office_keeps_files_and_children_but_has_no_network),
		cmocka_unit_test(the_reader_can_work_and_nothing_else),
		cmocka_unit_test(both_filters_add_up),
		cmocka_unit_test(limits_hold),
	};

	return cmocka_run_group_tests_name("base/sandbox", tests, NULL, NULL);
}

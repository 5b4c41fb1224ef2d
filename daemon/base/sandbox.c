#define _GNU_SOURCE 1

#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef __has_feature /* clang's way to say __SANITIZE_ADDRESS__ */
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#define HAS_ASAN 1
#else
#define HAS_ASAN 0
#endif

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* What descriptors 0 to 2 and a few files that are open need. */
#define DESCRIPTORS_MAX 16

static void filter_freep(scmp_filter_ctx *filter)
{
	if (*filter)
		seccomp_release(*filter);
}
#define filter_auto __attribute__((cleanup(filter_freep))) scmp_filter_ctx

/* The same for each of a list; all of them take effect or the filter is refused. */
static int add_rules(
	scmp_filter_ctx filter, uint32_t action, const int *calls, size_t count)
{
	int bad = 0;

	for (size_t i = 0; i < count; i++)
		bad |= seccomp_rule_add(filter, action, calls[i], 0);
	return bad;
}

static int add_rule_if(
	scmp_filter_ctx filter, uint32_t action, int call, struct scmp_arg_cmp arg)
{
	return seccomp_rule_add_array(filter, action, call, 1, &arg);
}

/* NO_NEW_PRIVS comes with the load (SCMP_FLTATR_CTL_NNP is set by default). */
static int load(scmp_filter_ctx filter, struct err *err)
{
	/* Calls by the 32-bit ABI would pass by rules that name 64-bit numbers. */
	int bad = seccomp_attr_set(
		filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);

	if (!bad)
		bad = seccomp_load(filter);
	if (bad)
		return err_set(err, ERR_PERM, "sandbox: %s", strerror(-bad));
	return 0;
}

/* A user namespace would bring back all that is taken away here. */
static int refuse_namespaces(scmp_filter_ctx filter)
{
	static const uint64_t flags[] = {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWNET,
		CLONE_NEWPID, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP};
	uint32_t refuse = SCMP_ACT_ERRNO(EPERM);
	int bad = 0;

	for (size_t i = 0; i < COUNT(flags); i++)
		bad |= add_rule_if(filter, refuse, SCMP_SYS(clone),
			SCMP_A0(SCMP_CMP_MASKED_EQ, flags[i], flags[i]));
	/* Its flags lie in memory, out of sight; libc falls back to clone. */
	bad |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	return bad;
}

int sandbox_office(struct err *err)
{
	static const int refused[] = {SCMP_SYS(mount), SCMP_SYS(umount2),
		SCMP_SYS(pivot_root), SCMP_SYS(chroot), SCMP_SYS(move_mount),
		SCMP_SYS(open_tree), SCMP_SYS(fsopen), SCMP_SYS(fsconfig),
		SCMP_SYS(fsmount), SCMP_SYS(fspick), SCMP_SYS(mount_setattr),
		SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(bpf), SCMP_SYS(keyctl),
		SCMP_SYS(add_key), SCMP_SYS(request_key), SCMP_SYS(kexec_load),
		SCMP_SYS(kexec_file_load), SCMP_SYS(init_module),
		SCMP_SYS(finit_module), SCMP_SYS(delete_module),
		SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd), SCMP_SYS(setns),
		SCMP_SYS(unshare), SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter),
		SCMP_SYS(io_uring_register), SCMP_SYS(reboot), SCMP_SYS(settimeofday),
		SCMP_SYS(clock_settime), SCMP_SYS(adjtimex), SCMP_SYS(acct),
		SCMP_SYS(quotactl), SCMP_SYS(open_by_handle_at), SCMP_SYS(pidfd_getfd)};
	/* LeakSanitizer stops its own threads with these. */
	static const int spying[] = {SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv),
		SCMP_SYS(process_vm_writev), SCMP_SYS(kcmp)};
	filter_auto filter = seccomp_init(SCMP_ACT_ALLOW);
	uint32_t refuse = SCMP_ACT_ERRNO(EPERM);

	if (!filter)
		return err_set(err, ERR_PERM, "sandbox: no seccomp");
	int bad = add_rules(filter, refuse, refused, COUNT(refused));
	if (!HAS_ASAN)
		bad |= add_rules(filter, refuse, spying, COUNT(spying));
	bad |= add_rule_if(
		filter, refuse, SCMP_SYS(socket), SCMP_A0(SCMP_CMP_NE, AF_UNIX, 0));
	bad |= add_rule_if(
		filter, refuse, SCMP_SYS(socketpair), SCMP_A0(SCMP_CMP_NE, AF_UNIX, 0));
	bad |= refuse_namespaces(filter);
	if (bad)
		return err_set(
			err, ERR_PERM, "sandbox: a rule of the office is refused");
	return load(filter, err);
}

static int reader_may(scmp_filter_ctx filter)
{
	static const int allowed[] = {SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(write),
		SCMP_SYS(writev), SCMP_SYS(close), SCMP_SYS(lseek), SCMP_SYS(fstat),
		SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(select), SCMP_SYS(pselect6),
		SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
		SCMP_SYS(futex), SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres),
		SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(times),
		SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep), SCMP_SYS(getrandom),
		SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask),
		SCMP_SYS(rt_sigaction), SCMP_SYS(sigaltstack),
		SCMP_SYS(restart_syscall), SCMP_SYS(exit), SCMP_SYS(exit_group),
		SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid),
		SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(uname), SCMP_SYS(sysinfo),
		SCMP_SYS(getrusage), SCMP_SYS(getrlimit), SCMP_SYS(sched_yield),
		SCMP_SYS(sched_getaffinity)};
	uint32_t allow = SCMP_ACT_ALLOW;

	return add_rules(filter, allow, allowed, COUNT(allowed)) |
	       /* abort and raise: a signal to a thread of its own process */
	       add_rule_if(filter, allow, SCMP_SYS(tgkill),
		       SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0)) |
	       add_rule_if(filter, allow, SCMP_SYS(mmap),
		       SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) |
	       add_rule_if(filter, allow, SCMP_SYS(mprotect),
		       SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) |
	       add_rule_if(filter, allow, SCMP_SYS(fcntl),
		       SCMP_A1(SCMP_CMP_EQ, F_GETFL, 0)) |
	       add_rule_if(filter, allow, SCMP_SYS(fcntl),
		       SCMP_A1(SCMP_CMP_EQ, F_GETFD, 0)) |
	       /* to read limits only: the new ones must be NULL */
	       add_rule_if(
		       filter, allow, SCMP_SYS(prlimit64), SCMP_A2(SCMP_CMP_EQ, 0, 0)) |
	       /* fstat of glibc 2.36; at worst the size of a file becomes known */
	       add_rule_if(filter, allow, SCMP_SYS(newfstatat),
		       SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH));
}

/* Refused softly: a library that asks lives well without. */
static int reader_may_try(scmp_filter_ctx filter)
{
	static const int files[] = {SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(openat2),
		SCMP_SYS(creat), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(statx),
		SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
		SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getcwd),
		SCMP_SYS(statfs)};
	uint32_t refuse = SCMP_ACT_ERRNO(EACCES);

	return add_rules(filter, refuse, files, COUNT(files)) |
	       add_rule_if(filter, refuse, SCMP_SYS(newfstatat),
		       SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, 0)) |
	       add_rule_if(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prlimit64),
		       SCMP_A2(SCMP_CMP_NE, 0, 0)) |
	       /* stdio asks whether a pipe is a terminal */
	       seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOTTY), SCMP_SYS(ioctl), 0);
}

#if HAS_ASAN
static void look_for_leaks(void)
{
	__lsan_do_leak_check();
}
#else
static void look_for_leaks(void)
{
}
#endif

int sandbox_reader(struct err *err)
{
	filter_auto filter = seccomp_init(SCMP_ACT_KILL_PROCESS);

	if (!filter)
		return err_set(err, ERR_PERM, "sandbox: no seccomp");
	look_for_leaks();
	if (reader_may(filter) | reader_may_try(filter))
		return err_set(
			err, ERR_PERM, "sandbox: a rule of the reader is refused");
	return load(filter, err);
}

static int limit(__rlimit_resource_t resource, rlim_t soft, rlim_t hard)
{
	return setrlimit(resource, &(struct rlimit){soft, hard});
}

int sandbox_limits(size_t address_space_bytes, int cpu_seconds, struct err *err)
{
	rlim_t space = address_space_bytes;
	rlim_t cpu = (rlim_t)cpu_seconds;
	int bad = 0;

	/* AddressSanitizer reserves terabytes of address space that it never touches.
	 */
	if (space && !HAS_ASAN)
		bad |= limit(RLIMIT_AS, space, space);
	if (cpu)
		bad |= limit(RLIMIT_CPU, cpu, cpu + 1);
	/* Where stderr is a file a line is lost, not the process. */
	signal(SIGXFSZ, SIG_IGN);
	bad |= limit(RLIMIT_CORE, 0, 0) | limit(RLIMIT_FSIZE, 0, 0) |
	       limit(RLIMIT_NOFILE, DESCRIPTORS_MAX, DESCRIPTORS_MAX) |
	       limit(RLIMIT_NPROC, 0, 0);
	if (bad)
		return err_set(err, ERR_PERM, "sandbox: limits: %s", strerror(errno));
	return 0;
}

int sandbox_no_core(struct err *err)
{
	/* LeakSanitizer looks into its own process and could not. */
	if (limit(RLIMIT_CORE, 0, 0) || (!HAS_ASAN && prctl(PR_SET_DUMPABLE, 0) < 0))
		return err_set(err, ERR_PERM, "sandbox: %s", strerror(errno));
	return 0;
}

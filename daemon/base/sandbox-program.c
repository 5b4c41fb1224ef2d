#define _GNU_SOURCE 1

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/sandbox.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static void filter_freep(scmp_filter_ctx *filter)
{
	if (*filter)
		seccomp_release(*filter);
}
#define filter_auto __attribute__((cleanup(filter_freep))) scmp_filter_ctx

static int refuse_all(scmp_filter_ctx filter)
{
	static const int refused[] = {/* the network, and other processes' sockets */
		SCMP_SYS(socket), SCMP_SYS(socketpair), SCMP_SYS(connect),
		SCMP_SYS(bind), SCMP_SYS(listen), SCMP_SYS(sendto), SCMP_SYS(sendmsg),
		SCMP_SYS(io_uring_setup), SCMP_SYS(shmget), SCMP_SYS(msgget),
		SCMP_SYS(mq_open),
		/* processes */
		SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(kill), SCMP_SYS(tkill),
		SCMP_SYS(rt_sigqueueinfo), SCMP_SYS(pidfd_open),
		SCMP_SYS(pidfd_send_signal), SCMP_SYS(pidfd_getfd), SCMP_SYS(ptrace),
		SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(kcmp),
		SCMP_SYS(setns), SCMP_SYS(unshare), SCMP_SYS(keyctl), SCMP_SYS(add_key),
		SCMP_SYS(request_key), SCMP_SYS(bpf), SCMP_SYS(perf_event_open),
		SCMP_SYS(userfaultfd), SCMP_SYS(mount), SCMP_SYS(umount2),
		SCMP_SYS(pivot_root), SCMP_SYS(chroot), SCMP_SYS(setrlimit),
		SCMP_SYS(setpriority),
		/* files */
		SCMP_SYS(creat), SCMP_SYS(mkdir), SCMP_SYS(mkdirat), SCMP_SYS(mknod),
		SCMP_SYS(mknodat), SCMP_SYS(rmdir), SCMP_SYS(unlink),
		SCMP_SYS(unlinkat), SCMP_SYS(rename), SCMP_SYS(renameat),
		SCMP_SYS(renameat2), SCMP_SYS(link), SCMP_SYS(linkat),
		SCMP_SYS(symlink), SCMP_SYS(symlinkat), SCMP_SYS(chmod),
		SCMP_SYS(fchmod), SCMP_SYS(fchmodat), SCMP_SYS(chown), SCMP_SYS(fchown),
		SCMP_SYS(lchown), SCMP_SYS(fchownat), SCMP_SYS(truncate),
		SCMP_SYS(utimensat), SCMP_SYS(setxattr), SCMP_SYS(open_by_handle_at)};
	int bad = 0;

	for (size_t i = 0; i < COUNT(refused); i++)
		bad |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), refused[i], 0);
	return bad;
}

/* Opening for anything but reading; a process that is no thread. */
static int refuse_by_flags(scmp_filter_ctx filter)
{
	static const uint64_t writing[] = {O_WRONLY, O_RDWR, O_CREAT, O_TRUNC};
	uint32_t refuse = SCMP_ACT_ERRNO(EPERM);
	int bad = 0;

	for (size_t i = 0; i < COUNT(writing); i++) {
		bad |= seccomp_rule_add(filter, refuse, SCMP_SYS(open), 1,
			SCMP_A1(SCMP_CMP_MASKED_EQ, writing[i], writing[i]));
		bad |= seccomp_rule_add(filter, refuse, SCMP_SYS(openat), 1,
			SCMP_A2(SCMP_CMP_MASKED_EQ, writing[i], writing[i]));
	}
	/* Their flags lie in memory, out of sight; libc falls back. */
	bad |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	bad |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(openat2), 0);
	bad |= seccomp_rule_add(filter, refuse, SCMP_SYS(clone), 1,
		SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
	return bad | seccomp_rule_add(filter, refuse, SCMP_SYS(prlimit64), 1,
			     SCMP_A2(SCMP_CMP_NE, 0, 0));
}

/* Beneath path files may be read and run. What is not there cannot be read anyway. */
static void let_read(int rules, const char *path)
{
	fd_auto fd = open(path, O_PATH | O_CLOEXEC);
	struct stat about;
	struct landlock_path_beneath_attr rule = {
		.allowed_access =
			LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE,
		.parent_fd = fd,
	};

	if (fd < 0 || fstat(fd, &about) < 0)
		return;
	if (S_ISDIR(about.st_mode))
		rule.allowed_access |= LANDLOCK_ACCESS_FS_READ_DIR;
	syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

/* Linux 5.13 or later; one that has it not leaves the user's rights as they are. */
static int keep_files_away(void)
{
	static const char *const readable[] = {"/usr", "/lib", "/lib64",
		"/etc/ld.so.cache", "/etc/fonts", "/etc/localtime"};
	const struct landlock_ruleset_attr all = {
		.handled_access_fs = LANDLOCK_ACCESS_FS_EXECUTE |
				     LANDLOCK_ACCESS_FS_READ_FILE |
				     LANDLOCK_ACCESS_FS_READ_DIR};
	fd_auto rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);

	if (rules < 0)
		return 0;
	for (size_t i = 0; i < COUNT(readable); i++)
		let_read(rules, readable[i]);
	return (int)syscall(SYS_landlock_restrict_self, rules, 0);
}

int sandbox_program(struct err *err)
{
	filter_auto filter = seccomp_init(SCMP_ACT_ALLOW);

	if (!filter || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_set(err, ERR_PERM, "sandbox: no seccomp");
	if (keep_files_away() < 0)
		return err_set(err, ERR_PERM, "sandbox: %s", strerror(errno));
	if (refuse_all(filter) | refuse_by_flags(filter))
		return err_set(err, ERR_PERM, "sandbox: a rule of programs is refused");
	int bad = seccomp_attr_set(
		filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (!bad)
		bad = seccomp_load(filter);
	return bad ? err_set(err, ERR_PERM, "sandbox: %s", strerror(-bad)) : 0;
}

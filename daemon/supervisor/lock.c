#include "supervisor/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

static int say_taken(int fd, const char *state_dir, struct err *err)
{
	char pid[32] = "";
	ssize_t n = pread(fd, pid, sizeof(pid) - 1, 0);

	pid[n > 0 ? n : 0] = '\0';
	pid[strcspn(pid, "\n")] = '\0';
	return err_set(err, ERR_TEMP,
		"another utskickd (process %s) works on %s: stop it first, or give "
		"--state another folder",
		*pid ? pid : "?", state_dir);
}

int lock_take(const char *state_dir, struct err *err)
{
	if (mkdir(state_dir, 0700) < 0 && errno != EEXIST)
		return err_set(err, ERR_PERM, "state folder %s: %s", state_dir,
			strerror(errno));
	str_auto *path = file_join(state_dir, "lock");
	fd_auto fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(err, ERR_PERM, "%s: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return say_taken(fd, state_dir, err);
	if (ftruncate(fd, 0) < 0 || dprintf(fd, "%d\n", (int)getpid()) < 0)
		return err_set(err, ERR_TEMP, "%s: %s", path, strerror(errno));
	return fd_take(&fd);
}

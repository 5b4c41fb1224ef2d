#include "supervisor/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"

#define LISTEN_BACKLOG 8
#define VISITOR_MS 200 /* a visitor that says nothing is sent away */

int control_open(const char *state_dir, struct err *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	str_auto *path = file_join(state_dir, "control");

	if (strlen(path) >= sizeof(address.sun_path))
		return err_set(err, ERR_PERM,
			"the path %s is too long for a socket: choose a shorter state "
			"folder",
			path);
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd_auto fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	unlink(path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
		chmod(path, 0600) < 0 || listen(fd, LISTEN_BACKLOG) < 0)
		return err_set(err, ERR_TEMP, "%s: %s", path, strerror(errno));
	return fd_take(&fd);
}

static void answer(int visitor, const json_t *value)
{
	str_auto *text = json_text(value);
	str_auto *line = xasprintf("%s\n", text);
	ssize_t n = send(visitor, line, strlen(line), MSG_NOSIGNAL);
	(void)n;
}

bool control_serve(int fd, const json_t *status)
{
	struct timeval patience = {.tv_usec = VISITOR_MS * 1000};
	char line[64] = "";
	fd_auto visitor = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

	if (visitor < 0)
		return false;
	setsockopt(visitor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(visitor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (recv(visitor, line, sizeof(line) - 1, 0) <= 0)
		return false;
	line[strcspn(line, "\r\n")] = '\0';
	bool is_wake = strcmp(line, "wake") == 0;
	json_auto_t *no = json_pack("{s:s}", "error", "wake or status");
	json_auto_t *yes = json_pack("{s:b}", "woken", 1);
	answer(visitor, is_wake ? yes : strcmp(line, "status") == 0 ? status : no);
	return is_wake;
}

#include "command/control-client.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"

#define PATIENCE_S 2
#define ANSWER_MAX 65536

static int connect_to(const char *state_dir)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval patience = {.tv_sec = PATIENCE_S};
	str_auto *path = file_join(state_dir, "control");

	if (strlen(path) >= sizeof(address.sun_path))
		return -1;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd_auto fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -1;
	return fd_take(&fd);
}

static void read_answer(int fd, struct buf *to)
{
	for (;;) {
		char *at = buf_reserve(to, 4096);
		ssize_t n = recv(fd, at, 4096, 0);
		if (n <= 0 || to->len > ANSWER_MAX)
			return;
		to->len += (size_t)n;
	}
}

json_t *control_ask(const char *state_dir, const char *line)
{
	str_auto *question = xasprintf("%s\n", line);
	buf_auto text = BUF_EMPTY;
	fd_auto fd = connect_to(state_dir);

	if (fd < 0 || send(fd, question, strlen(question), MSG_NOSIGNAL) < 0)
		return NULL;
	read_answer(fd, &text);
	return text.len ? json_loadb(text.data, text.len, JSON_DISABLE_EOF_CHECK, NULL)
			: NULL;
}

#include "net/clamd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

#define REPLY_MAX 4096
#define CLEAN "stream: OK"
#define FOUND " FOUND"
#define TOO_LARGE "INSTREAM size limit exceeded"

struct talk {
	int fd;
	int64_t end_ms;
};

static int is_late(struct err *err)
{
	return err_set(err, ERR_TEMP, "clamd: it does not answer in time");
}

/* Until the socket can be read or written. */
static int wait_for(const struct talk *t, short events, struct err *err)
{
	struct pollfd fd = {.fd = t->fd, .events = events};
	int64_t left;

	while ((left = t->end_ms - clock_monotonic_ms()) > 0) {
		int r = poll(&fd, 1, (int)left);
		if (r > 0)
			return 0;
		if (r < 0 && errno != EINTR)
			return err_set(err, ERR_TEMP, "clamd: %s", strerror(errno));
	}
	return is_late(err);
}

static int open_talk(struct talk *t, const char *path, int seconds, struct err *err)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};

	t->end_ms = clock_monotonic_ms() + (int64_t)seconds * 1000;
	t->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (strlen(path) >= sizeof(to.sun_path))
		return err_set(err, ERR_PERM, "clamd: %s is too long", path);
	memcpy(to.sun_path, path, strlen(path));
	/* A full queue says EAGAIN at once: then it is away. */
	if (t->fd < 0 || connect(t->fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		return err_set(err, ERR_TEMP, "clamd: %s: %s", path, strerror(errno));
	return 0;
}

/* 1 all sent, 0 it takes no more (and may have said why), -1. */
static int put(const struct talk *t, const void *bytes, size_t len, struct err *err)
{
	const char *at = bytes;

	while (len > 0) {
		ssize_t n = send(t->fd, at, len, MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN && wait_for(t, POLLOUT, err) < 0)
			return -1;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return 0;
		at += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return 1;
}

/* Chunks with their length before them, one of no length at the end. */
static int put_stream(
	const struct talk *t, const struct content *content, struct err *err)
{
	content_walk_auto w = {.of = content};
	int status = put(t, "zINSTREAM", sizeof("zINSTREAM"), err);
	int got = 0;

	while (status > 0 && (got = content_next(&w, err)) > 0) {
		uint32_t head = htonl((uint32_t)w.piece.len);
		status = put(t, &head, sizeof(head), err);
		if (status > 0)
			status = put(t, w.piece.data, w.piece.len, err);
	}
	if (got < 0)
		return -1;
	return status > 0 ? put(t, "\0\0\0", 4, err) : status;
}

/* One reply, up to its NUL. */
static int get(const struct talk *t, struct buf *ret, struct err *err)
{
	while (!memchr(buf_str(ret), '\0', ret->len)) {
		if (wait_for(t, POLLIN, err) < 0)
			return -1;
		ssize_t n = recv(t->fd, buf_reserve(ret, 512), 512, 0);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n <= 0 || ret->len + (size_t)n > REPLY_MAX)
			return err_set(err, ERR_TEMP, "clamd: it hung up");
		ret->len += (size_t)n;
	}
	return 0;
}

static enum clamd_verdict judge(
	const char *reply, char **ret_signature, struct err *err)
{
	size_t len = strlen(reply);
	size_t found = strlen(FOUND);
	size_t head = strlen("stream: ");

	if (strcmp(reply, CLEAN) == 0)
		return CLAMD_CLEAN;
	if (text_starts(reply, TOO_LARGE))
		return CLAMD_TOO_LARGE;
	if (text_starts(reply, "stream: ") && len > head + found &&
		strcmp(reply + len - found, FOUND) == 0) {
		str_auto *name = xstrndup(reply + head, len - head - found);
		*ret_signature = text_printable(name);
		return CLAMD_INFECTED;
	}
	str_auto *shown = text_printable(reply);
	err_set(err, ERR_TEMP, "clamd: it says \"%s\"", shown);
	return CLAMD_AWAY;
}

enum clamd_verdict clamd_scan(const char *socket_path, int timeout_seconds,
	const struct content *content, char **ret_signature, struct err *err)
{
	struct talk t;
	buf_auto reply = BUF_EMPTY;
	enum clamd_verdict verdict = CLAMD_AWAY;

	*ret_signature = NULL;
	/* It may stop reading amid the stream, and says why first. */
	if (open_talk(&t, socket_path, timeout_seconds, err) == 0 &&
		put_stream(&t, content, err) >= 0 && get(&t, &reply, err) == 0)
		verdict = judge(buf_str(&reply), ret_signature, err);
	fd_closep(&t.fd);
	return verdict;
}

int clamd_answers(const char *socket_path, int timeout_seconds, struct err *err)
{
	struct talk t;
	buf_auto reply = BUF_EMPTY;
	int answers = 0;

	if (open_talk(&t, socket_path, timeout_seconds, err) == 0 &&
		put(&t, "zPING", sizeof("zPING"), err) > 0 && get(&t, &reply, err) == 0)
		answers = strcmp(buf_str(&reply), "PONG") == 0;
	fd_closep(&t.fd);
	return answers;
}

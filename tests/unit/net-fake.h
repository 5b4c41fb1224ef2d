/*
 * A scripted server in a child process, behind a channel without TLS. A script is
 * lines: "S:text"    says text and CR LF          "R:bytes"  says bytes as they are
 *   "C:start"   reads a line that begins so  "MAIL"     reads to the final dot
 *   "FLOOD"     says a megabyte without end  "CLOSE"    closes at once
 * At its end the server reads what still comes. What it heard is kept.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "net/channel.h"

struct fake {
	pid_t pid;
	int heard_fd;
	int fd; /* the client's end */
};

static inline ssize_t fake_receive(void *connection, void *to, size_t size)
{
	struct fake *f = connection;
	ssize_t n = recv(f->fd, to, size, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return CHANNEL_WOULD_WAIT;
	return n > 0 ? n : CHANNEL_ENDED;
}

static inline ssize_t fake_send(void *connection, const void *bytes, size_t len)
{
	struct fake *f = connection;
	ssize_t n = send(f->fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return CHANNEL_WOULD_WAIT;
	return n >= 0 ? n : CHANNEL_ENDED;
}

static inline void fake_close(void *connection)
{
	struct fake *f = connection;

	close(f->fd);
	f->fd = -1;
}

/* ---- the child ---- */

static inline void fake_say(int fd, const char *bytes, size_t len)
{
	if (send(fd, bytes, len, MSG_NOSIGNAL) < 0)
		_exit(0); /* the client has gone, as some tests want */
}

static inline int fake_hear(int fd, int heard_fd)
{
	char c;

	if (read(fd, &c, 1) != 1)
		return -1;
	if (write(heard_fd, &c, 1) != 1)
		_exit(2);
	return (unsigned char)c;
}

static inline void fake_expect(int fd, int heard_fd, const char *start)
{
	char line[1024];
	size_t len = 0;

	for (int c; len < sizeof(line) - 1 && (c = fake_hear(fd, heard_fd)) != '\n';) {
		if (c < 0)
			_exit(3);
		line[len++] = (char)c;
	}
	line[len] = '\0';
	if (strncmp(line, start, strlen(start)) != 0) {
		fprintf(stderr, "fake server: wanted \"%s\", got \"%s\"\n", start,
			line);
		_exit(4);
	}
}

static inline void fake_hear_mail(int fd, int heard_fd)
{
	char last[5] = "\r\n\r\n\r";

	/* "\r\n.\r\n" */
	while (memcmp(last, "\r\n.\r\n", 5) != 0) {
		int c = fake_hear(fd, heard_fd);
		if (c < 0)
			_exit(5);
		memmove(last, last + 1, 4);
		last[4] = (char)c;
	}
}

static inline void fake_flood(int fd)
{
	static char bytes[65536];

	memset(bytes, '5', sizeof(bytes));
	for (int i = 0; i < 16; i++)
		fake_say(fd, bytes, sizeof(bytes));
}

static inline void fake_step(int fd, int heard_fd, const char *step)
{
	if (!strncmp(step, "S:", 2)) {
		fake_say(fd, step + 2, strlen(step + 2));
		fake_say(fd, "\r\n", 2);
	} else if (!strncmp(step, "R:", 2)) {
		fake_say(fd, step + 2, strlen(step + 2));
	} else if (!strncmp(step, "C:", 2)) {
		fake_expect(fd, heard_fd, step + 2);
	} else if (!strcmp(step, "MAIL")) {
		fake_hear_mail(fd, heard_fd);
	} else if (!strcmp(step, "FLOOD")) {
		fake_flood(fd);
	} else if (!strcmp(step, "CLOSE")) {
		_exit(0);
	} else {
		_exit(6);
	}
}

/* ---- the test's side ---- */

static inline struct stream *fake_start(
	struct fake *f, const char *const *script, const char *capabilities)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		abort();
	*f = (struct fake){.heard_fd = memfd_create("heard", 0), .fd = pair[0]};
	f->pid = fork();
	if (f->pid == 0) {
		close(pair[0]);
		for (; *script; script++)
			fake_step(pair[1], f->heard_fd, *script);
		while (fake_hear(pair[1], f->heard_fd) >= 0)
			;
		_exit(0);
	}
	close(pair[1]);
	struct channel channel = {.connection = f,
		.fd = pair[0],
		.receive = fake_receive,
		.send = fake_send,
		.close = fake_close};
	return stream_over(&channel, capabilities);
}

/* Waits for the server's end, which the client's close brings; its exit code. */
static inline int fake_end(struct fake *f, struct buf *ret_heard)
{
	int status;
	char piece[4096];
	ssize_t n;

	waitpid(f->pid, &status, 0);
	lseek(f->heard_fd, 0, SEEK_SET);
	while ((n = read(f->heard_fd, piece, sizeof(piece))) > 0)
		buf_add(ret_heard, piece, (size_t)n);
	close(f->heard_fd);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

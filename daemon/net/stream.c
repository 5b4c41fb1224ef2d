#include "net/stream.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "net/channel.h"

/* Room to look ahead: TLS may hold bytes that poll does not see. */
#define LOOK_AHEAD 4096
#define CLOSED "the server closed the connection"

struct stream {
	struct channel channel;
	char *capabilities;
	char ahead[LOOK_AHEAD];
	size_t ahead_at, ahead_len;
	bool ended;
};

struct stream *stream_over(const struct channel *channel, const char *capabilities)
{
	struct stream *s = xcalloc(1, sizeof(*s));

	s->channel = *channel;
	s->capabilities = xstrdup(capabilities);
	return s;
}

static int has_ended(struct stream *s, struct err *err)
{
	s->ended = true;
	return err_set(err, ERR_TEMP, CLOSED);
}

/* 0 when ready, -1 at the deadline. */
static int wait_for(
	const struct stream *s, short events, int64_t deadline, struct err *err)
{
	for (;;) {
		struct pollfd p = {.fd = s->channel.fd, .events = events};
		int64_t left = deadline - clock_monotonic_ms();

		if (left <= 0)
			return err_set(
				err, ERR_TEMP, "the server said nothing in time");
		int n = poll(&p, 1, (int)left);
		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return err_set(err, ERR_TEMP, "poll: %s", strerror(errno));
	}
}

static size_t take_ahead(struct stream *s, void *to, size_t size)
{
	size_t n = s->ahead_len - s->ahead_at;

	if (n > size)
		n = size;
	memcpy(to, s->ahead + s->ahead_at, n);
	s->ahead_at += n;
	return n;
}

ssize_t stream_read(
	struct stream *s, void *to, size_t size, int timeout_ms, struct err *err)
{
	int64_t deadline = clock_monotonic_ms() + timeout_ms;

	if (s->ahead_at < s->ahead_len)
		return (ssize_t)take_ahead(s, to, size);
	for (;;) {
		ssize_t n =
			s->ended ? CHANNEL_ENDED
				 : s->channel.receive(s->channel.connection, to, size);
		if (n > 0)
			return n;
		if (n == CHANNEL_ENDED)
			return has_ended(s, err);
		if (wait_for(s, POLLIN, deadline, err) < 0)
			return -1;
	}
}

int stream_write(struct stream *s, const void *bytes, size_t len, int timeout_ms,
	struct err *err)
{
	int64_t deadline = clock_monotonic_ms() + timeout_ms;
	const char *at = bytes;

	while (len) {
		ssize_t n = s->channel.send(s->channel.connection, at, len);
		/* What the server said before it closed can still be read. */
		if (n == CHANNEL_ENDED)
			return err_set(err, ERR_TEMP, CLOSED);
		if (n == CHANNEL_WOULD_WAIT && wait_for(s, POLLOUT, deadline, err) < 0)
			return -1;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

ssize_t stream_try_read(struct stream *s, void *to, size_t size, struct err *err)
{
	if (s->ahead_at < s->ahead_len)
		return (ssize_t)take_ahead(s, to, size);
	ssize_t n = s->ended ? CHANNEL_ENDED
			     : s->channel.receive(s->channel.connection, to, size);
	return n == CHANNEL_ENDED ? has_ended(s, err) : n;
}

ssize_t stream_try_write(
	struct stream *s, const void *bytes, size_t len, struct err *err)
{
	ssize_t n = s->channel.send(s->channel.connection, bytes, len);

	/* What the server said before it closed can still be read. */
	return n == CHANNEL_ENDED ? err_set(err, ERR_TEMP, CLOSED) : n;
}

bool stream_has_input(struct stream *s)
{
	if (s->ahead_at < s->ahead_len)
		return true;
	if (s->ended)
		return true; /* reading tells */
	ssize_t n =
		s->channel.receive(s->channel.connection, s->ahead, sizeof(s->ahead));
	if (n == CHANNEL_ENDED)
		s->ended = true;
	s->ahead_at = 0;
	s->ahead_len = n > 0 ? (size_t)n : 0;
	return n != CHANNEL_WOULD_WAIT;
}

int stream_fd(const struct stream *s)
{
	return s->channel.fd;
}

const char *stream_capabilities(const struct stream *s)
{
	return s->capabilities;
}

void stream_free(struct stream *s)
{
	if (!s)
		return;
	s->channel.close(s->channel.connection);
	free(s->capabilities);
	free(s);
}

#define _GNU_SOURCE 1

#include "base/child.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child-start.h"
#include "base/clock.h"
#include "base/frame.h"
#include "base/mem.h"

/* How long a child that closed its pipe may take to leave by itself. */
#define LEAVE_MS 2000
#define PUT_MAX 2

struct child {
	char **argv;
	struct child_limits limits;
	int lent;  /* -1: none */
	pid_t pid; /* 0: none runs */
	int to;
	int from;
	struct buf put[PUT_MAX]; /* questions that wait */
	size_t put_count;
	size_t put_written; /* of the first of them */
	struct buf early;   /* its answer, as far as it came with the one before */
};

/* One question on its way. */
struct asking {
	struct child *child;
	struct buf out; /* what is to be written now */
	size_t written;
	const struct content *content;
	uint64_t taken; /* of the content */
	bool is_asked;	/* out has the question's end */
	struct buf in;	/* what is read and not yet taken apart */
	size_t read_bytes;
	bool has_json;
	bool is_whole; /* FRAME_END came */
	int64_t wall_end_ms;
	int64_t cpu_end_ms;
	struct buf *json;
	const struct sink *bytes;
};

struct child *child_new(const char *const *argv, struct child_limits limits)
{
	struct child *c = xcalloc(1, sizeof(*c));
	size_t count = 0;

	while (argv[count])
		count++;
	c->argv = xcalloc(count + 1, sizeof(*c->argv));
	for (size_t i = 0; i < count; i++)
		c->argv[i] = xstrdup(argv[i]);
	c->limits = limits;
	c->lent = c->to = c->from = -1;
	return c;
}

void child_lend(struct child *c, int fd)
{
	c->lent = fd;
}

static int start(struct child *c, struct err *err)
{
	c->pid = child_start(c->argv, c->lent, &c->to, &c->from, err);
	return c->pid > 0 ? 0 : -1;
}

static void forget(struct child *c)
{
	fd_closep(&c->to);
	fd_closep(&c->from);
	c->to = c->from = -1;
	c->pid = 0;
	c->put_written = 0;
	buf_clear(&c->early);
}

static void stop(struct child *c)
{
	if (c->pid > 0) {
		kill(c->pid, SIGKILL);
		while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	forget(c);
}

static int64_t cpu_now_ms(pid_t pid)
{
	clockid_t id;
	struct timespec ts;

	/* Fails only for a child that is gone, which its pipe tells too. */
	if (clock_getcpuclockid(pid, &id) != 0 || clock_gettime(id, &ts) != 0)
		return 0;
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/*
 * Milliseconds until a limit can be reached at the earliest, 0 where one is: a child of
 * one thread cannot use CPU time faster than time passes.
 */
static int time_left(const struct asking *q)
{
	int64_t wall = q->wall_end_ms - clock_monotonic_ms();
	int64_t cpu = q->cpu_end_ms - cpu_now_ms(q->child->pid);
	int64_t least = wall < cpu ? wall : cpu;

	return least > 0 ? (int)least : 0;
}

/* The next piece of the question, or its end. */
static int refill(struct asking *q, struct err *err)
{
	uint64_t left = q->content->size - q->taken;
	size_t n = left < FRAME_MAX ? (size_t)left : FRAME_MAX;

	buf_clear(&q->out);
	q->written = 0;
	if (n) {
		char *to = frame_reserve(&q->out, FRAME_BYTES, n);
		if (q->content->read(q->content->source, q->taken, to, n, err) < 0)
			return -1;
		q->taken += n;
	}
	if (q->taken == q->content->size) {
		frame_put(&q->out, FRAME_END, "", 0);
		q->is_asked = true;
	}
	return 0;
}

static bool has_words(const struct asking *q)
{
	return q->written < q->out.len || !q->is_asked;
}

static bool has_more(const struct child *c)
{
	return c->put_count && c->put_written < c->put[0].len;
}

/* The next question, as far as the pipe takes it. */
static void feed_next(struct child *c)
{
	ssize_t n = write(
		c->to, c->put[0].data + c->put_written, c->put[0].len - c->put_written);

	if (n > 0)
		c->put_written += (size_t)n;
}

/* Bytes the child will not take are dropped: its end is seen on the other pipe. */
static enum child_outcome feed(struct asking *q, struct err *err)
{
	if (!has_words(q)) {
		feed_next(q->child);
		return CHILD_ANSWERED;
	}
	if (q->written == q->out.len && refill(q, err) < 0) {
		err->kind = ERR_TEMP;
		return CHILD_DIED;
	}
	ssize_t n =
		write(q->child->to, q->out.data + q->written, q->out.len - q->written);

	if (n >= 0) {
		q->written += (size_t)n;
	} else if (errno != EAGAIN && errno != EINTR) {
		q->written = q->out.len;
		q->is_asked = true;
	}
	return CHILD_ANSWERED;
}

static enum child_outcome no_frames(const struct asking *q, struct err *err)
{
	err_set(err, ERR_PERM, "%s: its reply is not made of frames",
		q->child->argv[0]);
	return CHILD_DIED;
}

/* CHILD_DIED where a frame has no place in a reply, or its bytes nowhere to go. */
static enum child_outcome take_frame(struct asking *q, enum frame_type type,
	const char *bytes, size_t len, struct err *err)
{
	bool fits = true;

	switch (type) {
	case FRAME_JSON:
		fits = !q->has_json;
		q->has_json = true;
		buf_add(q->json, bytes, len);
		break;
	case FRAME_BYTES:
		if (q->bytes->add(q->bytes->to, bytes, len, err) == 0)
			break;
		err->kind = ERR_TEMP;
		return CHILD_DIED;
	case FRAME_END:
		q->is_whole = true;
		fits = q->has_json && len == 0;
		break;
	}
	return fits ? CHILD_ANSWERED : no_frames(q, err);
}

/* Takes all whole frames out of q->in. */
static enum child_outcome take_frames(struct asking *q, struct err *err)
{
	enum child_outcome outcome = CHILD_ANSWERED;
	size_t at = 0;
	enum frame_type type;
	size_t len;

	while (!q->is_whole && q->in.len - at >= FRAME_HEAD) {
		if (frame_head(q->in.data + at, &type, &len) < 0)
			return no_frames(q, err);
		if (q->in.len - at - FRAME_HEAD < len)
			break;
		outcome = take_frame(q, type, q->in.data + at + FRAME_HEAD, len, err);
		if (outcome != CHILD_ANSWERED)
			return outcome;
		at += FRAME_HEAD + len;
	}
	if (!at)
		return outcome;
	memmove(q->in.data, q->in.data + at, q->in.len - at);
	q->in.len -= at;
	return outcome;
}

static int report_end(const char *name, int status, struct err *err)
{
	if (WIFSIGNALED(status))
		return err_set(err, ERR_PERM, "%s: ended by signal %d (%s)", name,
			WTERMSIG(status), strsignal(WTERMSIG(status)));
	if (WEXITSTATUS(status) == CHILD_NOT_RUN)
		return err_set(err, ERR_TEMP, "%s: cannot be run", name);
	return err_set(
		err, ERR_PERM, "%s: left with exit code %d", name, WEXITSTATUS(status));
}

/* The child closed its pipe: waits for its end, which says more than a kill would. */
static enum child_outcome see_off(struct child *c, struct err *err)
{
	fd_auto pidfd = pidfd_open(c->pid, 0);
	struct pollfd left = {.fd = pidfd, .events = POLLIN};
	int status = 0;

	while (poll(&left, 1, LEAVE_MS) < 0 && errno == EINTR)
		;
	if (pidfd >= 0 && left.revents && waitpid(c->pid, &status, WNOHANG) == c->pid) {
		report_end(c->argv[0], status, err);
		forget(c);
		return CHILD_DIED;
	}
	err_set(err, ERR_PERM, "%s: closed its output without a reply", c->argv[0]);
	stop(c);
	return CHILD_DIED;
}

/* CHILD_ANSWERED as long as nothing is wrong. */
static enum child_outcome hear(struct asking *q, struct err *err)
{
	struct child *c = q->child;
	ssize_t n = read(c->from, buf_reserve(&q->in, 65536), 65536);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return CHILD_ANSWERED;
	if (n <= 0)
		return see_off(c, err);
	q->in.len += (size_t)n;
	q->read_bytes += (size_t)n;
	if (q->read_bytes > c->limits.reply_max) {
		err_set(err, ERR_PERM, "%s: replied more than %zu bytes", c->argv[0],
			c->limits.reply_max);
		return CHILD_TOO_MUCH;
	}
	return take_frames(q, err);
}

/* Both ways at once: a child that writes before it has read all cannot block us. */
static enum child_outcome talk(struct asking *q, struct err *err)
{
	struct child *c = q->child;
	enum child_outcome outcome = take_frames(q, err);

	while (outcome == CHILD_ANSWERED && !q->is_whole) {
		struct pollfd fds[] = {
			{.fd = has_words(q) || has_more(c) ? c->to : -1,
				.events = POLLOUT},
			{.fd = c->from, .events = POLLIN},
		};
		int left = time_left(q);
		if (!left) {
			err_set(err, ERR_PERM, "%s: took longer than it may",
				c->argv[0]);
			return CHILD_TOO_SLOW;
		}
		if (poll(fds, 2, left) <= 0)
			continue;
		if (fds[0].revents)
			outcome = feed(q, err);
		if (outcome == CHILD_ANSWERED && fds[1].revents)
			outcome = hear(q, err);
	}
	return outcome;
}

/* A child that died since the last question is no one's fault but its own; what it was
 * given ahead is given to the next one. */
static int need_running(struct asking *q, struct err *err)
{
	struct child *c = q->child;

	if (c->pid > 0 && waitpid(c->pid, NULL, WNOHANG) != 0)
		forget(c);
	if (c->pid > 0)
		return 0;
	q->written = 0;
	buf_clear(&q->in);
	if (start(c, err) == 0)
		return 0;
	stop(c);
	return -1;
}

static enum child_outcome ask(struct asking *q, struct err *err)
{
	struct child *c = q->child;

	if (need_running(q, err) < 0)
		return CHILD_DIED;
	q->wall_end_ms = clock_monotonic_ms() + c->limits.wall_ms;
	q->cpu_end_ms = cpu_now_ms(c->pid) + c->limits.cpu_ms;
	enum child_outcome outcome = talk(q, err);
	/* Bytes left over on either way would mix with the next question, but what is
	 * said to one that it has been given. */
	bool is_early = q->in.len && c->put_count && !has_more(c);
	if (outcome != CHILD_ANSWERED || (q->in.len && !is_early) || has_words(q))
		stop(c);
	else if (is_early)
		buf_add(&c->early, q->in.data, q->in.len);
	return outcome;
}

/* Blocks SIGPIPE, which a dying child would send us, for this thread only. */
static void hold_sigpipe(sigset_t *ret_old)
{
	sigset_t pipe_only;

	sigemptyset(&pipe_only);
	sigaddset(&pipe_only, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe_only, ret_old);
}

static void release_sigpipe(const sigset_t *old)
{
	static const struct timespec no_time = {0, 0};
	sigset_t pipe_only;

	sigemptyset(&pipe_only);
	sigaddset(&pipe_only, SIGPIPE);
	sigtimedwait(&pipe_only, NULL, &no_time);
	pthread_sigmask(SIG_SETMASK, old, NULL);
}

static enum child_outcome ask_quietly(struct asking *q, struct err *err)
{
	sigset_t old;

	buf_clear(q->json);
	hold_sigpipe(&old);
	enum child_outcome outcome = ask(q, err);
	release_sigpipe(&old);
	buf_deinit(&q->out);
	buf_deinit(&q->in);
	return outcome;
}

void child_drop(struct child *c)
{
	if (c->put_written)
		stop(c);
	while (c->put_count)
		buf_deinit(&c->put[--c->put_count]);
}

enum child_outcome child_ask_about(struct child *c, const char *question,
	const struct content *content, struct buf *ret_json, const struct sink *bytes,
	struct err *err)
{
	struct asking q = {
		.child = c, .content = content, .json = ret_json, .bytes = bytes};

	child_drop(c);
	frame_put(&q.out, FRAME_JSON, question, strlen(question));
	return ask_quietly(&q, err);
}

void child_put(struct child *c, const char *question, const void *content, size_t len)
{
	assert(c->put_count < PUT_MAX && len <= CHILD_AHEAD);
	struct buf *to = &c->put[c->put_count++];

	frame_put(to, FRAME_JSON, question, strlen(question));
	frame_put(to, FRAME_BYTES, content, len);
	frame_put(to, FRAME_END, "", 0);
}

enum child_outcome child_take(
	struct child *c, struct buf *ret_json, struct buf *ret_bytes, struct err *err)
{
	const struct content none = CONTENT_NONE;
	const struct sink sink = sink_of(ret_bytes);
	struct asking q = {.child = c,
		.content = &none,
		.is_asked = true,
		.written = c->put_written,
		.json = ret_json,
		.bytes = &sink};

	assert(c->put_count);
	buf_clear(ret_bytes);
	q.out = c->put[0];
	q.in = c->early;
	q.read_bytes = q.in.len;
	c->put[0] = c->put[1];
	c->put[--c->put_count] = BUF_EMPTY;
	c->early = BUF_EMPTY;
	c->put_written = 0;
	return ask_quietly(&q, err);
}

enum child_outcome child_ask(struct child *c, const char *question, const void *content,
	size_t len, struct buf *ret_json, struct buf *ret_bytes, struct err *err)
{
	const struct content in_memory = CONTENT_OF(content, len);
	const struct sink sink = sink_of(ret_bytes);

	buf_clear(ret_bytes);
	return child_ask_about(c, question, &in_memory, ret_json, &sink, err);
}

void child_free(struct child *c)
{
	if (!c)
		return;
	child_drop(c);
	stop(c);
	buf_deinit(&c->early);
	for (size_t i = 0; c->argv[i]; i++)
		free(c->argv[i]);
	free(c->argv);
	free(c);
}

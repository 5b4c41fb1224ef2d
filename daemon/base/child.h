/*
 * A child process that answers questions over two pipes (frames), under limits that the
 * asker keeps: a question that takes too long, or kills the child, costs that question
 * only. The child is started when first asked and again after it died.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/content.h"
#include "base/err.h"

#define CHILD_FD 3

struct child;

struct child_limits {
	int cpu_ms;  /* CPU time of one question */
	int wall_ms; /* elapsed time of one question, a net for a child that sleeps */
	size_t reply_max; /* bytes of one reply, all frames together */
};

enum child_outcome {
	CHILD_ANSWERED,
	CHILD_TOO_SLOW, /* killed at a limit */
	CHILD_DIED,	/* crashed or left */
	CHILD_TOO_MUCH, /* reply over reply_max: killed */
};

/*
 * argv[0] is run with a copy of argv, NULL at the end; stdin and stdout are the pipes,
 * stderr is kept, all else is closed. The child does not see SIGTERM, SIGINT and SIGHUP
 * and ends with its asker.
 */
struct child *child_new(const char *const *argv, struct child_limits limits);
/* A descriptor, borrowed for its life, that it has as CHILD_FD from its next start on.
 */
void child_lend(struct child *c, int fd);

/*
 * Asks: one FRAME_JSON with question, FRAME_BYTES with content, FRAME_END. The
 * reply's FRAME_JSON goes to ret_json, its FRAME_BYTES to bytes as they come. The
 * text of err says how a child died (signal, exit code); its kind is ERR_TEMP where
 * the child could not be started, the content not be read or the bytes not be put
 * away, which says nothing about the content.
 */
enum child_outcome child_ask_about(struct child *c, const char *question,
	const struct content *content, struct buf *ret_json, const struct sink *bytes,
	struct err *err);
/* The same in memory. */
enum child_outcome child_ask(struct child *c, const char *question, const void *content,
	size_t len, struct buf *ret_json, struct buf *ret_bytes, struct err *err);

/*
 * Two questions on their way: the second is in the pipe when the first is answered, so
 * that the child does not wait for who reads its answers. child_put() copies it, up to
 * CHILD_AHEAD bytes with its content, and at most two unanswered; child_take() has the
 * answer to the one put first, as above. A child that dies over one is given the other
 * again. Any other question drops what was put.
 */
#define CHILD_AHEAD 49152 /* a pipe takes 65536 */
void child_put(struct child *c, const char *question, const void *content, size_t len);
enum child_outcome child_take(
	struct child *c, struct buf *ret_json, struct buf *ret_bytes, struct err *err);

/* Nothing that was put is waited for any more. */
void child_drop(struct child *c);

/* Ends the child and waits for it. */
void child_free(struct child *c);
#define child_auto __attribute__((cleanup(child_freep))) struct child
static inline void child_freep(struct child **c)
{
	child_free(*c);
}

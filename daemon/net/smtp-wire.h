/*
 * The two directions of an SMTP connection, without waiting: bytes kept until the
 * server takes them, bytes of the server made into replies. Inside net/ only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "net/smtp-reply.h"
#include "net/stream.h"

struct smtp_wire {
	struct stream *stream;
	struct buf out;
	size_t out_at;	  /* handed to the stream */
	uint64_t flushed; /* of all that ever was in out */
	char in[4096];
	size_t in_at, in_len;
	struct buf line;
	struct reply reply; /* lines so far */
};

#define SMTP_WIRE_EMPTY                                                                \
	((struct smtp_wire){.out = BUF_EMPTY, .line = BUF_EMPTY, .reply = REPLY_EMPTY})

/* Bytes that wait for the server. */
size_t smtp_wire_pending(const struct smtp_wire *w);
/* The position behind all that is in out, counted as flushed is. */
uint64_t smtp_wire_end(const struct smtp_wire *w);
/* 1 some went, 0 none could, -1 the connection's end. */
int smtp_wire_flush(struct smtp_wire *w, struct err *err);
/* Bytes were read, or may have been by TLS, that poll no longer sees. */
bool smtp_wire_has_read(const struct smtp_wire *w);
/* 1 a whole reply, which the caller deinits, 0 none yet, -1 the connection's end or
 * nonsense. */
int smtp_wire_read(struct smtp_wire *w, struct reply *ret, struct err *err);
void smtp_wire_deinit(struct smtp_wire *w);

/*
 * An SMTP session (RFC 5321) of our own above a stream: one mail to its recipients,
 * each with the server's own reply. 4xx and 5xx are told apart, and so is a connection
 * that ends behind the final dot.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "net/stream.h"

struct smtp;

struct smtp *smtp_open(const struct stream_server *server, struct err *err);

enum smtp_outcome {
	SMTP_ACCEPTED, /* 250 behind the final dot */
	SMTP_DEFERRED, /* 4xx, or the connection ended before the final dot */
	SMTP_REFUSED,  /* 5xx */
	SMTP_UNKNOWN,  /* the connection ended, or the reply made no sense, behind the
			  final dot */
};

struct smtp_reply {
	enum smtp_outcome outcome;
	bool session_ended; /* free the session and open another */
	bool is_lane;	/* 421, 432, 4.3.2, 4.7.x or no connection: about the lane, not
			   about this mail */
	char text[512]; /* the server's words, code first, printable, on one line */
};

/*
 * MAIL, RCPT (one recipient), DATA. bytes is the whole mail in CRLF; dots are stuffed
 * here. Refused without a word to the server, as SMTP_REFUSED: an address that is not
 * plain, a bare CR or LF in bytes, more than the server's SIZE. Pipelines where
 * offered; RSET after a refusal.
 */
void smtp_send(struct smtp *smtp, const char *from, const char *to, const void *bytes,
	size_t len, struct smtp_reply *ret);

/* False where the server has closed, or said something unasked (421 at its time limit).
 */
bool smtp_is_alive(struct smtp *smtp);

/* QUIT without waiting, then closes. NULL is fine. */
void smtp_free(struct smtp *smtp);
DEFINE_FREEP(smtp, struct smtp, smtp_free)
#define smtp_auto __attribute__((cleanup(smtp_freep))) struct smtp

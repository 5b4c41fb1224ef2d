/*
 * An SMTP session (RFC 5321) of our own above a stream, which never waits: mails are
 * put in line, smtp_work does what can be done now, smtp_poll says what to wait for.
 * 4xx and 5xx are told apart, and so is a connection that ends behind the final dot.
 */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "net/stream.h"

struct smtp;

enum smtp_outcome {
	SMTP_ACCEPTED, /* 250 behind the final dot */
	SMTP_DEFERRED, /* 4xx, or the connection ended before the final dot */
	SMTP_REFUSED,  /* 5xx, or what no server may be asked */
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

enum smtp_report { /* RFC 3461 NOTIFY, where the server offers DSN */
	SMTP_REPORT_DEFAULT,
	SMTP_REPORT_TROUBLE, /* FAILURE, DELAY */
	SMTP_REPORT_ALL,     /* SUCCESS too */
};

struct smtp_mail {
	const char *from;
	const char *to;
	const char *copy_to; /* a recipient beside, whose refusal is passed over; NULL
			      */
	enum smtp_report report;
	const char *envelope_id; /* for reports; NULL: none */
	uint64_t size;
	/* size bytes from at on; 0 or -1. */
	int (*read)(void *source, uint64_t at, void *to, size_t size, struct err *err);
	void *source;
};

/* NULL with err where the server cannot even be tried. */
struct smtp *smtp_begin(const struct stream_server *server, struct err *err);

enum smtp_state { SMTP_OPENING, SMTP_OPEN, SMTP_ENDED };
enum smtp_state smtp_state(const struct smtp *smtp);
/* Why it ended; ERR_NONE before. */
const struct err *smtp_why(const struct smtp *smtp);

/* How many more mails it takes: the one at work and, where the server pipelines, the
 * next, whose envelope then travels behind the final dot (RFC 2920). */
size_t smtp_room(const struct smtp *smtp);
/*
 * Puts a mail in line; its strings and source live until it is taken out. Refused
 * without a word to the server: an address that is not plain, a bare CR or LF, more
 * than the server's SIZE, 8-bit or UTF-8 that it does not take. Dots are stuffed here.
 */
void smtp_offer(struct smtp *smtp, const struct smtp_mail *mail);
/* Mails in line. */
size_t smtp_count(const struct smtp *smtp);
/* What became of the first in line; NULL: at work. Until smtp_take the next mail's
 * final dot does not go out, so that the result can be written down first. */
const struct smtp_reply *smtp_result(const struct smtp *smtp);
/* The server has the first one's final dot and has not said what came of it. */
bool smtp_awaits_result(const struct smtp *smtp);
/* Takes the first, which has a result, out of the line. */
void smtp_take(struct smtp *smtp);

/* All that can be done without waiting. */
void smtp_work(struct smtp *smtp);
/* What to poll for; returns the milliseconds until smtp_work is needed anyway, -1
 * none. */
int64_t smtp_poll(struct smtp *smtp, struct pollfd *ret);

/* QUIT where nothing is at work, without waiting; closes. NULL is fine. */
void smtp_free(struct smtp *smtp);
DEFINE_FREEP(smtp, struct smtp, smtp_free)
#define smtp_auto __attribute__((cleanup(smtp_freep))) struct smtp

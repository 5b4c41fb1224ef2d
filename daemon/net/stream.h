/*
 * One connection to a server, signed in: TCP, TLS with the certificate and host
 * checked, SASL, all by libcurl (CONNECT_ONLY). Above it IMAP and SMTP. Every read and
 * write has its own deadline.
 */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/mem.h"

enum stream_protocol { STREAM_IMAP, STREAM_SMTP };

/* One mechanism, whatever else the server offers. */
enum stream_auth {
	STREAM_PASSWORD,    /* PLAIN (RFC 4616), else LOGIN */
	STREAM_XOAUTH2,	    /* Google's, also Microsoft's */
	STREAM_OAUTHBEARER, /* RFC 7628 */
};

enum stream_verdict_kind { STREAM_NOT_SAID, STREAM_ACCEPTED, STREAM_REFUSED };

/* The server's word on the secret. Only a sign-in that came to its end changes it. */
struct stream_verdict {
	enum stream_verdict_kind kind;
	char words[256]; /* of a refusal, as in err */
};

struct stream_server {
	enum stream_protocol protocol;
	const char *host;
	int port;
	bool implicit_tls;   /* else STARTTLS, never in clear */
	bool tls_1_3;	     /* no older version; else TLS 1.2 is the oldest */
	const char *ca_file; /* NULL: the system's */
	bool insecure;	     /* for tests: whoever answers is believed */
	enum stream_auth auth;
	const char *user;
	const char *secret; /* password or token */
	const char *hello;  /* SMTP: EHLO name */
	int timeout_ms;
	/* Told what comes of the sign-in; lives as long as the opening. NULL: nobody
	 * asks. */
	struct stream_verdict *ret_verdict;
};

struct stream;

/* Once per process, before its first stream. 0 or -1. */
int stream_init(void);

/*
 * Connects and signs in. NULL with err in plain words with the server's own (no secret
 * in it): ERR_TEMP for the network and 4xx, ERR_PERM for a certificate that does not
 * hold, no TLS offered, a refused password.
 */
struct stream *stream_open(const struct stream_server *server, struct err *err);

/*
 * The same without waiting, beside other connections: begin, then step each time
 * stream_opening_poll says that there may be something to do, at the latest after the
 * milliseconds it returns. Step: 1 and the stream, 0 not yet, -1 with err as above.
 */
struct stream_opening;
struct stream_opening *stream_begin(
	const struct stream_server *server, struct err *err);
int stream_opening_step(struct stream_opening *o, struct stream **ret, struct err *err);
int stream_opening_poll(struct stream_opening *o, struct pollfd *ret);
void stream_opening_free(struct stream_opening *o);
DEFINE_FREEP(stream_opening, struct stream_opening, stream_opening_free)
#define stream_opening_auto                                                            \
	__attribute__((cleanup(stream_opening_freep))) struct stream_opening

/* > 0 bytes, what is there; -1 at the deadline, end of stream or error (all are the
 * connection's end). */
ssize_t stream_read(
	struct stream *s, void *to, size_t size, int timeout_ms, struct err *err);
/* All of it or -1. */
int stream_write(struct stream *s, const void *bytes, size_t len, int timeout_ms,
	struct err *err);
/* Without waiting: > 0 bytes, 0 none now, -1 the connection's end. */
ssize_t stream_try_read(struct stream *s, void *to, size_t size, struct err *err);
ssize_t stream_try_write(
	struct stream *s, const void *bytes, size_t len, struct err *err);
/* Bytes that are read already, or can be without waiting. */
bool stream_has_input(struct stream *s);
int stream_fd(const struct stream *s);
/* SMTP: the extensions of the last EHLO, a line each ("SIZE 1000\nPIPELINING\n"); ""
 * for IMAP. Borrowed. */
const char *stream_capabilities(const struct stream *s);

/* Closes at once; says no goodbye. */
void stream_free(struct stream *s);
DEFINE_FREEP(stream, struct stream, stream_free)
#define stream_auto __attribute__((cleanup(stream_freep))) struct stream

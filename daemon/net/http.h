/*
 * Questions to an HTTP server, for calendars: TLS with the server proven, caps on bytes
 * and time, redirects to https only. What is asked for may be a secret by its very
 * address: errors name the host alone.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

struct http; /* keeps connections from one question to the next */

struct http_request {
	const char *url;     /* https://...; user name and password not in it */
	const char *method;  /* "GET", "PROPFIND", "REPORT", "POST" */
	const char *body;    /* NULL: none */
	const char *type;    /* of the body; NULL: XML */
	bool stays;	     /* a redirect is not followed: the body is a secret */
	const char *depth;   /* Depth (RFC 4918, 10.2): "0", "1"; NULL: none */
	const char *ca_file; /* NULL: the system's */
	const char *user;    /* NULL: nobody signs in */
	const char *password;
	const char *bearer; /* a token (RFC 6750) instead of user and password; NULL */
	const char *etag;   /* what is there already (RFC 9110, 13.1); NULL: nothing */
	const char *last_modified;
	bool is_public;		   /* no server in a private network is asked */
	size_t largest;		   /* bytes of the body */
	int timeout_ms;		   /* of the whole question, redirects included */
	bool (*should_stop)(void); /* asked about once a second; NULL: never */
};

struct http_reply {
	int status;
	struct buf body;
	char *etag; /* NULL: none was sent */
	char *last_modified;
	char *type;	   /* Content-Type without parameters; NULL */
	char *url;	   /* who answered in the end */
	bool is_too_large; /* where http_ask failed: it was only that */
};

void http_reply_deinit(struct http_reply *reply);
#define http_reply_auto __attribute__((cleanup(http_reply_deinit))) struct http_reply
#define HTTP_REPLY_EMPTY ((struct http_reply){.status = 0})

/* stream_init comes first, once per process. */
struct http *http_new(void);
/*
 * 0 where there is a whole answer, whatever its status; -1 with err in plain words:
 * ERR_TEMP for the network, ERR_PERM for a certificate that does not hold, a redirect
 * to plain http, a body over the limit.
 */
int http_ask(struct http *h, const struct http_request *request, struct http_reply *ret,
	struct err *err);
/* A status that is no success, in plain words: 5xx, 408 and 429 pass (ERR_TEMP).
 * Returns -1. */
int http_refused(const struct http_request *request, const struct http_reply *reply,
	struct err *err);

/* https, a host that is there, no user name or password in it. */
bool http_is_url(const char *url);
/* A reference (RFC 3986, 5) as an absolute https URL; the caller frees. NULL where it
 * is none. */
char *http_resolve(const char *base, const char *reference);
/* The same host and port: a secret goes to none but the server that was named. */
bool http_is_same_server(const char *a, const char *b);
/* The name, decoded, of what stands right within a collection (an absolute URL); the
 * caller frees. NULL where reference leads elsewhere, or to the collection itself. */
char *http_name_within(const char *collection, const char *reference);

void http_free(struct http *h);
DEFINE_FREEP(http, struct http, http_free)
#define http_auto __attribute__((cleanup(http_freep))) struct http

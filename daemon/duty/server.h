/*
 * Sessions with the servers that the configuration names. The secret is read anew for
 * each; a token that the server refuses before its end is renewed once.
 */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "config/settings.h"
#include "duty/sign-in.h"
#include "net/http.h"
#include "net/imap.h"
#include "net/smtp.h"

struct db;

/* What is known of the sign-in to a server from one session to the next. It must not
 * move while a session is being opened. */
struct server_access {
	struct sign_in sign_in;
	struct buf secret;	       /* as the newest session was given it */
	struct stream_verdict verdict; /* the server's word on it */
	int64_t renewed_at; /* a refused token was renewed then; 0: not since */
	enum stream_verdict_kind noted;
};
struct server_access server_access_imap(
	const struct settings *settings, const char *state_dir);
struct server_access server_access_smtp(
	const struct settings *settings, const char *state_dir);
void server_access_deinit(struct server_access *a);

/* NULL with err, as stream_open; also where the secret cannot be read, or its server
 * gives no token. */
struct imap *server_open_imap(struct server_access *a, int64_t now, struct err *err);
/* Begins to open; smtp_work goes on. What was refused is renewed by the next. */
struct smtp *server_begin_smtp(struct server_access *a,
	const struct smtp_settings *settings, int64_t now, struct err *err);
/* The token was refused, and the next session is given another. */
bool server_may_renew(const struct server_access *a, int64_t now);
/* Opens and closes, to see whether the server takes the secret. */
int server_try(struct server_access *a, enum stream_protocol protocol,
	const struct settings *settings, int64_t now, struct err *err);
/* Notes in the store that the sign-in is refused, or no longer: true where the office
 * has something new to tell. For who, see journal_entry. */
bool server_note(struct server_access *a, struct db *db, const char *who, int64_t now);

/* http_ask with the calendar's user, secret and limits, which question leaves empty. */
int server_ask_calendar(struct http *http, const struct calendar_settings *calendar,
	const struct http_request *question, struct http_reply *ret, struct err *err);

/*
 * What a mail server is signed in to with: the password, read anew, or a token, which
 * is kept until shortly before it ends. A token is the same for all processes of an
 * office.
 */
#pragma once

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "config/settings.h"
#include "net/oauth.h"

struct sign_in {
	const struct server_settings *server;
	const char *name;    /* "imap", "smtp" */
	const char *kept_as; /* the token's name in the state folder */
	const char *state_dir;
};

/* Both servers may have been given the same first refresh token: what follows it is
 * theirs in common then, as the one's next is the other's last. */
struct sign_in sign_in_of(
	const struct settings *s, const char *name, const char *state_dir);

enum sign_in_outcome {
	SIGN_IN_READY,
	SIGN_IN_REFUSED, /* err: by the token's server, or nobody has signed in yet */
	SIGN_IN_TROUBLE, /* err: its server is away, a file cannot be read */
};

/* The caller wipes ret. Asks the token's server where a token ends within 5 minutes or
 * a tenth of its life; while it cannot give a new one, the old one is good to its end.
 */
enum sign_in_outcome sign_in_get(
	const struct sign_in *s, int64_t now, struct buf *ret, struct err *err);
/* The mail server refused this token before its end: another one, which may be one that
 * somebody else has fetched meanwhile. refused NULL: a new one whatever is kept. */
enum sign_in_outcome sign_in_renew(const struct sign_in *s, const char *refused,
	int64_t now, struct buf *ret, struct err *err);

/* ---- a person's sign-in, for the command ---- */

/* The secret is the client's own, borrowed from secret, which the caller wipes. */
int sign_in_client(const struct sign_in *s, struct buf *secret,
	struct oauth_client *ret, struct err *err);
/* Keeps what a person's sign-in has given. 0 or -1. */
int sign_in_keep(const struct sign_in *s, const struct oauth_token *token, int64_t now,
	struct err *err);

/* Wipes and frees. */
void sign_in_wipe(struct buf *secret);
#define secret_auto __attribute__((cleanup(sign_in_wipe))) struct buf

/*
 * The token of a server, kept in the state folder as oauth-NAME.json (0600), and with
 * it the refresh token that the next one is asked for with. Servers change refresh
 * tokens as they give out tokens: whoever asks holds the lock, and has room on the disk
 * for the answer before he asks.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"

struct kept_token {
	char *origin; /* a hash of the settings it was given under */
	char *access;
	char *refresh; /* NULL: none */
	int64_t obtained_at, expires_at;
};
/* Wipes as it frees. */
void kept_token_deinit(struct kept_token *token);
#define kept_token_auto __attribute__((cleanup(kept_token_deinit))) struct kept_token
#define KEPT_TOKEN_EMPTY ((struct kept_token){.origin = NULL})

/* 1, or 0 where there is none or it is no token; -1 where it cannot be read or others
 * may read it. */
int token_store_read(const char *state_dir, const char *name, struct kept_token *ret,
	struct err *err);

/* A change under way: the lock, and a file with room for a token. */
struct token_change {
	char *path;
	int lock_fd;
	int fd;
};
#define TOKEN_CHANGE_NONE ((struct token_change){NULL, -1, -1})

/* Waits while another process changes the same token. -1 ERR_TEMP: no room. */
int token_store_begin(const char *state_dir, const char *name, struct token_change *ret,
	struct err *err);
/* Whole and on disk when it returns 0. */
int token_store_put(
	struct token_change *c, const struct kept_token *token, struct err *err);
/* Lets the lock go; what was not put is gone. */
void token_change_deinit(struct token_change *c);
#define token_change_auto                                                              \
	__attribute__((cleanup(token_change_deinit))) struct token_change

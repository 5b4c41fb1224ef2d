/*
 * Tokens from an OAuth2 server, by HTTPS: for the program itself (RFC 6749 4.4), for a
 * refresh token (RFC 6749 6), and for a person who types a code elsewhere (RFC 8628).
 * Errors are the server's own words without our secrets.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* All borrowed. */
struct oauth_client {
	const char *token_url;
	const char *device_url; /* NULL but for codes */
	const char *client_id;
	const char *client_secret; /* NULL: it has none */
	const char *scope;	   /* NULL: the server's default */
	const char *ca_file;	   /* NULL: the system's */
	int timeout_ms;		   /* of one question as a whole */
};

struct oauth_token {
	char *access;
	char *refresh;	  /* NULL: none was given, the one before still holds */
	int64_t lifetime; /* seconds */
};
/* Wipes as it frees. */
void oauth_token_deinit(struct oauth_token *token);
#define oauth_token_auto __attribute__((cleanup(oauth_token_deinit))) struct oauth_token
#define OAUTH_TOKEN_EMPTY ((struct oauth_token){NULL, NULL, 0})

enum oauth_outcome {
	OAUTH_GIVEN,
	OAUTH_PENDING,	 /* the person has not finished yet */
	OAUTH_SLOW_DOWN, /* the same; ask 5 seconds less often */
	OAUTH_REFUSED, /* err, ERR_PERM: by the server, until somebody does something */
	OAUTH_TROUBLE, /* err: network, a server that is ill, a certificate */
};

/* Two of the outcomes come of a code only. */
enum oauth_outcome oauth_by_client(
	const struct oauth_client *client, struct oauth_token *ret, struct err *err);
enum oauth_outcome oauth_by_refresh_token(const struct oauth_client *client,
	const char *refresh_token, struct oauth_token *ret, struct err *err);

struct oauth_device {
	char *device_code; /* a secret */
	char *user_code;   /* safe to print, as is the address */
	char *address;	   /* where the person goes */
	int64_t lifetime;  /* seconds */
	int interval;	   /* seconds between two questions */
};
void oauth_device_deinit(struct oauth_device *device);
#define oauth_device_auto                                                              \
	__attribute__((cleanup(oauth_device_deinit))) struct oauth_device
#define OAUTH_DEVICE_EMPTY ((struct oauth_device){.device_code = NULL})

/* OAUTH_GIVEN, OAUTH_REFUSED, OAUTH_TROUBLE. */
enum oauth_outcome oauth_begin_device(
	const struct oauth_client *client, struct oauth_device *ret, struct err *err);
enum oauth_outcome oauth_by_device(const struct oauth_client *client,
	const char *device_code, struct oauth_token *ret, struct err *err);

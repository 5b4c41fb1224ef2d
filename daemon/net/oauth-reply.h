/*
 * What an OAuth2 server answers, read with distrust. Inside net/ and for its tests.
 */
#pragma once

#include <stddef.h>

#include "net/oauth.h"

/* Strings that must not come back in an error; NULL: none. */
struct oauth_secrets {
	const char *list[3];
};

/* An HTTP status and body as an outcome of the token endpoint; wipes nothing of body.
 */
enum oauth_outcome oauth_read_token(int status, const char *body, size_t len,
	const struct oauth_secrets *secrets, struct oauth_token *ret, struct err *err);
enum oauth_outcome oauth_read_device(int status, const char *body, size_t len,
	const struct oauth_secrets *secrets, struct oauth_device *ret, struct err *err);

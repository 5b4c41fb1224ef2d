/*
 * Where a server's tokens come from: `oauth2` of utskick.json, the server's own over
 * the one at the top level over the provider's preset.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

enum oauth_grant {
	OAUTH_CLIENT_CREDENTIALS, /* RFC 6749 4.4 */
	OAUTH_REFRESH_TOKEN,	  /* RFC 6749 6 */
	OAUTH_DEVICE_CODE,	  /* RFC 8628 */
};

/* Strings borrowed from the settings, paths absolute. */
struct oauth_settings {
	enum oauth_grant grant;
	const char *token_url;
	const char *device_url; /* NULL but with OAUTH_DEVICE_CODE */
	const char *client_id;
	const char *scope;	 /* NULL: the provider's default */
	const char *secret_file; /* of the client; both NULL: it has none */
	const char *secret_credential;
	const char *refresh_file; /* the first refresh token; both NULL: none */
	const char *refresh_credential;
	const char *ca_file; /* NULL: the system's */
	bool is_oauthbearer; /* RFC 7628; else XOAUTH2 */
};

/*
 * What holds for the server ("imap", "smtp") of the settings, all three put together,
 * unchecked; new reference. Members of any type may be in it.
 */
json_t *oauth_effective(const json_t *settings, const char *section);
/* Of what was checked and resolved; a missing member is NULL. */
struct oauth_settings oauth_settings_of(const json_t *oauth);

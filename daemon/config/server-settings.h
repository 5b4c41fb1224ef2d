/*
 * A mail server as utskick.json names it: `imap` or `smtp`. Strings borrowed from the
 * settings.
 */
#pragma once

#include <stdbool.h>

#include "config/oauth-settings.h"

enum server_tls { SERVER_TLS_IMPLICIT, SERVER_TLS_STARTTLS };

/* "imap" or "smtp". */
struct server_settings {
	const char *host;
	int port;
	enum server_tls tls;
	bool tls_1_3;	     /* no older version */
	const char *ca_file; /* absolute; NULL: the system's */
	bool insecure;	     /* whoever answers is taken for the server */
	const char *user;
	bool uses_oauth;	       /* a token, not a secret */
	struct oauth_settings oauth;   /* filled where uses_oauth */
	const char *secret_file;       /* absolute; NULL where a credential is named */
	const char *secret_credential; /* file name below $CREDENTIALS_DIRECTORY */
	int timeout_seconds;	       /* of each read and write */
};

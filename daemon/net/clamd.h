/*
 * The virus scanner, by its INSTREAM dialogue over a UNIX socket (clamd(8)). Nothing of
 * it is linked: it is a daemon of its own.
 */
#pragma once

#include "base/content.h"
#include "base/err.h"

enum clamd_verdict {
	CLAMD_CLEAN,
	CLAMD_INFECTED,
	CLAMD_TOO_LARGE, /* for its StreamMaxLength */
	CLAMD_AWAY,	 /* not there, not in time, or not to be understood; err */
};

/* ret_signature: of an infected one, the name of what was found; the caller frees. */
enum clamd_verdict clamd_scan(const char *socket_path, int timeout_seconds,
	const struct content *content, char **ret_signature, struct err *err);
/* 1 it answers, 0 not (err says why). */
int clamd_answers(const char *socket_path, int timeout_seconds, struct err *err);

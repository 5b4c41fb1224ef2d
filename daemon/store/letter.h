/*
 * Letters: what is said, its body frozen once as CRLF bytes. Who it is said to are its
 * deliveries, which come along with this header.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/content.h"
#include "base/err.h"
#include "store/delivery-move.h"
#include "store/delivery.h"

struct db;

struct letter {
	const char *kind;     /* "invitation", "minutes", ... a template's name */
	int64_t meeting_id;   /* 0: about no meeting */
	int version;	      /* SEQUENCE of an invitation, version of minutes */
	const char *language; /* "sv" */
	const char *about; /* what else makes it one of its kind ("incoming:12"); "" */
	const char *subject;
	struct content body; /* MIME header fields, blank line, content; empty: each
				delivery has its own */
};

/* The letter with the same (kind, meeting, version, language, about) is kept as it is.
 * 1 new, 0 was there, -1. */
int letter_put(struct db *db, const struct letter *letter, int64_t now, int64_t *ret_id,
	struct err *err);

/* The letter of that key, with its subject (caller frees). 1, 0, -1. */
int letter_find(struct db *db, const char *kind, int64_t meeting_id, int version,
	const char *language, const char *about, int64_t *ret_id, char **ret_subject,
	struct err *err);
/* How many of a kind were written from since on. -1. */
int letter_count_since(struct db *db, const char *kind, int64_t since, struct err *err);
/* What else makes it one of its kind; the caller frees. 1, 0 there is none, -1. */
int letter_about(struct db *db, int64_t id, char **ret, struct err *err);

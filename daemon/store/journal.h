/*
 * What happened: append only. Also the marks that something was told once.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"
#include "store/incoming.h"

struct db;

struct journal_entry {
	const char *who;    /* "office", "dispatch", a user name */
	const char *what;   /* one word or code: "invited", "sent", "held" */
	const char *why;    /* a reason code or words; NULL */
	const char *detail; /* a server's own words; NULL */
	int64_t meeting_id, incoming_id, delivery_id; /* 0: none */
};

int journal_add(
	struct db *db, const struct journal_entry *entry, int64_t now, struct err *err);
/* Entries about one thing, oldest first: [{at (UTC seconds), who, what, why, detail}];
 * the others are 0. New reference. */
json_t *journal_about(struct db *db, int64_t meeting_id, int64_t incoming_id,
	int64_t delivery_id, struct err *err);

/* 1 the first time this key is told, 0 afterwards, -1. told_forget makes it tellable
 * again. */
int told_once(struct db *db, const char *key, int64_t now, struct err *err);
int told_forget(struct db *db, const char *key, struct err *err);

/* Trouble that lasts, one row while it does: since when, when it was last met, in whose
 * words. */
struct trouble_row {
	int64_t since;
	int64_t seen_at;
	char *words;
};
#define TROUBLE_ROW_EMPTY ((struct trouble_row){0})
void trouble_row_deinit(struct trouble_row *row);
#define trouble_row_auto __attribute__((cleanup(trouble_row_deinit))) struct trouble_row

/* since is kept where the row is there. */
int trouble_keep(struct db *db, const char *who, const char *what, int64_t since,
	const char *words, int64_t now, struct err *err);
int trouble_forget(struct db *db, const char *who, const char *what, struct err *err);
/* 1, 0 there is none, -1. */
int trouble_find(struct db *db, const char *who, const char *what,
	struct trouble_row *ret, struct err *err);

/* Rows of one of: deliveries meetings answers minutes journal, in [from, to), for
 * `export`, times in RFC 3339 local: deliveries by when they were promised, meetings by
 * their start, the others by when they were recorded. -1 ERR_PERM: no such. Also takes
 * `incoming`. */
int store_export(struct db *db, const char *what, int64_t from, int64_t to,
	export_row_fn fn, void *context, struct err *err);

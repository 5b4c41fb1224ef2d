/*
 * Mail as it came in: one row per (account, folder, uidvalidity, uid), raw bytes never
 * altered, a register number per year of arrival. Written by intake, decided by office.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

struct db;

/* Where a mail lies on the server. */
struct place {
	const char *account;
	const char *folder;
	uint32_t uidvalidity;
	uint32_t uid;
};

enum incoming_state {
	INCOMING_NEW,	    /* the office has not decided yet */
	INCOMING_DONE,	    /* decided: class, outcome, reason */
	INCOMING_HELD,	    /* waits for the coordinator's yes or no */
	INCOMING_BROKEN,    /* could not be read */
	INCOMING_TOO_LARGE, /* known by its size only; the bytes are in the mailbox */
};

const char *incoming_state_name(enum incoming_state state);

struct incoming {
	int64_t id;
	char *register_number; /* "2026-000123" */
	enum incoming_state state;
	int tries;
	char *account;
	char *folder;
	uint32_t uidvalidity;
	uint32_t uid;
	int64_t arrived_at; /* INTERNALDATE */
	int64_t size;
	char *sha256; /* NULL for INCOMING_TOO_LARGE */
	char *message_id;
	char *from_address;
	char *subject;
	char *class;
	char *outcome;
	char *reason;
};

void incoming_deinit(struct incoming *in);
#define incoming_auto __attribute__((cleanup(incoming_deinit))) struct incoming
#define INCOMING_EMPTY ((struct incoming){0})

/* A mail's bytes in a spool file. */
struct incoming_bytes {
	int fd;
	int64_t at, size;
	int64_t arrived_at;
	bool is_machine; /* no person wrote it: the office takes it after people's */
};

/* Registers a mail with its bytes, in a transaction of its own or the caller's; memory
 * use does not grow with size. 1 stored, 0 was there already (same place; or, where
 * uidvalidity changed, same sha256 and arrived_at in that folder), -1. */
int incoming_add(struct db *db, const struct place *place,
	const struct incoming_bytes *bytes, int64_t now, int64_t *ret_id,
	struct err *err);
/* A mail over the limit: registered without bytes. As above. */
int incoming_add_too_large(struct db *db, const struct place *place, int64_t arrived_at,
	int64_t size, const char *from_address, const char *subject, int64_t now,
	int64_t *ret_id, struct err *err);

/* The next undecided (INCOMING_NEW, or TOO_LARGE not yet told): people's before
 * machines', the one registered first. 1, 0 none, -1. */
int incoming_next(struct db *db, struct incoming *ret, struct err *err);
/* The next ones, all INCOMING_NEW, never tried, of size_max bytes together. Count or
 * -1. */
int incoming_next_many(
	struct db *db, int64_t size_max, int64_t *ret_ids, int max, struct err *err);
/* By register number, row id, or Message-ID. 1, 0, -1. */
int incoming_find(
	struct db *db, const char *key, struct incoming *ret, struct err *err);
/* 1, or -1 (also where there is none). */
int incoming_get(struct db *db, int64_t id, struct incoming *ret, struct err *err);
/* The raw bytes. -1 ERR_PERM where there are none. */
int incoming_read(struct db *db, int64_t id, struct buf *ret, struct err *err);

/* One more try begins; committed before the reader is asked. */
int incoming_count_try(struct db *db, int64_t id, int *ret_tries, struct err *err);

/* What the office made of it; NULL and 0 leave a column as it is. Same transaction as
 * the effects. */
struct incoming_decision {
	enum incoming_state state;
	const char *message_id, *in_reply_to, *from_address, *from_name, *subject;
	const char *class, *outcome, *reason;
	bool verified;
	int64_t meeting_id;   /* 0: none */
	const json_t *detail; /* what the reader said that export shows: text, answers,
				 failed, attachments */
};
int incoming_decide(struct db *db, int64_t id, const struct incoming_decision *decision,
	int64_t now, struct err *err);
/* Back to INCOMING_NEW with no tries (utskick rerun), not waiting for a yes. 1, 0 where
 * it is not broken, unknown or held, -1. */
int incoming_rerun(struct db *db, int64_t id, struct err *err);

/*
 * Rows for `export incoming`, arrived in [from, to), in register order, with the field
 * names of the contract; fn is called per row and borrows it. -1 stops.
 */
typedef int (*export_row_fn)(const json_t *row, void *context);
int incoming_export(struct db *db, int64_t from, int64_t to, export_row_fn fn,
	void *context, struct err *err);

/*
 * What waits for the coordinator's yes or no: a mail, or a matter of its own that has a
 * key. Never expires.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"

struct db;

enum held_state { HELD_WAITING, HELD_RELEASED, HELD_REFUSED, HELD_ACTED };

struct held {
	int64_t id;
	int64_t incoming_id; /* the mail that asks for it; 0: none, then there is a key
			      */
	char *key;	     /* "source:NAME": what it is about; NULL: a mail */
	char *title;	     /* what lists call it; NULL: the mail's subject */
	json_t *data;	     /* what the act has to know; NULL: nothing */
	int64_t meeting_id;  /* 0: none known */
	char *act;	     /* what a yes does: "minutes", "answer" */
	char *reason;	     /* code: why it was held */
	enum held_state state;
	enum held_state decision; /* outlives HELD_ACTED; HELD_WAITING: none yet */
	int64_t held_at;
	int64_t decided_at;
	char *decided_by;
	char *result; /* code: what carrying it out did; NULL until then */
};

void held_deinit(struct held *h);
#define held_auto __attribute__((cleanup(held_deinit))) struct held
#define HELD_EMPTY ((struct held){0})

/* Once per (incoming, act), and per (key, act) while it is open: 1 new, 0 was there,
 * -1. */
int held_add(struct db *db, const struct held *h, int64_t now, int64_t *ret_id,
	struct err *err);
/* 1, or -1 (also where there is none). */
int held_get(struct db *db, int64_t id, struct held *ret, struct err *err);
/* The open one of that act and key. 1, 0, -1. */
int held_find_key(struct db *db, const char *act, const char *key, struct held *ret,
	struct err *err);
/* The coordinator's word: released or refused. 1, 0 where none waits under that id, -1.
 */
int held_decide(struct db *db, int64_t id, enum held_state state, const char *by,
	int64_t meeting_id, int64_t now, struct err *err);
/* The next decided one that the office has not acted on. 1, 0, -1. */
int held_next_decided(struct db *db, struct held *ret, struct err *err);
/* A yes that could not be carried out: it waits again, for the reason given. */
int held_reopen(struct db *db, int64_t id, const char *reason, struct err *err);
/* It was carried out; result is the code of what that did. */
int held_set_acted(
	struct db *db, int64_t id, const char *result, int64_t now, struct err *err);
/* What has settled itself: it waits no more, and nobody decided. */
int held_withdraw(
	struct db *db, int64_t id, const char *result, int64_t now, struct err *err);
/* The same of all waiting ones of that act whose key begins so, but for one. 0, -1. */
int held_withdraw_begun(struct db *db, const char *act, const char *begin,
	const char *except, const char *result, int64_t now, struct err *err);
/* The newest of that act and key that was not withdrawn: HELD_WAITING where there is no
 * word on it yet. 1, 0, -1. */
int held_last_decision(struct db *db, const char *act, const char *key,
	enum held_state *ret, struct err *err);
/* What waits, oldest first: [{id, register, key, from, subject (or title), meeting (its
 * code), act, reason, held_at (UTC seconds)}]; new reference. */
json_t *held_list(struct db *db, struct err *err);
/* Ids of the mails that wait for that reason, oldest first; new reference. */
json_t *held_ids_by_reason(struct db *db, const char *reason, struct err *err);
/* [{id, incoming_id, reason}] of the mails that wait for that act at that meeting and
 * came from that address; new reference. */
json_t *held_of_sender(struct db *db, const char *act, int64_t meeting_id,
	const char *address, struct err *err);

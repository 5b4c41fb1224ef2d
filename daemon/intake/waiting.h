/*
 * The mails of INBOX that are not in the store, in the order in which they are fetched:
 * as they came; where very many wait, people's before machines'.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/imap.h"
#include "store/incoming.h"

struct waiting_mail {
	struct imap_item item;
	bool is_machine;
	bool is_looked_at; /* is_machine is known */
};

/* As of one session and uidvalidity. */
struct waiting {
	struct waiting_mail *mails;
	size_t count;
	size_t next; /* those before it are done with */
	size_t room;
	bool is_listed;
	uint32_t complete_uid; /* as in the store */
	uint32_t listed_uid;   /* highest that was seen */
};

/* What a refusal of waiting_refresh is about. */
enum waiting_result { WAITING_OK, WAITING_LOST, WAITING_STORE };

/* Asks the server for what is new, and the store for what of it is known. place.uid is
 * of no matter. */
enum waiting_result waiting_refresh(struct waiting *w, struct imap *imap, struct db *db,
	struct place place, struct err *err);
size_t waiting_left(const struct waiting *w);
struct waiting_mail *waiting_first(const struct waiting *w);
/* The first n are done with. */
void waiting_take(struct waiting *w, size_t n);
/* None is left: tells the store that nothing is missing up to the last. 0 or -1. */
int waiting_note_complete(
	struct waiting *w, struct db *db, struct place place, struct err *err);
/* Nothing is known any more: the session, or the folder, is another one. */
void waiting_forget(struct waiting *w);

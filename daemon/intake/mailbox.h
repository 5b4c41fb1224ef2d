/*
 * The mailbox to store, and the store's requests to the mailbox, over one IMAP session.
 * Nothing is flagged or moved before the commit that holds it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "duty/server.h"
#include "duty/trouble.h"
#include "duty/worker.h"
#include "intake/waiting.h"
#include "net/imap.h"

struct db;

struct mailbox {
	const struct worker_context *ctx;
	const struct imap_settings *settings;
	const char *account; /* the mailbox's address */
	struct db *db;
	struct server_access access;
	struct imap *imap; /* NULL: not connected */
	bool is_selected;  /* INBOX */
	bool is_idling;
	bool is_fresh; /* the server has just told what there is */
	uint32_t uidvalidity;
	bool has_handled,
		has_sent; /* those folders were made sure of in this session */
	char *sent;	  /* the server's own Sent folder, as far as asked for */
	struct waiting waiting;
	int spool_fd;
	size_t batch_limit; /* mails by one command; 0: as many as go */
	uint32_t stuck_uid; /* a mail that could not be fetched, and how often */
	int stuck_tries;
	bool is_doubtful; /* a mail was listed and not given */
	int doubts;	  /* lists that were asked for because of it */
	struct trouble trouble;
};

/* What a step came to. */
enum step {
	STEP_NOTHING,
	STEP_DONE,
	STEP_LOST,  /* the session or the server: closed, to be opened again */
	STEP_STORE, /* the store or the disk */
};

struct mailbox mailbox_new(const struct worker_context *ctx, struct db *db);
/* Connects where needed, ends IDLE, selects INBOX. STEP_NOTHING is ready. */
enum step mailbox_open(struct mailbox *m, int64_t now, struct err *err);
/* Some of the mails that are not in the store yet, people's first where very many wait
 * (fetch-mail.c). STEP_NOTHING: there are none. */
enum step mailbox_fetch(struct mailbox *m, int64_t now, struct err *err);
/* The next request that is due, or many of its kind together (requests.c); ret_count:
 * how many. */
enum step mailbox_do_requests(
	struct mailbox *m, int64_t now, int *ret_count, struct err *err);
/* Begins IDLE; STEP_NOTHING also where the server has none. STEP_DONE: news came
 * meanwhile. */
enum step mailbox_idle(struct mailbox *m, struct err *err);
/* While idling, its descriptor readable: STEP_DONE news, STEP_NOTHING, STEP_LOST. */
enum step mailbox_take_news(struct mailbox *m, struct err *err);
/* -1 where it does not idle. */
int mailbox_fd(const struct mailbox *m);
/* The folder is to be asked for anew: it may have been renamed or replaced. */
void mailbox_doubt(struct mailbox *m);
void mailbox_close(struct mailbox *m);
/* STEP_LOST, closed. */
enum step mailbox_lost(struct mailbox *m);
void mailbox_deinit(struct mailbox *m);

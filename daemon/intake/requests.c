#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "intake/mailbox.h"
#include "store/db.h"
#include "store/delivery.h"
#include "store/incoming.h"
#include "store/mailbox-request.h"

/* Moved by one command. */
#define MOVES_TOGETHER 100
#define PAUSE_FIRST 30
#define PAUSE_LONGEST MAILBOX_REQUEST_LONGEST_PAUSE
#define HANDLED_KEYWORD "$Utskick"
#define SENT_OTHERWISE "Sent"

/* What others left for us to do in the mailbox. Each act: 1 done and found, 0 done, -1
 * with err; *ret_store: it was the store. */
struct act {
	struct mailbox *m;
	const struct mailbox_request *request;
	bool is_store;
};

static int store_failed(struct act *a)
{
	a->is_store = true;
	return -1;
}

/* Once a session. An empty name means the configured folder. */
static int make_folder(
	struct mailbox *m, const char *folder, bool *is_made, struct err *err)
{
	if (*is_made)
		return 0;
	if (imap_make_folder(m->imap, folder, err) < 0)
		return -1;
	*is_made = true;
	return 0;
}

/* Where a move goes, made sure of; NULL with err. */
static const char *target(
	struct mailbox *m, const struct mailbox_request *request, struct err *err)
{
	bool is_made = false;
	const char *folder = *request->folder ? request->folder : m->settings->handled;
	bool is_handled = strcmp(folder, m->settings->handled) == 0;

	if (make_folder(m, folder, is_handled ? &m->has_handled : &is_made, err) < 0)
		return NULL;
	return folder;
}

/* Moved, or flagged where the office wants it or the server can nothing else. */
static bool is_moved(const struct mailbox *m)
{
	return m->settings->handled_by == HANDLED_BY_MOVE && imap_can_move(m->imap);
}

/* 1 the uid of the mail, 0 it is not in this folder: elsewhere, or under another
 * uidvalidity, its uid may be another mail's; -1: the store. */
static int find_uid(struct mailbox *m, const struct mailbox_request *request,
	uint32_t *ret, struct err *err)
{
	incoming_auto in = INCOMING_EMPTY;

	if (incoming_get(m->db, request->incoming_id, &in, err) < 0)
		return -1;
	*ret = in.uid;
	return in.uidvalidity == m->uidvalidity &&
	       strcmp(in.folder, m->settings->inbox) == 0;
}

static int put_away(struct act *a, struct err *err)
{
	struct mailbox *m = a->m;
	uint32_t uid = 0;
	int found = find_uid(m, a->request, &uid, err);

	if (found <= 0)
		return found < 0 ? store_failed(a) : 0;
	if (!is_moved(m))
		return imap_mark(m->imap, uid, HANDLED_KEYWORD, err);
	const char *folder = target(m, a->request, err);
	return folder ? imap_move(m->imap, uid, folder, err) : -1;
}

/* 1 a mail with the delivery's Message-ID is there. Leaves another folder than INBOX
 * selected. */
static int look_for(
	struct act *a, const struct delivery *d, const char *folder, struct err *err)
{
	struct mailbox *m = a->m;
	uint32_t uidvalidity, exists;

	m->is_selected = false;
	if (imap_select(m->imap, folder, &uidvalidity, &exists, err) < 0)
		return -1;
	return exists && d->message_id
		       ? imap_has_message_id(m->imap, d->message_id, err)
		       : 0;
}

/* As it was sent. */
struct copy {
	struct db *db;
	struct delivery_text text;
};

static int read_copy(void *source, uint64_t at, void *to, size_t size, struct err *err)
{
	const struct copy *copy = source;

	return delivery_text_read(copy->db, &copy->text, (int64_t)at, to, size, err);
}

static int append(
	struct act *a, const struct delivery *d, const char *folder, struct err *err)
{
	struct mailbox *m = a->m;
	struct copy copy = {.db = m->db};
	buf_auto none = BUF_EMPTY;
	/* Tried before: it may be there, and only the answer got lost. */
	int found = a->request->tries ? look_for(a, d, folder, err) : 0;

	if (found)
		return found;
	if (delivery_text_find(m->db, d->id, 0, &copy.text, &none, err) < 0)
		return store_failed(a);
	const struct content mail = {(uint64_t)copy.text.size, read_copy, &copy};
	return imap_append(m->imap, folder, &mail, d->sent_at, err);
}

/* The configured one, or what the server calls its own; NULL with err. */
static const char *sent_folder(struct mailbox *m, struct err *err)
{
	if (m->settings->sent)
		return m->settings->sent;
	if (!m->sent && imap_find_sent(m->imap, &m->sent, err) < 0)
		return NULL;
	if (!m->sent)
		m->sent = xstrdup(SENT_OTHERWISE);
	return m->sent;
}

static int append_or_search(struct act *a, struct err *err)
{
	struct mailbox *m = a->m;
	bool is_given = *a->request->folder != '\0', is_made = false;
	const char *folder = is_given ? a->request->folder : sent_folder(m, err);
	str_auto *key = xasprintf("%lld", (long long)a->request->delivery_id);
	delivery_auto d = DELIVERY_EMPTY;

	if (!folder)
		return -1;
	if (delivery_find(m->db, key, &d, err) < 0)
		return store_failed(a);
	if (make_folder(m, folder, is_given ? &is_made : &m->has_sent, err) < 0)
		return -1;
	return a->request->kind == MAILBOX_APPEND ? append(a, &d, folder, err)
						  : look_for(a, &d, folder, err);
}

static int act_on(struct act *a, struct err *err)
{
	switch (a->request->kind) {
	case MAILBOX_MOVE:
		return put_away(a, err);
	case MAILBOX_APPEND:
	case MAILBOX_SEARCH:
		return append_or_search(a, err);
	}
	return 0;
}

static int64_t pause_of(int tries)
{
	int64_t pause = PAUSE_FIRST;

	for (int i = 0; i < tries && pause < PAUSE_LONGEST; i++)
		pause *= 2;
	return pause < PAUSE_LONGEST ? pause : PAUSE_LONGEST;
}

static enum step put_off(struct mailbox *m, const struct mailbox_request *r,
	int64_t now, struct err *why)
{
	struct err err = ERR_INIT;

	if (!r->tries)
		log_event(LOG_LEVEL_WARNING, "request-put-off", "request=%lld why=%s",
			(long long)r->id, why->text);
	mailbox_close(m);
	if (mailbox_request_defer(
		    m->db, r->id, now + pause_of(r->tries), why->text, &err) < 0) {
		*why = err;
		return STEP_STORE;
	}
	/* A plain no is about this request; the server is well. */
	return why->kind == ERR_PERM ? STEP_DONE : STEP_LOST;
}

/* ---- many moves together ---- */

struct moves {
	struct mailbox_request list[MOVES_TOGETHER];
	int count;
};

static void moves_deinit(struct moves *moves)
{
	for (int i = 0; i < moves->count; i++)
		mailbox_request_deinit(&moves->list[i]);
}
#define moves_auto __attribute__((cleanup(moves_deinit))) struct moves

/* Those that are in the folder, whose uids are to be known. Count or -1. */
static int find_uids(struct mailbox *m, const struct moves *moves,
	uint32_t ret[MOVES_TOGETHER], struct err *err)
{
	int n = 0;

	for (int i = 0; i < moves->count; i++) {
		int found = find_uid(m, &moves->list[i], &ret[n], err);
		if (found < 0)
			return -1;
		n += found;
	}
	return n;
}

static int put_all_away(struct mailbox *m, const struct moves *moves,
	const uint32_t *uids, size_t count, struct err *err)
{
	if (!count)
		return 0;
	if (!is_moved(m))
		return imap_mark_all(m->imap, uids, count, HANDLED_KEYWORD, err);
	const char *folder = target(m, &moves->list[0], err);
	return folder ? imap_move_all(m->imap, uids, count, folder, err) : -1;
}

static int note_all_done(
	struct mailbox *m, const struct moves *moves, int64_t now, struct err *err)
{
	if (db_begin(m->db, err) < 0)
		return -1;
	for (int i = 0; i < moves->count; i++)
		if (mailbox_request_done(m->db, moves->list[i].id, true, now, err) <
			0) {
			db_rollback(m->db);
			return -1;
		}
	if (db_commit(m->db, err) == 0)
		return 0;
	db_rollback(m->db);
	return -1;
}

/* They stay due: what was tried is done alone, so one that the server will not move
 * keeps no other. */
static enum step leave_for_later(
	struct mailbox *m, const struct moves *moves, struct err *why)
{
	log_event(LOG_LEVEL_WARNING, "moves-one-by-one", "count=%d why=%s",
		moves->count, why->text);
	mailbox_close(m);
	return why->kind == ERR_PERM ? STEP_DONE : STEP_LOST;
}

/* STEP_NOTHING: the next request is none of many. */
static enum step do_moves(
	struct mailbox *m, int64_t now, int *ret_count, struct err *err)
{
	moves_auto moves = {.count = 0};
	uint32_t uids[MOVES_TOGETHER];
	int claimed = mailbox_request_claim_moves(
		m->db, now, MOVES_TOGETHER, moves.list, err);

	if (claimed < 1)
		return claimed ? STEP_STORE : STEP_NOTHING;
	*ret_count = moves.count = claimed;
	int count = find_uids(m, &moves, uids, err);
	if (count < 0)
		return STEP_STORE;
	if (put_all_away(m, &moves, uids, (size_t)count, err) < 0)
		return leave_for_later(m, &moves, err);
	return note_all_done(m, &moves, now, err) < 0 ? STEP_STORE : STEP_DONE;
}

static enum step do_one(struct mailbox *m, int64_t now, struct err *err)
{
	mailbox_request_auto request = MAILBOX_REQUEST_EMPTY;
	int claimed = mailbox_request_claim(m->db, now, &request, err);
	struct act a = {.m = m, .request = &request};

	if (claimed < 1)
		return claimed ? STEP_STORE : STEP_NOTHING;
	int done = act_on(&a, err);
	if (done < 0 && a.is_store)
		return STEP_STORE;
	if (done < 0)
		return put_off(m, &request, now, err);
	if (mailbox_request_done(m->db, request.id, done, now, err) < 0)
		return STEP_STORE;
	if (request.kind == MAILBOX_SEARCH)
		wake_up(&m->ctx->wake, WORKER_DISPATCH);
	return STEP_DONE;
}

enum step mailbox_do_requests(
	struct mailbox *m, int64_t now, int *ret_count, struct err *err)
{
	enum step done = do_moves(m, now, ret_count, err);

	if (done != STEP_NOTHING)
		return done;
	*ret_count = 1;
	return do_one(m, now, err);
}

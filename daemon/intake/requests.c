#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "intake/mailbox.h"
#include "store/delivery.h"
#include "store/incoming.h"
#include "store/mailbox-request.h"

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

static int move(struct act *a, uint32_t uid, struct err *err)
{
	struct mailbox *m = a->m;
	bool is_made = false;
	const char *folder =
		*a->request->folder ? a->request->folder : m->settings->handled;
	bool is_handled = strcmp(folder, m->settings->handled) == 0;

	if (make_folder(m, folder, is_handled ? &m->has_handled : &is_made, err) < 0)
		return -1;
	return imap_move(m->imap, uid, folder, err);
}

/* Moved, or flagged where the office wants it or the server can nothing else. */
static int put_away(struct act *a, struct err *err)
{
	struct mailbox *m = a->m;
	incoming_auto in = INCOMING_EMPTY;

	if (incoming_get(m->db, a->request->incoming_id, &in, err) < 0)
		return store_failed(a);
	/* Elsewhere, or under another uidvalidity, the uid may be another mail's. */
	if (in.uidvalidity != m->uidvalidity ||
		strcmp(in.folder, m->settings->inbox) != 0)
		return 0;
	if (m->settings->handled_by == HANDLED_BY_MOVE && imap_can_move(m->imap))
		return move(a, in.uid, err);
	return imap_mark(m->imap, in.uid, HANDLED_KEYWORD, err);
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

static int append(
	struct act *a, const struct delivery *d, const char *folder, struct err *err)
{
	struct mailbox *m = a->m;
	buf_auto mail = BUF_EMPTY;
	/* Tried before: it may be there, and only the answer got lost. */
	int found = a->request->tries ? look_for(a, d, folder, err) : 0;

	if (found)
		return found;
	if (delivery_read(m->db, d->id, &mail, err) < 0)
		return store_failed(a);
	return imap_append(m->imap, folder, buf_str(&mail), mail.len, d->sent_at, err);
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

enum step mailbox_do_request(struct mailbox *m, int64_t now, struct err *err)
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

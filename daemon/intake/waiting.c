#include "intake/waiting.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "intake/machine-mail.h"
#include "store/mailbox-folder.h"

/* With more than so many, heads are fetched before the mails: below, the mails
 * themselves are here as soon. */
#define CROWD 200
/* Heads by one command. */
#define HEADS 500

static void add(struct waiting *w, const struct imap_item *item)
{
	if (w->count == w->room) {
		w->room = w->room ? 2 * w->room : 64;
		w->mails = xrealloc(w->mails, w->room * sizeof(*w->mails));
	}
	w->mails[w->count++] = (struct waiting_mail){.item = *item};
}

/* Both are in order of uid. */
static void add_unknown(
	struct waiting *w, const struct imap_list *list, const struct uids *known)
{
	size_t k = 0;

	for (size_t i = 0; i < list->count; i++) {
		uint32_t uid = list->items[i].uid;

		while (k < known->count && known->list[k] < uid)
			k++;
		if (k == known->count || known->list[k] != uid)
			add(w, &list->items[i]);
		if (uid > w->listed_uid)
			w->listed_uid = uid;
	}
}

static enum waiting_result list_more(
	struct waiting *w, struct imap *imap, const struct uids *known, struct err *err)
{
	imap_list_auto list = {0};

	if (w->listed_uid == UINT32_MAX)
		return WAITING_OK;
	if (imap_list_from(imap, w->listed_uid + 1, &list, err) < 0)
		return WAITING_LOST;
	add_unknown(w, &list, known);
	return WAITING_OK;
}

static enum waiting_result list_all(struct waiting *w, struct imap *imap, struct db *db,
	struct place place, struct err *err)
{
	uids_auto known = UIDS_NONE;

	if (mailbox_folder_complete(db, &place, &w->complete_uid, err) < 0)
		return WAITING_STORE;
	place.uid = w->listed_uid = w->complete_uid;
	if (mailbox_folder_known(db, &place, &known, err) < 0)
		return WAITING_STORE;
	enum waiting_result done = list_more(w, imap, &known, err);
	w->is_listed = done == WAITING_OK;
	return done;
}

/* ---- a crowd ---- */

/* The next mails that were not looked at, HEADS at most. */
static size_t next_unseen(
	const struct waiting *w, struct imap_piece *pieces, struct waiting_mail **mails)
{
	size_t n = 0;

	for (size_t i = w->next; i < w->count && n < HEADS; i++)
		if (!w->mails[i].is_looked_at) {
			mails[n] = &w->mails[i];
			pieces[n++] = (struct imap_piece){.uid = w->mails[i].item.uid};
		}
	return n;
}

/* 1 looked at some, 0 at all before, -1. */
static int look_at_some(struct waiting *w, struct imap *imap, struct err *err)
{
	struct imap_piece pieces[HEADS];
	struct waiting_mail *mails[HEADS];
	buf_auto heads = BUF_EMPTY;
	size_t n = next_unseen(w, pieces, mails);

	if (!n)
		return 0;
	if (imap_fetch_fields(imap, pieces, n, machine_mail_fields, &heads, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		str_auto *head = xstrndup(buf_str(&heads) + pieces[i].at,
			pieces[i].is_found ? (size_t)pieces[i].size : 0);
		mails[i]->is_machine = machine_mail(head);
		mails[i]->is_looked_at = true;
	}
	return 1;
}

static int people_first(const void *a, const void *b)
{
	const struct waiting_mail *x = a, *y = b;

	if (x->is_machine != y->is_machine)
		return x->is_machine ? 1 : -1;
	return x->item.uid < y->item.uid ? -1 : x->item.uid > y->item.uid;
}

static int put_in_order(struct waiting *w, struct imap *imap, struct err *err)
{
	int some = 0, r;

	while ((r = look_at_some(w, imap, err)) > 0)
		some = 1;
	if (some)
		qsort(w->mails + w->next, w->count - w->next, sizeof(*w->mails),
			people_first);
	return r;
}

/* ---- verbs ---- */

enum waiting_result waiting_refresh(struct waiting *w, struct imap *imap, struct db *db,
	struct place place, struct err *err)
{
	const struct uids none = UIDS_NONE;
	enum waiting_result done = w->is_listed ? list_more(w, imap, &none, err)
						: list_all(w, imap, db, place, err);

	if (done == WAITING_OK && waiting_left(w) > CROWD &&
		put_in_order(w, imap, err) < 0)
		return WAITING_LOST;
	return done;
}

size_t waiting_left(const struct waiting *w)
{
	return w->count - w->next;
}

struct waiting_mail *waiting_first(const struct waiting *w)
{
	return w->mails + w->next;
}

void waiting_take(struct waiting *w, size_t n)
{
	w->next += n;
	if (w->next == w->count)
		w->next = w->count = 0;
}

int waiting_note_complete(
	struct waiting *w, struct db *db, struct place place, struct err *err)
{
	if (w->listed_uid == w->complete_uid)
		return 0;
	place.uid = w->listed_uid;
	if (mailbox_folder_set_complete(db, &place, err) < 0)
		return -1;
	w->complete_uid = w->listed_uid;
	return 0;
}

void waiting_forget(struct waiting *w)
{
	free(w->mails);
	*w = (struct waiting){.mails = NULL};
}

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "intake/header-line.h"
#include "intake/machine-mail.h"
#include "intake/mailbox.h"
#include "store/db.h"
#include "store/incoming.h"

/*
 * By one command and into one transaction: enough that neither the way to the server
 * nor the disk's fsync counts for each mail, little enough that a new mail does not
 * wait long behind them and that SQLite's log stays near its usual size.
 */
#define BATCH_MAILS 100
#define BATCH_BYTES (4U << 20)
/* A mail that cannot be fetched so often is left to a person. */
#define STUCK_TRIES 3
/* What is looked at of a mail to see whether a program wrote it. */
#define HEAD_MAX 16384

struct batch {
	const struct waiting_mail *mails;
	struct imap_piece pieces[BATCH_MAILS];
	int64_t ids[BATCH_MAILS]; /* 0: not stored now */
	size_t count;
};

/* A file without a name: what is left in it vanishes with us. */
static int open_spool(struct mailbox *m, struct err *err)
{
	if (m->spool_fd < 0)
		m->spool_fd =
			open(m->ctx->state_dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (m->spool_fd < 0 || ftruncate(m->spool_fd, 0) < 0)
		return err_set(err, ERR_TEMP, "spool in %s: %s", m->ctx->state_dir,
			strerror(errno));
	return 0;
}

static struct place place_of(const struct mailbox *m, uint32_t uid)
{
	return (struct place){.account = m->account,
		.folder = m->settings->inbox,
		.uidvalidity = m->uidvalidity,
		.uid = uid};
}

static bool is_too_large(const struct mailbox *m, const struct waiting_mail *mail)
{
	return mail->item.size > (uint64_t)m->settings->largest_mail;
}

/* ---- one that stays there ---- */

static enum step register_head(struct mailbox *m, const struct imap_item *item,
	const char *head, const char *why, int64_t now, struct err *err)
{
	int64_t id = 0;
	str_auto *from = header_line_value(head, "From");
	str_auto *subject = header_line_value(head, "Subject");
	struct place place = place_of(m, item->uid);
	int stored = incoming_add_too_large(m->db, &place, item->arrived_at,
		(int64_t)item->size, from, subject, now, &id, err);

	if (stored < 0)
		return STEP_STORE;
	if (stored)
		log_event(LOG_LEVEL_INFO, why, "incoming=%lld uid=%u bytes=%llu",
			(long long)id, item->uid, (unsigned long long)item->size);
	return STEP_DONE;
}

/* By its head only: the bytes stay in the mailbox. */
static enum step leave_there(struct mailbox *m, const struct imap_item *item,
	const char *why, int64_t now, struct err *err)
{
	static const char *const fields[] = {"FROM", "SUBJECT", NULL};
	struct imap_piece piece = {.uid = item->uid};
	buf_auto head = BUF_EMPTY;

	if (imap_fetch_fields(m->imap, &piece, 1, fields, &head, err) < 0)
		return mailbox_lost(m);
	if (!piece.is_found)
		return STEP_DONE;
	return register_head(m, item, buf_str(&head), why, now, err);
}

/* ---- a batch ---- */

/* As many as go together; at least one. */
static void fill(struct batch *batch, const struct mailbox *m)
{
	size_t left = waiting_left(&m->waiting);
	size_t limit = m->batch_limit && m->batch_limit < BATCH_MAILS ? m->batch_limit
								      : BATCH_MAILS;
	uint64_t bytes = 0;

	batch->mails = waiting_first(&m->waiting);
	for (batch->count = 0; batch->count < left && batch->count < limit;) {
		const struct waiting_mail *mail = &batch->mails[batch->count];
		bytes += mail->item.size;
		if (batch->count && (bytes > BATCH_BYTES || is_too_large(m, mail)))
			break;
		batch->pieces[batch->count++] = (struct imap_piece){
			.uid = mail->item.uid, .size = mail->item.size};
	}
}

/* One that cannot be fetched must not keep the others waiting for ever: after a failure
 * they come one by one, so that the one is known. */
static enum step note_stuck(struct mailbox *m, const struct batch *batch)
{
	uint32_t uid = batch->pieces[0].uid;

	if (batch->count == 1) {
		m->stuck_tries = m->stuck_uid == uid ? m->stuck_tries + 1 : 1;
		m->stuck_uid = uid;
	}
	m->batch_limit = 1;
	return mailbox_lost(m);
}

static bool is_from_machine(const struct mailbox *m, const struct imap_piece *piece)
{
	size_t len = piece->size < HEAD_MAX ? (size_t)piece->size : HEAD_MAX;
	str_auto *head = xmalloc(len + 1);
	ssize_t n = pread(m->spool_fd, head, len, (off_t)piece->at);

	head[n > 0 ? n : 0] = '\0';
	return machine_mail(head);
}

static int store_one(
	struct mailbox *m, struct batch *batch, size_t i, int64_t now, struct err *err)
{
	const struct imap_piece *piece = &batch->pieces[i];
	const struct incoming_bytes bytes = {.fd = m->spool_fd,
		.at = (int64_t)piece->at,
		.size = (int64_t)piece->size,
		.arrived_at = batch->mails[i].item.arrived_at,
		.is_machine = is_from_machine(m, piece)};
	struct place place = place_of(m, piece->uid);
	int64_t id = 0;
	int stored = incoming_add(m->db, &place, &bytes, now, &id, err);

	batch->ids[i] = stored > 0 ? id : 0;
	return stored < 0 ? -1 : 0;
}

static int store_found(
	struct mailbox *m, struct batch *batch, int64_t now, struct err *err)
{
	if (db_begin(m->db, err) < 0)
		return -1;
	for (size_t i = 0; i < batch->count; i++) {
		batch->ids[i] = 0;
		if (batch->pieces[i].is_found && store_one(m, batch, i, now, err) < 0) {
			db_rollback(m->db);
			return -1;
		}
	}
	if (db_commit(m->db, err) == 0)
		return 0;
	db_rollback(m->db);
	return -1;
}

static void say_stored(const struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		if (batch->ids[i])
			log_event(LOG_LEVEL_INFO, "mail",
				"incoming=%lld uid=%u bytes=%llu",
				(long long)batch->ids[i], batch->pieces[i].uid,
				(unsigned long long)batch->pieces[i].size);
}

/* Listed and not given: gone meanwhile, which another list tells, or the server does
 * not give it. */
static enum step note_missing(
	struct mailbox *m, const struct batch *batch, int64_t now, struct err *err)
{
	enum step done = STEP_DONE;

	for (size_t i = 0; i < batch->count && done == STEP_DONE; i++) {
		if (batch->pieces[i].is_found)
			continue;
		m->is_doubtful = true;
		if (m->doubts == STUCK_TRIES - 1)
			done = leave_there(
				m, &batch->mails[i].item, "unfetchable", now, err);
	}
	return done;
}

/* What came is of no use any more, and the rest of it is still on its way. */
static enum step no_room(struct mailbox *m)
{
	mailbox_close(m);
	return STEP_STORE;
}

static enum step take_batch(struct mailbox *m, int64_t now, struct err *err)
{
	/* RFC822.SIZE is a guess with some servers. */
	uint64_t max = (uint64_t)m->settings->largest_mail * 5 / 4;
	struct batch batch;

	fill(&batch, m);
	if (open_spool(m, err) < 0)
		return STEP_STORE;
	int r = imap_fetch(m->imap, batch.pieces, batch.count, m->spool_fd, max, err);
	if (r)
		return r < 0 ? note_stuck(m, &batch) : no_room(m);
	if (store_found(m, &batch, now, err) < 0)
		return STEP_STORE;
	say_stored(&batch);
	wake_up(&m->ctx->wake, WORKER_OFFICE);
	enum step done = note_missing(m, &batch, now, err);
	if (done == STEP_DONE)
		waiting_take(&m->waiting, batch.count);
	m->batch_limit *= 2;
	return done;
}

static enum step take_first(struct mailbox *m, int64_t now, struct err *err)
{
	const struct waiting_mail *mail = waiting_first(&m->waiting);
	bool is_stuck = mail->item.uid == m->stuck_uid && m->stuck_tries >= STUCK_TRIES;

	if (!is_too_large(m, mail) && !is_stuck)
		return take_batch(m, now, err);
	enum step done = leave_there(
		m, &mail->item, is_stuck ? "unfetchable" : "too-large", now, err);
	if (done == STEP_DONE) {
		waiting_take(&m->waiting, 1);
		wake_up(&m->ctx->wake, WORKER_OFFICE);
	}
	return done;
}

/* All that was listed is here, or one more look is needed. */
static enum step finish(struct mailbox *m, struct err *err)
{
	if (m->is_doubtful && m->doubts < STUCK_TRIES - 1) {
		waiting_forget(&m->waiting);
		m->is_doubtful = false;
		m->doubts++;
		return STEP_DONE;
	}
	m->is_doubtful = false;
	m->doubts = 0;
	return waiting_note_complete(&m->waiting, m->db, place_of(m, 0), err) < 0
		       ? STEP_STORE
		       : STEP_NOTHING;
}

enum step mailbox_fetch(struct mailbox *m, int64_t now, struct err *err)
{
	/* What came meanwhile is only told with an answer. */
	if (!m->is_fresh && imap_noop(m->imap, err) < 0)
		return mailbox_lost(m);
	m->is_fresh = false;
	switch (waiting_refresh(&m->waiting, m->imap, m->db, place_of(m, 0), err)) {
	case WAITING_LOST:
		return mailbox_lost(m);
	case WAITING_STORE:
		return STEP_STORE;
	case WAITING_OK:
		break;
	}
	return waiting_left(&m->waiting) ? take_first(m, now, err) : finish(m, err);
}

#include "intake/mailbox.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "intake/header-line.h"
#include "store/incoming.h"

/* Mails stored before the office is woken. */
#define BATCH 25
/* A mail that cannot be fetched so often is left to a person. */
#define STUCK_TRIES 3

struct mailbox mailbox_new(const struct worker_context *ctx, struct db *db)
{
	const struct settings *s = &ctx->config->settings;

	return (struct mailbox){.ctx = ctx,
		.settings = &s->imap,
		.account = s->mailbox_address,
		.db = db,
		.access = server_access_imap(s, ctx->state_dir),
		.spool_fd = -1,
		.trouble = {
			.who = "intake", .what = "imap", .first = 1, .longest = 300}};
}

void mailbox_close(struct mailbox *m)
{
	imap_free(m->imap);
	m->imap = NULL;
	m->is_selected = m->is_idling = m->has_handled = m->has_sent = false;
}

void mailbox_deinit(struct mailbox *m)
{
	mailbox_close(m);
	server_access_deinit(&m->access);
	fd_closep(&m->spool_fd);
}

static enum step lost(struct mailbox *m)
{
	mailbox_close(m);
	return STEP_LOST;
}

/* The coordinator is told of a refusal by SMTP, which the office has to know of. */
static int sign_in(struct mailbox *m, int64_t now, struct err *err)
{
	m->imap = server_open_imap(&m->access, now, err);
	if (server_note(&m->access, m->db, "intake", now))
		wake_up(&m->ctx->wake, WORKER_OFFICE);
	return m->imap ? 0 : -1;
}

static int connect_and_select(struct mailbox *m, int64_t now, struct err *err)
{
	uint32_t exists;

	if (!m->imap && sign_in(m, now, err) < 0)
		return -1;
	if (m->is_selected)
		return 0;
	if (imap_select(m->imap, m->settings->inbox, &m->uidvalidity, &exists, err) < 0)
		return -1;
	m->is_selected = true;
	return 0;
}

enum step mailbox_open(struct mailbox *m, int64_t now, struct err *err)
{
	if (m->is_idling && imap_idle_end(m->imap, err) < 0)
		return lost(m);
	m->is_idling = false;
	return connect_and_select(m, now, err) < 0 ? lost(m) : STEP_NOTHING;
}

/* ---- fetching ---- */

/* A file without a name: what is left in it vanishes with us. */
static int open_spool(struct mailbox *m, struct err *err)
{
	if (m->spool_fd < 0)
		m->spool_fd =
			open(m->ctx->state_dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (m->spool_fd < 0 || ftruncate(m->spool_fd, 0) < 0 ||
		lseek(m->spool_fd, 0, SEEK_SET) < 0)
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

static enum step registered(
	const struct imap_item *item, int stored, const char *how, int64_t id)
{
	if (stored < 0)
		return STEP_STORE;
	if (stored)
		log_event(LOG_LEVEL_INFO, how, "incoming=%lld uid=%u bytes=%llu",
			(long long)id, item->uid, (unsigned long long)item->size);
	return stored ? STEP_DONE : STEP_NOTHING;
}

/* By its head only: the bytes stay in the mailbox. */
static enum step leave_there(struct mailbox *m, const struct imap_item *item,
	const char *why, int64_t now, struct err *err)
{
	int64_t id = 0;
	buf_auto head = BUF_EMPTY;
	int found = imap_fetch_header(m->imap, item->uid, &head, err);

	if (found < 1)
		return found < 0 ? lost(m) : STEP_NOTHING;
	str_auto *from = header_line_value(buf_str(&head), "From");
	str_auto *subject = header_line_value(buf_str(&head), "Subject");
	struct place place = place_of(m, item->uid);
	int stored = incoming_add_too_large(m->db, &place, item->arrived_at,
		(int64_t)item->size, from, subject, now, &id, err);
	return registered(item, stored, why, id);
}

/* One that cannot be fetched must not keep the others waiting for ever. */
static enum step note_stuck(struct mailbox *m, uint32_t uid)
{
	m->stuck_tries = m->stuck_uid == uid ? m->stuck_tries + 1 : 1;
	m->stuck_uid = uid;
	return lost(m);
}

static enum step store_mail(
	struct mailbox *m, const struct imap_item *item, int64_t now, struct err *err)
{
	/* RFC822.SIZE is a guess with some servers. */
	uint64_t max = (uint64_t)m->settings->largest_mail * 5 / 4;
	uint64_t size = 0;
	int64_t id = 0;

	if (open_spool(m, err) < 0)
		return STEP_STORE;
	int found = imap_fetch(m->imap, item->uid, m->spool_fd, max, &size, err);
	if (found < 0)
		return note_stuck(m, item->uid);
	if (!found)
		return STEP_NOTHING;
	struct place place = place_of(m, item->uid);
	int stored = incoming_add(m->db, &place, item->arrived_at, m->spool_fd,
		(int64_t)size, now, &id, err);
	return registered(item, stored, "mail", id);
}

static enum step take_mail(
	struct mailbox *m, const struct imap_item *item, int64_t now, struct err *err)
{
	if (item->size > (uint64_t)m->settings->largest_mail)
		return leave_there(m, item, "too-large", now, err);
	if (item->uid == m->stuck_uid && m->stuck_tries >= STUCK_TRIES)
		return leave_there(m, item, "unfetchable", now, err);
	return store_mail(m, item, now, err);
}

static enum step take_all(
	struct mailbox *m, const struct imap_list *list, int64_t now, struct err *err)
{
	enum step done = STEP_NOTHING;
	size_t waiting = 0;

	for (size_t i = 0; i < list->count && !worker_should_stop(); i++) {
		worker_beat(m->ctx);
		enum step one = take_mail(m, &list->items[i], now, err);
		if (one == STEP_DONE) {
			done = STEP_DONE;
			waiting++;
		}
		if (waiting == BATCH || one == STEP_LOST || one == STEP_STORE) {
			wake_up(&m->ctx->wake, WORKER_OFFICE);
			waiting = 0;
		}
		if (one == STEP_LOST || one == STEP_STORE)
			return one;
	}
	if (waiting)
		wake_up(&m->ctx->wake, WORKER_OFFICE);
	return done;
}

enum step mailbox_fetch(struct mailbox *m, int64_t now, struct err *err)
{
	uint32_t last = 0;
	imap_list_auto list = {0};

	if (incoming_last_uid(m->db, m->account, m->settings->inbox, m->uidvalidity,
		    &last, err) < 0)
		return STEP_STORE;
	/* NOOP: what came meanwhile is only told with an answer. */
	if (imap_noop(m->imap, err) < 0 ||
		imap_list_from(m->imap, last + 1, &list, err) < 0)
		return lost(m);
	return take_all(m, &list, now, err);
}

/* ---- waiting ---- */

enum step mailbox_idle(struct mailbox *m, struct err *err)
{
	if (!m->imap || m->is_idling || !imap_can_idle(m->imap))
		return STEP_NOTHING;
	if (imap_idle_begin(m->imap, err) < 0)
		return lost(m);
	m->is_idling = true;
	return mailbox_take_news(m, err);
}

enum step mailbox_take_news(struct mailbox *m, struct err *err)
{
	int news = m->is_idling ? imap_idle_has_news(m->imap, err) : 0;

	if (news < 0)
		return lost(m);
	return news ? STEP_DONE : STEP_NOTHING;
}

int mailbox_fd(const struct mailbox *m)
{
	return m->is_idling ? imap_idle_fd(m->imap) : -1;
}

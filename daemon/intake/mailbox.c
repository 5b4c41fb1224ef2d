#include "intake/mailbox.h"

#include "base/mem.h"

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
	waiting_forget(&m->waiting);
	free(m->sent);
	m->sent = NULL;
	m->is_selected = m->is_idling = m->has_handled = m->has_sent = false;
	m->is_doubtful = false;
}

void mailbox_deinit(struct mailbox *m)
{
	mailbox_close(m);
	server_access_deinit(&m->access);
	fd_closep(&m->spool_fd);
}

enum step mailbox_lost(struct mailbox *m)
{
	mailbox_close(m);
	return STEP_LOST;
}

static void beat(void *context)
{
	worker_beat(context);
}

static int connect_server(struct mailbox *m, int64_t now, struct err *err)
{
	if (m->imap)
		return 0;
	m->imap = server_open_imap(&m->access, now, err);
	/* The coordinator is told of a refusal by SMTP, which the office has to know
	 * of. */
	if (server_note(&m->access, m->db, "intake", now))
		wake_up(&m->ctx->wake, WORKER_OFFICE);
	if (!m->imap)
		return -1;
	imap_on_bytes(m->imap, beat, (void *)m->ctx);
	return 0;
}

static int select_inbox(struct mailbox *m, struct err *err)
{
	uint32_t exists, uidvalidity;

	if (m->is_selected)
		return 0;
	if (imap_select(m->imap, m->settings->inbox, &uidvalidity, &exists, err) < 0)
		return -1;
	if (uidvalidity != m->uidvalidity)
		waiting_forget(&m->waiting);
	m->uidvalidity = uidvalidity;
	m->is_selected = m->is_fresh = true;
	return 0;
}

enum step mailbox_open(struct mailbox *m, int64_t now, struct err *err)
{
	if (m->is_idling) {
		if (imap_idle_end(m->imap, err) < 0)
			return mailbox_lost(m);
		m->is_idling = false;
		m->is_fresh = true;
	}
	if (connect_server(m, now, err) < 0 || select_inbox(m, err) < 0)
		return mailbox_lost(m);
	return STEP_NOTHING;
}

void mailbox_doubt(struct mailbox *m)
{
	m->is_selected = false;
}

/* ---- waiting ---- */

enum step mailbox_idle(struct mailbox *m, struct err *err)
{
	if (!m->imap || m->is_idling || !imap_can_idle(m->imap))
		return STEP_NOTHING;
	if (imap_idle_begin(m->imap, err) < 0)
		return mailbox_lost(m);
	m->is_idling = true;
	return mailbox_take_news(m, err);
}

enum step mailbox_take_news(struct mailbox *m, struct err *err)
{
	int news = m->is_idling ? imap_idle_has_news(m->imap, err) : 0;

	if (news < 0)
		return mailbox_lost(m);
	return news ? STEP_DONE : STEP_NOTHING;
}

int mailbox_fd(const struct mailbox *m)
{
	return m->is_idling ? imap_idle_fd(m->imap) : -1;
}

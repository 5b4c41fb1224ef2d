/*
 * An SMTP session waited for: one mail at a time, to its end.
 */
#pragma once

#include <poll.h>
#include <string.h>

#include "net/smtp-over.h"

struct text {
	const char *bytes;
	size_t len;
};

static inline int read_text(
	void *source, uint64_t at, void *to, size_t size, struct err *err)
{
	const struct text *t = source;

	if (at + size > t->len)
		return err_set(err, ERR_TEMP, "read beyond the end");
	memcpy(to, t->bytes + at, size);
	return 0;
}

static inline struct smtp_mail mail_of(struct text *t, const char *from, const char *to)
{
	return (struct smtp_mail){
		.from = from, .to = to, .size = t->len, .read = read_text, .source = t};
}

/* One step: waits for the server, works. */
static inline void smtp_wait(struct smtp *smtp)
{
	struct pollfd p;
	int64_t ms = smtp_poll(smtp, &p);

	poll(&p, 1, (int)ms);
	smtp_work(smtp);
}

/* Until nothing more is asked of the server. */
static inline void smtp_settle_all(struct smtp *smtp)
{
	struct pollfd p;

	smtp_work(smtp);
	while (smtp_state(smtp) != SMTP_ENDED && smtp_poll(smtp, &p) >= 0)
		smtp_wait(smtp);
}

static inline void smtp_send_mail(
	struct smtp *smtp, const struct smtp_mail *mail, struct smtp_reply *ret)
{
	smtp_offer(smtp, mail);
	smtp_settle_all(smtp);
	*ret = *smtp_result(smtp);
	smtp_take(smtp);
}

static inline void smtp_send(struct smtp *smtp, const char *from, const char *to,
	const void *bytes, size_t len, struct smtp_reply *ret)
{
	struct text text = {bytes, len};
	struct smtp_mail mail = mail_of(&text, from, to);

	smtp_send_mail(smtp, &mail, ret);
}

static inline bool smtp_is_alive(struct smtp *smtp)
{
	smtp_work(smtp);
	return smtp_state(smtp) == SMTP_OPEN;
}

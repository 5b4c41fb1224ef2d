#include "net/smtp-wire.h"

#include <string.h>

size_t smtp_wire_pending(const struct smtp_wire *w)
{
	return w->out.len - w->out_at;
}

uint64_t smtp_wire_end(const struct smtp_wire *w)
{
	return w->flushed + smtp_wire_pending(w);
}

int smtp_wire_flush(struct smtp_wire *w, struct err *err)
{
	bool went = false;

	while (smtp_wire_pending(w)) {
		ssize_t n = stream_try_write(
			w->stream, w->out.data + w->out_at, smtp_wire_pending(w), err);
		if (n < 0)
			return -1;
		if (n == 0)
			return went;
		w->out_at += (size_t)n;
		w->flushed += (uint64_t)n;
		went = true;
	}
	buf_clear(&w->out);
	w->out_at = 0;
	return went;
}

bool smtp_wire_has_read(const struct smtp_wire *w)
{
	return w->in_at < w->in_len || w->in_len == sizeof(w->in);
}

/* 1 a line, without its end, 0 none yet, -1. */
static int read_line(struct smtp_wire *w, struct err *err)
{
	for (;;) {
		const char *at = w->in + w->in_at;
		size_t left = w->in_len - w->in_at;
		const char *lf = left ? memchr(at, '\n', left) : NULL;
		size_t n = lf ? (size_t)(lf - at) : left;

		if (w->line.len + n > REPLY_LINE_MAX)
			return err_set(err, ERR_TEMP, "a reply line without end");
		buf_add(&w->line, at, n);
		w->in_at += lf ? n + 1 : n;
		if (lf)
			break;
		ssize_t got = stream_try_read(w->stream, w->in, sizeof(w->in), err);
		w->in_at = 0;
		w->in_len = got > 0 ? (size_t)got : 0;
		if (got <= 0)
			return (int)got;
	}
	if (w->line.len && w->line.data[w->line.len - 1] == '\r')
		w->line.len--;
	return 1;
}

int smtp_wire_read(struct smtp_wire *w, struct reply *ret, struct err *err)
{
	int got;

	while ((got = read_line(w, err)) == 1) {
		enum reply_progress progress =
			reply_add_line(&w->reply, buf_str(&w->line), w->line.len);

		buf_clear(&w->line);
		if (progress == REPLY_NONSENSE)
			return err_set(
				err, ERR_TEMP, "the server's reply makes no sense");
		if (progress == REPLY_MORE)
			continue;
		*ret = w->reply;
		w->reply = REPLY_EMPTY;
		return 1;
	}
	return got;
}

void smtp_wire_deinit(struct smtp_wire *w)
{
	stream_free(w->stream);
	buf_deinit(&w->out);
	buf_deinit(&w->line);
	reply_deinit(&w->reply);
}

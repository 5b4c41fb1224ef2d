#include "net/smtp.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "net/smtp-over.h"
#include "net/smtp-reply.h"
#include "net/smtp-text.h"

#define PIECE 32768
/* A server may think long behind the final dot, and giving up costs a second copy (RFC
 * 5321 section 4.5.3.2.6). */
#define FINAL_PATIENCE 5
#define QUIT_MS 200

struct smtp {
	struct stream *stream;
	struct smtp_extensions extensions;
	int timeout_ms;
	char in[4096];
	size_t in_at, in_len;
	bool has_ended;
};

struct smtp *smtp_over(struct stream *stream, int timeout_ms)
{
	struct smtp *smtp = xcalloc(1, sizeof(*smtp));

	smtp->stream = stream;
	smtp->timeout_ms = timeout_ms;
	smtp->extensions = smtp_read_extensions(stream_capabilities(stream));
	return smtp;
}

struct smtp *smtp_open(const struct stream_server *server, struct err *err)
{
	struct stream *stream = stream_open(server, err);

	return stream ? smtp_over(stream, server->timeout_ms) : NULL;
}

/* ---- reading ---- */

static int fill(struct smtp *smtp, int64_t deadline, struct err *err)
{
	int64_t left = deadline - clock_monotonic_ms();
	ssize_t n = stream_read(smtp->stream, smtp->in, sizeof(smtp->in),
		left > 0 ? (int)left : 0, err);

	smtp->in_at = 0;
	smtp->in_len = n > 0 ? (size_t)n : 0;
	return n > 0 ? 0 : -1;
}

/* A line without its end. */
static int read_line(
	struct smtp *smtp, struct buf *line, int64_t deadline, struct err *err)
{
	buf_clear(line);
	for (;;) {
		char *at = smtp->in + smtp->in_at;
		size_t left = smtp->in_len - smtp->in_at;
		char *lf = left ? memchr(at, '\n', left) : NULL;
		size_t n = lf ? (size_t)(lf - at) : left;

		if (line->len + n > REPLY_LINE_MAX)
			return err_set(err, ERR_TEMP, "a reply line without end");
		buf_add(line, at, n);
		smtp->in_at += lf ? n + 1 : n;
		if (lf)
			break;
		if (fill(smtp, deadline, err) < 0)
			return -1;
	}
	if (line->len && line->data[line->len - 1] == '\r')
		line->len--;
	return 0;
}

static int read_reply(
	struct smtp *smtp, int timeout_ms, struct reply *r, struct err *err)
{
	int64_t deadline = clock_monotonic_ms() + timeout_ms;
	enum reply_progress progress = REPLY_MORE;
	buf_auto line = BUF_EMPTY;

	while (progress == REPLY_MORE) {
		if (read_line(smtp, &line, deadline, err) < 0)
			break;
		progress = reply_add_line(r, buf_str(&line), line.len);
	}
	if (progress == REPLY_NONSENSE)
		err_set(err, ERR_TEMP, "the server's reply makes no sense");
	if (progress == REPLY_WHOLE && r->code != 421)
		return 0;
	smtp->has_ended = true;
	return progress == REPLY_WHOLE ? 0 : -1;
}

static int write_all(struct smtp *smtp, const void *bytes, size_t len, struct err *err)
{
	if (!smtp->has_ended &&
		stream_write(smtp->stream, bytes, len, smtp->timeout_ms, err) == 0)
		return 0;
	smtp->has_ended = true;
	return -1;
}

/* ---- results ---- */

static void set_result(
	struct smtp_reply *ret, enum smtp_outcome outcome, const char *text)
{
	ret->outcome = outcome;
	snprintf(ret->text, sizeof(ret->text), "%s", text);
}

/* The connection ended or makes no sense: nothing was accepted yet. */
static void set_lost(struct smtp_reply *ret, const struct err *err)
{
	set_result(ret, SMTP_DEFERRED, err->text);
	ret->is_lane = true;
}

/* A reply that says no, or says what was not asked. */
static void set_refusal(struct smtp_reply *ret, const struct reply *r)
{
	ret->outcome = r->code / 100 == 5 ? SMTP_REFUSED : SMTP_DEFERRED;
	ret->is_lane = reply_is_lane(r);
	reply_describe(r, ret->text, sizeof(ret->text));
}

/* ---- the dialogue ---- */

/* Reads the reply to one command. 1 it was class (2 or 3), 0 a refusal is in ret, -1
 * the connection ended. */
static int take_reply(struct smtp *smtp, int class, struct smtp_reply *ret)
{
	struct err err = ERR_INIT;
	reply_auto r = REPLY_EMPTY;

	if (read_reply(smtp, smtp->timeout_ms, &r, &err) < 0) {
		set_lost(ret, &err);
		return -1;
	}
	if (r.code / 100 == class)
		return 1;
	set_refusal(ret, &r);
	if (r.code / 100 < 4) /* out of step */
		smtp->has_ended = true;
	return smtp->has_ended ? -1 : 0;
}

static int ask(
	struct smtp *smtp, const char *command, int class, struct smtp_reply *ret)
{
	struct err err = ERR_INIT;

	if (write_all(smtp, command, strlen(command), &err) < 0) {
		set_lost(ret, &err);
		return -1;
	}
	return take_reply(smtp, class, ret);
}

/* A server that took DATA though it took no recipient gets an empty mail (RFC 2920
 * section 3.1). */
static void end_empty_data(struct smtp *smtp)
{
	struct smtp_reply ignored = {0};

	ask(smtp, ".\r\n", 2, &ignored);
}

/* All three commands at once. 1 the server waits for the mail. */
static int open_pipelined(
	struct smtp *smtp, const char *mail, const char *rcpt, struct smtp_reply *ret)
{
	str_auto *all = xasprintf("%s%sDATA\r\n", mail, rcpt);
	struct smtp_reply later = {0};
	int ok = ask(smtp, all, 2, ret);

	if (ok < 0)
		return -1;
	/* The first refusal is the reason; what follows from it is not told. */
	int rcpt_ok = take_reply(smtp, 2, ok ? ret : &later);
	if (rcpt_ok < 0)
		return -1;
	ok = ok && rcpt_ok;
	int data_ok = take_reply(smtp, 3, ok ? ret : &later);
	if (data_ok > 0 && !ok)
		end_empty_data(smtp);
	return data_ok < 0 ? -1 : ok && data_ok;
}

static int open_stepwise(
	struct smtp *smtp, const char *mail, const char *rcpt, struct smtp_reply *ret)
{
	int ok = ask(smtp, mail, 2, ret);

	if (ok > 0)
		ok = ask(smtp, rcpt, 2, ret);
	return ok > 0 ? ask(smtp, "DATA\r\n", 3, ret) : ok;
}

static int open_mail(struct smtp *smtp, const char *from, const char *to, size_t len,
	struct smtp_reply *ret)
{
	str_auto *size =
		smtp->extensions.has_size ? xasprintf(" SIZE=%zu", len) : xstrdup("");
	str_auto *mail = xasprintf("MAIL FROM:<%s>%s\r\n", from, size);
	str_auto *rcpt = xasprintf("RCPT TO:<%s>\r\n", to);

	if (smtp->extensions.has_pipelining)
		return open_pipelined(smtp, mail, rcpt, ret);
	return open_stepwise(smtp, mail, rcpt, ret);
}

/* The connection broke before the final dot: a server may have said why. */
static void take_last_words(
	struct smtp *smtp, const struct err *err, struct smtp_reply *ret)
{
	struct err ignored = ERR_INIT;
	reply_auto r = REPLY_EMPTY;

	set_lost(ret, err);
	if (read_reply(smtp, 1, &r, &ignored) == 0 && r.code >= 400)
		set_refusal(ret, &r);
}

/* 0; -1 with the outcome in ret. The last piece carries the final dot. */
static int write_mail(
	struct smtp *smtp, const char *bytes, size_t len, struct smtp_reply *ret)
{
	bool at_line_start = true;
	buf_auto piece = BUF_EMPTY;
	struct err err = ERR_INIT;

	for (size_t at = 0, n; at < len; at += n) {
		n = len - at < PIECE ? len - at : PIECE;
		smtp_stuff(bytes + at, n, &at_line_start, &piece);
		if (write_all(smtp, piece.data, piece.len, &err) < 0) {
			take_last_words(smtp, &err, ret);
			return -1;
		}
	}
	/* Half of these bytes may be there, and be enough. */
	if (write_all(smtp, ".\r\n", 3, &err) < 0) {
		set_result(ret, SMTP_UNKNOWN, err.text);
		return -1;
	}
	return 0;
}

static void take_final_reply(struct smtp *smtp, struct smtp_reply *ret)
{
	struct err err = ERR_INIT;
	reply_auto r = REPLY_EMPTY;

	if (read_reply(smtp, FINAL_PATIENCE * smtp->timeout_ms, &r, &err) < 0) {
		set_result(ret, SMTP_UNKNOWN, err.text);
		return;
	}
	set_refusal(ret, &r);
	if (r.code / 100 == 2)
		ret->outcome = SMTP_ACCEPTED;
	else if (r.code / 100 == 3)
		ret->outcome = SMTP_UNKNOWN;
	if (r.code / 100 == 3)
		smtp->has_ended = true;
}

static void reset(struct smtp *smtp)
{
	struct smtp_reply ignored = {0};

	if (ask(smtp, "RSET\r\n", 2, &ignored) <= 0)
		smtp->has_ended = true;
}

static const char *find_fault(const struct smtp *smtp, const char *from, const char *to,
	const char *bytes, size_t len)
{
	uint64_t max = smtp->extensions.size_max;

	if (*from && !smtp_address_is_plain(from))
		return "not sent: the sender's address is not plain";
	if (!smtp_address_is_plain(to))
		return "not sent: the recipient's address is not plain";
	if (!smtp_lines_are_whole(bytes, len))
		return "not sent: the mail has lines that do not end in CR LF";
	if (max && len > max)
		return "not sent: the mail is larger than the server takes";
	return NULL;
}

void smtp_send(struct smtp *smtp, const char *from, const char *to, const void *bytes,
	size_t len, struct smtp_reply *ret)
{
	const char *fault = find_fault(smtp, from, to, bytes, len);

	*ret = (struct smtp_reply){.outcome = SMTP_DEFERRED};
	if (fault) {
		set_result(ret, SMTP_REFUSED, fault);
	} else {
		int ok = open_mail(smtp, from, to, len, ret);

		if (ok == 0)
			reset(smtp);
		if (ok > 0 && write_mail(smtp, bytes, len, ret) == 0)
			take_final_reply(smtp, ret);
	}
	ret->session_ended = smtp->has_ended;
}

bool smtp_is_alive(struct smtp *smtp)
{
	return !smtp->has_ended && smtp->in_at == smtp->in_len &&
	       !stream_has_input(smtp->stream);
}

void smtp_free(struct smtp *smtp)
{
	struct err ignored = ERR_INIT;

	if (!smtp)
		return;
	if (!smtp->has_ended)
		stream_write(smtp->stream, "QUIT\r\n", 6, QUIT_MS, &ignored);
	stream_free(smtp->stream);
	free(smtp);
}

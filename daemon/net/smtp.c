#include "net/smtp.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "net/smtp-envelope.h"
#include "net/smtp-over.h"
#include "net/smtp-session.h"

/* A server may think long behind the final dot, and giving up costs a second copy (RFC
 * 5321 section 4.5.3.2.6). */
#define FINAL_PATIENCE 5

/* ---- life ---- */

static void begin_session(struct smtp *smtp, struct stream *stream)
{
	smtp->wire.stream = stream;
	smtp->extensions = smtp_read_extensions(stream_capabilities(stream));
}

static struct smtp *new_session(int timeout_ms)
{
	struct smtp *smtp = xcalloc(1, sizeof(*smtp));

	smtp->wire = SMTP_WIRE_EMPTY;
	smtp->timeout_ms = timeout_ms;
	smtp->why = ERR_INIT;
	return smtp;
}

struct smtp *smtp_over(struct stream *stream, int timeout_ms)
{
	struct smtp *smtp = new_session(timeout_ms);

	begin_session(smtp, stream);
	return smtp;
}

struct smtp *smtp_begin(const struct stream_server *server, struct err *err)
{
	struct stream_opening *opening = stream_begin(server, err);

	if (!opening)
		return NULL;
	struct smtp *smtp = new_session(server->timeout_ms);
	smtp->opening = opening;
	return smtp;
}

enum smtp_state smtp_state(const struct smtp *smtp)
{
	if (smtp->has_ended)
		return SMTP_ENDED;
	return smtp->opening ? SMTP_OPENING : SMTP_OPEN;
}

const struct err *smtp_why(const struct smtp *smtp)
{
	return &smtp->why;
}

static void free_transaction(struct transaction *t)
{
	buf_deinit(&t->piece);
}

void smtp_free(struct smtp *smtp)
{
	struct err ignored = ERR_INIT;

	if (!smtp)
		return;
	if (smtp_state(smtp) == SMTP_OPEN && !smtp->awaited_count &&
		!smtp_wire_pending(&smtp->wire))
		(void)stream_try_write(smtp->wire.stream, "QUIT\r\n", 6, &ignored);
	for (size_t i = 0; i < smtp->count; i++)
		free_transaction(&smtp->line[i]);
	stream_opening_free(smtp->opening);
	smtp_wire_deinit(&smtp->wire);
	free(smtp);
}

/* ---- working ---- */

/* All whole replies that are there. Behind the last that was awaited the connection is
 * not asked for more: poll tells of what comes unasked. */
static void read_replies(struct smtp *smtp)
{
	struct err err = ERR_INIT;
	bool may_have_more = true;

	while (!smtp->has_ended && may_have_more) {
		reply_auto r = REPLY_EMPTY;
		int got = smtp_wire_read(&smtp->wire, &r, &err);

		if (got < 0)
			smtp_end(smtp, &err);
		if (got <= 0)
			return;
		smtp->since = clock_monotonic_ms();
		smtp_hear(smtp, &r);
		may_have_more = smtp->awaited_count || smtp_wire_has_read(&smtp->wire);
	}
}

static void write_pending(struct smtp *smtp)
{
	struct err err = ERR_INIT;
	size_t before = smtp_wire_pending(&smtp->wire);

	if (smtp->has_ended || !before)
		return;
	if (smtp_wire_flush(&smtp->wire, &err) < 0) {
		/* A server may have said why. */
		read_replies(smtp);
		smtp_end(smtp, &err);
	} else if (!smtp_wire_pending(&smtp->wire)) {
		smtp->since = clock_monotonic_ms();
	}
}

static int64_t patience(const struct smtp *smtp)
{
	bool is_final = !smtp_wire_pending(&smtp->wire) && smtp->awaited_count &&
			smtp->awaited[0].command == COMMAND_FINAL;

	return (int64_t)smtp->timeout_ms * (is_final ? FINAL_PATIENCE : 1);
}

/* -1: nothing is asked of the server. */
static int64_t time_left(const struct smtp *smtp)
{
	if (!smtp->awaited_count && !smtp_wire_pending(&smtp->wire))
		return -1;
	int64_t left = smtp->since + patience(smtp) - clock_monotonic_ms();
	return left > 0 ? left : 0;
}

static void step_opening(struct smtp *smtp)
{
	struct stream *stream = NULL;
	struct err err = ERR_INIT;
	int opened = stream_opening_step(smtp->opening, &stream, &err);

	if (opened > 0)
		begin_session(smtp, stream);
	if (opened != 0) {
		stream_opening_free(smtp->opening);
		smtp->opening = NULL;
	}
	if (opened < 0)
		smtp_end(smtp, &err);
}

/* What there is to say; the server's time begins with the first byte of it. */
static void find_words(struct smtp *smtp)
{
	bool was_quiet = time_left(smtp) < 0;

	if (smtp->has_ended)
		return;
	smtp_say(smtp);
	if (was_quiet)
		smtp->since = clock_monotonic_ms();
}

/* Something may be said although the server was not heard. */
static bool has_more_words(struct smtp *smtp)
{
	const struct transaction *t = smtp_texts(smtp);

	return t &&
	       (t->stage == STAGE_TEXT || (t == smtp->line && t->stage == STAGE_WAITS));
}

void smtp_work(struct smtp *smtp)
{
	struct err late = ERR_INIT;

	if (smtp->opening)
		step_opening(smtp);
	if (smtp->opening || smtp->has_ended)
		return;
	do {
		read_replies(smtp);
		find_words(smtp);
		write_pending(smtp);
	} while (!smtp->has_ended && !smtp_wire_pending(&smtp->wire) &&
		 has_more_words(smtp));
	if (!smtp->has_ended && time_left(smtp) == 0) {
		err_set(&late, ERR_TEMP, "the server said nothing in time");
		smtp_end(smtp, &late);
	}
}

int64_t smtp_poll(struct smtp *smtp, struct pollfd *ret)
{
	if (smtp->opening)
		return stream_opening_poll(smtp->opening, ret);
	*ret = (struct pollfd){.fd = -1};
	if (smtp->has_ended)
		return smtp->count ? 0 : -1;
	*ret = (struct pollfd){.fd = stream_fd(smtp->wire.stream), .events = POLLIN};
	if (smtp_wire_pending(&smtp->wire))
		ret->events |= POLLOUT;
	return time_left(smtp);
}

/* ---- the line ---- */

size_t smtp_room(const struct smtp *smtp)
{
	size_t max = smtp->extensions.has_pipelining ? LINE_MAX_MAILS : 1;

	return smtp_state(smtp) == SMTP_OPEN && smtp->count < max ? max - smtp->count
								  : 0;
}

size_t smtp_count(const struct smtp *smtp)
{
	return smtp->count;
}

/* Looks at every line before the server hears of it; a mail of one piece stays read. */
static int look_through(struct transaction *t, struct err *err)
{
	for (; t->read_at < t->mail.size; t->read_at += t->piece.len) {
		if (transaction_load_piece(t, PIECE_TO_LOOK_AT, err) < 0)
			return -1;
		smtp_lines_add(&t->lines, t->piece.data, t->piece.len);
	}
	/* Of a larger one only the piece that is being sent is kept. */
	if (t->mail.size > PIECE_TO_SEND)
		buf_deinit(&t->piece);
	t->read_at = 0;
	return 0;
}

void smtp_offer(struct smtp *smtp, const struct smtp_mail *mail)
{
	struct transaction *t = &smtp->line[smtp->count];
	struct err err = ERR_INIT;

	assert(smtp->count < LINE_MAX_MAILS);
	*t = (struct transaction){
		.mail = *mail, .piece = BUF_EMPTY, .at_line_start = true};
	smtp->count++;
	if (look_through(t, &err) < 0) {
		transaction_set_done(t, SMTP_DEFERRED, err.text);
		return;
	}
	const char *fault = smtp_find_fault(mail, &smtp->extensions, &t->lines);
	if (fault)
		transaction_set_done(t, SMTP_REFUSED, fault);
	else if (smtp->has_ended)
		smtp_settle(smtp, t);
	t->reply.session_ended = smtp->has_ended;
}

const struct smtp_reply *smtp_result(const struct smtp *smtp)
{
	return smtp->count && smtp->line[0].stage == STAGE_DONE ? &smtp->line[0].reply
								: NULL;
}

bool smtp_awaits_result(const struct smtp *smtp)
{
	return smtp->count && smtp->line[0].stage == STAGE_FINAL;
}

void smtp_take(struct smtp *smtp)
{
	assert(smtp_result(smtp));
	free_transaction(&smtp->line[0]);
	smtp->count--;
	memmove(smtp->line, smtp->line + 1, smtp->count * sizeof(*smtp->line));
	for (size_t i = 0; i < smtp->awaited_count; i++)
		smtp->awaited[i].of -= smtp->awaited[i].of >= 0;
}

#include "net/smtp-session.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "net/smtp-envelope.h"

/* Of the text, put on the wire at once. */
#define SLICE ((size_t)64 * 1024)

/* ---- results ---- */

void transaction_set_done(
	struct transaction *t, enum smtp_outcome outcome, const char *text)
{
	t->reply.outcome = outcome;
	snprintf(t->reply.text, sizeof(t->reply.text), "%s", text);
	t->stage = STAGE_DONE;
}

/* A reply that says no, or says what was not asked. */
static void set_refusal(struct transaction *t, const struct reply *r)
{
	t->reply.outcome = r->code / 100 == 5 ? SMTP_REFUSED : SMTP_DEFERRED;
	t->reply.is_lane = reply_is_lane(r);
	reply_describe(r, t->reply.text, sizeof(t->reply.text));
	t->is_refused = true;
}

/* What never came to the server cannot have been taken; a dot may have been. */
void smtp_settle(struct smtp *smtp, struct transaction *t)
{
	if (t->stage == STAGE_FINAL && smtp->wire.flushed > t->dot_at) {
		transaction_set_done(t, SMTP_UNKNOWN, smtp->why.text);
	} else if (t->is_refused) {
		t->stage = STAGE_DONE;
	} else if (t->stage != STAGE_DONE) {
		transaction_set_done(t, SMTP_DEFERRED, smtp->why.text);
		t->reply.is_lane = true;
	}
}

void smtp_end(struct smtp *smtp, const struct err *why)
{
	if (smtp->has_ended)
		return;
	smtp->has_ended = true;
	smtp->why = *why;
	smtp->awaited_count = 0;
	for (size_t i = 0; i < smtp->count; i++)
		smtp_settle(smtp, &smtp->line[i]);
	for (size_t i = 0; i < smtp->count; i++)
		smtp->line[i].reply.session_ended = true;
}

static void end_with_reply(struct smtp *smtp, const struct reply *r)
{
	struct err why = ERR_INIT;
	char words[200];

	reply_describe(r, words, sizeof(words));
	err_set(&why, ERR_TEMP, "%s", words);
	smtp_end(smtp, &why);
}

/* ---- saying ---- */

static void await(struct smtp *smtp, enum command command, int of)
{
	assert(smtp->awaited_count < AWAITED_MAX);
	smtp->awaited[smtp->awaited_count++] = (struct awaited){command, of};
}

static void say_reset(struct smtp *smtp)
{
	buf_add_str(&smtp->wire.out, "RSET\r\n");
	await(smtp, COMMAND_RSET, -1);
}

static void say(struct smtp *smtp, int of, enum command command)
{
	struct transaction *t = &smtp->line[of];
	struct buf *out = &smtp->wire.out;

	if (command == COMMAND_MAIL)
		smtp_add_mail_from(out, &t->mail, &smtp->extensions, &t->lines);
	else if (command == COMMAND_DATA)
		buf_add_str(out, "DATA\r\n");
	else
		smtp_add_rcpt_to(
			out, &t->mail, &smtp->extensions, command == COMMAND_COPY);
	await(smtp, command, of);
	t->next = command + 1;
	if (command == COMMAND_RCPT && !t->mail.copy_to)
		t->next = COMMAND_DATA;
}

/*
 * A copy could be taken where the recipient was not, and DATA then be for it alone: it
 * waits for the word on both.
 */
static bool may_say(const struct smtp *smtp, const struct transaction *t)
{
	bool is_alone = !smtp->extensions.has_pipelining ||
			(t->next == COMMAND_DATA && t->mail.copy_to);

	return t->stage == STAGE_ENVELOPE && t->next <= COMMAND_DATA &&
	       !(is_alone && (smtp->awaited_count || t->is_refused));
}

static void go_on_with_envelope(struct smtp *smtp, int of)
{
	struct transaction *t = &smtp->line[of];

	while (may_say(smtp, t))
		say(smtp, of, t->next);
}

/* The envelope of the second travels behind the final dot of the first. */
static void start_envelopes(struct smtp *smtp)
{
	for (size_t i = 0; i < smtp->count; i++) {
		struct transaction *t = &smtp->line[i];
		bool may = i == 0 || (smtp->extensions.has_pipelining &&
					     smtp->line[0].stage == STAGE_FINAL);

		if (t->stage == STAGE_WAITS && may)
			t->stage = STAGE_ENVELOPE;
		go_on_with_envelope(smtp, (int)i);
	}
}

/* ---- the text ---- */

int transaction_load_piece(struct transaction *t, size_t most, struct err *err)
{
	uint64_t left = t->mail.size - t->read_at;
	size_t n = left < most ? (size_t)left : most;

	if (t->read_at >= t->piece_at && t->read_at < t->piece_at + t->piece.len)
		return 0;
	buf_clear(&t->piece);
	if (t->mail.read(
		    t->mail.source, t->read_at, buf_reserve(&t->piece, n), n, err) < 0)
		return -1;
	t->piece.len = n;
	t->piece_at = t->read_at;
	return 0;
}

/*
 * The text of the second goes while the first one's result is written down; its final
 * dot, without which no server takes it, waits until the first has left the line.
 */
struct transaction *smtp_texts(struct smtp *smtp)
{
	size_t at = smtp->count > 1 && smtp->line[0].stage == STAGE_DONE;

	return smtp->count ? &smtp->line[at] : NULL;
}

static void add_final_dot(struct smtp *smtp, struct transaction *t)
{
	if (t != smtp->line)
		return;
	t->dot_at = smtp_wire_end(&smtp->wire);
	buf_add_str(&smtp->wire.out, ".\r\n");
	await(smtp, COMMAND_FINAL, 0);
	t->stage = STAGE_FINAL;
}

static void add_slice(struct smtp *smtp, struct transaction *t)
{
	struct err err = ERR_INIT;

	t->stage = STAGE_TEXT;
	if (transaction_load_piece(t, PIECE_TO_SEND, &err) < 0) {
		/* Without its dot the server throws away what it has. */
		smtp_end(smtp, &err);
		return;
	}
	size_t at = (size_t)(t->read_at - t->piece_at);
	size_t n = t->piece.len - at < SLICE ? t->piece.len - at : SLICE;

	if (t->lines.has_dot)
		smtp_stuff(t->piece.data + at, n, &t->at_line_start, &smtp->wire.out);
	else
		buf_add(&smtp->wire.out, t->piece.data + at, n);
	t->read_at += n;
	if (t->read_at < t->mail.size)
		return;
	t->stage = STAGE_HELD;
	buf_deinit(&t->piece);
}

/* The next slice, when the one before has gone. The last carries the final dot. */
static void go_on_with_text(struct smtp *smtp)
{
	struct transaction *t = smtp_texts(smtp);

	if (!t || smtp_wire_pending(&smtp->wire))
		return;
	if (t->stage == STAGE_READY || t->stage == STAGE_TEXT)
		add_slice(smtp, t);
	if (t->stage == STAGE_HELD)
		add_final_dot(smtp, t);
}

/* ---- hearing ---- */

static void finish_refused(struct smtp *smtp, struct transaction *t)
{
	t->stage = STAGE_DONE;
	say_reset(smtp);
}

static bool is_awaited(const struct smtp *smtp, const struct transaction *t)
{
	for (size_t i = 0; i < smtp->awaited_count; i++)
		if (smtp->awaited[i].of == (int)(t - smtp->line))
			return true;
	return false;
}

static void hear_envelope(struct smtp *smtp, struct transaction *t,
	enum command command, const struct reply *r)
{
	bool is_yes = r->code / 100 == (command == COMMAND_DATA ? 3 : 2);
	bool is_last = !is_awaited(smtp, t);

	if (r->code < 400 && !is_yes) {
		set_refusal(t, r); /* out of step */
		end_with_reply(smtp, r);
		return;
	}
	/* The first refusal is the reason; what follows from it is not told. */
	if (!is_yes && command != COMMAND_COPY && !t->is_refused)
		set_refusal(t, r);
	if (command == COMMAND_DATA && is_yes && !t->is_refused)
		t->stage = STAGE_READY;
	if (!t->is_refused || !is_last)
		return;
	/* A server that took DATA though it took no recipient gets an empty mail (RFC
	 * 2920 section 3.1). */
	if (command == COMMAND_DATA && is_yes) {
		buf_add_str(&smtp->wire.out, ".\r\n");
		await(smtp, COMMAND_NOTHING, -1);
	}
	finish_refused(smtp, t);
}

static void hear_final(struct smtp *smtp, struct transaction *t, const struct reply *r)
{
	set_refusal(t, r);
	t->stage = STAGE_DONE;
	if (r->code / 100 == 2)
		t->reply = (struct smtp_reply){.outcome = SMTP_ACCEPTED};
	else if (r->code / 100 == 3)
		t->reply.outcome = SMTP_UNKNOWN;
	reply_describe(r, t->reply.text, sizeof(t->reply.text));
	if (r->code / 100 == 3)
		end_with_reply(smtp, r);
}

/* 421 when its time is up, or a refusal in the middle of a text. */
static void hear_unasked(struct smtp *smtp, const struct reply *r)
{
	struct transaction *t = smtp_texts(smtp);

	if (t && (t->stage == STAGE_TEXT || t->stage == STAGE_HELD) && r->code >= 400)
		set_refusal(t, r);
	end_with_reply(smtp, r);
}

void smtp_hear(struct smtp *smtp, const struct reply *r)
{
	struct awaited a = smtp->awaited[0];

	if (!smtp->awaited_count) {
		hear_unasked(smtp, r);
		return;
	}
	smtp->awaited_count--;
	memmove(smtp->awaited, smtp->awaited + 1,
		smtp->awaited_count * sizeof(*smtp->awaited));
	if (a.command == COMMAND_FINAL)
		hear_final(smtp, &smtp->line[a.of], r);
	else if (a.of >= 0)
		hear_envelope(smtp, &smtp->line[a.of], a.command, r);
	else if (a.command == COMMAND_RSET && r->code / 100 != 2)
		end_with_reply(smtp, r);
	if (r->code == 421)
		end_with_reply(smtp, r);
}

/* ---- both ---- */

void smtp_say(struct smtp *smtp)
{
	start_envelopes(smtp);
	go_on_with_text(smtp);
	if (!smtp->has_ended)
		start_envelopes(smtp);
}

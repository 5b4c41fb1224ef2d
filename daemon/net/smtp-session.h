/*
 * What an SMTP session remembers, and the two sides of its dialogue. Inside net/ only.
 */
#pragma once

#include "base/buf.h"
#include "net/smtp-text.h"
#include "net/smtp-wire.h"
#include "net/smtp.h"

#define LINE_MAX_MAILS 2
#define AWAITED_MAX 16

enum stage {
	STAGE_WAITS,	/* nothing was said of it */
	STAGE_ENVELOPE, /* commands are out, or are to be */
	STAGE_READY,	/* the server waits for its text */
	STAGE_TEXT,
	STAGE_HELD,  /* all but the final dot is on its way */
	STAGE_FINAL, /* the final dot is on its way */
	STAGE_DONE,
};

/* Commands in the order in which they are said; what a reply may belong to. */
enum command {
	COMMAND_MAIL,
	COMMAND_RCPT,
	COMMAND_COPY,
	COMMAND_DATA,
	COMMAND_FINAL,
	COMMAND_RSET,
	COMMAND_NOTHING, /* the text of a mail without recipients: none */
};

struct transaction {
	struct smtp_mail mail;
	struct smtp_lines lines;
	enum stage stage;
	enum command next; /* in the envelope */
	bool is_refused;
	uint64_t read_at;
	bool at_line_start;
	struct buf piece; /* of the text, from piece_at on */
	uint64_t piece_at;
	uint64_t dot_at; /* where on the wire its final dot begins */
	struct smtp_reply reply;
};

struct awaited {
	enum command command;
	int of; /* place in line; -1: of none any more */
};

struct smtp {
	struct stream_opening *opening;
	struct smtp_wire wire;
	struct smtp_extensions extensions;
	struct transaction line[LINE_MAX_MAILS];
	size_t count;
	struct awaited awaited[AWAITED_MAX];
	size_t awaited_count;
	int timeout_ms;
	int64_t since; /* when the server was last known to do its part, monotonic ms */
	bool has_ended;
	struct err why;
};

/*
 * What is read from the source at once; most mails are one piece. Reading a row's far
 * end begins at its start each time, so pieces are large; but each connection holds one
 * while it sends. A byte less than a buffer that is doubled, for its NUL.
 */
#define PIECE_TO_LOOK_AT ((size_t)1024 * 1024 - 1)
#define PIECE_TO_SEND ((size_t)512 * 1024 - 1)
/* Where the piece does not hold read_at, the next one of at most that. 0 or -1. */
int transaction_load_piece(struct transaction *t, size_t most, struct err *err);
/* Where the session has ended: what is known of t. */
void smtp_settle(struct smtp *smtp, struct transaction *t);
void transaction_set_done(
	struct transaction *t, enum smtp_outcome outcome, const char *text);

/* All of it is settled; what is said or heard after this does not count. */
void smtp_end(struct smtp *smtp, const struct err *why);
/* Whose text is on its way, or may be; NULL: nobody's. */
struct transaction *smtp_texts(struct smtp *smtp);
/* Puts on the wire what may be said now. */
void smtp_say(struct smtp *smtp);
/* A whole reply has come. */
void smtp_hear(struct smtp *smtp, const struct reply *r);

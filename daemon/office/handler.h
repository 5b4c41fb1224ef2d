/*
 * What to do with a mail: a table of handlers, asked in the order of design decision 5.
 * The first that matches acts; its decision has one outcome and one reason code.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/spool.h"
#include "office/office.h"
#include "store/incoming.h"
#include "store/minutes.h"

/* A mail on the table; owned by incoming-work.c. */
struct mail_case {
	const struct incoming *in;
	const json_t *said;	  /* what the reader says */
	const char *from;	  /* normal address; NULL: none, or several */
	const char *class;	  /* the reader's, from the bytes alone */
	bool is_vouched;	  /* a trusted server vouches for `from` */
	bool is_released;	  /* the coordinator said yes to what was held */
	int64_t released_meeting; /* the meeting he named; 0: none */
	const char *released_for; /* the reason it was held for; NULL */
	int64_t delivery_id;	  /* ours that it quotes; 0: none */
	bool has_code;		  /* its subject has a code that we made */
	json_t *files;		  /* what is handed in (minutes-files.h) */
	struct spool *spools;	  /* their bytes, in that order */
	struct buf *texts;	  /* what is written in them, UTF-8; may be empty */
	size_t file_count;
	struct buf *calendars; /* of a mail with entries, as the mail has them */
	size_t calendar_count;
	const char *refusal;   /* reason code: a file must not go out; NULL */
	const char *unscanned; /* reason code: the scanner could not look; NULL */
	int64_t now;
};

/* What was decided. Strings are literals or owned by the mail_case's JSON. */
struct decision {
	const char *class;
	const char *outcome;
	const char *reason;
	int64_t meeting_id;
	bool is_handled; /* move it away from the INBOX */
	bool is_held;
	bool is_broken; /* a part of it could not be read, and it asks for nothing else
			 */
	const char *what; /* of a broken one, in words; NULL */
};

struct handler {
	const char *name;
	/* 1 mine, 0 not, -1 error. */
	int (*matches)(struct office *o, const struct mail_case *c, struct err *err);
	/* Work that takes time, behind batch_end, so that it keeps no lock; NULL: none.
	 */
	int (*prepare)(struct office *o, struct mail_case *c, struct err *err);
	/* In the transaction that also records the decision. */
	int (*act)(struct office *o, const struct mail_case *c, struct decision *ret,
		struct err *err);
	const char *describe; /* one sentence for the manual and the log */
};

extern const struct handler handler_own;
extern const struct handler handler_bounce;
extern const struct handler handler_auto_reply;
extern const struct handler handler_itip;
extern const struct handler handler_command;
extern const struct handler handler_minutes;
extern const struct handler handler_unreadable;
extern const struct handler handler_loop;
extern const struct handler handler_repeated;
extern const struct handler handler_question;
extern const struct handler handler_person;
extern const struct handler handler_unknown;

/* Holds the mail for the coordinator and tells him; act is what a yes will do. Fills
 * ret. */
int handler_hold(struct office *o, const struct mail_case *c, const char *act,
	const char *reason, int64_t meeting_id, struct decision *ret, struct err *err);
/* The same where the answer is the number of one of these meetings (an array of ids,
 * NULL: none). */
int handler_hold_choice(struct office *o, const struct mail_case *c, const char *act,
	const char *reason, int64_t meeting_id, const json_t *choices,
	struct decision *ret, struct err *err);
/* True where address is one of the person's who has other (or the same address). */
int handler_is_same_person(
	struct office *o, const char *a, const char *b, struct err *err);
/* Remembers what a person wrote, in the transaction that records the decision, so that
 * the same words again and again are known (limits.same_mail_per_day). */
int handler_note_words(struct office *o, const struct mail_case *c,
	const struct decision *d, struct err *err);

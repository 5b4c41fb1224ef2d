/*
 * Meetings that were mailed: calendars that were taken out of mails, and which of them
 * still say something of an entry (a UID). Each such entry is a source (store/source.h)
 * whose bytes name the mails that count.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct db;

/* What one mail says of an entry, or of one date of it. */
struct mailed_part {
	const char *uid;
	const char *recurrence_id; /* "": all of it */
	bool cancels;
	int sequence; /* -1: it has none, and is as of the highest known */
	int64_t dtstamp;
};

enum mailed_news {
	MAILED_NEW,
	MAILED_SAME,	/* known already */
	MAILED_STALE,	/* older than what is known */
	MAILED_OVER,	/* of a date, and below the SEQUENCE of the whole */
	MAILED_MANY,	/* more than may be kept of the entry */
	MAILED_UNKNOWN, /* a cancellation of what nobody told us of; not said by look */
	MAILED_NEWS
};

/* The most that is kept of one entry. */
struct mailed_limits {
	int count;    /* mails */
	int64_t size; /* bytes of all of them */
};

/* ret: what the part is beside what is known. Fills in part->sequence. */
int mailed_look(struct db *db, struct mailed_part *part,
	const struct mailed_limits *limits, int64_t size, enum mailed_news *ret,
	struct err *err);

/* Keeps the calendar of a mail; ret_id. */
int mailed_keep(struct db *db, int64_t incoming_id, int position, const void *bytes,
	size_t len, int64_t *ret_id, struct err *err);
/* files: [{name, media_type, sha256, size}] that came beside it, whose bytes are blobs
 * already; NULL: none. */
int mailed_keep_files(
	struct db *db, int64_t mailed_id, const json_t *files, struct err *err);
/*
 * The kept calendar says this of an entry; the parts that it takes the place of go, and
 * mails of which nothing is left. calendar: the source's. Inside a transaction.
 */
int mailed_take(struct db *db, const char *calendar, int64_t mailed_id,
	const struct mailed_part *part, struct err *err);
/* All that was taken of a mail is there: its entries are news. */
int mailed_done(struct db *db, const char *calendar, int64_t mailed_id, int64_t now,
	struct err *err);

/* What is mailed is of that calendar now, whatever it was called before. */
int mailed_rename(struct db *db, const char *calendar, struct err *err);

/* The calendars that count of a source's entry, in order, and its UID; the caller frees
 * it. 1, 0 the source is not mailed, -1. */
int mailed_read(struct db *db, int64_t source_id, struct buf *ret, char **ret_uid,
	struct err *err);
/* {recurrence_id: [{name, media_type, sha256, size}]}, "" all of the entry: what came
 * beside the calendars that count of a source; new reference. */
json_t *mailed_files(struct db *db, int64_t source_id, struct err *err);
/* 1 known, 0 not, -1. */
int mailed_knows(struct db *db, const char *uid, struct err *err);
/* [{register, from, at}] of the mails that count of that source; new reference. */
json_t *mailed_mails(struct db *db, int64_t source_id, struct err *err);
/* The mail's bytes are removed by decision: so is what was taken out of it, but for
 * entries with a meeting that is still to come. */
int mailed_forget(struct db *db, int64_t incoming_id, int64_t now, struct err *err);
/* [{code, title}] of the meetings to which that mail's calendars led and still hold,
 * the first of them; new reference. */
json_t *mailed_meetings(struct db *db, int64_t incoming_id, struct err *err);

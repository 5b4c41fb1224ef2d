/*
 * What the parts of the IMAP session share. Inside net/ and its tests only.
 */
#pragma once

#include <libetpan/libetpan.h>

#include "base/buf.h"
#include "net/imap-driver.h"
#include "net/imap.h"

/* Bytes that the answer to a command without contents may have. */
#define IMAP_ANSWER_MAX (1U << 20)

struct imap {
	struct imap_wire wire;
	mailimap *session;
	struct buf capabilities; /* " IMAP4REV1 MOVE ... " */
	int tag;		 /* of our own commands, beside libetpan's */
	char delimiter;		 /* '\0': the server has no levels */
	bool has_delimiter;	 /* asked for already */
	uint32_t listed_exists;	 /* EXISTS when the last list was asked for */
	bool has_news;		 /* seen while idling, not told yet */
	imap_beat_fn beat;	 /* NULL: nobody wants to hear */
	void *beat_context;
};

/* Signed in; takes stream. */
struct imap *imap_over(struct stream *stream, int timeout_ms, struct err *err);

bool imap_can(const struct imap *imap, const char *capability);
/* Every use of libetpan begins with this: at most max bytes may come. */
mailimap *imap_begin(struct imap *imap, uint64_t max);
/* 0 where libetpan's code is none of an error, else -1 with what the server or the
 * network said. */
int imap_check(struct imap *imap, int code, const char *what, struct err *err);
/* The server's name of a folder; the caller frees. */
char *imap_wire_name(struct imap *imap, const char *folder, struct err *err);

/* In the order given; freed by who it is not given to. */
struct mailimap_set *imap_set_new(const uint32_t *uids, size_t count);
/* An item's static part of that type in an answer; NULL: not in it. */
struct mailimap_msg_att_static *imap_find_att(struct mailimap_msg_att *att, int type);
/* UID FETCH with the handlers that are set; takes set and what. At most max bytes. */
int imap_run_fetch(struct imap *imap, struct mailimap_set *set,
	struct mailimap_fetch_type *what, uint64_t max, struct err *err);

/* Our own commands, a line each. */
int imap_send_line(struct imap *imap, const char *line, struct err *err);
/* The next line, borrowed until the next call; NULL with err. */
const char *imap_read_line(struct imap *imap, struct err *err);
/* What a line says of the selected folder is kept. */
void imap_take_news(struct imap *imap, const char *line);
/* The code of a NO that will be a yes another day (RFC 5530); NULL: none. */
bool imap_is_bad_day(const char *code);
/* 1 the tagged OK, 0 another line, -1 a tagged NO or BAD, a BYE. */
int imap_is_end(struct imap *imap, const char *line, struct err *err);

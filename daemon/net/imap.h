/*
 * An IMAP session (RFC 3501, libetpan above a stream): the few verbs that intake needs.
 * Any error ends the session: free it and open another.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/content.h"
#include "base/err.h"
#include "net/stream.h"

struct imap;

struct imap *imap_open(const struct stream_server *server, struct err *err);

/* Folder names are UTF-8 with "/" between levels; modified UTF-7 and the server's own
 * delimiter are done inside. */
int imap_select(struct imap *imap, const char *folder, uint32_t *ret_uidvalidity,
	uint32_t *ret_exists, struct err *err);
/* Creates and subscribes a folder unless it is there. */
int imap_make_folder(struct imap *imap, const char *folder, struct err *err);

struct imap_item {
	uint32_t uid;
	uint64_t size;	    /* RFC822.SIZE */
	int64_t arrived_at; /* INTERNALDATE */
};

struct imap_list {
	struct imap_item *items;
	size_t count;
};

void imap_list_deinit(struct imap_list *list);
#define imap_list_auto __attribute__((cleanup(imap_list_deinit))) struct imap_list

/* UID, RFC822.SIZE and INTERNALDATE of mails with uid >= from in the selected folder,
 * in order of uid. */
int imap_list_from(
	struct imap *imap, uint32_t from, struct imap_list *ret, struct err *err);

/* A mail to be fetched, and what came of it. */
struct imap_piece {
	uint32_t uid;
	bool is_found; /* false: the mail is gone */
	uint64_t at;
	uint64_t size; /* before: RFC822.SIZE; after: the bytes that came */
};

/* BODY.PEEK[] of mails (in order of uid) by one command, one behind the other into fd
 * from offset 0, in constant memory. 0, 1 fd does not take them (as a full disk), or
 * -1; one of more than max bytes is an error (ERR_PERM). */
int imap_fetch(struct imap *imap, struct imap_piece *pieces, size_t count, int fd,
	uint64_t max, struct err *err);
/* Raw header fields of mails, at most 8 KiB of each: of one too large to fetch, or to
 * see of what kind each is. fields ends with NULL. 0 or -1. */
struct buf;
int imap_fetch_fields(struct imap *imap, struct imap_piece *pieces, size_t count,
	const char *const *fields, struct buf *ret, struct err *err);
/* beat is called about once for each mebibyte that comes. */
typedef void (*imap_beat_fn)(void *context);
void imap_on_bytes(struct imap *imap, imap_beat_fn beat, void *context);

/* Whether imap_move can be done without taking away what others have flagged. */
bool imap_can_move(const struct imap *imap);
/* UID MOVE, or COPY + STORE \Deleted + UID EXPUNGE; ERR_PERM where the server has
 * neither MOVE nor UIDPLUS. 1 moved, 0 was gone, -1. */
int imap_move(struct imap *imap, uint32_t uid, const char *folder, struct err *err);
/* STORE +FLAGS (\Seen keyword). 1 flagged, 0 was gone, -1. */
int imap_mark(struct imap *imap, uint32_t uid, const char *keyword, struct err *err);
/* The same of several mails by one command each; those that are gone are passed over.
 * 0 or -1. */
int imap_move_all(struct imap *imap, const uint32_t *uids, size_t count,
	const char *folder, struct err *err);
int imap_mark_all(struct imap *imap, const uint32_t *uids, size_t count,
	const char *keyword, struct err *err);
/* The folder that the server says sent mail is kept in (RFC 6154); the caller frees. 1,
 * 0 it names none, -1. */
int imap_find_sent(struct imap *imap, char **ret_folder, struct err *err);
/* A whole mail, flagged \Seen, with its date. ERR_PERM: the server does not take it. */
int imap_append(struct imap *imap, const char *folder, const struct content *mail,
	int64_t date, struct err *err);
/* UID SEARCH HEADER Message-ID in the selected folder. 1 found, 0 not, -1. */
int imap_has_message_id(struct imap *imap, const char *message_id, struct err *err);

bool imap_can_idle(const struct imap *imap);
/* IDLE; 0 begun. While idling only imap_idle_fd, imap_idle_has_news and imap_idle_end
 * may be used. */
int imap_idle_begin(struct imap *imap, struct err *err);
int imap_idle_fd(const struct imap *imap);
/* Reads what the server said without waiting: 1 the folder changed, 0 nothing of note,
 * -1. */
int imap_idle_has_news(struct imap *imap, struct err *err);
int imap_idle_end(struct imap *imap, struct err *err);
int imap_noop(struct imap *imap, struct err *err);

/* Says LOGOUT without waiting long, then closes. NULL is fine. */
void imap_free(struct imap *imap);
DEFINE_FREEP(imap, struct imap, imap_free)
#define imap_auto __attribute__((cleanup(imap_freep))) struct imap

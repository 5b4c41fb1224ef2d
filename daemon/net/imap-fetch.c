#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/imap-inside.h"

#define FIELDS_MAX 8192
/* How often the caller hears that bytes still come. */
#define BEAT_BYTES (1 << 20)
/* Written to the file at a time; servers send a few kilobytes in one record. */
#define GATHER_BYTES (1 << 17)

/* Where fetched bytes go, and what became of them. */
struct arriving {
	struct imap *imap;
	int fd;		     /* -1: to buf */
	struct buf gathered; /* for fd */
	uint64_t gathered_at;
	struct buf *buf;  /* what is over max is left out */
	uint64_t at;	  /* where the mail in hand began */
	uint64_t written; /* of it */
	uint64_t unsaid;  /* since the last beat */
	uint64_t max;	  /* of one mail */
	struct imap_piece *pieces;
	size_t count;
	bool is_full; /* fd took no more */
	struct err err;
};

static int sink_write(struct arriving *sink)
{
	const char *bytes = buf_str(&sink->gathered);
	size_t left = sink->gathered.len;

	while (left) {
		size_t done = sink->gathered.len - left;
		ssize_t n = pwrite(sink->fd, bytes + done, left,
			(off_t)(sink->gathered_at + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			sink->is_full = true;
			return err_set(&sink->err, ERR_TEMP,
				"a mail cannot be kept: %s", strerror(errno));
		}
		left -= (size_t)n;
	}
	buf_clear(&sink->gathered);
	return 0;
}

static int sink_put_fd(struct arriving *sink, const char *bytes, size_t len)
{
	uint64_t at = sink->at + sink->written;
	bool follows = at == sink->gathered_at + sink->gathered.len;

	if (!follows && sink_write(sink) < 0)
		return -1;
	if (!sink->gathered.len)
		sink->gathered_at = at;
	buf_add(&sink->gathered, bytes, len);
	return sink->gathered.len < GATHER_BYTES ? 0 : sink_write(sink);
}

static void beat(struct arriving *sink, size_t len)
{
	sink->unsaid += len;
	if (sink->unsaid < BEAT_BYTES || !sink->imap->beat)
		return;
	sink->unsaid = 0;
	sink->imap->beat(sink->imap->beat_context);
}

static void sink_put_buf(struct arriving *sink, const char *bytes, size_t len)
{
	size_t room = (size_t)(sink->max - sink->written);
	size_t n = len < room ? len : room;

	buf_add(sink->buf, bytes, n);
	sink->written += n;
}

static bool sink_put(struct arriving *sink, const char *bytes, size_t len)
{
	if (sink->err.kind != ERR_NONE)
		return false;
	beat(sink, len);
	if (sink->fd < 0) {
		sink_put_buf(sink, bytes, len);
		return true;
	}
	if (sink->written + len > sink->max) {
		err_set(&sink->err, ERR_PERM,
			"the mail is larger than it was said to be");
		return false;
	}
	if (sink_put_fd(sink, bytes, len) < 0)
		return false;
	sink->written += len;
	return true;
}

static bool take_bytes(int type, struct mailimap_msg_att_body_section *section,
	const char *bytes, size_t len, void *context)
{
	(void)type;
	(void)section;
	return sink_put(context, bytes, len);
}

/* libetpan calls take_mail only where progress is asked for as well. */
static void no_progress(size_t current, size_t maximum, void *context)
{
	(void)current;
	(void)maximum;
	(void)context;
}

struct mailimap_msg_att_static *imap_find_att(struct mailimap_msg_att *att, int type)
{
	for (clistiter *at = clist_begin(att->att_list); at; at = clist_next(at)) {
		struct mailimap_msg_att_item *item = clist_content(at);

		if (item->att_type == MAILIMAP_MSG_ATT_ITEM_STATIC &&
			item->att_data.att_static->att_type == type)
			return item->att_data.att_static;
	}
	return NULL;
}

/* The one that was asked for and has not come yet; NULL: it was not. */
static struct imap_piece *find_piece(struct arriving *sink, uint32_t uid)
{
	for (size_t i = 0; i < sink->count; i++)
		if (sink->pieces[i].uid == uid && !sink->pieces[i].is_found)
			return &sink->pieces[i];
	return NULL;
}

/* The end of a mail; only now its uid is known. What came as a quoted string was not
 * given to take_bytes; what nobody asked for is written over by the next. */
static void take_mail(struct mailimap_msg_att *att, void *context)
{
	struct arriving *sink = context;
	struct mailimap_msg_att_static *body =
		imap_find_att(att, MAILIMAP_MSG_ATT_BODY_SECTION);
	struct mailimap_msg_att_static *uid = imap_find_att(att, MAILIMAP_MSG_ATT_UID);
	struct imap_piece *piece =
		body && uid ? find_piece(sink, uid->att_data.att_uid) : NULL;

	if (piece) {
		struct mailimap_msg_att_body_section *section =
			body->att_data.att_body_section;
		if (!sink->written && section->sec_body_part)
			sink_put(sink, section->sec_body_part, section->sec_length);
		/* NIL for a mail that has been expunged under us, say some servers. */
		piece->is_found = sink->written || !piece->size;
		piece->at = sink->at;
		piece->size = sink->written;
		sink->at += sink->written;
	}
	if (sink->fd < 0)
		buf_cut(sink->buf, (size_t)sink->at);
	sink->written = 0;
}

int imap_run_fetch(struct imap *imap, struct mailimap_set *set,
	struct mailimap_fetch_type *what, uint64_t max, struct err *err)
{
	clist *found = NULL;
	mailimap *session = imap_begin(imap, max);

	mailimap_set_progress_callback(session, no_progress, no_progress, NULL);
	int code = mailimap_uid_fetch(session, set, what, &found);
	mailimap_set_msg_body_handler(session, NULL, NULL);
	mailimap_set_msg_att_handler(session, NULL, NULL);
	mailimap_fetch_type_free(what);
	mailimap_set_free(set);
	/* After a NO it points to what libetpan has freed. */
	if (found && code == MAILIMAP_NO_ERROR)
		mailimap_fetch_list_free(found);
	return imap_check(imap, code, "FETCH", err);
}

static struct mailimap_set *set_of(const struct imap_piece *pieces, size_t count)
{
	uint32_t *uids = xcalloc(count, sizeof(*uids));

	for (size_t i = 0; i < count; i++)
		uids[i] = pieces[i].uid;
	struct mailimap_set *set = imap_set_new(uids, count);
	free(uids);
	return set;
}

/* The section of each piece into the sink; takes section. At most cap bytes in all.
 * Returns as imap_fetch. */
static int fetch_pieces(struct arriving *sink, struct mailimap_fetch_att *section,
	uint64_t cap, struct err *err)
{
	struct imap *imap = sink->imap;
	struct mailimap_fetch_type *what =
		mailimap_fetch_type_new_fetch_att_list_empty();

	for (size_t i = 0; i < sink->count; i++)
		sink->pieces[i].is_found = false;
	mailimap_fetch_type_new_fetch_att_list_add(what, mailimap_fetch_att_new_uid());
	mailimap_fetch_type_new_fetch_att_list_add(what, section);
	mailimap_set_msg_body_handler(imap->session, take_bytes, sink);
	mailimap_set_msg_att_handler(imap->session, take_mail, sink);
	int done = imap_run_fetch(imap, set_of(sink->pieces, sink->count), what,
		cap + IMAP_ANSWER_MAX, err);
	if (sink->err.kind == ERR_NONE)
		return done;
	*err = sink->err;
	return sink->is_full ? 1 : -1;
}

/* One alone may be as large as any; several only somewhat more than was said. */
static uint64_t bytes_allowed(
	const struct imap_piece *pieces, size_t count, uint64_t max)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += 2 * pieces[i].size;
	return count == 1 ? max : sum;
}

int imap_fetch(struct imap *imap, struct imap_piece *pieces, size_t count, int fd,
	uint64_t max, struct err *err)
{
	struct arriving sink = {
		.imap = imap, .fd = fd, .max = max, .pieces = pieces, .count = count};

	int done = fetch_pieces(&sink,
		mailimap_fetch_att_new_body_peek_section(mailimap_section_new(NULL)),
		bytes_allowed(pieces, count, max), err);
	if (done == 0 && sink_write(&sink) < 0) {
		*err = sink.err;
		done = 1;
	}
	buf_deinit(&sink.gathered);
	return done;
}

static struct mailimap_section *section_of(const char *const *fields)
{
	clist *names = clist_new();

	for (; *fields; fields++)
		clist_append(names, strdup(*fields));
	return mailimap_section_new_header_fields(mailimap_header_list_new(names));
}

int imap_fetch_fields(struct imap *imap, struct imap_piece *pieces, size_t count,
	const char *const *fields, struct buf *ret, struct err *err)
{
	struct arriving sink = {.imap = imap,
		.fd = -1,
		.buf = ret,
		.max = FIELDS_MAX,
		.pieces = pieces,
		.count = count};

	buf_clear(ret);
	return fetch_pieces(&sink,
		mailimap_fetch_att_new_body_peek_section_partial(
			section_of(fields), 0, FIELDS_MAX),
		2 * count * FIELDS_MAX, err);
}

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "net/imap-inside.h"

#define HEADER_MAX 8192
/* A line of the list beside one mail's numbers. */
#define LIST_LINE_MAX 512

/* Where a fetched mail goes, and what became of it. */
struct sink {
	int fd; /* -1: to buf */
	struct buf *buf;
	uint64_t written, max;
	bool found;
	struct err err;
};

static int sink_put_fd(struct sink *sink, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(sink->fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(&sink->err, ERR_TEMP,
				"a mail cannot be kept: %s", strerror(errno));
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

static bool sink_put(struct sink *sink, const char *bytes, size_t len)
{
	if (sink->err.kind != ERR_NONE)
		return false;
	sink->written += len;
	if (sink->written > sink->max) {
		err_set(&sink->err, ERR_PERM,
			"the mail is larger than it was said to be");
		return false;
	}
	if (sink->fd >= 0)
		return sink_put_fd(sink, bytes, len) == 0;
	buf_add(sink->buf, bytes, len);
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

/* An item's static part of that type in an answer; NULL: not in it. */
static struct mailimap_msg_att_static *find_att(struct mailimap_msg_att *att, int type)
{
	for (clistiter *at = clist_begin(att->att_list); at; at = clist_next(at)) {
		struct mailimap_msg_att_item *item = clist_content(at);

		if (item->att_type == MAILIMAP_MSG_ATT_ITEM_STATIC &&
			item->att_data.att_static->att_type == type)
			return item->att_data.att_static;
	}
	return NULL;
}

/* The end of a mail. What came as a quoted string was not given to take_bytes. */
static void take_mail(struct mailimap_msg_att *att, void *context)
{
	struct sink *sink = context;
	struct mailimap_msg_att_static *body =
		find_att(att, MAILIMAP_MSG_ATT_BODY_SECTION);

	if (!body)
		return; /* another client changed a flag */
	struct mailimap_msg_att_body_section *section = body->att_data.att_body_section;
	if (!sink->found && !sink->written && section->sec_body_part)
		sink_put(sink, section->sec_body_part, section->sec_length);
	sink->found = true;
}

/* Takes what. */
static int fetch(struct imap *imap, struct mailimap_set *set,
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

/* One mail's section into sink; takes section. 1, 0 it is gone, -1. */
static int fetch_one(struct imap *imap, uint32_t uid,
	struct mailimap_fetch_att *section, struct sink *sink, struct err *err)
{
	struct mailimap_fetch_type *what =
		mailimap_fetch_type_new_fetch_att_list_empty();

	mailimap_fetch_type_new_fetch_att_list_add(what, mailimap_fetch_att_new_uid());
	mailimap_fetch_type_new_fetch_att_list_add(what, section);
	mailimap_set_msg_body_handler(imap->session, take_bytes, sink);
	mailimap_set_msg_att_handler(imap->session, take_mail, sink);
	int done = fetch(imap, mailimap_set_new_single(uid), what,
		sink->max + IMAP_ANSWER_MAX, err);
	if (sink->err.kind != ERR_NONE) {
		*err = sink->err;
		return -1;
	}
	return done < 0 ? -1 : sink->found;
}

int imap_fetch(struct imap *imap, uint32_t uid, int fd, uint64_t max,
	uint64_t *ret_size, struct err *err)
{
	struct sink sink = {.fd = fd, .max = max};
	int found = fetch_one(imap, uid,
		mailimap_fetch_att_new_body_peek_section(mailimap_section_new(NULL)),
		&sink, err);

	*ret_size = sink.written;
	return found;
}

static struct mailimap_section *from_and_subject(void)
{
	clist *names = clist_new();

	clist_append(names, strdup("FROM"));
	clist_append(names, strdup("SUBJECT"));
	return mailimap_section_new_header_fields(mailimap_header_list_new(names));
}

int imap_fetch_header(struct imap *imap, uint32_t uid, struct buf *ret, struct err *err)
{
	struct sink sink = {.fd = -1, .buf = ret, .max = HEADER_MAX};

	return fetch_one(imap, uid,
		mailimap_fetch_att_new_body_peek_section_partial(
			from_and_subject(), 0, HEADER_MAX),
		&sink, err);
}

/* ---- the list ---- */

struct lister {
	struct imap_list *list;
	size_t room;
	uint32_t from;
};

static int64_t seconds_of(const struct mailimap_date_time *date)
{
	struct tm tm = {.tm_year = date->dt_year - 1900,
		.tm_mon = date->dt_month - 1,
		.tm_mday = date->dt_day,
		.tm_hour = date->dt_hour,
		.tm_min = date->dt_min,
		.tm_sec = date->dt_sec};
	int64_t offset = date->dt_zone / 100 * 3600 + date->dt_zone % 100 * 60;
	int64_t at = timegm(&tm) - offset;

	return at > 0 ? at : 0;
}

static void take_item(struct mailimap_msg_att *att, void *context)
{
	struct lister *l = context;
	struct mailimap_msg_att_static *uid = find_att(att, MAILIMAP_MSG_ATT_UID);
	struct mailimap_msg_att_static *size =
		find_att(att, MAILIMAP_MSG_ATT_RFC822_SIZE);
	struct mailimap_msg_att_static *date =
		find_att(att, MAILIMAP_MSG_ATT_INTERNALDATE);

	/* "n:*" names the last mail even where its uid is below n. */
	if (!uid || !size || !date || uid->att_data.att_uid < l->from)
		return;
	if (l->list->count == l->room) {
		l->room = l->room ? 2 * l->room : 64;
		l->list->items =
			xrealloc(l->list->items, l->room * sizeof(*l->list->items));
	}
	l->list->items[l->list->count++] =
		(struct imap_item){.uid = uid->att_data.att_uid,
			.size = size->att_data.att_rfc822_size,
			.arrived_at = seconds_of(date->att_data.att_internal_date)};
}

static int by_uid(const void *a, const void *b)
{
	const struct imap_item *x = a, *y = b;

	return x->uid < y->uid ? -1 : x->uid > y->uid;
}

int imap_list_from(
	struct imap *imap, uint32_t from, struct imap_list *ret, struct err *err)
{
	struct lister lister = {.list = ret, .from = from};
	struct mailimap_fetch_type *what =
		mailimap_fetch_type_new_fetch_att_list_empty();
	const struct mailimap_selection_info *info = imap->session->imap_selection_info;
	uint64_t exists = info ? info->sel_exists : 0;

	*ret = (struct imap_list){0};
	imap->listed_exists = (uint32_t)exists;
	if (!exists) { /* "n:*" in an empty folder is an error to some servers */
		mailimap_fetch_type_free(what);
		return 0;
	}
	mailimap_fetch_type_new_fetch_att_list_add(what, mailimap_fetch_att_new_uid());
	mailimap_fetch_type_new_fetch_att_list_add(
		what, mailimap_fetch_att_new_rfc822_size());
	mailimap_fetch_type_new_fetch_att_list_add(
		what, mailimap_fetch_att_new_internaldate());
	mailimap_set_msg_att_handler(imap->session, take_item, &lister);
	if (fetch(imap, mailimap_set_new_interval(from, 0), what,
		    IMAP_ANSWER_MAX + exists * LIST_LINE_MAX, err) < 0)
		return -1;
	if (ret->count)
		qsort(ret->items, ret->count, sizeof(*ret->items), by_uid);
	return 0;
}

void imap_list_deinit(struct imap_list *list)
{
	free(list->items);
	*list = (struct imap_list){0};
}

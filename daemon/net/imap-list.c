#include <time.h>

#include "net/imap-inside.h"

/* A line of the list beside one mail's numbers. */
#define LIST_LINE_MAX 512

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
	struct mailimap_msg_att_static *uid = imap_find_att(att, MAILIMAP_MSG_ATT_UID);
	struct mailimap_msg_att_static *size =
		imap_find_att(att, MAILIMAP_MSG_ATT_RFC822_SIZE);
	struct mailimap_msg_att_static *date =
		imap_find_att(att, MAILIMAP_MSG_ATT_INTERNALDATE);

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
	if (imap_run_fetch(imap, mailimap_set_new_interval(from, 0), what,
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

#include <string.h>

#include "base/text.h"
#include "net/imap-inside.h"
#include "net/imap-names.h"

/* Bytes of the list of all folders: tens of thousands. */
#define FOLDERS_MAX (8U << 20)

static void set_freep(struct mailimap_set **set)
{
	if (*set)
		mailimap_set_free(*set);
}
#define set_auto __attribute__((cleanup(set_freep))) struct mailimap_set

/* Runs of uids that follow each other become intervals. */
struct mailimap_set *imap_set_new(const uint32_t *uids, size_t count)
{
	struct mailimap_set *set = mailimap_set_new_empty();

	for (size_t i = 0, first; i < count; i++) {
		first = i;
		while (i + 1 < count && uids[i + 1] == uids[i] + 1)
			i++;
		if (first == i)
			mailimap_set_add_single(set, uids[i]);
		else
			mailimap_set_add_interval(set, uids[first], uids[i]);
	}
	return set;
}

/* A list of one flag; takes flag. */
static struct mailimap_flag_list *flags_of(struct mailimap_flag *flag)
{
	struct mailimap_flag_list *list = mailimap_flag_list_new_empty();

	mailimap_flag_list_add(list, flag);
	return list;
}

int imap_select(struct imap *imap, const char *folder, uint32_t *ret_uidvalidity,
	uint32_t *ret_exists, struct err *err)
{
	str_auto *name = imap_wire_name(imap, folder, err);

	if (!name)
		return -1;
	mailimap *session = imap_begin(imap, IMAP_ANSWER_MAX);
	if (imap_check(imap, mailimap_select(session, name), "SELECT", err) < 0)
		return -1;
	const struct mailimap_selection_info *info = session->imap_selection_info;
	/* RFC 3501 section 2.3.1.1: without it no uid lasts. */
	if (!info || !info->sel_uidvalidity)
		return err_set(
			err, ERR_PERM, "the server tells no UIDVALIDITY of %s", folder);
	*ret_uidvalidity = info->sel_uidvalidity;
	*ret_exists = info->sel_exists;
	return 0;
}

static bool is_selectable(const struct mailimap_mailbox_list *mailbox, const char *name)
{
	const struct mailimap_mbx_list_flags *flags = mailbox->mb_flag;

	return !strcmp(mailbox->mb_name, name) &&
	       !(flags && flags->mbf_type == MAILIMAP_MBX_LIST_FLAGS_SFLAG &&
		       flags->mbf_sflag == MAILIMAP_MBX_LIST_SFLAG_NOSELECT);
}

/* 1 there, 0 not, -1. */
static int has_folder(struct imap *imap, const char *name, struct err *err)
{
	clist *found = NULL;
	int is_there = 0;
	mailimap *session = imap_begin(imap, IMAP_ANSWER_MAX);

	if (imap_check(imap, mailimap_list(session, "", name, &found), "LIST", err) < 0)
		return -1;
	for (clistiter *at = clist_begin(found); at; at = clist_next(at))
		if (is_selectable(clist_content(at), name))
			is_there = 1;
	mailimap_list_result_free(found);
	return is_there;
}

int imap_make_folder(struct imap *imap, const char *folder, struct err *err)
{
	str_auto *name = imap_wire_name(imap, folder, err);

	if (!name)
		return -1;
	int is_there = has_folder(imap, name, err);
	if (is_there)
		return is_there > 0 ? 0 : -1;
	mailimap *session = imap_begin(imap, IMAP_ANSWER_MAX);
	if (imap_check(imap, mailimap_create(session, name), "CREATE", err) < 0)
		return -1;
	int code = mailimap_subscribe(session, name);
	/* Only so that people see it; a server may not care for it. */
	return code == MAILIMAP_ERROR_SUBSCRIBE
		       ? 0
		       : imap_check(imap, code, "SUBSCRIBE", err);
}

static bool is_sent(const struct mailimap_mailbox_list *mailbox)
{
	const struct mailimap_mbx_list_flags *flags = mailbox->mb_flag;

	for (clistiter *at = flags ? clist_begin(flags->mbf_oflags) : NULL; at;
		at = clist_next(at)) {
		const struct mailimap_mbx_list_oflag *flag = clist_content(at);
		if (flag->of_type == MAILIMAP_MBX_LIST_OFLAG_FLAG_EXT &&
			text_equal_nocase(flag->of_flag_ext, "Sent"))
			return true;
	}
	return false;
}

/* Servers tell it in an ordinary LIST, whether they promise it or not. */
int imap_find_sent(struct imap *imap, char **ret_folder, struct err *err)
{
	clist *found = NULL;
	mailimap *session = imap_begin(imap, FOLDERS_MAX);
	int code = mailimap_list(session, "", "*", &found);

	*ret_folder = NULL;
	if (imap_check(imap, code, "LIST", err) < 0)
		return -1;
	for (clistiter *at = clist_begin(found); at && !*ret_folder;
		at = clist_next(at)) {
		const struct mailimap_mailbox_list *one = clist_content(at);
		if (is_sent(one))
			*ret_folder = folder_from_wire(one->mb_name, one->mb_delimiter);
	}
	mailimap_list_result_free(found);
	return *ret_folder != NULL;
}

/* Takes key. 1 some mail, 0 none, -1. */
static int search(struct imap *imap, struct mailimap_search_key *key, struct err *err)
{
	clist *found = NULL;
	mailimap *session = imap_begin(imap, IMAP_ANSWER_MAX);
	int code = mailimap_uid_search(session, NULL, key, &found);

	mailimap_search_key_free(key);
	if (imap_check(imap, code, "SEARCH", err) < 0)
		return -1;
	int some = found && clist_begin(found) ? 1 : 0;
	if (found)
		mailimap_search_result_free(found);
	return some;
}

int imap_has_message_id(struct imap *imap, const char *message_id, struct err *err)
{
	if (text_has_controls(message_id, strlen(message_id)) || !*message_id)
		return err_set(err, ERR_PERM, "no Message-ID to search for");
	return search(imap,
		mailimap_search_key_new_header(
			strdup("Message-ID"), strdup(message_id)),
		err);
}

static int has_uid(struct imap *imap, uint32_t uid, struct err *err)
{
	return search(
		imap, mailimap_search_key_new_uid(mailimap_set_new_single(uid)), err);
}

/* Takes flags. */
static int add_flags(struct imap *imap, struct mailimap_set *set,
	struct mailimap_flag_list *flags, struct err *err)
{
	struct mailimap_store_att_flags *store =
		mailimap_store_att_flags_new_add_flags_silent(flags);
	mailimap *session = imap_begin(imap, IMAP_ANSWER_MAX);
	int code = mailimap_uid_store(session, set, store);

	mailimap_store_att_flags_free(store);
	return imap_check(imap, code, "STORE", err);
}

/* COPY, then take away what was copied and nothing else (RFC 4315). */
static int copy_and_remove(
	struct imap *imap, struct mailimap_set *set, const char *name, struct err *err)
{
	mailimap *session = imap_begin(imap, IMAP_ANSWER_MAX);

	if (imap_check(imap, mailimap_uid_copy(session, set, name), "COPY", err) < 0 ||
		add_flags(imap, set, flags_of(mailimap_flag_new_deleted()), err) < 0)
		return -1;
	imap_begin(imap, IMAP_ANSWER_MAX);
	return imap_check(imap, mailimap_uid_expunge(session, set), "EXPUNGE", err);
}

bool imap_can_move(const struct imap *imap)
{
	return imap_can(imap, "MOVE") || imap_can(imap, "UIDPLUS");
}

int imap_move_all(struct imap *imap, const uint32_t *uids, size_t count,
	const char *folder, struct err *err)
{
	str_auto *name = imap_wire_name(imap, folder, err);

	if (!name)
		return -1;
	set_auto *set = imap_set_new(uids, count);
	if (!imap_can(imap, "MOVE"))
		return copy_and_remove(imap, set, name, err);
	mailimap *session = imap_begin(imap, IMAP_ANSWER_MAX);
	return imap_check(imap, mailimap_uid_move(session, set, name), "MOVE", err);
}

int imap_move(struct imap *imap, uint32_t uid, const char *folder, struct err *err)
{
	/* A plain EXPUNGE would take away what others have flagged. */
	if (!imap_can_move(imap))
		return err_set(err, ERR_PERM,
			"the server can move no mail (neither MOVE nor UIDPLUS)");
	int is_there = has_uid(imap, uid, err);
	if (is_there <= 0)
		return is_there;
	return imap_move_all(imap, &uid, 1, folder, err) < 0 ? -1 : 1;
}

int imap_mark_all(struct imap *imap, const uint32_t *uids, size_t count,
	const char *keyword, struct err *err)
{
	set_auto *set = imap_set_new(uids, count);
	struct mailimap_flag_list *flags =
		flags_of(mailimap_flag_new_flag_keyword(strdup(keyword)));

	mailimap_flag_list_add(flags, mailimap_flag_new_seen());
	return add_flags(imap, set, flags, err);
}

int imap_mark(struct imap *imap, uint32_t uid, const char *keyword, struct err *err)
{
	int is_there = has_uid(imap, uid, err);

	if (is_there <= 0)
		return is_there;
	return imap_mark_all(imap, &uid, 1, keyword, err) < 0 ? -1 : 1;
}

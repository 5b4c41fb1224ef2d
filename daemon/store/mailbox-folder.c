#include "store/mailbox-folder.h"

#include "store/stmt.h"

int mailbox_folder_complete(
	struct db *db, const struct place *place, uint32_t *ret_uid, struct err *err)
{
	int64_t uid = 0;

	if (db_find_int(db, err, &uid,
		    "SELECT complete_uid FROM mailbox_folder\n"
		    "WHERE account = ? AND folder = ? AND uidvalidity = ?",
		    SQL_TEXT(place->account), SQL_TEXT(place->folder),
		    SQL_INT(place->uidvalidity)) < 0)
		return -1;
	*ret_uid = (uint32_t)uid;
	return 0;
}

int mailbox_folder_set_complete(
	struct db *db, const struct place *place, struct err *err)
{
	return db_run(db, err,
		"INSERT INTO mailbox_folder (account, folder, uidvalidity, "
		"complete_uid)\n"
		"VALUES (?, ?, ?, ?)\n"
		"ON CONFLICT (account, folder) DO UPDATE\n"
		"SET uidvalidity = excluded.uidvalidity,\n"
		"  complete_uid = excluded.complete_uid",
		SQL_TEXT(place->account), SQL_TEXT(place->folder),
		SQL_INT(place->uidvalidity), SQL_INT(place->uid));
}

void uids_deinit(struct uids *uids)
{
	free(uids->list);
	*uids = UIDS_NONE;
}

int mailbox_folder_known(
	struct db *db, const struct place *place, struct uids *ret, struct err *err)
{
	ids_auto found = IDS_NONE;
	stmt_auto q = stmt_open(db,
		"SELECT uid FROM incoming\n"
		"WHERE account = ? AND folder = ? AND uidvalidity = ? AND uid > ?\n"
		"ORDER BY uid",
		SQL_TEXT(place->account), SQL_TEXT(place->folder),
		SQL_INT(place->uidvalidity), SQL_INT(place->uid));

	if (ids_collect(&found, &q, err) < 0)
		return -1;
	uids_deinit(ret);
	ret->list = xmalloc((found.count + 1) * sizeof(*ret->list));
	for (ret->count = 0; ret->count < found.count; ret->count++)
		ret->list[ret->count] = (uint32_t)found.list[ret->count];
	return 0;
}

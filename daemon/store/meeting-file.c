#include "store/meeting-file.h"

#include "base/json.h"
#include "store/blob.h"
#include "store/stmt.h"

/* Touches the row only where something differs. */
static int put_one(struct db *db, int64_t meeting_id, size_t position,
	const json_t *one, struct err *err)
{
	return db_run(db, err,
		"INSERT INTO meeting_file (meeting_id, position, name, media_type,\n"
		"  sha256, beside, link)\n"
		"VALUES (?1, ?2, ?3, ?4, (SELECT sha256 FROM blob WHERE sha256 = ?5), "
		"?6, ?7)\n"
		"ON CONFLICT (meeting_id, position) DO UPDATE\n"
		"SET (name, media_type, sha256, beside, link) = (excluded.name,\n"
		"  excluded.media_type, excluded.sha256, excluded.beside, "
		"excluded.link)\n"
		"WHERE (name, media_type, sha256, beside, link) IS NOT "
		"(excluded.name,\n"
		"  excluded.media_type, excluded.sha256, excluded.beside, "
		"excluded.link)",
		SQL_INT(meeting_id), SQL_INT((int64_t)position),
		SQL_TEXT(json_str_or(one, "name", "")),
		SQL_TEXT(json_str(one, "media_type")),
		SQL_TEXT(json_str(one, "sha256")), SQL_TEXT(json_str(one, "beside")),
		SQL_TEXT(json_str(one, "link")));
}

int meeting_files_put(
	struct db *db, int64_t meeting_id, const json_t *attachments, struct err *err)
{
	tx_auto tx = TX_NONE;
	size_t i;
	json_t *one;

	if (tx_begin(&tx, db, err) < 0 ||
		db_run(db, err,
			"DELETE FROM meeting_file WHERE meeting_id = ? AND position >= "
			"?",
			SQL_INT(meeting_id),
			SQL_INT((int64_t)json_array_size(attachments))) < 0)
		return -1;
	json_array_foreach (attachments, i, one)
		if (put_one(db, meeting_id, i, one, err) < 0)
			return -1;
	return tx_commit(&tx, err);
}

int beside_put(struct db *db, const char *calendar, const char *name, const void *bytes,
	size_t len, int64_t now, struct err *err)
{
	tx_auto tx = TX_NONE;
	char sha256[65];

	if (tx_begin(&tx, db, err) < 0 ||
		blob_put(db, bytes, len, now, sha256, err) < 0 ||
		db_run(db, err,
			"INSERT INTO beside (calendar, name, sha256, size)\n"
			"VALUES (?1, ?2, ?3, ?4)\n"
			"ON CONFLICT (calendar, name) DO UPDATE\n"
			"SET sha256 = ?3, size = ?4, gone_at = NULL\n"
			"WHERE sha256 <> ?3 OR gone_at IS NOT NULL",
			SQL_TEXT(calendar), SQL_TEXT(name), SQL_TEXT(sha256),
			SQL_INT((int64_t)len)) < 0)
		return -1;
	bool is_changed = db_changes(db) > 0;
	return tx_commit(&tx, err) < 0 ? -1 : is_changed;
}

int beside_put_gone(struct db *db, const char *calendar, const json_t *names,
	int64_t now, struct err *err)
{
	str_auto *list = json_text(names);

	if (db_run(db, err,
		    "UPDATE beside SET gone_at = ?\n"
		    "WHERE calendar = ? AND gone_at IS NULL\n"
		    "  AND name NOT IN (SELECT value FROM json_each(?))",
		    SQL_INT(now), SQL_TEXT(calendar), SQL_TEXT(list)) < 0)
		return -1;
	return db_changes(db) > 0;
}

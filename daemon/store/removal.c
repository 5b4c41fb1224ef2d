#include "store/removal.h"

#include "base/json.h"
#include "store/journal.h"
#include "store/mailed.h"
#include "store/stmt.h"

json_t *removal_due(struct db *db, const struct removal *r, int64_t limit, int64_t now,
	struct err *err)
{
	json_auto_t *list = json_array();
	int step;
	/* The same conditions as the trigger's: what it refuses is not listed. */
	stmt_auto q = stmt_open(db,
		"SELECT i.id, printf('%04d-%06d', i.register_year, "
		"i.register_number),\n"
		"  i.class, i.arrived_at, i.size\n"
		"FROM incoming AS i\n"
		"WHERE i.arrived_at < ?2 AND i.class = ?1\n"
		"  AND i.state IN ('done', 'broken')\n"
		"  AND NOT EXISTS (SELECT 1 FROM removal WHERE incoming_id = i.id)\n"
		"  AND NOT EXISTS (SELECT 1 FROM held AS h\n"
		"    WHERE h.incoming_id = i.id AND h.state <> 'acted')\n"
		"  AND NOT EXISTS (SELECT 1 FROM question_mail AS n\n"
		"    JOIN question AS q ON q.id = n.question_id\n"
		"    WHERE n.incoming_id = i.id AND q.state = 'open')\n"
		"  AND NOT EXISTS (SELECT 1 FROM meeting AS m\n"
		"    WHERE m.id = i.meeting_id AND m.ends_at > ?4)\n"
		"ORDER BY i.arrived_at, i.id\n"
		"LIMIT ?3",
		SQL_TEXT(r->class), SQL_INT(r->arrived_before), SQL_INT(limit),
		SQL_INT(now));

	while ((step = stmt_step(&q, err)) == 1) {
		json_t *row = json_object();
		json_put_int(row, "id", stmt_int(&q, 0));
		json_put_str(row, "register", stmt_text(&q, 1));
		json_put_str(row, "class", stmt_text(&q, 2));
		json_put_int(row, "arrived_at", stmt_int(&q, 3));
		json_put_int(row, "size", stmt_int(&q, 4));
		json_array_append_new(list, row);
	}
	return step < 0 ? NULL : TAKE(list);
}

static int delete_bytes(struct db *db, int64_t id, int64_t now, struct err *err)
{
	/* Freed pages are overwritten: removed means gone from the file. */
	if (db_run(db, err, "PRAGMA secure_delete = 1") < 0 ||
		db_run(db, err, "DELETE FROM incoming_raw WHERE incoming_id = ?",
			SQL_INT(id)) < 0 ||
		db_run(db, err, "DELETE FROM incoming_piece WHERE incoming_id = ?",
			SQL_INT(id)) < 0 ||
		mailed_forget(db, id, now, err) < 0)
		return -1;
	return db_run(
		db, err, "UPDATE incoming SET detail = NULL WHERE id = ?", SQL_INT(id));
}

int removal_do(struct db *db, const struct removal *r, int64_t incoming_id, int64_t now,
	struct err *err)
{
	const struct journal_entry entry = {.who = "office",
		.what = "removed",
		.why = "retention",
		.detail = r->decision,
		.incoming_id = incoming_id};
	tx_auto tx = TX_NONE;

	if (tx_begin(&tx, db, err) < 0)
		return -1;
	if (db_run(db, err,
		    "INSERT INTO removal (incoming_id, class, decision, "
		    "arrived_before,\n"
		    "  at)\n"
		    "VALUES (?, ?, ?, ?, ?)",
		    SQL_INT(incoming_id), SQL_TEXT(r->class), SQL_TEXT(r->decision),
		    SQL_INT(r->arrived_before), SQL_INT(now)) < 0 ||
		delete_bytes(db, incoming_id, now, err) < 0 ||
		journal_add(db, &entry, now, err) < 0)
		return -1;
	return tx_commit(&tx, err);
}

int removal_find(struct db *db, int64_t incoming_id, char **ret_decision,
	int64_t *ret_at, struct err *err)
{
	stmt_auto q =
		stmt_open(db, "SELECT decision, at FROM removal WHERE incoming_id = ?",
			SQL_INT(incoming_id));
	int r = stmt_step(&q, err);

	if (r != 1)
		return r;
	*ret_decision = stmt_copy(&q, 0);
	*ret_at = stmt_int(&q, 1);
	return 1;
}

int64_t removal_count(struct db *db, struct err *err)
{
	int64_t count = 0;

	if (db_find_int(db, err, &count, "SELECT count(*) FROM removal") < 0)
		return -1;
	return count;
}

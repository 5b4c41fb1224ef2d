#include "store/claim.h"

#include "base/json.h"
#include "base/mem.h"
#include "store/meeting.h"
#include "store/stmt.h"

/* The source whose word on the meeting counts. 1, 0 none has it, -1. Without LIMIT, for
 * which SQLite would set up a table. */
static int find_best(
	struct db *db, int64_t meeting_id, int64_t *ret_source, struct err *err)
{
	return db_find_int(db, err, ret_source,
		"SELECT source_id FROM claim\n"
		"WHERE meeting_id = ? AND state = 'there' AND rank < ?\n"
		"ORDER BY sequence DESC, modified_at DESC, rank, source_id",
		SQL_INT(meeting_id), SQL_INT(CLAIM_RANK_RETIRED));
}

int claim_put(struct db *db, const struct claim *c, struct err *err)
{
	int64_t best = 0;

	if (db_run(db, err,
		    "INSERT INTO claim (meeting_id, source_id, rank, sequence,\n"
		    "  modified_at, state)\n"
		    "VALUES (?1, ?2, ?3, ?4, ?5, 'there')\n"
		    "ON CONFLICT (source_id, meeting_id) DO UPDATE\n"
		    "SET (rank, sequence, modified_at, state) = (?3, ?4, ?5, 'there')\n"
		    "WHERE (rank, sequence, modified_at, state)\n"
		    "  IS NOT (?3, ?4, ?5, 'there')",
		    SQL_INT(c->meeting_id), SQL_INT(c->source_id), SQL_INT(c->rank),
		    SQL_INT(c->sequence), SQL_INT(c->modified_at)) < 0 ||
		find_best(db, c->meeting_id, &best, err) < 0)
		return -1;
	return best == c->source_id;
}

int claim_add(struct db *db, const struct claim *c, struct err *err)
{
	return db_run(db, err,
		"INSERT INTO claim (meeting_id, source_id, rank, sequence,\n"
		"  modified_at, state)\n"
		"VALUES (?, ?, ?, ?, ?, 'there')",
		SQL_INT(c->meeting_id), SQL_INT(c->source_id), SQL_INT(c->rank),
		SQL_INT(c->sequence), SQL_INT(c->modified_at));
}

int claim_retire(struct db *db, const json_t *calendars, struct err *err)
{
	str_auto *names = json_text(calendars);

	if (db_run(db, err,
		    "UPDATE claim SET rank = ?\n"
		    "WHERE source_id IN (SELECT id FROM source\n"
		    "  WHERE calendar NOT IN (SELECT value FROM json_each(?)))",
		    SQL_INT(CLAIM_RANK_RETIRED), SQL_TEXT(names)) < 0)
		return -1;
	return db_run(db, err,
		"UPDATE source SET is_new = 1\n"
		"WHERE calendar IN (SELECT value FROM json_each(?))\n"
		"  AND id IN (SELECT source_id FROM claim WHERE rank = ?)",
		SQL_TEXT(names), SQL_INT(CLAIM_RANK_RETIRED));
}

/* ---- what a source no longer says ---- */

/* One more source has it: that one's word counts from now on. */
static int hand_over(struct db *db, int64_t source_id, int64_t meeting_id, int64_t best,
	struct err *err)
{
	if (db_run(db, err, "DELETE FROM claim WHERE source_id = ? AND meeting_id = ?",
		    SQL_INT(source_id), SQL_INT(meeting_id)) < 0)
		return -1;
	return db_run(
		db, err, "UPDATE source SET is_new = 1 WHERE id = ?", SQL_INT(best));
}

static int miss(struct db *db, int64_t source_id, int64_t meeting_id, struct err *err)
{
	int64_t best = 0;

	if (db_run(db, err,
		    "UPDATE claim SET state = 'gone'\n"
		    "WHERE source_id = ? AND meeting_id = ?",
		    SQL_INT(source_id), SQL_INT(meeting_id)) < 0)
		return -1;
	int found = find_best(db, meeting_id, &best, err);
	if (found <= 0)
		return found;
	return hand_over(db, source_id, meeting_id, best, err);
}

int claim_miss(struct db *db, int64_t source_id, const json_t *seen,
	const json_t *spared, int64_t from, struct err *err)
{
	str_auto *ids = json_text(seen);
	str_auto *uids = json_text(spared);
	ids_auto missed = IDS_NONE;
	stmt_auto q = stmt_open(db,
		"SELECT c.meeting_id\n"
		"FROM claim AS c\n"
		"JOIN meeting AS m ON m.id = c.meeting_id\n"
		"WHERE c.source_id = ? AND c.state = 'there' AND m.starts_at >= ?\n"
		"  AND c.meeting_id NOT IN (SELECT value FROM json_each(?))\n"
		"  AND m.source_uid NOT IN (SELECT value FROM json_each(?))",
		SQL_INT(source_id), SQL_INT(from), SQL_TEXT(ids), SQL_TEXT(uids));

	if (ids_collect(&missed, &q, err) < 0)
		return -1;
	stmt_close(&q);
	for (size_t i = 0; i < missed.count; i++)
		if (miss(db, source_id, missed.list[i], err) < 0)
			return -1;
	return 0;
}

/* ---- calendars that lost something ---- */

void claim_loss_deinit(struct claim_loss *l)
{
	free(l->calendar);
	*l = CLAIM_LOSS_NONE;
}

json_t *claim_calendars_with_loss(struct db *db, struct err *err)
{
	json_auto_t *list = json_array();
	int r;
	stmt_auto q = stmt_open(db, "SELECT DISTINCT s.calendar\n"
				    "FROM claim AS c\n"
				    "JOIN source AS s ON s.id = c.source_id\n"
				    "WHERE c.state = 'gone'\n"
				    "ORDER BY s.calendar");

	while ((r = stmt_step(&q, err)) == 1)
		json_array_append_new(list, json_string(stmt_text(&q, 0)));
	return r < 0 ? NULL : TAKE(list);
}

static int forget_past(
	struct db *db, const char *calendar, int64_t now, struct err *err)
{
	return db_run(db, err,
		"DELETE FROM claim\n"
		"WHERE state = 'gone'\n"
		"  AND source_id IN (SELECT id FROM source WHERE calendar = ?)\n"
		"  AND (SELECT starts_at FROM meeting WHERE id = meeting_id) < ?",
		SQL_TEXT(calendar), SQL_INT(now));
}

int claim_loss_of(struct db *db, const char *calendar, int64_t now,
	struct claim_loss *ret, struct err *err)
{
	if (forget_past(db, calendar, now, err) < 0)
		return -1;
	/* Two files of one calendar may both have it. */
	stmt_auto q = stmt_open(db,
		"SELECT count(*), coalesce(sum(told), 0), coalesce(sum(gone), 0),\n"
		"  coalesce(sum(gone AND told), 0),\n"
		"  count(DISTINCT iif(gone, source_uid, NULL))\n"
		"FROM (SELECT min(c.state = 'gone') AS gone, m.source_uid,\n"
		"    m.told IS NOT NULL AS told\n"
		"  FROM claim AS c\n"
		"  JOIN source AS s ON s.id = c.source_id\n"
		"  JOIN meeting AS m ON m.id = c.meeting_id\n"
		"  WHERE s.calendar = ? AND m.starts_at >= ? AND m.state = 'planned'\n"
		"  GROUP BY c.meeting_id)",
		SQL_TEXT(calendar), SQL_INT(now));

	if (stmt_step(&q, err) < 1)
		return -1;
	claim_loss_deinit(ret);
	*ret = (struct claim_loss){.calendar = xstrdup(calendar),
		.all = (int)stmt_int(&q, 0),
		.all_told = (int)stmt_int(&q, 1),
		.gone = (int)stmt_int(&q, 2),
		.gone_told = (int)stmt_int(&q, 3),
		.gone_entries = (int)stmt_int(&q, 4)};
	return 0;
}

static int drop(struct db *db, int64_t meeting_id, int64_t now, struct err *err)
{
	int64_t others = 0;
	int found = db_find_int(db, err, &others,
		"SELECT 1 FROM claim\n"
		"WHERE meeting_id = ? AND state <> 'gone' AND rank < ?",
		SQL_INT(meeting_id), SQL_INT(CLAIM_RANK_RETIRED));

	if (found < 0)
		return -1;
	if (found)
		return 0;
	return db_run(db, err,
		"UPDATE meeting\n"
		"SET state = 'cancelled', reason = 'meeting-gone', changed_at = ?\n"
		"WHERE id = ? AND state <> 'cancelled'",
		SQL_INT(now), SQL_INT(meeting_id));
}

int claim_drop(struct db *db, const char *calendar, int64_t now, struct err *err)
{
	ids_auto ids = IDS_NONE;
	stmt_auto q = stmt_open(db,
		"SELECT DISTINCT c.meeting_id\n"
		"FROM claim AS c\n"
		"JOIN source AS s ON s.id = c.source_id\n"
		"WHERE c.state = 'gone' AND s.calendar = ?",
		SQL_TEXT(calendar));

	if (ids_collect(&ids, &q, err) < 0)
		return -1;
	stmt_close(&q);
	for (size_t i = 0; i < ids.count; i++)
		if (drop(db, ids.list[i], now, err) < 0)
			return -1;
	if (db_run(db, err,
		    "DELETE FROM claim\n"
		    "WHERE state = 'gone'\n"
		    "  AND source_id IN (SELECT id FROM source WHERE calendar = ?)",
		    SQL_TEXT(calendar)) < 0)
		return -1;
	return (int)ids.count;
}

int claim_keep(struct db *db, const char *calendar, struct err *err)
{
	if (db_run(db, err,
		    "UPDATE claim SET state = 'kept'\n"
		    "WHERE state = 'gone'\n"
		    "  AND source_id IN (SELECT id FROM source WHERE calendar = ?)",
		    SQL_TEXT(calendar)) < 0)
		return -1;
	return (int)db_changes(db);
}

json_t *claim_sources(struct db *db, int64_t meeting_id, struct err *err)
{
	json_auto_t *list = json_array();
	int r;
	stmt_auto q = stmt_open(db,
		"SELECT s.calendar, s.path, s.id = m.source_id, c.state\n"
		"FROM claim AS c\n"
		"JOIN source AS s ON s.id = c.source_id\n"
		"JOIN meeting AS m ON m.id = c.meeting_id\n"
		"WHERE c.meeting_id = ?\n"
		"ORDER BY s.id = m.source_id DESC, c.rank, s.calendar, s.path",
		SQL_INT(meeting_id));

	while ((r = stmt_step(&q, err)) == 1)
		json_array_append_new(list,
			json_pack("{s:s, s:s, s:b, s:s}", "calendar", stmt_text(&q, 0),
				"path", stmt_text(&q, 1), "counts",
				(int)stmt_int(&q, 2), "state", stmt_text(&q, 3)));
	return r < 0 ? NULL : TAKE(list);
}

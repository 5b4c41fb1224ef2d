#include "store/answer.h"

#include <string.h>

#include "base/json.h"
#include "store/stmt.h"

/* How an answer stands to the one before it. */
enum order { ORDER_NEWER, ORDER_SAME, ORDER_OLDER };

/*
 * RFC 5546 2.1.5: SEQUENCE first, then DTSTAMP; where one of them has no DTSTAMP, or it
 * is the very second, what came later counts.
 */
static enum order compare(const struct answer *a, const struct stmt *last)
{
	int sequence = (int)stmt_int(last, 0);
	int64_t dtstamp = stmt_int(last, 1);
	const char *comment = stmt_text(last, 3);

	if (a->sequence != sequence)
		return a->sequence > sequence ? ORDER_NEWER : ORDER_OLDER;
	if (a->dtstamp && dtstamp && a->dtstamp != dtstamp)
		return a->dtstamp > dtstamp ? ORDER_NEWER : ORDER_OLDER;
	if (a->dtstamp == dtstamp && strcmp(a->partstat, stmt_text(last, 2)) == 0 &&
		strcmp(a->comment ? a->comment : "", comment ? comment : "") == 0)
		return ORDER_SAME;
	return ORDER_NEWER;
}

/*
 * An answer that was reset still tells how old its repetition is, and an answer to a
 * time or place that no longer holds is stale whoever sends it.
 */
static int judge(struct db *db, const struct answer *a, enum answer_outcome *ret,
	struct err *err)
{
	int64_t told = 0;

	*ret = ANSWER_APPLIED;
	if (db_find_int(db, err, &told, "SELECT sequence FROM meeting WHERE id = ?",
		    SQL_INT(a->meeting_id)) < 0)
		return -1;
	if (a->sequence < told) {
		*ret = ANSWER_STALE;
		return 0;
	}
	stmt_auto q = stmt_open(db,
		"SELECT sequence, dtstamp, partstat, comment, is_current FROM answer\n"
		"WHERE meeting_id = ? AND attendee = ? AND outcome = 'applied'\n"
		"ORDER BY id DESC\n"
		"LIMIT 1",
		SQL_INT(a->meeting_id), SQL_TEXT(a->attendee));
	int r = stmt_step(&q, err);
	if (r <= 0)
		return r;
	enum order order = compare(a, &q);
	if (order == ORDER_OLDER || (order == ORDER_SAME && !stmt_int(&q, 4)))
		*ret = ANSWER_STALE;
	else if (order == ORDER_SAME)
		*ret = ANSWER_SAME;
	return 0;
}

static const char *outcome_name(enum answer_outcome outcome)
{
	switch (outcome) {
	case ANSWER_APPLIED:
		return "applied";
	case ANSWER_SAME:
		return "same";
	case ANSWER_STALE:
		return "stale";
	}
	return NULL;
}

static int replace_current(struct db *db, const struct answer *a, struct err *err)
{
	return db_run(db, err,
		"UPDATE answer\n"
		"SET is_current = 0\n"
		"WHERE meeting_id = ? AND attendee = ? AND is_current = 1",
		SQL_INT(a->meeting_id), SQL_TEXT(a->attendee));
}

int answer_put(struct db *db, const struct answer *a, int64_t now,
	enum answer_outcome *ret_outcome, struct err *err)
{
	tx_auto tx = TX_NONE;

	if (tx_begin(&tx, db, err) < 0 || judge(db, a, ret_outcome, err) < 0)
		return -1;
	bool counts = *ret_outcome == ANSWER_APPLIED;
	if (counts && replace_current(db, a, err) < 0)
		return -1;
	if (db_run(db, err,
		    "INSERT INTO answer (meeting_id, attendee, partstat, sequence, "
		    "dtstamp,\n"
		    "  comment, incoming_id, invited, at, outcome, is_current)\n"
		    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		    SQL_INT(a->meeting_id), SQL_TEXT(a->attendee),
		    SQL_TEXT(a->partstat), SQL_INT(a->sequence), SQL_INT(a->dtstamp),
		    SQL_TEXT(a->comment), SQL_ID(a->incoming_id), SQL_INT(a->invited),
		    SQL_INT(now), SQL_TEXT(outcome_name(*ret_outcome)),
		    SQL_INT(counts)) < 0)
		return -1;
	return tx_commit(&tx, err);
}

int answer_reset(struct db *db, int64_t meeting_id, int64_t now, struct err *err)
{
	(void)now;
	return db_run(db, err,
		"UPDATE answer\n"
		"SET is_current = 0\n"
		"WHERE meeting_id = ? AND is_current = 1",
		SQL_INT(meeting_id));
}

json_t *answer_list(struct db *db, int64_t meeting_id, struct err *err)
{
	json_auto_t *list = json_array();
	int r;
	stmt_auto q = stmt_open(db,
		"SELECT a.attendee, a.partstat, a.sequence, a.at, a.comment, "
		"a.invited,\n"
		"  b.partstat, b.at\n"
		"FROM answer AS a\n"
		"LEFT JOIN answer AS b ON a.invited = 0 AND b.id = (\n"
		"  SELECT max(id) FROM answer\n"
		"  WHERE meeting_id = a.meeting_id AND attendee = a.attendee\n"
		"    AND invited = 1 AND outcome = 'applied' AND id < a.id)\n"
		"WHERE a.meeting_id = ? AND a.is_current = 1\n"
		"ORDER BY a.attendee",
		SQL_INT(meeting_id));

	while ((r = stmt_step(&q, err)) == 1) {
		json_t *row = json_object();
		json_put_str(row, "attendee", stmt_text(&q, 0));
		json_put_str(row, "partstat", stmt_text(&q, 1));
		json_put_int(row, "sequence", stmt_int(&q, 2));
		json_put_int(row, "at", stmt_int(&q, 3));
		json_put_str(row, "comment", stmt_text(&q, 4));
		json_object_set_new(row, "invited", json_boolean(stmt_int(&q, 5)));
		json_put_str(row, "earlier", stmt_text(&q, 6));
		if (stmt_text(&q, 6))
			json_put_int(row, "earlier_at", stmt_int(&q, 7));
		json_array_append_new(list, row);
	}
	return r < 0 ? NULL : TAKE(list);
}

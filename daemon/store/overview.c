#include "store/overview.h"

#include "base/json.h"
#include "store/stmt.h"

static void put_id(json_t *row, const char *key, const struct stmt *q, int column)
{
	if (stmt_text(q, column))
		json_put_int(row, key, stmt_int(q, column));
}

static void put_text(json_t *row, const char *key, const struct stmt *q, int column)
{
	json_put_str(row, key, stmt_text(q, column));
}

json_t *overview_waiting(struct db *db, int64_t now, struct err *err)
{
	static const char *const keys[] = {"incoming", "incoming_since", "held",
		"requests", "requests_since", "deliveries", "deliveries_since"};
	stmt_auto q = stmt_open(db,
		"SELECT i.n, i.since, h.n, r.n, r.since, d.n, d.since\n"
		"FROM (SELECT count(*) AS n, min(stored_at) AS since FROM incoming\n"
		"  WHERE decided_at IS NULL) AS i,\n"
		"(SELECT count(*) AS n FROM held WHERE state = 'waiting') AS h,\n"
		"(SELECT count(*) AS n, min(due_at) AS since FROM mailbox_request\n"
		"  WHERE state = 'open' AND due_at <= ?1) AS r,\n"
		"(SELECT count(*) AS n, min(due_at) AS since FROM delivery\n"
		"  WHERE state IN ('due', 'deferred') AND due_at <= ?1) AS d",
		SQL_INT(now));
	int r = stmt_step(&q, err);

	if (r < 0)
		return NULL;
	json_t *row = json_object();
	for (int i = 0; i < (int)(sizeof(keys) / sizeof(*keys)); i++)
		put_id(row, keys[i], &q, i);
	return row;
}

json_t *overview_set_aside(struct db *db, int64_t since, struct err *err)
{
	json_auto_t *list = json_array();
	int r;
	stmt_auto q = stmt_open(db,
		"SELECT printf('%04d-%06d', register_year, register_number), state,\n"
		"  reason, from_address, subject, arrived_at\n"
		"FROM incoming\n"
		"WHERE state IN ('broken', 'too-large') AND arrived_at >= ?\n"
		"ORDER BY register_year, register_number",
		SQL_INT(since));

	while ((r = stmt_step(&q, err)) == 1) {
		json_t *row = json_object();
		put_text(row, "register", &q, 0);
		put_text(row, "state", &q, 1);
		put_text(row, "reason", &q, 2);
		put_text(row, "from", &q, 3);
		put_text(row, "subject", &q, 4);
		put_id(row, "arrived_at", &q, 5);
		json_array_append_new(list, row);
	}
	return r < 0 ? NULL : TAKE(list);
}

static json_t *delivery_rows(struct stmt *q, struct err *err)
{
	json_auto_t *list = json_array();
	int r;

	while ((r = stmt_step(q, err)) == 1) {
		json_t *row = json_object();
		put_id(row, "id", q, 0);
		put_text(row, "letter", q, 1);
		put_text(row, "meeting", q, 2);
		put_text(row, "name", q, 3);
		put_text(row, "address", q, 4);
		put_text(row, "committee_name", q, 5);
		put_text(row, "state", q, 6);
		put_text(row, "reply", q, 7);
		put_id(row, "at", q, 8);
		json_array_append_new(list, row);
	}
	return r < 0 ? NULL : TAKE(list);
}

json_t *overview_unserved(struct db *db, int64_t limit, struct err *err)
{
	/* What tells of a meeting is one sequence of versions, whatever each is called.
	 */
	stmt_auto q = stmt_open(db,
		"SELECT d.id, l.kind, m.code, d.name, d.address, c.name,\n"
		"  iif(d.rests, 'resting', d.state),\n"
		"  iif(d.rests, 'the address rests', d.reply), d.changed_at\n"
		"FROM delivery AS d\n"
		"JOIN letter AS l ON l.id = d.letter_id\n"
		"LEFT JOIN meeting AS m ON m.id = l.meeting_id\n"
		"LEFT JOIN committee AS c ON c.id = d.committee\n"
		"WHERE d.state IN ('failed', 'bounced')\n"
		"  AND NOT EXISTS (SELECT 1 FROM delivery AS d2\n"
		"    JOIN letter AS l2 ON l2.id = d2.letter_id\n"
		"    WHERE d2.address = d.address AND l2.meeting_id = l.meeting_id\n"
		"      AND l2.version > l.version\n"
		"      AND d2.state IN ('sent', 'delivered', 'answered')\n"
		"      AND (l2.kind = l.kind\n"
		"        OR (l2.kind IN ('invitation', 'update', 'cancellation')\n"
		"          AND l.kind IN ('invitation', 'update', 'cancellation'))))\n"
		"ORDER BY d.changed_at DESC, d.id DESC\n"
		"LIMIT ?",
		SQL_INT(limit));

	return delivery_rows(&q, err);
}

json_t *overview_late(struct db *db, int64_t before, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT d.id, l.kind, m.code, d.name, d.address, c.name, d.state,\n"
		"  d.reply, d.first_try_at\n"
		"FROM delivery AS d\n"
		"JOIN letter AS l ON l.id = d.letter_id\n"
		"LEFT JOIN meeting AS m ON m.id = l.meeting_id\n"
		"LEFT JOIN committee AS c ON c.id = d.committee\n"
		"WHERE d.state IN ('due', 'deferred', 'unknown') AND d.first_try_at < "
		"?\n"
		"ORDER BY d.first_try_at, d.id",
		SQL_INT(before));

	return delivery_rows(&q, err);
}

json_t *overview_trouble(struct db *db, struct err *err)
{
	json_auto_t *list = json_array();
	int r;
	stmt_auto q =
		stmt_open(db, "SELECT who, what, words, since, seen_at FROM trouble\n"
			      "ORDER BY since, who, what");

	while ((r = stmt_step(&q, err)) == 1) {
		json_t *row = json_object();
		put_text(row, "who", &q, 0);
		put_text(row, "what", &q, 1);
		put_text(row, "why", &q, 2);
		put_id(row, "at", &q, 3);
		put_id(row, "last_met_at", &q, 4);
		json_array_append_new(list, row);
	}
	return r < 0 ? NULL : TAKE(list);
}

static int put_names(struct stmt *q, json_t *names, struct err *err)
{
	int r;

	while ((r = stmt_step(q, err)) == 1)
		json_put_str(names, stmt_text(q, 0), stmt_text(q, 1));
	return r;
}

json_t *overview_names(struct db *db, struct err *err)
{
	json_auto_t *councils = json_object();
	json_auto_t *committees = json_object();
	stmt_auto a = stmt_open(db, "SELECT id, name FROM council");
	json_auto_t *sources = json_object();
	stmt_auto b = stmt_open(db, "SELECT id, name FROM committee");
	stmt_auto c = stmt_open(db, "SELECT id, calendar FROM source");

	if (put_names(&a, councils, err) < 0 || put_names(&b, committees, err) < 0 ||
		put_names(&c, sources, err) < 0)
		return NULL;
	return json_pack("{s:O, s:O, s:O}", "councils", councils, "committees",
		committees, "sources", sources);
}

#include "store/rest.h"

#include "base/json.h"
#include "store/delivery-move.h"
#include "store/delivery-private.h"
#include "store/journal.h"
#include "store/stmt.h"

#define DAY_S 86400

static json_t *candidate_of(const struct stmt *q)
{
	json_t *row = json_object();

	json_put_str(row, "address", stmt_text(q, 0));
	json_put_str(row, "name", stmt_text(q, 1));
	json_put_int(row, "failures", stmt_int(q, 2));
	json_put_int(row, "first_at", stmt_int(q, 3));
	json_put_int(row, "last_at", stmt_int(q, 4));
	json_put_str(row, "reply", stmt_text(q, 5));
	return row;
}

json_t *rest_candidates(struct db *db, int failures, int days, struct err *err)
{
	json_auto_t *list = json_array();
	int r;
	/* max(f.at) alone as an aggregate with bare columns: name and reply are the
	 * newest failure's; min is asked for by itself. */
	stmt_auto q = stmt_open(db,
		"WITH counted AS (\n"
		"  SELECT f.address, f.name, f.reply, f.at FROM address_failure AS f\n"
		"  LEFT JOIN address_rest AS r ON r.address = f.address\n"
		"  WHERE f.at > coalesce(r.decided_at, 0) AND r.rests_since IS NULL\n"
		"    AND NOT EXISTS (SELECT 1 FROM delivery AS d\n"
		"      WHERE d.address = f.address AND d.changed_at >= f.at\n"
		"        AND d.state IN ('delivered', 'answered')))\n"
		"SELECT c.address, c.name, count(DISTINCT date(c.at, 'unixepoch',\n"
		"    'localtime')),\n"
		"  (SELECT min(at) FROM counted WHERE address = c.address),\n"
		"  max(c.at), c.reply\n"
		"FROM counted AS c\n"
		"GROUP BY c.address\n"
		"HAVING count(DISTINCT date(c.at, 'unixepoch', 'localtime')) >= ?1\n"
		"  AND max(c.at) - (SELECT min(at) FROM counted\n"
		"    WHERE address = c.address) >= ?2\n"
		"ORDER BY c.address",
		SQL_INT(failures), SQL_INT((int64_t)days * DAY_S));

	while ((r = stmt_step(&q, err)) == 1)
		json_array_append_new(list, candidate_of(&q));
	return r < 0 ? NULL : TAKE(list);
}

static int note(struct db *db, const char *address, const char *what, const char *why,
	int64_t now, struct err *err)
{
	const struct journal_entry entry = {
		.who = "office", .what = what, .why = why, .detail = address};

	return journal_add(db, &entry, now, err);
}

/* Each of these deliveries into that state. Count or -1. */
static int move_all(struct db *db, struct stmt *q, enum delivery_state state,
	int64_t now, struct err *err)
{
	ids_auto ids = IDS_NONE;
	int moved = 0;

	if (ids_collect(&ids, q, err) < 0)
		return -1;
	stmt_close(q);
	for (size_t i = 0; i < ids.count; i++) {
		int r = delivery_move(db, ids.list[i], state, NULL, now, err);
		if (r < 0)
			return -1;
		moved += r;
	}
	return moved;
}

int rest_begin(struct db *db, const char *address, int64_t now, struct err *err)
{
	tx_auto tx = TX_NONE;

	if (tx_begin(&tx, db, err) < 0 ||
		db_run(db, err,
			"INSERT INTO address_rest (address, person, rests_since,\n"
			"  decided_at)\n"
			"VALUES (?1, (SELECT person FROM person_address\n"
			"    WHERE address = ?1 ORDER BY person LIMIT 1), ?2, ?2)\n"
			"ON CONFLICT (address) DO UPDATE\n"
			"SET person = excluded.person, rests_since = ?2,\n"
			"  decided_at = ?2",
			SQL_TEXT(address), SQL_INT(now)) < 0 ||
		note(db, address, "rest", "rest-begun", now, err) < 0)
		return -1;
	stmt_auto q = stmt_open(db,
		"SELECT id FROM delivery\n"
		"WHERE address = ? AND state IN ('due', 'deferred')\n"
		"ORDER BY id",
		SQL_TEXT(address));
	int count = move_all(db, &q, DELIVERY_RESTING, now, err);
	return count < 0 || tx_commit(&tx, err) < 0 ? -1 : count;
}

int rest_refuse(struct db *db, const char *address, int64_t now, struct err *err)
{
	return db_run(db, err,
		"INSERT INTO address_rest (address, decided_at) VALUES (?1, ?2)\n"
		"ON CONFLICT (address) DO UPDATE SET decided_at = ?2",
		SQL_TEXT(address), SQL_INT(now));
}

int rest_is(struct db *db, const char *address, struct err *err)
{
	int64_t since = 0;

	return db_find_int(db, err, &since,
		"SELECT rests_since FROM address_rest\n"
		"WHERE address = ? AND rests_since IS NOT NULL",
		SQL_TEXT(address));
}

/* The newest word on each meeting that is to come. */
static int wake_letters(
	struct db *db, const char *address, int64_t now, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT max(d.id) FROM delivery AS d\n"
		"JOIN letter AS l ON l.id = d.letter_id\n"
		"JOIN meeting AS m ON m.id = l.meeting_id\n"
		"WHERE d.address = ? AND d.rests = 1 AND m.starts_at > ?\n"
		"  AND m.state = 'planned' AND l.kind IN ('invitation', 'update')\n"
		"GROUP BY l.meeting_id",
		SQL_TEXT(address), SQL_INT(now));

	return move_all(db, &q, DELIVERY_DUE, now, err);
}

int rest_end(struct db *db, const char *address, const char *why, int64_t now,
	struct err *err)
{
	tx_auto tx = TX_NONE;

	if (tx_begin(&tx, db, err) < 0)
		return -1;
	if (db_run(db, err,
		    "UPDATE address_rest SET rests_since = NULL, decided_at = ?2\n"
		    "WHERE address = ?1 AND rests_since IS NOT NULL",
		    SQL_TEXT(address), SQL_INT(now)) < 0)
		return -1;
	if (db_changes(db) == 0)
		return 0;
	if (note(db, address, "rest-over", why, now, err) < 0 ||
		wake_letters(db, address, now, err) < 0 || tx_commit(&tx, err) < 0)
		return -1;
	return 1;
}

/* Of one that has left its person nothing is owed there any more. */
static int forget(struct db *db, const char *address, int64_t now, struct err *err)
{
	if (db_run(db, err, "DELETE FROM address_rest WHERE address = ?",
		    SQL_TEXT(address)) < 0)
		return -1;
	return note(db, address, "rest-over", "rest-address-left", now, err);
}

int rest_end_changed(struct db *db, int64_t now, struct err *err)
{
	tx_auto tx = TX_NONE;
	json_auto_t *gone = json_array();
	size_t i;
	json_t *address;
	int r;

	if (tx_begin(&tx, db, err) < 0)
		return -1;
	stmt_auto q = stmt_open(db,
		"SELECT address FROM address_rest AS r\n"
		"WHERE rests_since IS NOT NULL AND person IS NOT NULL\n"
		"  AND NOT EXISTS (SELECT 1 FROM person_address AS a\n"
		"    WHERE a.address = r.address AND a.person = r.person)");
	while ((r = stmt_step(&q, err)) == 1)
		json_array_append_new(gone, json_string(stmt_text(&q, 0)));
	if (r < 0)
		return -1;
	stmt_close(&q);
	json_array_foreach (gone, i, address)
		if (forget(db, json_string_value(address), now, err) < 0)
			return -1;
	return tx_commit(&tx, err) < 0 ? -1 : (int)json_array_size(gone);
}

json_t *rest_list(struct db *db, struct err *err)
{
	json_auto_t *list = json_array();
	int r;
	stmt_auto q = stmt_open(db, "SELECT r.address, p.name, r.rests_since,\n"
				    "  (SELECT count(*) FROM delivery AS d\n"
				    "    WHERE d.address = r.address AND d.rests = 1)\n"
				    "FROM address_rest AS r\n"
				    "LEFT JOIN person AS p ON p.id = r.person\n"
				    "WHERE r.rests_since IS NOT NULL\n"
				    "ORDER BY coalesce(p.name, r.address)");

	while ((r = stmt_step(&q, err)) == 1) {
		json_t *row = json_object();
		json_put_str(row, "address", stmt_text(&q, 0));
		json_put_str(row, "name", stmt_text(&q, 1));
		json_put_int(row, "since", stmt_int(&q, 2));
		json_put_int(row, "letters", stmt_int(&q, 3));
		json_array_append_new(list, row);
	}
	return r < 0 ? NULL : TAKE(list);
}

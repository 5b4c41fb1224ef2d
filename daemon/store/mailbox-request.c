#include "store/mailbox-request.h"

#include <assert.h>
#include <string.h>

#include "store/stmt.h"

static const char *const kind_names[] = {
	[MAILBOX_MOVE] = "move",
	[MAILBOX_APPEND] = "append",
	[MAILBOX_SEARCH] = "search",
};
#define KIND_COUNT (sizeof(kind_names) / sizeof(*kind_names))

static enum mailbox_request_kind kind_of(const char *name)
{
	size_t i = 0;

	while (i < KIND_COUNT && strcmp(kind_names[i], name) != 0)
		i++;
	assert(i < KIND_COUNT);
	return (enum mailbox_request_kind)i;
}

void mailbox_request_deinit(struct mailbox_request *r)
{
	free(r->folder);
	*r = MAILBOX_REQUEST_EMPTY;
}

/* Only a search that was answered is asked anew; everything else was asked once. */
int mailbox_request_add(struct db *db, enum mailbox_request_kind kind,
	int64_t incoming_id, int64_t delivery_id, const char *folder, int64_t now,
	struct err *err)
{
	return db_run(db, err,
		"INSERT INTO mailbox_request (kind, incoming_id, delivery_id, folder, "
		"state,\n"
		"  due_at, asked, asked_at)\n"
		"VALUES (?1, ?2, ?3, ?4, 'open', ?5,\n"
		"  (SELECT coalesce(max(asked), 0) + 1 FROM mailbox_request\n"
		"    WHERE kind = 'search' AND delivery_id = ?3), ?5)\n"
		"ON CONFLICT (coalesce(delivery_id, 0), coalesce(incoming_id, 0), "
		"kind,\n"
		"  folder)\n"
		"DO UPDATE SET state = 'open', due_at = excluded.due_at, tries = 0,\n"
		"  asked = excluded.asked, asked_at = excluded.asked_at, done_at = "
		"NULL,\n"
		"  found = NULL\n"
		"WHERE kind = 'search' AND state = 'done'",
		SQL_TEXT(kind_names[kind]), SQL_ID(incoming_id), SQL_ID(delivery_id),
		SQL_TEXT(folder ? folder : ""), SQL_INT(now));
}

static int find_open(struct db *db, int64_t now, int64_t *ret_id, struct err *err)
{
	return db_find_int(db, err, ret_id,
		"SELECT id FROM mailbox_request INDEXED BY mailbox_request_open\n"
		"WHERE state = 'open' AND due_at <= ?\n"
		"ORDER BY due_at, id\n"
		"LIMIT 1",
		SQL_INT(now));
}

/* Those that go with the next one: where that is no untried move, none. */
static int find_moves(
	struct db *db, int64_t now, int max, struct ids *ret, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT r.id FROM mailbox_request AS r INDEXED BY "
		"mailbox_request_open\n"
		"JOIN (SELECT folder FROM mailbox_request\n"
		"    INDEXED BY mailbox_request_open\n"
		"  WHERE state = 'open' AND due_at <= ?1\n"
		"  ORDER BY due_at, id\n"
		"  LIMIT 1) AS first ON r.folder = first.folder\n"
		"WHERE r.state = 'open' AND r.due_at <= ?1 AND r.kind = 'move'\n"
		"  AND r.tries = 0\n"
		"ORDER BY r.due_at, r.id\n"
		"LIMIT ?2",
		SQL_INT(now), SQL_INT(max));

	return ids_collect(ret, &q, err);
}

static int load(struct db *db, int64_t id, struct mailbox_request *ret, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT id, kind, incoming_id, delivery_id, folder, tries\n"
		"FROM mailbox_request\n"
		"WHERE id = ?",
		SQL_INT(id));
	int r = stmt_step(&q, err);

	if (r != 1)
		return r;
	mailbox_request_deinit(ret);
	*ret = (struct mailbox_request){
		.id = stmt_int(&q, 0),
		.kind = kind_of(stmt_text(&q, 1)),
		.incoming_id = stmt_int(&q, 2),
		.delivery_id = stmt_int(&q, 3),
		.folder = stmt_copy(&q, 4),
		.tries = (int)stmt_int(&q, 5),
	};
	return 1;
}

/* Loaded before it is counted: tries are those begun before. */
static int load_and_count(
	struct db *db, int64_t id, struct mailbox_request *ret, struct err *err)
{
	if (load(db, id, ret, err) < 0)
		return -1;
	return db_run(db, err,
		"UPDATE mailbox_request SET tries = tries + 1 WHERE id = ?",
		SQL_INT(id));
}

static void free_all(struct mailbox_request *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		mailbox_request_deinit(&list[i]);
}

static int load_all(struct db *db, const struct ids *ids, struct mailbox_request *ret,
	struct err *err)
{
	for (size_t i = 0; i < ids->count; i++) {
		ret[i] = MAILBOX_REQUEST_EMPTY;
		if (load_and_count(db, ids->list[i], &ret[i], err) < 0) {
			free_all(ret, i + 1);
			return -1;
		}
	}
	return 0;
}

int mailbox_request_claim_moves(struct db *db, int64_t now, int max,
	struct mailbox_request *ret, struct err *err)
{
	tx_auto tx = TX_NONE;
	ids_auto ids = IDS_NONE;
	int64_t first = 0;
	int found = find_open(db, now, &first, err);

	if (found < 1)
		return found;
	if (tx_begin(&tx, db, err) < 0 || find_moves(db, now, max, &ids, err) < 0)
		return -1;
	if (ids.count < 2 || ids.list[0] != first)
		return 0;
	if (load_all(db, &ids, ret, err) < 0)
		return -1;
	if (tx_commit(&tx, err) == 0)
		return (int)ids.count;
	free_all(ret, ids.count);
	return -1;
}

int mailbox_request_claim(
	struct db *db, int64_t now, struct mailbox_request *ret, struct err *err)
{
	tx_auto tx = TX_NONE;
	int64_t id = 0;

	if (tx_begin(&tx, db, err) < 0)
		return -1;
	int found = find_open(db, now, &id, err);
	if (found != 1)
		return found;
	if (load_and_count(db, id, ret, err) < 0 || tx_commit(&tx, err) < 0)
		return -1;
	return 1;
}

int mailbox_request_done(
	struct db *db, int64_t id, bool found, int64_t now, struct err *err)
{
	return db_run(db, err,
		"UPDATE mailbox_request\n"
		"SET state = 'done', done_at = ?1, why = NULL,\n"
		"  found = CASE kind WHEN 'search' THEN ?2 END\n"
		"WHERE id = ?3",
		SQL_INT(now), SQL_INT(found), SQL_INT(id));
}

int mailbox_request_defer(
	struct db *db, int64_t id, int64_t due_at, const char *why, struct err *err)
{
	return db_run(db, err,
		"UPDATE mailbox_request\n"
		"SET due_at = ?, why = ?\n"
		"WHERE id = ? AND state = 'open'",
		SQL_INT(due_at), SQL_TEXT(why), SQL_INT(id));
}

int mailbox_request_clock_went_back(struct db *db, int64_t now, struct err *err)
{
	return db_run(db, err,
		"UPDATE mailbox_request\n"
		"SET due_at = min(due_at, ?1), asked_at = min(asked_at, ?1)\n"
		"WHERE state = 'open' AND (asked_at > ?1 OR due_at > ?1 + ?2)",
		SQL_INT(now), SQL_INT(MAILBOX_REQUEST_LONGEST_PAUSE));
}

int mailbox_search_result(struct db *db, int64_t delivery_id, struct err *err)
{
	int64_t found = 2;

	if (db_find_int(db, err, &found,
		    "SELECT coalesce(found, 2) FROM mailbox_request\n"
		    "WHERE kind = 'search' AND delivery_id = ?\n"
		    "ORDER BY asked DESC, id DESC\n"
		    "LIMIT 1",
		    SQL_INT(delivery_id)) < 0)
		return -1;
	return (int)found;
}

int mailbox_request_next_due_at(struct db *db, int64_t *ret_at, struct err *err)
{
	*ret_at = 0;
	return db_find_int(db, err, ret_at,
		       "SELECT coalesce(min(due_at), 0) FROM mailbox_request\n"
		       "WHERE state = 'open'") < 0
		       ? -1
		       : 0;
}

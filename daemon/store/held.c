#include "store/held.h"

#include <assert.h>
#include <string.h>

#include "base/json.h"
#include "store/stmt.h"

static const char *const state_names[] = {
	[HELD_WAITING] = "waiting",
	[HELD_RELEASED] = "released",
	[HELD_REFUSED] = "refused",
	[HELD_ACTED] = "acted",
};
#define STATE_COUNT (sizeof(state_names) / sizeof(*state_names))

static enum held_state state_of(const char *name)
{
	size_t i = 0;

	while (i < STATE_COUNT && strcmp(state_names[i], name) != 0)
		i++;
	assert(i < STATE_COUNT);
	return (enum held_state)i;
}

void held_deinit(struct held *h)
{
	free(h->key);
	free(h->title);
	json_decref(h->data);
	free(h->act);
	free(h->reason);
	free(h->decided_by);
	free(h->result);
	*h = HELD_EMPTY;
}

static int find(struct db *db, const struct held *h, int64_t *ret_id, struct err *err)
{
	if (h->incoming_id)
		return db_find_int(db, err, ret_id,
			"SELECT id FROM held WHERE incoming_id = ? AND act = ?",
			SQL_INT(h->incoming_id), SQL_TEXT(h->act));
	return db_find_int(db, err, ret_id,
		"SELECT id FROM held WHERE key = ? AND act = ? AND state <> 'acted'",
		SQL_TEXT(h->key), SQL_TEXT(h->act));
}

int held_add(struct db *db, const struct held *h, int64_t now, int64_t *ret_id,
	struct err *err)
{
	str_auto *data = h->data ? json_text(h->data) : NULL;
	tx_auto tx = TX_NONE;

	assert((h->incoming_id != 0) != (h->key != NULL));
	if (tx_begin(&tx, db, err) < 0)
		return -1;
	int r = find(db, h, ret_id, err);
	if (r)
		return r < 0 ? -1 : 0;
	if (db_run(db, err,
		    "INSERT INTO held (incoming_id, key, title, data, meeting_id, "
		    "act,\n"
		    "  reason, state, held_at)\n"
		    "VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting', ?)",
		    SQL_ID(h->incoming_id), SQL_TEXT(h->key), SQL_TEXT(h->title),
		    SQL_TEXT(data), SQL_ID(h->meeting_id), SQL_TEXT(h->act),
		    SQL_TEXT(h->reason), SQL_INT(now)) < 0)
		return -1;
	*ret_id = db_last_id(db);
	return tx_commit(&tx, err) < 0 ? -1 : 1;
}

static json_t *data_of(const char *text)
{
	return text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
}

static int load(struct db *db, int64_t id, struct held *ret, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT id, coalesce(incoming_id, 0), key, title, data,\n"
		"  coalesce(meeting_id, 0), act, reason, state,\n"
		"  coalesce(decision, 'waiting'), held_at, coalesce(decided_at, 0),\n"
		"  decided_by, result\n"
		"FROM held\n"
		"WHERE id = ?",
		SQL_INT(id));
	int r = stmt_step(&q, err);

	if (r != 1)
		return r;
	held_deinit(ret);
	*ret = (struct held){
		.id = stmt_int(&q, 0),
		.incoming_id = stmt_int(&q, 1),
		.key = stmt_copy(&q, 2),
		.title = stmt_copy(&q, 3),
		.data = data_of(stmt_text(&q, 4)),
		.meeting_id = stmt_int(&q, 5),
		.act = stmt_copy(&q, 6),
		.reason = stmt_copy(&q, 7),
		.state = state_of(stmt_text(&q, 8)),
		.decision = state_of(stmt_text(&q, 9)),
		.held_at = stmt_int(&q, 10),
		.decided_at = stmt_int(&q, 11),
		.decided_by = stmt_copy(&q, 12),
		.result = stmt_copy(&q, 13),
	};
	return 1;
}

int held_find_key(struct db *db, const char *act, const char *key, struct held *ret,
	struct err *err)
{
	const struct held wanted = {.act = (char *)act, .key = (char *)key};
	int64_t id = 0;
	int r = find(db, &wanted, &id, err);

	return r == 1 ? load(db, id, ret, err) : r;
}

int held_get(struct db *db, int64_t id, struct held *ret, struct err *err)
{
	int r = load(db, id, ret, err);

	if (r == 0)
		return err_set(err, ERR_PERM, "nothing is held as %lld", (long long)id);
	return r;
}

int held_decide(struct db *db, int64_t id, enum held_state state, const char *by,
	int64_t meeting_id, int64_t now, struct err *err)
{
	assert(state == HELD_RELEASED || state == HELD_REFUSED);
	if (db_run(db, err,
		    "UPDATE held\n"
		    "SET state = ?1, decision = ?1, decided_by = ?2,\n"
		    "  meeting_id = coalesce(?3, meeting_id), decided_at = ?4\n"
		    "WHERE id = ?5 AND state = 'waiting'",
		    SQL_TEXT(state_names[state]), SQL_TEXT(by), SQL_ID(meeting_id),
		    SQL_INT(now), SQL_INT(id)) < 0)
		return -1;
	return db_changes(db) > 0;
}

int held_next_decided(struct db *db, struct held *ret, struct err *err)
{
	int64_t id = 0;
	int r = db_find_int(db, err, &id,
		"SELECT id FROM held\n"
		"WHERE state IN ('released', 'refused') AND state <> 'acted'\n"
		"ORDER BY id\n"
		"LIMIT 1");

	return r == 1 ? load(db, id, ret, err) : r;
}

int held_set_acted(
	struct db *db, int64_t id, const char *result, int64_t now, struct err *err)
{
	return db_run(db, err,
		"UPDATE held\n"
		"SET state = 'acted', result = ?, acted_at = ?\n"
		"WHERE id = ? AND state IN ('released', 'refused')",
		SQL_TEXT(result), SQL_INT(now), SQL_INT(id));
}

int held_withdraw(
	struct db *db, int64_t id, const char *result, int64_t now, struct err *err)
{
	return db_run(db, err,
		"UPDATE held\n"
		"SET state = 'acted', result = ?, acted_at = ?\n"
		"WHERE id = ? AND state = 'waiting'",
		SQL_TEXT(result), SQL_INT(now), SQL_INT(id));
}

int held_withdraw_begun(struct db *db, const char *act, const char *begin,
	const char *except, const char *result, int64_t now, struct err *err)
{
	return db_run(db, err,
		"UPDATE held\n"
		"SET state = 'acted', result = ?1, acted_at = ?2\n"
		"WHERE state = 'waiting' AND act = ?3\n"
		"  AND substr(key, 1, length(?4)) = ?4 AND key <> ?5",
		SQL_TEXT(result), SQL_INT(now), SQL_TEXT(act), SQL_TEXT(begin),
		SQL_TEXT(except));
}

int held_last_decision(struct db *db, const char *act, const char *key,
	enum held_state *ret, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT coalesce(decision, 'waiting') FROM held\n"
		"WHERE act = ? AND key = ? AND (state <> 'acted' OR decision IS NOT "
		"NULL)\n"
		"ORDER BY id DESC\n"
		"LIMIT 1",
		SQL_TEXT(act), SQL_TEXT(key));
	int r = stmt_step(&q, err);

	if (r == 1)
		*ret = state_of(stmt_text(&q, 0));
	return r;
}

int held_reopen(struct db *db, int64_t id, const char *reason, struct err *err)
{
	return db_run(db, err,
		"UPDATE held\n"
		"SET state = 'waiting', reason = ?\n"
		"WHERE id = ? AND state = 'released'",
		SQL_TEXT(reason), SQL_INT(id));
}

json_t *held_list(struct db *db, struct err *err)
{
	static const char *const keys[] = {
		"register", "key", "from", "subject", "meeting", "act", "reason"};
	json_auto_t *list = json_array();
	int r;
	stmt_auto q = stmt_open(db, "SELECT h.id,\n"
				    "  CASE WHEN i.id IS NOT NULL\n"
				    "    THEN printf('%04d-%06d', i.register_year, "
				    "i.register_number) END,\n"
				    "  h.key, i.from_address, coalesce(h.title, "
				    "i.subject), m.code, h.act,\n"
				    "  h.reason, h.held_at\n"
				    "FROM held AS h\n"
				    "LEFT JOIN incoming AS i ON i.id = h.incoming_id\n"
				    "LEFT JOIN meeting AS m ON m.id = h.meeting_id\n"
				    "WHERE h.state = 'waiting' AND h.state <> 'acted'\n"
				    "ORDER BY h.held_at, h.id");

	while ((r = stmt_step(&q, err)) == 1) {
		json_t *row = json_object();
		json_put_int(row, "id", stmt_int(&q, 0));
		for (int i = 0; i < (int)(sizeof(keys) / sizeof(*keys)); i++)
			json_put_str(row, keys[i], stmt_text(&q, i + 1));
		json_put_int(row, "held_at", stmt_int(&q, 8));
		json_array_append_new(list, row);
	}
	return r < 0 ? NULL : TAKE(list);
}

json_t *held_ids_by_reason(struct db *db, const char *reason, struct err *err)
{
	json_auto_t *list = json_array();
	int r;
	stmt_auto q = stmt_open(db,
		"SELECT id FROM held\n"
		"WHERE state = 'waiting' AND state <> 'acted' AND reason = ?\n"
		"  AND incoming_id IS NOT NULL\n"
		"ORDER BY id",
		SQL_TEXT(reason));

	while ((r = stmt_step(&q, err)) == 1)
		json_array_append_new(list, json_integer(stmt_int(&q, 0)));
	return r < 0 ? NULL : TAKE(list);
}

json_t *held_of_sender(struct db *db, const char *act, int64_t meeting_id,
	const char *address, struct err *err)
{
	json_auto_t *list = json_array();
	int r;
	stmt_auto q = stmt_open(db,
		"SELECT h.id, h.incoming_id, h.reason FROM held AS h\n"
		"JOIN incoming AS i ON i.id = h.incoming_id\n"
		"WHERE h.state = 'waiting' AND h.state <> 'acted' AND h.act = ?\n"
		"  AND h.meeting_id = ? AND i.from_address = ?\n"
		"ORDER BY h.id",
		SQL_TEXT(act), SQL_INT(meeting_id), SQL_TEXT(address));

	while ((r = stmt_step(&q, err)) == 1) {
		json_t *row = json_object();
		json_put_int(row, "id", stmt_int(&q, 0));
		json_put_int(row, "incoming_id", stmt_int(&q, 1));
		json_put_str(row, "reason", stmt_text(&q, 2));
		json_array_append_new(list, row);
	}
	return r < 0 ? NULL : TAKE(list);
}

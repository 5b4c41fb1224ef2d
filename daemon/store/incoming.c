#include "store/incoming.h"

#include <assert.h>
#include <string.h>

#include "base/json.h"
#include "store/stmt.h"

static const char *const state_names[] = {
	[INCOMING_NEW] = "new",
	[INCOMING_DONE] = "done",
	[INCOMING_HELD] = "held",
	[INCOMING_BROKEN] = "broken",
	[INCOMING_TOO_LARGE] = "too-large",
};
#define STATE_COUNT (sizeof(state_names) / sizeof(*state_names))

const char *incoming_state_name(enum incoming_state state)
{
	assert((size_t)state < STATE_COUNT);
	return state_names[state];
}

static enum incoming_state state_of(const char *name)
{
	size_t i = 0;

	while (i < STATE_COUNT && strcmp(state_names[i], name) != 0)
		i++;
	assert(i < STATE_COUNT);
	return (enum incoming_state)i;
}

void incoming_deinit(struct incoming *in)
{
	free(in->register_number);
	free(in->account);
	free(in->folder);
	free(in->sha256);
	free(in->message_id);
	free(in->from_address);
	free(in->subject);
	free(in->class);
	free(in->outcome);
	free(in->reason);
	*in = INCOMING_EMPTY;
}

static struct incoming row_of(const struct stmt *q)
{
	return (struct incoming){
		.id = stmt_int(q, 0),
		.register_number = stmt_copy(q, 1),
		.state = state_of(stmt_text(q, 2)),
		.tries = (int)stmt_int(q, 3),
		.account = stmt_copy(q, 4),
		.folder = stmt_copy(q, 5),
		.uidvalidity = (uint32_t)stmt_int(q, 6),
		.uid = (uint32_t)stmt_int(q, 7),
		.arrived_at = stmt_int(q, 8),
		.size = stmt_int(q, 9),
		.sha256 = stmt_copy(q, 10),
		.message_id = stmt_copy(q, 11),
		.from_address = stmt_copy(q, 12),
		.subject = stmt_copy(q, 13),
		.class = stmt_copy(q, 14),
		.outcome = stmt_copy(q, 15),
		.reason = stmt_copy(q, 16),
	};
}

/* 1 found, 0 none, -1. */
static int load(struct db *db, int64_t id, struct incoming *ret, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT id, printf('%04d-%06d', register_year, register_number), "
		"state,\n"
		"  tries, account, folder, uidvalidity, uid, arrived_at, size, "
		"sha256,\n"
		"  message_id, from_address, subject, class, outcome, reason\n"
		"FROM incoming\n"
		"WHERE id = ?",
		SQL_INT(id));
	int r = stmt_step(&q, err);

	if (r == 1) {
		incoming_deinit(ret);
		*ret = row_of(&q);
	}
	return r;
}

int incoming_get(struct db *db, int64_t id, struct incoming *ret, struct err *err)
{
	int r = load(db, id, ret, err);

	if (r == 0)
		return err_set(err, ERR_PERM, "no incoming mail %lld", (long long)id);
	return r;
}

int incoming_next(struct db *db, struct incoming *ret, struct err *err)
{
	int64_t id = 0;
	int r = db_find_int(db, err, &id,
		"SELECT id FROM incoming INDEXED BY incoming_undecided\n"
		"WHERE decided_at IS NULL\n"
		"ORDER BY is_machine, id\n"
		"LIMIT 1");

	return r == 1 ? load(db, id, ret, err) : r;
}

int incoming_next_many(
	struct db *db, int64_t size_max, int64_t *ret_ids, int max, struct err *err)
{
	int64_t sum = 0;
	int count = 0;
	int r;
	stmt_auto q = stmt_open(db,
		"SELECT id, size, state = 'new' AND tries = 0\n"
		"FROM incoming INDEXED BY incoming_undecided\n"
		"WHERE decided_at IS NULL\n"
		"ORDER BY is_machine, id\n"
		"LIMIT ?",
		SQL_INT(max));

	while ((r = stmt_step(&q, err)) == 1) {
		sum += stmt_int(&q, 1);
		if (sum > size_max || !stmt_int(&q, 2))
			return count;
		ret_ids[count++] = stmt_int(&q, 0);
	}
	return r < 0 ? -1 : count;
}

/* "2026-000123": four digits, a hyphen, digits. */
static bool parse_register(const char *key, int64_t *ret_year, int64_t *ret_number)
{
	if (strspn(key, "0123456789") != 4 || key[4] != '-')
		return false;
	str_auto *year = xstrndup(key, 4);
	*ret_year = key_as_id(year);
	*ret_number = key_as_id(key + 5);
	return *ret_number > 0;
}

static int find_id(struct db *db, const char *key, int64_t *ret_id, struct err *err)
{
	int64_t year = 0;
	int64_t number = 0;

	if (parse_register(key, &year, &number))
		return db_find_int(db, err, ret_id,
			"SELECT id FROM incoming\n"
			"WHERE register_year = ? AND register_number = ?",
			SQL_INT(year), SQL_INT(number));
	*ret_id = key_as_id(key);
	if (*ret_id)
		return 1;
	str_auto *message_id = key_as_message_id(key);
	return db_find_int(db, err, ret_id,
		"SELECT id FROM incoming\n"
		"WHERE message_id = ?\n"
		"ORDER BY id\n"
		"LIMIT 1",
		SQL_TEXT(message_id));
}

int incoming_find(struct db *db, const char *key, struct incoming *ret, struct err *err)
{
	int64_t id = 0;
	int r = find_id(db, key, &id, err);

	return r == 1 ? load(db, id, ret, err) : r;
}

int incoming_count_try(struct db *db, int64_t id, int *ret_tries, struct err *err)
{
	int64_t tries = 0;
	int r = db_find_int(db, err, &tries,
		"UPDATE incoming\n"
		"SET tries = tries + 1\n"
		"WHERE id = ?\n"
		"RETURNING tries",
		SQL_INT(id));

	if (r == 0)
		return err_set(err, ERR_PERM, "no incoming mail %lld", (long long)id);
	*ret_tries = (int)tries;
	return r < 0 ? -1 : 0;
}

int incoming_decide(struct db *db, int64_t id, const struct incoming_decision *d,
	int64_t now, struct err *err)
{
	str_auto *detail = d->detail ? json_text(d->detail) : NULL;

	if (db_run(db, err,
		    "UPDATE incoming\n"
		    "SET state = ?, decided_at = ?, verified = ?,\n"
		    "  meeting_id = coalesce(?, meeting_id),\n"
		    "  message_id = coalesce(?, message_id),\n"
		    "  in_reply_to = coalesce(?, in_reply_to),\n"
		    "  from_address = coalesce(?, from_address),\n"
		    "  from_name = coalesce(?, from_name),\n"
		    "  subject = coalesce(?, subject),\n"
		    "  class = coalesce(?, class),\n"
		    "  outcome = coalesce(?, outcome),\n"
		    "  reason = coalesce(?, reason),\n"
		    "  detail = coalesce(?, detail)\n"
		    "WHERE id = ?",
		    SQL_TEXT(incoming_state_name(d->state)),
		    d->state == INCOMING_NEW ? SQL_ID(0) : SQL_INT(now),
		    SQL_INT(d->verified), SQL_ID(d->meeting_id),
		    SQL_TEXT(d->message_id), SQL_TEXT(d->in_reply_to),
		    SQL_TEXT(d->from_address), SQL_TEXT(d->from_name),
		    SQL_TEXT(d->subject), SQL_TEXT(d->class), SQL_TEXT(d->outcome),
		    SQL_TEXT(d->reason), SQL_TEXT(detail), SQL_INT(id)) < 0)
		return -1;
	if (db_changes(db) == 0)
		return err_set(err, ERR_PERM, "no incoming mail %lld", (long long)id);
	return 0;
}

/* What waits for a yes came from the reading that is undone. */
int incoming_rerun(struct db *db, int64_t id, struct err *err)
{
	tx_auto tx = TX_NONE;

	if (tx_begin(&tx, db, err) < 0)
		return -1;
	if (db_run(db, err,
		    "UPDATE incoming\n"
		    "SET state = 'new', tries = 0, decided_at = NULL\n"
		    "WHERE id = ?\n"
		    "  AND (state IN ('broken', 'held')\n"
		    "    OR (state = 'done' AND class = 'unknown'))\n"
		    "  AND NOT EXISTS (SELECT 1 FROM removal WHERE incoming_id = "
		    "incoming.id)",
		    SQL_INT(id)) < 0)
		return -1;
	if (db_changes(db) == 0)
		return 0;
	if (db_run(db, err,
		    "DELETE FROM held\n"
		    "WHERE incoming_id = ? AND state = 'waiting'",
		    SQL_INT(id)) < 0)
		return -1;
	return tx_commit(&tx, err) < 0 ? -1 : 1;
}

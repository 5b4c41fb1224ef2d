#include "office/twins.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "store/claim.h"
#include "store/twin.h"

#define ACT "twin"
#define KEY_BEGIN ACT ":"

static void set_state(struct meeting *m, enum meeting_state state, const char *reason)
{
	m->state = state;
	free(m->reason);
	m->reason = xstrdup(reason);
}

int twins_check(struct office *o, const struct calendar_entry *e, struct meeting *m,
	int64_t known, int64_t now, int64_t *ret_same, struct err *err)
{
	const struct twin_search search = {
		.source_uid = m->source_uid,
		.recurrence_id = m->recurrence_id,
		.meeting_id = known,
		.calendar = e->calendar->name,
		.council = m->council,
		.kind = m->kind,
		.starts_at = m->starts_at,
	};
	enum twin_word word;
	int64_t other = 0;

	*ret_same = 0;
	if (m->state != MEETING_PLANNED || m->starts_at < now)
		return 0;
	if (twin_find(o->db, &search, &word, &other, err) < 0)
		return -1;
	switch (word) {
	case TWIN_NONE:
	case TWIN_DIFFERENT:
		return 0;
	case TWIN_SAME:
		*ret_same = other;
		set_state(m, MEETING_CANCELLED, "meeting-same");
		return 0;
	case TWIN_WAITING:
		break;
	}
	set_state(m, MEETING_UNPLACED, "meeting-twin");
	return twin_note(o->db, m->source_uid, other, now, err);
}

/* ---- the question ---- */

static const char *calendar_of(const json_t *sources)
{
	return json_str_or(json_array_get(sources, 0), "calendar", "?");
}

static json_t *fact(const char *name, const char *value)
{
	return json_pack(
		"{s:{s:[s, s]}, s:s}", "label", "$name", "fact", name, "value", value);
}

static int ask(struct office *o, const json_t *pair, int64_t now, struct err *err)
{
	int64_t first = json_int_or(pair, "other_id", 0);
	int64_t second = json_int_or(pair, "meeting_id", 0);
	str_auto *key =
		xasprintf(KEY_BEGIN "%lld", (long long)json_int_or(pair, "id", 0));
	str_auto *dates = xasprintf("%lld", (long long)json_int_or(pair, "dates", 0));
	meeting_auto m = MEETING_EMPTY;
	json_auto_t *first_from = claim_sources(o->db, first, err);
	json_auto_t *second_from = claim_sources(o->db, second, err);

	if (!first_from || !second_from || meeting_get(o->db, second, &m, err) < 0)
		return -1;
	const struct held matter = {.key = key,
		.title = m.title,
		.meeting_id = first,
		.act = ACT,
		.reason = "meeting-twin"};
	json_auto_t *facts =
		json_pack("[o, o, o, o]", fact("twin-first", calendar_of(first_from)),
			fact("twin-second", calendar_of(second_from)),
			fact("twin-where", m.location ? m.location : ""),
			fact("twin-dates", dates));
	return held_ask(o, &matter, facts, now, err);
}

static bool is_waiting(const json_t *pairs, int64_t id)
{
	size_t i;
	json_t *pair;

	json_array_foreach (pairs, i, pair)
		if (json_int_or(pair, "id", 0) == id)
			return true;
	return false;
}

static int64_t pair_of(const char *key)
{
	return strncmp(key, KEY_BEGIN, strlen(KEY_BEGIN)) == 0
		       ? strtoll(key + strlen(KEY_BEGIN), NULL, 10)
		       : 0;
}

/* What has settled itself: one of them has gone or was moved. */
static int withdraw(struct office *o, const json_t *pairs, int64_t now, struct err *err)
{
	json_auto_t *held = held_list(o->db, err);
	size_t i;
	json_t *one;

	if (!held)
		return -1;
	json_array_foreach (held, i, one)
		if (strcmp(json_str_or(one, "act", ""), ACT) == 0 &&
			!is_waiting(pairs, pair_of(json_str_or(one, "key", ""))) &&
			held_withdraw(o->db, json_int_or(one, "id", 0), "twin-settled",
				now, err) < 0)
			return -1;
	return 0;
}

static int work(struct office *o, int64_t now, struct err *err)
{
	json_auto_t *pairs = twin_waiting(o->db, err);
	int count = 0;
	size_t i;
	json_t *pair;

	if (!pairs || withdraw(o, pairs, now, err) < 0)
		return -1;
	json_array_foreach (pairs, i, pair) {
		int is_new = ask(o, pair, now, err);
		if (is_new < 0)
			return -1;
		count += is_new;
	}
	return count;
}

int twins_work(struct office *o, int64_t now, struct err *err)
{
	if (db_begin(o->db, err) < 0)
		return -1;
	int count = work(o, now, err);
	if (count >= 0 && db_commit(o->db, err) == 0)
		return count;
	db_rollback(o->db);
	return -1;
}

/* ---- the answer ---- */

static int decide(
	struct office *o, const struct held *h, enum twin_word word, struct err *err)
{
	int64_t id = pair_of(h->key);

	if (twin_decide(o->db, id, word, err) < 0)
		return -1;
	return twin_renew(o->db, id, err);
}

int twins_yes(struct office *o, const struct held *h, const struct incoming *in,
	int64_t now, struct held_result *ret, struct err *err)
{
	(void)in;
	(void)now;
	ret->reason = "meeting-same";
	return decide(o, h, TWIN_SAME, err);
}

int twins_no(struct office *o, const struct held *h, const struct incoming *in,
	int64_t now, struct held_result *ret, struct err *err)
{
	(void)in;
	(void)now;
	ret->reason = "twin-different";
	return decide(o, h, TWIN_DIFFERENT, err);
}

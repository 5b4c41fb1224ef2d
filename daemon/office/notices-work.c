/* What the coordinator is told at the end of a turn: failures, lateness, meetings
 * without a place. */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "mail/address.h"
#include "office/notices.h"
#include "office/post.h"
#include "store/journal.h"
#include "store/letter.h"
#include "store/meeting.h"

/* While deliveries still go out more may fail: one mail a quarter of an hour, or when
 * it is quiet. */
#define GATHER_SECONDS 900

struct gathered {
	struct office *o;
	json_t *rows; /* failures as the template has them */
	json_t *ids;
	int64_t meeting_id; /* the one they are all about, else 0 */
	bool is_late;
	const char *words; /* of a server that takes nothing from anybody; NULL */
	int64_t now;
};

static json_t *failure_row(const struct gathered *g, const struct delivery *d)
{
	json_t *row = json_pack("{s:s, s:{s:[s, s]}, s:s, s:b}", "address", d->address,
		"what", "$name", "letter", d->kind, "reason",
		d->reply   ? d->reply
		: g->words ? g->words
			   : "",
		"trying", g->is_late);

	json_put_str(row, "name", d->name);
	json_put_str(row, "committee", d->committee);
	if (d->first_try_at)
		json_object_set_new(row, "since",
			json_pack("{s:I}", "$moment", (json_int_t)d->first_try_at));
	return row;
}

static int gather(const struct delivery *d, void *context)
{
	struct gathered *g = context;
	const char *coordinator = g->o->config->settings.coordinator_address;

	if (json_array_size(g->ids) == 0)
		g->meeting_id = d->meeting_id;
	else if (g->meeting_id != d->meeting_id)
		g->meeting_id = 0;
	json_array_append_new(g->ids, json_integer(d->id));
	/* A notice that cannot reach the coordinator is not announced by another. */
	if (!address_is_same(d->address, coordinator))
		json_array_append_new(g->rows, failure_row(g, d));
	return 0;
}

static int mark(struct gathered *g, struct err *err)
{
	size_t i;
	json_t *id;

	json_array_foreach (g->ids, i, id) {
		int status = g->is_late ? delivery_set_told_late(g->o->db,
						  json_integer_value(id), g->now, err)
					: delivery_set_told(g->o->db,
						  json_integer_value(id), g->now, err);
		if (status < 0)
			return -1;
	}
	return 0;
}

static int post_failures(struct gathered *g, struct err *err)
{
	meeting_auto m = MEETING_EMPTY;
	json_auto_t *roles = json_array();
	json_auto_t *extra = json_pack("{s:O}", "failures", g->rows);
	str_auto *about = xasprintf("%s:%lld", g->is_late ? "late" : "failed",
		(long long)json_integer_value(json_array_get(g->ids, 0)));

	if (json_array_size(g->rows) == 0)
		return 0;
	int found = g->meeting_id ? meeting_get(g->o->db, g->meeting_id, &m, err) : 0;
	if (found < 0)
		return -1;
	const struct post post = {
		.order = {.kind = "failure-notice",
			.meeting = found ? &m : NULL,
			.roles = roles,
			.extra = extra,
			.auto_submitted = "auto-generated"},
		.about = about,
		.reason = g->is_late ? "server-deferred" : "server-refused",
		.priority = POST_TODAY,
	};
	return post_to_coordinator(g->o, &post, g->now, err);
}

static int tell_gathered(struct gathered *g, struct err *err)
{
	if (json_array_size(g->ids) == 0)
		return 0;
	if (db_begin(g->o->db, err) < 0)
		return -1;
	if (mark(g, err) < 0 || post_failures(g, err) < 0 ||
		db_commit(g->o->db, err) < 0) {
		db_rollback(g->o->db);
		return -1;
	}
	return 1;
}

static int failed_work(struct office *o, int64_t now, struct err *err)
{
	json_auto_t *rows = json_array();
	json_auto_t *ids = json_array();
	struct gathered g = {.o = o, .rows = rows, .ids = ids, .now = now};

	if (delivery_each_untold(o->db, gather, &g, err) < 0)
		return -1;
	return tell_gathered(&g, err);
}

/* Late by tries of their own, or, where the server has taken nothing for as long,
 * waiting untried. */
static int late_work(struct office *o, int64_t now, struct err *err)
{
	int64_t before =
		now - (int64_t)o->config->settings.smtp.tell_after_hours * 3600;
	json_auto_t *rows = json_array();
	json_auto_t *ids = json_array();
	trouble_row_auto trouble = TROUBLE_ROW_EMPTY;
	int found = trouble_find(o->db, "dispatch", "smtp", &trouble, err);
	bool is_away = found == 1 && trouble.since <= before;
	struct gathered g = {.o = o,
		.rows = rows,
		.ids = ids,
		.is_late = true,
		.words = is_away ? trouble.words : NULL,
		.now = now};

	if (found < 0 || delivery_each_late(o->db, before, is_away ? before + 1 : 0,
				 gather, &g, err) < 0)
		return -1;
	return tell_gathered(&g, err);
}

/* True while more results are about to come in. */
static int is_still_sending(struct office *o, int64_t now, struct err *err)
{
	int64_t next = 0;
	int64_t oldest = 0;

	if (delivery_next_due_at(o->db, &next, err) < 0 ||
		delivery_oldest_untold_at(o->db, &oldest, err) < 0)
		return -1;
	return next && next <= now && oldest && oldest > now - GATHER_SECONDS;
}

/* ---- meetings that no rule could place ---- */

struct unplaced {
	struct office *o;
	json_t *entries;
	int64_t now;
	struct err *err;
};

static int gather_unplaced(const struct meeting *m, void *context)
{
	struct unplaced *u = context;
	str_auto *key = xasprintf(
		"unplaced:%lld:%s", (long long)m->id, m->reason ? m->reason : "");

	json_array_append_new(
		u->entries, json_pack("{s:s, s:s, s:{s:I}, s:{s:[s, s]}}", "key", key,
				    "title", m->title ? m->title : "", "when",
				    "$moment", (json_int_t)m->starts_at, "reason",
				    "$name", "reason", m->reason ? m->reason : ""));
	return 0;
}

/* Leaves in entries those not told before. */
static int drop_told(struct unplaced *u)
{
	for (size_t i = json_array_size(u->entries); i-- > 0;) {
		const json_t *entry = json_array_get(u->entries, i);
		int first = told_once(u->o->db, json_str(entry, "key"), u->now, u->err);
		if (first < 0)
			return -1;
		if (!first)
			json_array_remove(u->entries, i);
	}
	return 0;
}

static int post_unplaced(struct unplaced *u)
{
	if (drop_told(u) < 0)
		return -1;
	if (json_array_size(u->entries) == 0)
		return 0;
	const char *first = json_str(json_array_get(u->entries, 0), "key");
	const struct settings *s = &u->o->config->settings;
	json_auto_t *extra = json_pack("{s:{s:s, s:O}}", "calendar", "source",
		s->calendar_count == 1 ? s->calendars[0].name : s->unit_name, "entries",
		u->entries);
	const struct post post = {
		.order = {.kind = "calendar-notice",
			.extra = extra,
			.auto_submitted = "auto-generated"},
		.about = first,
		.reason = "meeting-no-council",
		.priority = POST_TODAY,
	};
	return post_to_coordinator(u->o, &post, u->now, u->err) < 0 ? -1 : 1;
}

static int unplaced_work(struct office *o, int64_t now, struct err *err)
{
	json_auto_t *entries = json_array();
	struct unplaced u = {o, entries, now, err};
	int64_t to = clock_add_days(now, o->config->settings.horizon_days);

	if (meeting_each_unplaced(o->db, now, to, gather_unplaced, &u, err) < 0)
		return -1;
	if (json_array_size(entries) == 0)
		return 0;
	if (db_begin(o->db, err) < 0)
		return -1;
	int told = post_unplaced(&u);
	if (told < 0 || db_commit(o->db, err) < 0) {
		db_rollback(o->db);
		return -1;
	}
	return told;
}

int notices_work(struct office *o, int64_t now, struct err *err)
{
	int unplaced = unplaced_work(o, now, err);
	int sending = is_still_sending(o, now, err);

	if (unplaced < 0 || sending < 0)
		return -1;
	if (sending)
		return unplaced;
	int failed = failed_work(o, now, err);
	int late = failed < 0 ? -1 : late_work(o, now, err);
	return late < 0 ? -1 : unplaced + failed + late;
}

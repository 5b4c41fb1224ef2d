#include "office/minutes-withdraw.h"

#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "duty/extra.h"
#include "office/command.h"
#include "office/post.h"
#include "store/journal.h"
#include "store/letter.h"
#include "store/meeting.h"
#include "store/minutes.h"

/* One withdrawal on the table. */
struct withdrawing {
	struct office *o;
	const struct minutes_withdrawal *what;
	const struct meeting *meeting;
	json_t *roles;
	json_t *extra;
	int standing; /* the version that counts now; 0: none */
	int64_t now;
	struct err *err;
};

/* ---- who got them ---- */

/* It went out, or may have: its server had begun to take it. */
static bool may_have_arrived(const struct delivery *d)
{
	switch (d->state) {
	case DELIVERY_SENDING:
	case DELIVERY_UNKNOWN:
	case DELIVERY_SENT:
	case DELIVERY_DELIVERED:
	case DELIVERY_ANSWERED:
		return true;
	case DELIVERY_DUE: /* after an unknown end it falls due once more */
		return d->first_try_at > 0;
	case DELIVERY_DEFERRED:
	case DELIVERY_FAILED:
	case DELIVERY_WITHDRAWN:
	case DELIVERY_BOUNCED:
	case DELIVERY_RESTING:
		return false;
	}
	return false;
}

static int post_notice(struct withdrawing *w, const struct recipient *to)
{
	const struct post post = {
		.order = {.kind = "minutes-withdrawn",
			.meeting = w->meeting,
			.roles = w->roles,
			.extra = w->extra,
			.auto_submitted = "auto-generated"},
		.version = w->what->version,
		.reason = "minutes-withdrawn",
		.priority = POST_TODAY,
	};

	return post_to(w->o, &post, to, w->now, w->err) < 0 ? -1 : 0;
}

static bool is_to_come(const struct delivery *d)
{
	return d->state == DELIVERY_DUE || d->state == DELIVERY_DEFERRED ||
	       d->state == DELIVERY_RESTING;
}

/* The version that stands now had been taken back for this one before it went out. */
static int send_standing(struct withdrawing *w, const struct delivery *d)
{
	if (d->version != w->standing || d->state != DELIVERY_WITHDRAWN)
		return 0;
	return delivery_move(w->o->db, d->id, DELIVERY_DUE, NULL, w->now, w->err) < 0
		       ? -1
		       : 0;
}

static int take_back(const struct delivery *d, void *context)
{
	struct withdrawing *w = context;
	const struct recipient to = {.person = d->person,
		.name = d->name,
		.address = d->address,
		.committee = d->committee};
	bool is_told = may_have_arrived(d);

	if (strcmp(d->kind, "minutes") != 0)
		return 0;
	if (d->version != w->what->version)
		return send_standing(w, d);
	if (is_to_come(d) && delivery_move(w->o->db, d->id, DELIVERY_WITHDRAWN, NULL,
				     w->now, w->err) < 0)
		return -1;
	return is_told ? post_notice(w, &to) : 0;
}

/* Who handed them in hears of it too. */
static int tell_sender(struct withdrawing *w)
{
	const struct recipient to = {.name = w->what->from_name && *w->what->from_name
						     ? w->what->from_name
						     : w->what->from_address,
		.address = w->what->from_address};

	return w->what->from_address ? post_notice(w, &to) : 0;
}

/* ---- the right ones ---- */

/* Asked of the secretary of a meeting that has none that stand. withdrawn_at: when
 * those withdrawn were taken for its own; 0. */
static int ask_for(struct withdrawing *w, int64_t meeting_id, int64_t withdrawn_at)
{
	meeting_auto m = MEETING_EMPTY;
	struct recipient to;
	struct office *o = w->o;

	if (meeting_get(o->db, meeting_id, &m, w->err) < 0)
		return -1;
	json_auto_t *standing = minutes_standing(o->db, meeting_id, w->err);
	json_auto_t *roles = meeting_roles(o->db, meeting_id, w->err);
	if (!standing || !roles)
		return -1;
	if (json_array_size(standing) > 0 || m.state != MEETING_PLANNED ||
		m.ends_at > w->now || !post_secretary(roles, &to))
		return 0;
	json_auto_t *extra = extra_minutes_request(&o->config->settings, &m);
	if (withdrawn_at)
		json_object_set_new(json_object_get(extra, "minutes"), "withdrawn",
			json_pack("{s:I}", "$date", (json_int_t)withdrawn_at));
	str_auto *about = xasprintf("again:%lld", (long long)w->what->id);
	const struct post post = {
		.order = {.kind = "minutes-request",
			.meeting = &m,
			.roles = roles,
			.extra = extra,
			.auto_submitted = "auto-generated"},
		.about = about,
		.reason = "minutes-wanted",
		.priority = POST_TODAY,
	};
	return post_to(o, &post, &to, w->now, w->err) < 0 ? -1 : 0;
}

/* ---- one ---- */

static const json_t *withdrawn_one(const json_t *all, int64_t id)
{
	size_t i;
	json_t *one;

	json_array_foreach ((json_t *)all, i, one)
		if (json_int_or(one, "id", 0) == id)
			return one;
	return NULL;
}

static json_t *extra_of(const struct minutes_withdrawal *w, const json_t *minutes,
	const json_t *standing)
{
	const json_t *last = json_array_get(standing, json_array_size(standing) - 1);
	json_t *files = json_array();
	size_t i;
	json_t *file;

	json_array_foreach (json_object_get(minutes, "files"), i, file)
		json_array_append_new(
			files, json_pack("{s:s, s:{s:I}}", "name",
				       json_str_or(file, "name", ""), "size", "$size",
				       (json_int_t)json_int_or(file, "size", 0)));
	json_t *data = json_pack("{s:i, s:o}", "version", w->version, "files", files);
	if (last)
		json_put_int(data, "standing", json_int_or(last, "version", 0));
	return json_pack("{s:o}", "withdrawn", data);
}

static int note(const struct withdrawing *w)
{
	str_auto *detail = xasprintf("version %d", w->what->version);
	const struct journal_entry entry = {.who = w->what->by,
		.what = "withdrawn",
		.why = "minutes-withdrawn",
		.detail = detail,
		.meeting_id = w->what->meeting_id};

	return journal_add(w->o->db, &entry, w->now, w->err);
}

static int withdraw(struct office *o, const struct minutes_withdrawal *what,
	int64_t now, struct err *err)
{
	meeting_auto m = MEETING_EMPTY;

	if (meeting_get(o->db, what->meeting_id, &m, err) < 0)
		return -1;
	json_auto_t *all = minutes_list(o->db, m.id, err);
	json_auto_t *standing = minutes_standing(o->db, m.id, err);
	json_auto_t *roles = meeting_roles(o->db, m.id, err);
	if (!all || !standing || !roles)
		return -1;
	const json_t *minutes = withdrawn_one(all, what->id);
	json_auto_t *extra = extra_of(what, minutes, standing);
	struct withdrawing w = {.o = o,
		.what = what,
		.meeting = &m,
		.roles = roles,
		.extra = extra,
		.standing = (int)json_int_or(
			json_object_get(extra, "withdrawn"), "standing", 0),
		.now = now,
		.err = err};
	if (delivery_each(o->db, m.id, take_back, &w, err) < 0 || tell_sender(&w) < 0 ||
		ask_for(&w, m.id, json_int_or(minutes, "at", 0)) < 0 ||
		(what->right_meeting_id && what->right_meeting_id != m.id &&
			ask_for(&w, what->right_meeting_id, 0) < 0) ||
		note(&w) < 0)
		return -1;
	return minutes_set_withdrawn(o->db, what->id, now, err);
}

int minutes_withdraw_work(struct office *o, int64_t now, struct err *err)
{
	int count = 0;

	for (;;) {
		minutes_withdrawal_auto what = MINUTES_WITHDRAWAL_NONE;
		int found = minutes_next_withdrawal(o->db, &what, err);
		if (found <= 0)
			return found < 0 ? -1 : count;
		if (db_begin(o->db, err) < 0)
			return -1;
		if (withdraw(o, &what, now, err) < 0 || db_commit(o->db, err) < 0) {
			db_rollback(o->db);
			return -1;
		}
		log_event(LOG_LEVEL_INFO, "minutes-withdrawn",
			"meeting=%lld version=%d", (long long)what.meeting_id,
			what.version);
		count++;
	}
}

/* ---- by mail ---- */

int command_withdraw(struct office *o, const json_t *said, int64_t now, json_t *lines,
	struct err *err)
{
	meeting_auto m = MEETING_EMPTY;
	int version = 0;
	int found = meeting_find(o->db, json_str_or(said, "argument", ""), &m, err);

	if (found > 0)
		found = minutes_ask_withdraw(o->db, m.id, 0, 0,
			o->config->settings.coordinator_address, now, &version, err);
	if (found < 0)
		return -1;
	json_array_append_new(
		lines, found ? command_line(said, "withdrawn",
				       json_pack("{s:s, s:i}", "meeting", m.code,
					       "version", version))
			     : command_line(said, "withdraw-none", NULL));
	return 0;
}

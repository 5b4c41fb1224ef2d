#include "office/duties.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "duty/extra.h"
#include "duty/plan.h"
#include "office/post.h"
#include "store/answer.h"
#include "store/letter.h"
#include "store/minutes.h"

/* ---- invitations, changes, cancellations ---- */

struct duty {
	struct office *o;
	struct meeting *m;
	json_t *roles;
	json_t *versions; /* who was told what: plan_told_versions */
	int version;
	unsigned int changes;
	const json_t *told; /* what was told before */
	int64_t now;
};

static int tell(const struct duty *d, const char *kind, const struct recipient *to,
	const char *reason, struct err *err)
{
	bool is_update = strcmp(kind, "update") == 0;
	bool is_cancel = strcmp(kind, "cancellation") == 0;
	json_auto_t *extra = is_update ? extra_update(d->m, d->told) : NULL;
	const struct post post = {
		.order = {.kind = kind,
			.meeting = d->m,
			.roles = d->roles,
			.extra = extra,
			.calendar = is_cancel ? COMPOSE_CANCEL : COMPOSE_REQUEST,
			.auto_submitted = "auto-generated"},
		.version = d->version,
		.reason = reason,
		.priority = is_update || is_cancel ? POST_TODAY : POST_NORMAL,
	};

	return post_to(d->o, &post, to, d->now, err);
}

/* Which letter this recipient lacks; NULL: none. */
static const char *lacking(const struct duty *d, const char *address)
{
	int64_t has = json_int_or(d->versions, address, -1);
	bool is_off = d->m->state == MEETING_CANCELLED;

	if (has < 0)
		return is_off ? NULL : "invitation";
	/* Later versions go out when they arise, to those who have an earlier one. */
	if (has >= d->version || d->changes == PLAN_SAME)
		return NULL;
	return is_off ? "cancellation" : "update";
}

static int tell_all(const struct duty *d, bool is_first, struct err *err)
{
	recipients_auto all = RECIPIENTS_NONE;
	int count = 0;

	if (plan_recipients(
		    d->o->db, &d->o->config->settings, d->m, d->now, &all, err) < 0)
		return -1;
	for (size_t i = 0; i < all.count; i++) {
		const char *kind = lacking(d, all.list[i].address);
		const char *reason = is_first ? "owed" : "owed-late-joiner";
		if (!kind)
			continue;
		if (d->changes != PLAN_SAME)
			reason = "meeting-changed";
		int sent = tell(d, kind, &all.list[i], reason, err);
		if (sent < 0)
			return -1;
		count += sent;
	}
	return count;
}

static int withdraw_unsent(const struct delivery *d, void *context)
{
	const struct duty *duty = context;

	if (d->version >= duty->version || strcmp(d->kind, "minutes") == 0 ||
		strcmp(d->kind, "minutes-request") == 0 ||
		(d->state != DELIVERY_DUE && d->state != DELIVERY_DEFERRED))
		return 0;
	return delivery_move(duty->o->db, d->id, DELIVERY_WITHDRAWN, NULL, duty->now,
		       NULL) < 0
		       ? -1
		       : 0;
}

static int set_told(struct duty *d, struct err *err)
{
	json_auto_t *told = plan_told(d->m, d->version);

	return meeting_set_told(d->o->db, d->m->id, d->m->sequence, told, d->now, err);
}

static int take_change(struct duty *d, struct err *err)
{
	bool is_significant = plan_change_is_significant(d->changes);

	d->version++;
	d->m->sequence += is_significant;
	if (delivery_each(d->o->db, d->m->id, withdraw_unsent, d, err) < 0)
		return -1;
	if (is_significant && answer_reset(d->o->db, d->m->id, d->now, err) < 0)
		return -1;
	return set_told(d, err);
}

static int settle(struct duty *d, struct err *err)
{
	bool is_first = !d->m->told;

	if (is_first && set_told(d, err) < 0)
		return -1;
	if (d->changes != PLAN_SAME && take_change(d, err) < 0)
		return -1;
	d->versions = plan_told_versions(d->o->db, d->m->id, err);
	if (!d->versions)
		return -1;
	int count = tell_all(d, is_first, err);
	json_decref(d->versions);
	return count < 0 ? -1 : count + is_first + (d->changes != PLAN_SAME);
}

static bool is_due(const struct office *o, const struct meeting *m, int64_t now)
{
	if (m->starts_at <= now || m->state == MEETING_UNPLACED)
		return false;
	if (m->told)
		return true;
	return m->state == MEETING_PLANNED &&
	       plan_invitation_at(&o->config->settings, m) <= now;
}

static int work_invitation(
	struct office *o, struct meeting *m, int64_t now, struct err *err)
{
	if (!is_due(o, m, now))
		return 0;
	json_auto_t *told = m->told ? json_loads(m->told, 0, NULL) : NULL;
	json_auto_t *roles = meeting_roles(o->db, m->id, err);
	if (!roles)
		return -1;
	struct duty d = {
		.o = o,
		.m = m,
		.roles = roles,
		.version = (int)json_int_or(told, "version", 0),
		.changes = told ? plan_changes(m, told) : PLAN_SAME,
		.told = told,
		.now = now,
	};
	return settle(&d, err);
}

/* ---- the request for the minutes ---- */

static const json_t *secretary_of(const json_t *roles)
{
	size_t i;
	json_t *role;

	json_array_foreach (roles, i, role)
		if (strcmp(json_str_or(role, "role", ""), "secretary") == 0 &&
			*json_str_or(role, "address", ""))
			return role;
	return NULL;
}

static int request_minutes(struct office *o, const struct meeting *m,
	const json_t *roles, int64_t now, struct err *err)
{
	const json_t *secretary = secretary_of(roles);

	if (!secretary)
		return 0;
	struct recipient to = {
		.name = (char *)json_str_or(secretary, "name", ""),
		.address = (char *)json_str(secretary, "address"),
		.language = (char *)o->config->settings.language,
	};
	json_auto_t *extra = extra_minutes_request(&o->config->settings, m);
	const struct post post = {
		.order = {.kind = "minutes-request",
			.meeting = m,
			.roles = roles,
			.extra = extra,
			.auto_submitted = "auto-generated"},
		.reason = "minutes-wanted",
		.priority = POST_NORMAL,
	};
	return post_to(o, &post, &to, now, err);
}

/* Only for meetings that we told of: a calendar taken over with its past asks nobody.
 */
static int work_minutes(
	struct office *o, const struct meeting *m, int64_t now, struct err *err)
{
	int64_t due_at = plan_minutes_due_at(&o->config->settings, m);

	if (m->state != MEETING_PLANNED || !m->told || m->ends_at > now || due_at < now)
		return 0;
	json_auto_t *minutes = minutes_list(o->db, m->id, err);
	json_auto_t *roles = meeting_roles(o->db, m->id, err);
	if (!minutes || !roles)
		return -1;
	return json_array_size(minutes) ? 0 : request_minutes(o, m, roles, now, err);
}

/* ---- all meetings ---- */

static int collect(const struct meeting *m, void *context)
{
	json_array_append_new(context, json_integer(m->id));
	return 0;
}

static int work_meeting(struct office *o, int64_t id, int64_t now, struct err *err)
{
	meeting_auto m = MEETING_EMPTY;

	if (db_begin(o->db, err) < 0)
		return -1;
	int count = meeting_get(o->db, id, &m, err);
	if (count > 0)
		count = m.starts_at > now ? work_invitation(o, &m, now, err)
					  : work_minutes(o, &m, now, err);
	if (count <= 0)
		db_rollback(o->db);
	else if (db_commit(o->db, err) < 0)
		return -1;
	return count;
}

static int64_t furthest(const struct office *o, int64_t now)
{
	return clock_add_days(now, o->config->settings.horizon_days);
}

int duties_work(struct office *o, int64_t now, struct err *err)
{
	json_auto_t *ids = json_array();
	int64_t from = clock_add_days(now, -o->config->settings.past_days);
	int done = 0;
	size_t i;
	json_t *id;

	if (meeting_each(o->db, from, furthest(o, now), collect, ids, err) < 0)
		return -1;
	json_array_foreach (ids, i, id) {
		int count = work_meeting(o, json_integer_value(id), now, err);
		if (count < 0 && err->kind != ERR_PERM)
			return -1;
		/* One meeting that cannot be told of does not stop the others. */
		if (count < 0)
			log_event(LOG_LEVEL_ERROR, "meeting-trouble",
				"meeting=%lld what=%s",
				(long long)json_integer_value(id), err->text);
		else
			done += count;
		worker_beat(o->ctx);
	}
	return done;
}

struct next {
	const struct office *o;
	int64_t now;
	int64_t at;
};

static void consider(struct next *n, int64_t at)
{
	if (at > n->now && (n->at == 0 || at < n->at))
		n->at = at;
}

static int consider_meeting(const struct meeting *m, void *context)
{
	struct next *n = context;

	if (m->state != MEETING_PLANNED)
		return 0;
	if (!m->told)
		consider(n, plan_invitation_at(&n->o->config->settings, m));
	consider(n, m->ends_at + 1);
	return 0;
}

int duties_next_at(struct office *o, int64_t now, int64_t *ret_at, struct err *err)
{
	struct next n = {o, now, 0};
	int64_t from = clock_add_days(now, -o->config->settings.past_days);
	struct tm tomorrow = clock_local(clock_add_days(now, 1));

	tomorrow.tm_hour = tomorrow.tm_min = tomorrow.tm_sec = 0;
	consider(&n, clock_from_local(tomorrow));
	if (meeting_each(o->db, from, furthest(o, now), consider_meeting, &n, err) < 0)
		return -1;
	*ret_at = n.at;
	return 0;
}

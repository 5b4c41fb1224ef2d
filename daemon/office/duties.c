#include "office/duties.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "duty/extra.h"
#include "duty/plan.h"
#include "office/invitations.h"
#include "office/post.h"
#include "store/minutes.h"

/* ---- the request for the minutes ---- */

static int request_minutes(struct office *o, const struct meeting *m,
	const json_t *roles, int64_t now, struct err *err)
{
	struct recipient to;

	if (!post_secretary(roles, &to))
		return 0;
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
		count = m.starts_at > now ? invitations_work(o, &m, now, err)
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
	consider(n, plan_reminder_at(&n->o->config->settings, m));
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

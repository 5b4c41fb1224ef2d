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
#include "store/linked.h"
#include "store/look.h"
#include "store/minutes.h"

/* ---- the request for the minutes ---- */

static int request_minutes(struct office *o, const struct meeting *m,
	const json_t *roles, const char *about, int64_t now, struct err *err)
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
		.about = about,
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
	json_auto_t *minutes = minutes_standing(o->db, m->id, err);
	json_auto_t *roles = meeting_roles(o->db, m->id, err);
	if (!minutes || !roles)
		return -1;
	return json_array_size(minutes) ? 0
					: request_minutes(o, m, roles, NULL, now, err);
}

int duties_request_again(struct office *o, int64_t meeting_id, int64_t now,
	char **ret_name, struct err *err)
{
	meeting_auto m = MEETING_EMPTY;
	struct recipient to;
	str_auto *day = clock_day(now);
	str_auto *about = xasprintf("again:%s", day);

	if (meeting_get(o->db, meeting_id, &m, err) < 0)
		return -1;
	json_auto_t *roles = meeting_roles(o->db, m.id, err);
	if (!roles)
		return -1;
	if (m.ends_at > now || !post_secretary(roles, &to))
		return 0;
	*ret_name = xstrdup(to.name && *to.name ? to.name : to.address);
	return request_minutes(o, &m, roles, about, now, err);
}

/* ---- one meeting ---- */

struct next {
	int64_t now;
	int64_t at;
};

static void consider(struct next *n, int64_t at)
{
	if (at > n->now && at < n->at)
		n->at = at;
}

/* Meetings from the one moment up to the other: neither further back nor further ahead
 * than the calendars are worked through. */
struct reach {
	int64_t now;
	int64_t from;
	int64_t to;
};

static struct reach reach_at(const struct settings *s, int64_t now)
{
	return (struct reach){now, clock_add_days(now, -s->past_days),
		clock_add_days(now, s->horizon_days)};
}

/* When time alone may make this meeting owe something: the rest is told by changes. */
static int64_t next_look(
	const struct office *o, const struct meeting *m, const struct reach *reach)
{
	const struct settings *s = &o->config->settings;
	struct next n = {reach->now, LOOK_NEVER};
	struct err ignored = ERR_INIT;
	int64_t at = 0;

	if (strstr(m->files, "\"link\"") &&
		linked_wait_until(o->db, m->id, plan_links_wait(s, o->ctx->once),
			reach->now, &at, &ignored) > 0)
		consider(&n, at);
	if (m->state == MEETING_PLANNED && !m->told)
		consider(&n, plan_invitation_at(s, m));
	if (m->state == MEETING_PLANNED)
		consider(&n, plan_reminder_at(s, m));
	if (m->starts_at >= reach->to)
		consider(&n, clock_add_days(m->starts_at, -s->horizon_days));
	consider(&n, m->starts_at);
	consider(&n, m->ends_at);
	return n.at;
}

static int work_one(
	struct office *o, struct meeting *m, const struct reach *reach, struct err *err)
{
	if (m->starts_at < reach->from || m->starts_at >= reach->to)
		return 0;
	return m->starts_at > reach->now ? invitations_work(o, m, reach->now, err)
					 : work_minutes(o, m, reach->now, err);
}

/* Where something was done it is looked at once more: the next may follow from it. */
static int work_meeting(
	struct office *o, int64_t id, const struct reach *reach, struct err *err)
{
	meeting_auto m = MEETING_EMPTY;

	if (meeting_get(o->db, id, &m, err) < 0)
		return -1;
	int count = work_one(o, &m, reach, err);
	if (count == 0 && look_set(o->db, id, next_look(o, &m, reach), err) < 0)
		return -1;
	return count;
}

/* ---- all that are due ---- */

/* A transaction for each meeting of which something is told, and for so many of which
 * nothing is: each costs the disk's time. */
#define LOOKS_TOGETHER 1000

/* From *i on. Count of what was done, or -1 with *i behind the one in trouble. */
static int work_some(struct office *o, const json_t *ids, size_t *i,
	const struct reach *reach, struct err *err)
{
	int done = 0;

	if (db_begin(o->db, err) < 0)
		return -1;
	for (int n = 0; n < LOOKS_TOGETHER && !done && *i < json_array_size(ids); n++) {
		int64_t id = json_integer_value(json_array_get(ids, (*i)++));
		done = work_meeting(o, id, reach, err);
	}
	if (done >= 0 && db_commit(o->db, err) == 0)
		return done;
	db_rollback(o->db);
	return -1;
}

static int begin_looks(struct office *o, int64_t now, struct err *err)
{
	str_auto *day = clock_day(now);
	str_auto *key = xasprintf("%s %s", day, o->config_key);

	return look_begin(o->db, key, err);
}

int duties_work(struct office *o, int64_t now, struct err *err)
{
	int done = 0;

	if (begin_looks(o, now, err) < 0)
		return -1;
	json_auto_t *ids = look_due(o->db, now, err);
	if (!ids)
		return -1;
	const struct reach reach = reach_at(&o->config->settings, now);
	for (size_t i = 0; i < json_array_size(ids);) {
		int count = work_some(o, ids, &i, &reach, err);
		if (count < 0 && (err->kind != ERR_PERM || !i))
			return -1;
		/* One meeting that cannot be told of does not stop the others. */
		if (count < 0)
			log_event(LOG_LEVEL_ERROR, "meeting-trouble",
				"meeting=%lld what=%s",
				(long long)json_integer_value(
					json_array_get(ids, i - 1)),
				err->text);
		else
			done += count;
		worker_beat(o->ctx);
	}
	return done;
}

int duties_next_at(struct office *o, int64_t now, int64_t *ret_at, struct err *err)
{
	struct tm tomorrow = clock_local(clock_add_days(now, 1));
	struct next n = {now, LOOK_NEVER};
	int64_t at = 0;

	tomorrow.tm_hour = tomorrow.tm_min = tomorrow.tm_sec = 0;
	consider(&n, clock_from_local(tomorrow));
	int found = look_next_at(o->db, now, &at, err);
	if (found < 0)
		return -1;
	if (found)
		consider(&n, at);
	*ret_at = n.at;
	return 0;
}

/*
 * Series with their overrides in their places (RFC 5545, 3.8.4.4), which libical's own
 * merge does not know.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "calendar/members.h"
#include "calendar/occurrences.h"

#define DAY 86400

/* The events of one UID. */
struct series {
	struct reading *r;
	struct event *master;	 /* NULL: only overrides are known */
	struct event *overrides; /* in order of the member they stand for */
	size_t count;
	bool has_future; /* one of them has RANGE=THISANDFUTURE */
	struct occurrences *found;
};

static bool is_in_window(const struct reading *r, int64_t starts, int64_t ends)
{
	return starts < r->window->to &&
	       (ends > r->window->from || starts >= r->window->from);
}

static char *words_of(const struct series *s, const struct zone *zone, int64_t at)
{
	return s->r->window->in_words ? moment_format(zone, at) : NULL;
}

static void add(struct series *s, const struct event *e, const char *recurrence_id,
	const struct moment *start, int64_t ends_at)
{
	struct occurrences *found = s->found;

	if (!is_in_window(s->r, start->at, ends_at))
		return;
	if (found->count == found->size) {
		found->size = found->size ? found->size * 2 : 16;
		found->list = xrealloc(found->list, found->size * sizeof(*found->list));
	}
	found->list[found->count++] = (struct occurrence){
		.component = e->content,
		.cancelled = e->cancelled,
		.uid = e->uid,
		.recurrence_id = xstrdup(recurrence_id),
		.starts = start->at,
		.ends = ends_at,
		.starts_at = words_of(s, start->zone, start->at),
		.ends_at = words_of(s, start->zone, ends_at),
		.all_day = start->is_date,
	};
}

static bool is_full(const struct series *s)
{
	return s->r->steps <= 0 ||
	       s->found->count > (size_t)s->r->limits->occurrences_max;
}

/* The last override with THISANDFUTURE at or before the member, or NULL. */
static const struct event *find_future(const struct series *s, int64_t at)
{
	const struct event *found = NULL;

	for (size_t i = 0; s->has_future && i < s->count; i++) {
		const struct event *e = &s->overrides[i];
		if (e->and_future && e->is_usable && e->member <= at)
			found = e;
	}
	return found;
}

static bool is_overridden(const struct series *s, int64_t at)
{
	size_t low = 0;
	size_t high = s->count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int64_t member = s->overrides[middle].member;
		if (member == at)
			return true;
		if (member < at)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* Moves a member as far as the one that THISANDFUTURE names was moved. */
static void add_moved(struct series *s, const struct event *future, int64_t civil,
	const char *recurrence_id)
{
	int64_t from = moment_at(&s->master->start, future->member).civil;
	struct moment start =
		moment_at_civil(&future->start, future->start.civil + civil - from);

	add(s, future, recurrence_id, &start, event_end(future, &start));
}

static void add_member(struct series *s, const struct members *m, int64_t civil)
{
	struct moment start = moment_at_civil(&s->master->start, civil);
	const struct event *future = find_future(s, start.at);

	if (is_overridden(s, start.at) || members_are_gone(m, &start))
		return;
	str_auto *id = moment_recurrence_id(&start);
	if (future)
		add_moved(s, future, civil, id);
	else
		add(s, s->master, id, &start, members_end(m, s->master, &start));
}

/* What may reach into the window: as early as a member lasts or was moved. */
static struct civil_range range_of(const struct series *s)
{
	const struct event *e = s->master;
	int64_t reach = e->span.days * DAY + e->span.seconds;

	for (size_t i = 0; i < s->count; i++) {
		const struct event *o = &s->overrides[i];
		int64_t length = o->span.days * DAY + o->span.seconds;
		if (o->and_future && o->is_usable)
			reach += llabs(o->start.at - o->recurrence_id.at) + length;
	}
	return (struct civil_range){s->r->window->from - reach - 2 * DAY,
		s->r->window->to + reach + 2 * DAY};
}

static void expand_master(struct series *s)
{
	members_auto m = {0};
	const struct moment *start = &s->master->start;

	members_find(s->r, s->master->scope, s->master, range_of(s), &m);
	if (!m.repeats && !s->count) {
		add(s, s->master, "", start, event_end(s->master, start));
		return;
	}
	for (size_t i = 0; i < m.starts.count && !is_full(s); i++)
		add_member(s, &m, m.starts.at[i]);
}

/* Named as the master would name the member. */
static void add_override(struct series *s, const struct event *e)
{
	struct moment member =
		s->master ? moment_at(&s->master->start, e->member) : e->recurrence_id;
	str_auto *id = moment_recurrence_id(&member);

	if (e->is_usable)
		add(s, e, id, &e->start, event_end(e, &e->start));
}

static void expand(struct series *s)
{
	if (s->master && s->master->is_usable)
		expand_master(s);
	for (size_t i = 0; i < s->count && !is_full(s); i++)
		add_override(s, &s->overrides[i]);
}

/* The newest first. */
static int compare_age(const struct event *x, const struct event *y)
{
	if (x->sequence != y->sequence)
		return x->sequence > y->sequence ? -1 : 1;
	if (x->dtstamp != y->dtstamp)
		return x->dtstamp > y->dtstamp ? -1 : 1;
	return (x->index < y->index) - (x->index > y->index);
}

/* By UID, masters before overrides. */
static int compare_events(const void *a, const void *b)
{
	const struct event *x = a;
	const struct event *y = b;
	int order = strcmp(x->uid, y->uid);

	if (!order)
		order = x->is_override - y->is_override;
	return order ? order : compare_age(x, y);
}

static int compare_overrides(const void *a, const void *b)
{
	const struct event *x = a;
	const struct event *y = b;

	if (x->member != y->member)
		return x->member < y->member ? -1 : 1;
	return compare_age(x, y);
}

static void say_duplicate(struct series *s, const struct event *e)
{
	if (s->r->is_mailed)
		return;
	reading_problem(s->r, e->index, e->uid, "duplicate",
		"another with the same UID is newer and counts");
}

/* The member each stands for, then in that order, the newest of the same alone. */
static void order_overrides(struct series *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->count; i++) {
		struct event *e = &s->overrides[i];
		e->member = s->master ? member_of(s->master, &e->recurrence_id)
				      : e->recurrence_id.at;
		s->has_future = s->has_future || e->and_future;
	}
	if (s->count)
		qsort(s->overrides, s->count, sizeof(*s->overrides), compare_overrides);
	for (size_t i = 0; i < s->count; i++) {
		if (kept && s->overrides[kept - 1].member == s->overrides[i].member)
			say_duplicate(s, &s->overrides[i]);
		else
			s->overrides[kept++] = s->overrides[i];
	}
	s->count = kept;
}

/* events: all of one UID, sorted. */
static void expand_series(struct series *s, struct event *events, size_t count)
{
	size_t masters = 0;

	while (masters < count && !events[masters].is_override)
		if (masters++)
			say_duplicate(s, &events[masters - 1]);
	/* Where its own start cannot be read, its overrides stand alone. */
	s->master = masters && events->start.is_set ? events : NULL;
	s->overrides = events + masters;
	s->count = count - masters;
	order_overrides(s);
	expand(s);
}

static void say_full(struct series *s, const struct event *e)
{
	if (s->r->steps <= 0)
		reading_problem(s->r, e->index, e->uid, "too-many-occurrences",
			"its rules and those before take too long to work out; what "
			"follows is left out");
	else
		reading_problem(s->r, e->index, e->uid, "too-many-occurrences",
			"there are more than %d occurrences; the others are left out",
			s->r->limits->occurrences_max);
}

/* Events that can be told apart and placed; the others are known as problems. */
static size_t keep_known(struct event *events, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (events[i].uid &&
			events[i].is_override == events[i].recurrence_id.is_set)
			events[kept++] = events[i];
	return kept;
}

void occurrences_find(
	struct reading *r, struct event *events, size_t count, struct occurrences *ret)
{
	size_t next;

	count = keep_known(events, count);
	if (count)
		qsort(events, count, sizeof(*events), compare_events);
	for (size_t i = 0; i < count; i = next) {
		struct series s = {.r = r, .found = ret};
		for (next = i;
			next < count && strcmp(events[next].uid, events[i].uid) == 0;)
			next++;
		if (is_full(&s))
			return;
		expand_series(&s, events + i, next - i);
		if (is_full(&s))
			say_full(&s, &events[i]);
	}
}

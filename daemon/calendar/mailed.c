#include "calendar/mailed.h"

#include <string.h>

#include "base/json.h"
#include "calendar/members.h"

struct merge {
	struct reading *r;
	struct event *events; /* in the order of arrival */
	size_t count;
	/* Copies, as events are moved; uid NULL: there is none. */
	struct event whole;  /* the newest whole version */
	struct event cancel; /* the newest CANCEL of all of it */
};

static size_t keep_entry(struct reading *r, struct event *events, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (events[i].uid && strcmp(events[i].uid, r->window->uid) == 0 &&
			events[i].is_override == events[i].recurrence_id.is_set)
			events[kept++] = events[i];
	return kept;
}

/* Outlook leaves SEQUENCE out of some cancellations. */
static void fill_sequences(struct merge *m)
{
	int highest = 0;

	for (size_t i = 0; i < m->count; i++) {
		struct event *e = &m->events[i];
		if (!e->has_sequence)
			e->sequence = highest;
		if (e->sequence > highest)
			highest = e->sequence;
		json_put_int(json_array_get(m->r->components, e->index), "sequence",
			e->sequence);
	}
}

/* b, which came later or at the same time. */
static bool is_no_older(const struct event *b, const struct event *a)
{
	if (a->sequence != b->sequence)
		return b->sequence > a->sequence;
	return b->dtstamp >= a->dtstamp;
}

static void find_whole(struct merge *m)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct event *e = &m->events[i];
		struct event *best = e->cancels ? &m->cancel : &m->whole;
		if (!e->is_override && (!best->uid || is_no_older(e, best)))
			*best = *e;
	}
	/* A cancellation alone says at least what it is about. */
	if (!m->whole.uid && m->cancel.uid)
		m->whole = m->cancel;
	if (m->cancel.uid && !is_no_older(&m->cancel, &m->whole))
		m->cancel.uid = NULL;
}

static bool is_over(const struct merge *m, const struct event *e)
{
	if (!e->is_override)
		return e->index != m->whole.index;
	return m->whole.uid && e->sequence < m->whole.sequence &&
	       e->message != m->whole.message;
}

static int64_t date_of(const struct merge *m, const struct event *e)
{
	return m->whole.start.is_set ? member_of(&m->whole, &e->recurrence_id)
				     : e->recurrence_id.at;
}

/* What was last said of the date that e calls off; NULL: no more than of all dates. */
static const struct event *find_change(const struct merge *m, const struct event *e)
{
	const struct event *found = NULL;
	int64_t date = date_of(m, e);

	for (size_t i = 0; i < m->count; i++) {
		const struct event *other = &m->events[i];
		if (other->is_override && !other->cancels && !other->and_future &&
			other->is_usable && date_of(m, other) == date &&
			(!found || is_no_older(other, found)))
			found = other;
	}
	return found;
}

/* The date as it was known, called off. */
static void call_off(const struct merge *m, struct event *e)
{
	const struct event *known = find_change(m, e);
	struct event off = *e;

	off.cancelled = e->index;
	if (known || m->whole.is_usable) {
		const struct event *from = known ? known : &m->whole;
		off.content = from->content;
		off.start = known ? known->start
				  : moment_at(&m->whole.start, date_of(m, e));
		off.span = from->span;
		off.is_usable = true;
	}
	*e = off;
}

size_t mailed_merge(struct reading *r, struct event *events, size_t count)
{
	struct merge m = {.r = r, .events = events};
	size_t kept = 0;

	m.count = keep_entry(r, events, count);
	fill_sequences(&m);
	find_whole(&m);
	for (size_t i = 0; i < m.count; i++)
		if (events[i].is_override && events[i].cancels)
			call_off(&m, &events[i]);
	for (size_t i = 0; i < m.count; i++) {
		if (is_over(&m, &events[i]))
			continue;
		events[kept] = events[i];
		if (m.cancel.uid)
			events[kept].cancelled = m.cancel.index;
		kept++;
	}
	return kept;
}

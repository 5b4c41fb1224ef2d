#include "dispatch/pace.h"

#include "store/delivery-move.h"

#define MINUTE 60
#define DAY 86400
/* Between two counts our own sendings are added, and those that leave the window
 * stay. */
#define COUNT_SECONDS 60

static int smaller_limit(int a, int b)
{
	if (!a || !b)
		return a ? a : b;
	return a < b ? a : b;
}

int pace_start(struct pace *p, struct db *db, const struct smtp_settings *s,
	int64_t now, int64_t now_ms, struct err *err)
{
	int64_t sent = 0;

	*p = (struct pace){.recipients_each = s->copy_to_self ? 2 : 1};
	p->messages = bucket_full(s->messages_per_minute, now_ms);
	p->recipients =
		bucket_full(s->recipients_per_minute / p->recipients_each, now_ms);
	if (s->recipients_per_minute && !p->recipients.per_minute)
		p->recipients = bucket_full(1, now_ms);
	int by_recipients = s->recipients_per_day / p->recipients_each;
	if (s->recipients_per_day && !by_recipients)
		by_recipients = 1;
	p->per_day = smaller_limit(s->messages_per_day, by_recipients);
	if (delivery_count_sent(db, now - MINUTE, &sent, err) < 0)
		return -1;
	bucket_drain(&p->messages, sent);
	bucket_drain(&p->recipients, sent);
	return 0;
}

static int count_day(
	struct pace *p, struct db *db, int on_way, int64_t now, struct err *err)
{
	if (delivery_count_sent(db, now - DAY, &p->used, err) < 0)
		return -1;
	p->used += on_way;
	p->counted_at = now;
	return 0;
}

/* Until the oldest that are too many leave the window. */
static int wait_for_day(struct pace *p, struct db *db, int on_way, int64_t now,
	int64_t *ret_ms, struct err *err)
{
	int64_t age = now - p->counted_at, oldest = 0;
	bool is_fresh = p->counted_at && age >= 0 && age < COUNT_SECONDS;

	*ret_ms = 0;
	if (!p->per_day || (is_fresh && p->used < p->per_day))
		return 0;
	if (!is_fresh && count_day(p, db, on_way, now, err) < 0)
		return -1;
	if (p->used < p->per_day)
		return 0;
	if (delivery_sent_at(
		    db, now - DAY, p->used - on_way - p->per_day, &oldest, err) < 0)
		return -1;
	int64_t until = (oldest ? oldest : now) + DAY - now;
	/* A clock that was set back leaves sendings of the future. */
	*ret_ms = 1000 * (until < 1 ? 1 : until > DAY ? DAY : until);
	return 0;
}

int pace_wait(struct pace *p, struct db *db, int on_way, int64_t now, int64_t now_ms,
	int64_t *ret_ms, struct err *err)
{
	int64_t day = 0;
	int64_t messages = bucket_wait_ms(&p->messages, now_ms);
	int64_t recipients =
		p->recipients.per_minute ? bucket_wait_ms(&p->recipients, now_ms) : 0;

	*ret_ms = messages > recipients ? messages : recipients;
	if (*ret_ms)
		return 0;
	if (wait_for_day(p, db, on_way, now, &day, err) < 0)
		return -1;
	*ret_ms = day;
	return 0;
}

void pace_take(struct pace *p)
{
	bucket_take(&p->messages);
	if (p->recipients.per_minute)
		bucket_take(&p->recipients);
	p->used++;
}

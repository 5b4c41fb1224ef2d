#include "intake/subscriptions.h"

#include "base/log.h"
#include "base/mem.h"
#include "intake/caldav.h"
#include "intake/fetching.h"
#include "store/journal.h"

#define PAUSE_FIRST 60
#define PAUSE_LONGEST 3600

/* A look under way, and what it needs. */
struct look {
	struct fetching f;
	struct caldav *caldav; /* NULL: a subscription */
};

static const char *address_of(const struct calendar_settings *calendar)
{
	return calendar->url ? calendar->url : calendar->caldav;
}

/* ---- a look ---- */

static void look_free(struct look *l)
{
	if (!l)
		return;
	caldav_free(l->caldav);
	reader_free(l->f.reader);
	http_free(l->f.http);
	fetched_deinit(&l->f.known);
	free(l);
}

/* NULL where the store is in trouble. */
static struct look *look_new(const struct subscriptions *s,
	const struct calendar_settings *calendar, struct err *err)
{
	struct look *l = xcalloc(1, sizeof(*l));

	l->f = (struct fetching){.ctx = s->ctx, .db = s->db, .calendar = calendar};
	if (fetched_get(s->db, calendar->name, address_of(calendar), &l->f.known, err) <
		0) {
		look_free(l);
		return NULL;
	}
	l->f.http = http_new();
	if (calendar->caldav)
		l->caldav = caldav_new(&l->f);
	return l;
}

static enum fetch look_step(struct look *l, int64_t now, struct err *err)
{
	return l->caldav ? caldav_step(l->caldav, now, err)
			 : fetch_ics(&l->f, now, err);
}

/* ---- what it came to ---- */

static void note(const struct subscriptions *s,
	const struct calendar_settings *calendar, const char *what, const char *why,
	int64_t now)
{
	str_auto *detail = xasprintf("%s: %s", calendar->name, why);
	const struct journal_entry entry = {
		.who = "intake", .what = what, .detail = detail};
	struct err ignored = ERR_INIT;

	journal_add(s->db, &entry, now, &ignored);
}

static int went_well(const struct subscriptions *s, struct subscription *one,
	int64_t now, struct err *err)
{
	const struct calendar_settings *calendar = one->calendar;
	int again = fetched_put(s->db, calendar->name, address_of(calendar),
		&one->look->f.known, now, err);

	if (again < 0)
		return -1;
	if (again)
		note(s, calendar, "calendar-fetched-again", "the server answers again",
			now);
	trouble_over(&one->trouble, NULL, now);
	one->due_at = now + 60 * (int64_t)calendar->poll_minutes;
	return 0;
}

static int went_wrong(const struct subscriptions *s, struct subscription *one,
	const struct err *why, int64_t now, struct err *err)
{
	const struct calendar_settings *calendar = one->calendar;
	struct err said = *why;
	int first = fetched_fail(
		s->db, calendar->name, address_of(calendar), why->text, now, err);

	if (first < 0)
		return -1;
	if (first)
		note(s, calendar, "calendar-not-fetched", why->text, now);
	err_prefix(&said, "calendar \"%s\"", calendar->name);
	trouble_met(&one->trouble, NULL, &said, now);
	one->due_at = now + one->trouble.pause;
	/* Whether it has lasted long enough to be told is the office's. */
	wake_up(&s->ctx->wake, WORKER_OFFICE);
	return 0;
}

static void end_look(struct subscription *one)
{
	look_free(one->look);
	one->look = NULL;
}

/* ---- all of them ---- */

struct subscriptions subscriptions_new(const struct worker_context *ctx, struct db *db)
{
	const struct settings *settings = &ctx->config->settings;
	struct subscriptions s = {.ctx = ctx, .db = db};

	s.list = xcalloc(settings->calendar_count + 1, sizeof(*s.list));
	for (size_t i = 0; i < settings->calendar_count; i++)
		if (address_of(&settings->calendars[i]))
			s.list[s.count++] = (struct subscription){
				.calendar = &settings->calendars[i],
				.trouble = {.who = "intake",
					.what = "calendar",
					.first = PAUSE_FIRST,
					.longest = PAUSE_LONGEST}};
	return s;
}

/* A clock that was set back does not put it off for longer than was planned. */
static int64_t left_of(const struct subscription *one, int64_t now)
{
	int64_t longest = 60 * (int64_t)one->calendar->poll_minutes;
	int64_t left = one->due_at - now;

	if (one->look || left <= 0)
		return 0;
	if (one->trouble.pause)
		return trouble_left(&one->trouble, now);
	return left < longest ? left : longest;
}

/* The one under way before others. */
static struct subscription *next_of(const struct subscriptions *s, int64_t now)
{
	struct subscription *due = NULL;

	for (size_t i = 0; i < s->count; i++) {
		if (s->list[i].look)
			return &s->list[i];
		if (!due && left_of(&s->list[i], now) == 0)
			due = &s->list[i];
	}
	return due;
}

static int settle(const struct subscriptions *s, struct subscription *one,
	enum fetch done, const struct err *why, int64_t now, struct err *err)
{
	switch (done) {
	case FETCH_MORE:
		break;
	case FETCH_DONE:
		return went_well(s, one, now, err);
	case FETCH_FAILED:
		/* A look that was broken off to stop says nothing of the server. */
		return worker_should_stop() ? 0 : went_wrong(s, one, why, now, err);
	case FETCH_STORE:
		*err = *why;
		return -1;
	}
	return 0;
}

static int step(const struct subscriptions *s, struct subscription *one, int64_t now,
	struct err *err)
{
	struct err why = ERR_INIT;

	if (!one->look)
		one->look = look_new(s, one->calendar, err);
	if (!one->look)
		return -1;
	enum fetch done = look_step(one->look, now, &why);
	if (done == FETCH_MORE)
		return 0;
	bool has_news = one->look->f.has_news;
	int settled = settle(s, one, done, &why, now, err);
	end_look(one);
	return settled < 0 ? -1 : has_news;
}

/* Once: what the settings no longer name is no trouble any more. */
static int tidy(struct subscriptions *s, struct err *err)
{
	json_auto_t *names = json_array();

	for (size_t i = 0; i < s->count; i++)
		json_array_append_new(names, json_string(s->list[i].calendar->name));
	if (fetched_keep_only(s->db, names, err) < 0)
		return -1;
	s->is_tidy = true;
	return 0;
}

int subscriptions_step(struct subscriptions *s, int64_t now, struct err *err)
{
	struct subscription *one = next_of(s, now);

	if (!s->is_tidy && tidy(s, err) < 0)
		return -1;
	return one ? step(s, one, now, err) : 0;
}

int64_t subscriptions_left(const struct subscriptions *s, int64_t now)
{
	int64_t left = -1;

	for (size_t i = 0; i < s->count; i++) {
		int64_t one = left_of(&s->list[i], now);
		left = left < 0 || one < left ? one : left;
	}
	return left;
}

bool subscriptions_have_trouble(const struct subscriptions *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->list[i].trouble.pause)
			return true;
	return false;
}

void subscriptions_deinit(struct subscriptions *s)
{
	for (size_t i = 0; i < s->count; i++)
		end_look(&s->list[i]);
	free(s->list);
	*s = (struct subscriptions){.list = NULL};
}

#include "duty/trouble.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/journal.h"

/* Trouble not met for longer than this, as nobody was there to meet it, is over. */
#define RESUME_WITHIN 3600

static void keep(const struct trouble *t, struct db *db, const char *what,
	const char *why, int64_t now)
{
	str_auto *event = xasprintf("%s-%s", t->what, what);
	struct journal_entry entry = {.who = t->who, .what = event, .detail = why};
	struct err ignored = ERR_INIT;

	if (db)
		journal_add(db, &entry, now, &ignored);
}

static void say_trouble(
	struct trouble *t, struct db *db, const struct err *why, int64_t now)
{
	str_auto *event = xasprintf("%s-trouble", t->what);

	t->said = why->kind;
	log_event(why->kind == ERR_PERM ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, event,
		"retry_in=%ds why=%s", t->pause, why->text);
	keep(t, db, "trouble", why->text, now);
}

void trouble_met(struct trouble *t, struct db *db, const struct err *why, int64_t now)
{
	struct err ignored = ERR_INIT;

	if (!t->pause) {
		t->since = now;
		t->said = ERR_NONE;
	}
	t->pause = t->pause ? 2 * t->pause : t->first;
	if (t->pause > t->longest)
		t->pause = t->longest;
	t->retry_at = now + t->pause;
	if (t->said != why->kind)
		say_trouble(t, db, why, now);
	if (db)
		trouble_keep(db, t->who, t->what, t->since, why->text, now, &ignored);
}

void trouble_resume(struct trouble *t, struct db *db, int64_t now)
{
	struct err ignored = ERR_INIT;
	trouble_row_auto row = TROUBLE_ROW_EMPTY;

	if (trouble_find(db, t->who, t->what, &row, &ignored) != 1)
		return;
	if (row.seen_at < now - RESUME_WITHIN || row.since > now) {
		trouble_forget(db, t->who, t->what, &ignored);
		return;
	}
	t->since = row.since;
	t->pause = t->first;
	t->retry_at = now;
}

void trouble_begin_anew(struct trouble *t, struct db *db)
{
	struct err ignored = ERR_INIT;

	t->pause = 0;
	trouble_forget(db, t->who, t->what, &ignored);
}

void trouble_over(struct trouble *t, struct db *db, int64_t now)
{
	struct err ignored = ERR_INIT;

	if (!t->pause)
		return;
	if (db)
		trouble_forget(db, t->who, t->what, &ignored);
	str_auto *event = xasprintf("%s-back", t->what);
	str_auto *after = xasprintf("%llds", (long long)(now - t->since));
	log_event(LOG_LEVEL_INFO, event, "after=%s", after);
	keep(t, db, "back", after, now);
	t->pause = 0;
}

int64_t trouble_left(const struct trouble *t, int64_t now)
{
	int64_t left = t->pause ? t->retry_at - now : 0;

	if (left < 0)
		return 0;
	return left > t->pause ? t->pause : left;
}

#include "office/minutes-scan.h"

#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "net/clamd.h"
#include "store/held.h"
#include "store/journal.h"

/* Whether clamd answers at all is known at once. */
#define PING_SECONDS 5

static void note_infected(struct mail_case *c, size_t i, const char *signature)
{
	json_t *file = json_array_get(c->files, i);

	if (!json_str(file, "refused"))
		json_put_str(file, "refused", "minutes-infected");
	json_put_str(file, "found", signature);
	c->refusal = "minutes-infected";
	log_event(LOG_LEVEL_WARNING, "minutes-infected", "mail=%s signature=%s",
		c->in->register_number, signature);
}

static void note_unscanned(struct mail_case *c, const char *reason)
{
	/* A scanner that is away may have been so for one of the files only. */
	if (!c->unscanned || strcmp(c->unscanned, "scanner-away") != 0)
		c->unscanned = reason;
}

static void scan(struct office *o, struct mail_case *c, size_t i)
{
	const struct settings *s = &o->config->settings;
	str_auto *signature = NULL;
	struct err why = ERR_INIT;
	const struct content file = spool_content(&c->spools[i]);

	switch (clamd_scan(s->clamd, s->clamd_seconds, &file, &signature, &why)) {
	case CLAMD_CLEAN:
		return;
	case CLAMD_INFECTED:
		note_infected(c, i, signature);
		return;
	case CLAMD_TOO_LARGE:
		note_unscanned(c, "scanner-too-large");
		return;
	case CLAMD_AWAY:
		note_unscanned(c, "scanner-away");
		log_event(LOG_LEVEL_WARNING, "scanner-away", "what=%s", why.text);
		return;
	}
}

void minutes_scan(struct office *o, struct mail_case *c)
{
	if (!o->config->settings.clamd)
		return;
	/* One that is away is not waited for once more for each file. */
	for (size_t i = 0; i < c->file_count; i++)
		if (c->spools[i].size > 0 &&
			(!c->unscanned || strcmp(c->unscanned, "scanner-away") != 0))
			scan(o, c, i);
}

/* ---- what waits for it ---- */

/* Persistent, so that a run of single turns asks no oftener than a daemon. */
static int is_time_to_ask(struct office *o, int64_t now, struct err *err)
{
	int64_t pause = (int64_t)o->config->settings.clamd_retry_minutes * 60;
	str_auto *key = xasprintf("scanner-asked:%lld", (long long)(now / pause));

	return told_once(o->db, key, now, err);
}

/* The coordinator's yes stands: only the scanner kept it from being carried out. */
static int take_up(struct office *o, int64_t id, int64_t now, struct err *err)
{
	held_auto held = HELD_EMPTY;

	if (held_get(o->db, id, &held, err) < 0)
		return -1;
	if (held.decision == HELD_RELEASED)
		return held_decide(
			o->db, id, HELD_RELEASED, held.decided_by, 0, now, err);
	return incoming_rerun(o->db, held.incoming_id, err);
}

int minutes_scan_work(struct office *o, int64_t now, struct err *err)
{
	const struct settings *s = &o->config->settings;
	struct err why = ERR_INIT;
	json_auto_t *ids = held_ids_by_reason(o->db, "scanner-away", err);
	int count = 0;
	size_t i;
	json_t *id;

	if (!ids)
		return -1;
	if (json_array_size(ids) == 0)
		return 0;
	int due = s->clamd ? is_time_to_ask(o, now, err) : 1;
	if (due <= 0)
		return due;
	if (s->clamd && !clamd_answers(s->clamd, PING_SECONDS, &why)) {
		log_event(LOG_LEVEL_WARNING, "scanner-away", "what=%s", why.text);
		return 0;
	}
	json_array_foreach (ids, i, id) {
		int taken = take_up(o, json_integer_value(id), now, err);
		if (taken < 0)
			return -1;
		count += taken;
	}
	return count;
}

int minutes_scan_next_at(
	struct office *o, int64_t now, int64_t *ret_at, struct err *err)
{
	int64_t pause = (int64_t)o->config->settings.clamd_retry_minutes * 60;
	json_auto_t *ids = held_ids_by_reason(o->db, "scanner-away", err);

	if (!ids)
		return -1;
	*ret_at = json_array_size(ids) > 0 ? (now / pause + 1) * pause : 0;
	return 0;
}

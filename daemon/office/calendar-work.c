#include "office/calendar-work.h"

#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "office/calendar-loss.h"
#include "office/meeting-entry.h"
#include "office/notices.h"
#include "store/blob.h"
#include "store/claim.h"
#include "store/journal.h"
#include "store/meeting.h"
#include "store/source.h"

static const struct calendar_settings *calendar_of(
	const struct office *o, const struct source *source)
{
	const struct settings *s = &o->config->settings;

	for (size_t i = 0; i < s->calendar_count; i++)
		if (strcmp(s->calendars[i].name, source->calendar) == 0)
			return &s->calendars[i];
	return NULL;
}

/* Occurrences as meetings; their ids go into `seen`. */
static int put_occurrences(struct office *o, const struct source *source,
	const json_t *calendar, int64_t now, json_t *seen, struct err *err)
{
	const struct calendar_settings *settings = calendar_of(o, source);
	const json_t *components = json_object_get(calendar, "components");
	size_t i;
	json_t *occurrence;

	json_array_foreach (json_object_get(calendar, "occurrences"), i, occurrence) {
		const json_t *component = json_array_get(
			components, (size_t)json_int_or(occurrence, "component", -1));
		int64_t id = 0;
		if (!component)
			continue;
		if (meeting_entry_put(o, source->id, settings, component, occurrence,
			    now, &id, err) < 0)
			return -1;
		json_array_append_new(seen, json_integer(id));
	}
	return 0;
}

/* UIDs of entries that cannot be read: they say nothing about their meetings, which
 * stay as they are. */
static json_t *unreadable(const json_t *problems)
{
	json_t *uids = json_array();
	size_t i;
	json_t *one;

	json_array_foreach (problems, i, one)
		if (json_str(one, "uid"))
			json_array_append(uids, json_object_get(one, "uid"));
	return uids;
}

static int take_calendar(struct office *o, const struct source *source,
	const json_t *calendar, int64_t now, struct err *err)
{
	json_auto_t *seen = json_array();
	const json_t *problems = json_object_get(calendar, "problems");
	json_auto_t *spared = unreadable(problems);

	if (put_occurrences(o, source, calendar, now, seen, err) < 0 ||
		claim_miss(o->db, source->id, seen, spared, now, err) < 0 ||
		notice_problems(o, source, problems, now, err) < 0)
		return -1;
	return source_decide(o->db, source->id, source->sha256, NULL, now, err);
}

static int refuse_calendar(struct office *o, const struct source *source,
	const char *reason, const char *what, int64_t now, struct err *err)
{
	str_auto *words = xasprintf("%s: %s", reason, what);

	log_event(LOG_LEVEL_WARNING, "calendar-broken", "file=%s/%s why=%s",
		source->calendar, source->path, words);
	if (source_decide(o->db, source->id, source->sha256, words, now, err) < 0)
		return -1;
	return notice_calendar_broken(o, source, what, now, err) < 0 ? -1 : 0;
}

struct reading {
	enum reader_outcome outcome;
	json_t *calendar;
};

static int in_transaction(struct office *o, const struct source *source,
	const struct reading *r, int64_t now, struct err *err)
{
	switch (r->outcome) {
	case READER_OK:
		return take_calendar(o, source, r->calendar, now, err);
	case READER_BROKEN:
		return refuse_calendar(o, source,
			json_str_or(r->calendar, "broken", "broken-parse"),
			json_str_or(r->calendar, "what", ""), now, err);
	case READER_SLOW:
		return refuse_calendar(
			o, source, "broken-slow", "it took too long to read", now, err);
	case READER_CRASHED:
		break;
	}
	return refuse_calendar(o, source, "broken-crash",
		"the reader ended while reading it", now, err);
}

/* What the calendar says cannot be kept (a bug, or a value nobody foresaw): the other
 * calendars go on. */
static int set_aside(
	struct office *o, const struct source *source, int64_t now, struct err *err)
{
	str_auto *what = xstrdup(err->text);

	if (db_begin(o->db, err) < 0)
		return -1;
	if (refuse_calendar(o, source, "broken-act", what, now, err) == 0 &&
		db_commit(o->db, err) == 0)
		return 0;
	db_rollback(o->db);
	return -1;
}

/* What stands in the entries themselves is kept as files, before the transaction. One
 * that cannot be taken out is left out. */
static int keep_attachment(struct office *o, const struct buf *calendar,
	const json_t *attachment, int64_t now, struct err *err)
{
	const char *sha256 = json_str(attachment, "sha256");
	int64_t largest = o->config->settings.attachments_largest;
	buf_auto bytes = BUF_EMPTY;
	char kept[HASH_HEX_SIZE];

	if (!sha256 || json_int_or(attachment, "size", 0) > largest)
		return 0;
	int has = blob_has(o->db, sha256, err);
	if (has != 0)
		return has < 0 ? -1 : 0;
	if (reader_attachment(o->reader, calendar->data, calendar->len, sha256, &bytes,
		    err) != READER_OK)
		return 0;
	return blob_put(o->db, bytes.data, bytes.len, now, kept, err);
}

static int keep_attachments(struct office *o, const struct buf *bytes,
	const json_t *calendar, int64_t now, struct err *err)
{
	size_t i;
	size_t k;
	json_t *component;
	json_t *attachment;

	json_array_foreach (json_object_get(calendar, "components"), i, component)
		json_array_foreach (
			json_object_get(component, "attachments"), k, attachment)
			if (keep_attachment(o, bytes, attachment, now, err) < 0)
				return -1;
	return 0;
}

static int read_source(
	struct office *o, const struct source *source, int64_t now, struct err *err)
{
	const struct settings *s = &o->config->settings;
	const struct calendar_window window = {
		.from = clock_add_days(now, -s->past_days),
		.to = clock_add_days(now, s->horizon_days),
		.zone = s->time_zone,
	};
	json_auto_t *calendar = NULL;
	buf_auto bytes = BUF_EMPTY;
	struct reading r = {READER_OK, NULL};

	/* A calendar that the settings no longer name says nothing new. */
	if (!calendar_of(o, source))
		return source_decide(
			o->db, source->id, source->sha256, source->broken, now, err);
	if (source->is_gone)
		calendar = json_object();
	else if (source_read(o->db, source->id, &bytes, err) < 0)
		return -1;
	for (int try = 0; !source->is_gone && try < s->reader.tries; try++) {
		json_decref(calendar);
		calendar = NULL;
		r.outcome = reader_calendar(
			o->reader, bytes.data, bytes.len, &window, &calendar, err);
		if (r.outcome == READER_OK || r.outcome == READER_BROKEN)
			break;
	}
	r.calendar = calendar;
	if (keep_attachments(o, &bytes, calendar, now, err) < 0)
		return -1;
	if (db_begin(o->db, err) < 0)
		return -1;
	if (in_transaction(o, source, &r, now, err) == 0 && db_commit(o->db, err) == 0)
		return 0;
	db_rollback(o->db);
	return err->kind == ERR_PERM ? set_aside(o, source, now, err) : -1;
}

static int read_new(struct office *o, int64_t now, struct err *err)
{
	int count = 0;

	for (;;) {
		source_auto source = SOURCE_EMPTY;
		int found = source_next(o->db, &source, err);
		if (found <= 0)
			return found < 0 ? -1 : count;
		if (read_source(o, &source, now, err) < 0)
			return -1;
		count++;
	}
}

/* On a new day the window reaches further: every calendar is read again. */
static int start_day(struct office *o, int64_t now, struct err *err)
{
	str_auto *day = clock_day(now);
	str_auto *key = xasprintf("calendars-read:%s", day);

	int first = told_once(o->db, key, now, err);
	if (first <= 0)
		return first;
	return source_renew_all(o->db, err);
}

int calendar_work_begin(struct office *o, struct err *err)
{
	const struct settings *s = &o->config->settings;
	json_auto_t *names = json_array();

	for (size_t i = 0; i < s->calendar_count; i++)
		json_array_append_new(names, json_string(s->calendars[i].name));
	return claim_retire(o->db, names, err);
}

int calendar_work(struct office *o, int64_t now, struct err *err)
{
	if (start_day(o, now, err) < 0)
		return -1;
	int count = read_new(o, now, err);
	if (count < 0)
		return -1;
	int lost = calendar_loss_work(o, now, err);
	return lost < 0 ? -1 : count + lost;
}

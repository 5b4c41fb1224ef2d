#include "office/calendar-work.h"

#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "office/calendar-loss.h"
#include "office/meeting-entry.h"
#include "office/meeting-mail-files.h"
#include "office/notices.h"
#include "office/twins.h"
#include "store/blob.h"
#include "store/claim.h"
#include "store/journal.h"
#include "store/mailed.h"
#include "store/meeting.h"
#include "store/source.h"

static const struct calendar_settings *calendar_of(
	const struct office *o, const struct source *source)
{
	return settings_calendar(&o->config->settings, source->calendar);
}

static const json_t *component_at(
	const json_t *components, const json_t *occurrence, const char *key)
{
	return json_array_get(components, (size_t)json_int_or(occurrence, key, -1));
}

/* Occurrences as meetings; their ids go into `seen`. */
static int put_occurrences(struct office *o, const struct source *source,
	const json_t *calendar, int64_t now, json_t *seen, struct err *err)
{
	const struct calendar_settings *settings = calendar_of(o, source);
	const json_t *components = json_object_get(calendar, "components");
	const json_t *occurrences = json_object_get(calendar, "occurrences");
	size_t i;
	json_t *occurrence;

	json_array_foreach (occurrences, i, occurrence) {
		const struct calendar_entry entry = {
			.source_id = source->id,
			.calendar = settings,
			.component = component_at(components, occurrence, "component"),
			.occurrence = occurrence,
			.cancelled = component_at(components, occurrence, "cancelled"),
			.components = components,
			.occurrences = occurrences,
		};
		if (entry.component && meeting_entry_put(o, &entry, now, seen, err) < 0)
			return -1;
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

/* Of a mailed entry uid is set, and owned by the caller. */
static int load_bytes(struct office *o, const struct source *source, struct buf *ret,
	char **ret_uid, struct err *err)
{
	if (calendar_of(o, source)->mail)
		return mailed_read(o->db, source->id, ret, ret_uid, err);
	return source_read(o->db, source->id, ret, err);
}

/* One mail may hold many entries; each is read by itself. */
static void keep_own_problems(json_t *calendar, const char *uid)
{
	json_t *problems = json_object_get(calendar, "problems");

	for (size_t i = json_array_size(problems); uid && i-- > 0;)
		if (strcmp(json_str_or(json_array_get(problems, i), "uid", ""), uid) !=
			0)
			json_array_remove(problems, i);
}

/* As often as the settings say where the reader breaks down over it. */
static enum reader_outcome ask_reader(struct office *o, const struct buf *bytes,
	int64_t now, const char *uid, json_t **ret, struct err *err)
{
	const struct settings *s = &o->config->settings;
	const struct calendar_window window = {
		.from = clock_add_days(now, -s->past_days),
		.to = clock_add_days(now, s->horizon_days),
		.zone = s->time_zone,
		.uid = uid,
	};
	enum reader_outcome outcome = READER_CRASHED;

	for (int try = 0; try < s->reader.tries; try++) {
		json_decref(*ret);
		*ret = NULL;
		outcome = reader_calendar(
			o->reader, bytes->data, bytes->len, &window, ret, err);
		if (outcome == READER_OK || outcome == READER_BROKEN)
			break;
	}
	keep_own_problems(*ret, uid);
	return outcome;
}

static int read_source(
	struct office *o, const struct source *source, int64_t now, struct err *err)
{
	json_auto_t *calendar = NULL;
	buf_auto bytes = BUF_EMPTY;
	str_auto *uid = NULL;
	struct reading r = {READER_OK, NULL};

	/* A calendar that the settings no longer name says nothing new. */
	if (!calendar_of(o, source))
		return source_decide(
			o->db, source->id, source->sha256, source->broken, now, err);
	if (!source->is_gone && load_bytes(o, source, &bytes, &uid, err) < 0)
		return -1;
	/* Gone, or its mails were removed by decision. */
	if (source->is_gone || (uid && !bytes.len))
		calendar = json_object();
	else
		r.outcome = ask_reader(o, &bytes, now, uid, &calendar, err);
	r.calendar = calendar;
	if (keep_attachments(o, &bytes, calendar, now, err) < 0 ||
		(uid && meeting_mail_files_add(o, source->id, calendar, err) < 0))
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
	const struct calendar_settings *mail = settings_mail_calendar(s);
	if (mail && mailed_rename(o->db, mail->name, err) < 0)
		return -1;
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
	int twins = lost < 0 ? -1 : twins_work(o, now, err);
	return twins < 0 ? -1 : count + lost + twins;
}

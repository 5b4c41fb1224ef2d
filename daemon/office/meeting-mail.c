#include "office/meeting-mail.h"

#include <limits.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "mail/address.h"
#include "office/itip.h"
#include "office/meeting-answer.h"
#include "office/meeting-mail-files.h"
#include "office/policy.h"
#include "store/incoming-source.h"
#include "store/mailed.h"
#include "store/meeting.h"

/* ---- what the mail is about ---- */

static bool is_planning(const json_t *calendar)
{
	static const char *const methods[] = {"REQUEST", "PUBLISH", "CANCEL"};
	const char *method = json_str_or(calendar, "method", "");

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (text_equal_nocase(method, methods[i]))
			return true;
	return false;
}

static bool is_forwarded(const json_t *calendar)
{
	return json_bool_or(calendar, "forwarded", false);
}

/* An event with a name, and not of a meeting that we organise ourselves. 1, 0, -1. */
static int is_theirs(struct office *o, const json_t *component, struct err *err)
{
	const char *uid = json_str(component, "uid");
	meeting_auto m = MEETING_EMPTY;

	if (!uid || strcmp(json_str_or(component, "type", ""), "VEVENT") != 0)
		return 0;
	int found = meeting_find_uid(o->db, uid, &m, err);
	return found < 0 ? -1 : !found;
}

/* 1 where one of its entries is theirs. */
static int has_theirs(struct office *o, const json_t *calendar, struct err *err)
{
	size_t i;
	json_t *component;
	int found = 0;

	json_array_foreach (json_object_get(calendar, "components"), i, component)
		if ((found = is_theirs(o, component, err)) != 0)
			return found;
	return 0;
}

int meeting_mail_may(
	struct office *o, const struct mail_case *c, const char **ret, struct err *err)
{
	const struct calendar_settings *calendar =
		settings_mail_calendar(&o->config->settings);
	bool is_named = false;
	size_t i;
	json_t *address;

	if (c->is_released)
		return 1;
	int may = policy_allows(o, c, POLICY_PLAN, 0, ret, err);
	if (may != 0 || !c->from || !calendar)
		return may;
	json_array_foreach (calendar->mail_from, i, address)
		is_named = is_named ||
			   address_is_same(c->from, json_string_value(address));
	if (is_named && !c->is_vouched)
		*ret = "plan-not-vouched";
	return is_named && c->is_vouched;
}

int meeting_mail_is(struct office *o, const struct mail_case *c, struct err *err)
{
	const char *why;
	size_t i;
	json_t *calendar;
	bool is_direct = strcmp(c->class, "itip") == 0;

	json_array_foreach (json_object_get(c->said, "calendars"), i, calendar) {
		if (!is_planning(calendar) || (is_forwarded(calendar) && is_direct))
			continue;
		int theirs = has_theirs(o, calendar, err);
		if (theirs < 0)
			return -1;
		if (!theirs)
			continue;
		return is_direct ? 1 : meeting_mail_may(o, c, &why, err);
	}
	return 0;
}

int meeting_mail_prepare(struct office *o, struct mail_case *c, struct err *err)
{
	size_t count = json_array_size(json_object_get(c->said, "calendars"));
	const char *why;
	incoming_source_auto raw = INCOMING_SOURCE_NONE;

	if (incoming_source_open(o->db, c->in->id, &raw, err) < 0)
		return -1;
	const struct content mail = {(uint64_t)raw.size, incoming_source_read, &raw};
	c->calendars = xcalloc(count + 1, sizeof(*c->calendars));
	for (size_t i = 0; i < count; i++) {
		c->calendar_count = i + 1;
		if (reader_mailed(o->reader, &mail, i, &c->calendars[i], err) !=
			READER_OK)
			return -1;
	}
	int may = meeting_mail_may(o, c, &why, err);
	return may <= 0 ? may : meeting_mail_files_take(o, c, err);
}

/* ---- what is new in it ---- */

struct part {
	const json_t *component;
	struct mailed_part said;
	char *recurrence_id;
	enum mailed_news news;
	bool is_taken;
};

struct parts {
	struct part *list;
	size_t count;
};

static void parts_deinit(struct parts *p)
{
	for (size_t i = 0; i < p->count; i++)
		free(p->list[i].recurrence_id);
	free(p->list);
}
#define parts_auto __attribute__((cleanup(parts_deinit))) struct parts

/* No later than it arrived, so that nobody locks out his own next change. */
static int64_t stamp_of(const struct mail_case *c, const json_t *component)
{
	int64_t stamp = 0;

	if (!clock_parse(json_str_or(component, "dtstamp", ""), &stamp) ||
		stamp > c->in->arrived_at)
		return c->in->arrived_at;
	return stamp;
}

static void add_part(
	struct parts *p, const struct mail_case *c, const json_t *component)
{
	struct part *part = &p->list[p->count++];
	bool and_future = json_str(component, "range") != NULL;

	*part = (struct part){
		.component = component,
		.recurrence_id =
			xasprintf("%s%s", json_str_or(component, "recurrence_id", ""),
				and_future ? ">" : ""),
	};
	part->said = (struct mailed_part){
		.uid = json_str(component, "uid"),
		.recurrence_id = part->recurrence_id,
		.cancels = text_equal_nocase(
			json_str_or(component, "method", ""), "CANCEL"),
		.sequence = json_bool_or(component, "no_sequence", false)
				    ? -1
				    : (int)json_int_or(component, "sequence", 0),
		.dtstamp = stamp_of(c, component),
	};
}

/* The last of the same, where somebody cancels what nobody told us of. */
static int is_of_nothing(struct office *o, const struct part *p, struct err *err)
{
	if (!p->said.cancels)
		return 0;
	int known = mailed_knows(o->db, p->said.uid, err);
	if (known == 0)
		known = meeting_knows_entry(o->db, p->said.uid, err);
	return known < 0 ? -1 : !known;
}

static struct mailed_limits limits_of(const struct office *o, const struct mail_case *c)
{
	const struct settings *s = &o->config->settings;
	const struct calendar_settings *calendar =
		settings_mail_calendar(&o->config->settings);

	if (!calendar || c->is_released)
		return (struct mailed_limits){INT_MAX, s->reader.calendar_size};
	return (struct mailed_limits){calendar->messages, s->reader.calendar_size};
}

static int look(struct office *o, const struct mail_case *c, size_t index,
	struct part *p, struct err *err)
{
	const struct mailed_limits limits = limits_of(o, c);
	int of_nothing = is_of_nothing(o, p, err);

	if (of_nothing < 0)
		return -1;
	if (of_nothing) {
		p->news = MAILED_UNKNOWN;
		return 0;
	}
	return mailed_look(o->db, &p->said, &limits, (int64_t)c->calendars[index].len,
		&p->news, err);
}

static int collect(struct office *o, const struct mail_case *c, size_t index,
	const json_t *calendar, struct parts *ret, struct err *err)
{
	const json_t *components = json_object_get(calendar, "components");
	size_t i;
	json_t *component;

	ret->list = xcalloc(json_array_size(components) + 1, sizeof(*ret->list));
	json_array_foreach (components, i, component) {
		int theirs = is_theirs(o, component, err);
		if (theirs < 0)
			return -1;
		if (!theirs)
			continue;
		add_part(ret, c, component);
		if (look(o, c, index, &ret->list[ret->count - 1], err) < 0)
			return -1;
	}
	return 0;
}

/* A new version of the whole brings the dates along that it has, whatever SEQUENCE they
 * bear. */
static bool brings_along(const struct parts *p, const struct part *date)
{
	for (size_t i = 0; i < p->count; i++)
		if (!*p->list[i].recurrence_id && p->list[i].news == MAILED_NEW &&
			!p->list[i].said.cancels &&
			strcmp(p->list[i].said.uid, date->said.uid) == 0)
			return true;
	return false;
}

static void choose(struct parts *p)
{
	for (size_t i = 0; i < p->count; i++) {
		struct part *part = &p->list[i];
		part->is_taken =
			part->news == MAILED_NEW ||
			((part->news == MAILED_SAME || part->news == MAILED_OVER) &&
				*part->recurrence_id && brings_along(p, part));
	}
}

/* ---- taking it ---- */

struct tally {
	int taken;
	int cancelled; /* of these */
	int by_news[MAILED_NEWS];
	int64_t meeting_id; /* the first that is known already */
};

/* Wholes first, as they end changes of dates that came before. */
static int take_parts(struct office *o, const struct parts *p, int64_t kept,
	bool of_whole, struct err *err)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->list[i].is_taken && !*p->list[i].recurrence_id == of_whole &&
			mailed_take(o->db,
				settings_mail_calendar(&o->config->settings)->name,
				kept, &p->list[i].said, err) < 0)
			return -1;
	return 0;
}

static int take(struct office *o, const struct mail_case *c, size_t index,
	const struct parts *p, struct err *err)
{
	const struct buf *text = &c->calendars[index];
	int64_t kept = 0;

	if (mailed_keep(o->db, c->in->id, (int)index, text->data, text->len, &kept,
		    err) < 0 ||
		mailed_keep_files(o->db, kept, c->files, err) < 0 ||
		take_parts(o, p, kept, true, err) < 0 ||
		take_parts(o, p, kept, false, err) < 0)
		return -1;
	return mailed_done(o->db, settings_mail_calendar(&o->config->settings)->name,
		kept, c->now, err);
}

static void count(struct tally *t, const struct parts *p)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct part *part = &p->list[i];
		t->by_news[part->news]++;
		t->taken += part->is_taken;
		t->cancelled += part->is_taken && part->said.cancels;
	}
}

/* Each entry once. */
static int answer(struct office *o, const struct mail_case *c, const json_t *calendar,
	const struct parts *p, struct err *err)
{
	for (size_t i = 0; i < p->count; i++) {
		bool is_first = true;
		for (size_t k = 0; k < i && is_first; k++)
			is_first =
				strcmp(p->list[k].said.uid, p->list[i].said.uid) != 0;
		if (is_first && p->list[i].is_taken &&
			meeting_answer(o, c, calendar, p->list[i].said.uid, err) < 0)
			return -1;
	}
	return 0;
}

static int take_calendar(struct office *o, const struct mail_case *c, size_t index,
	const json_t *calendar, struct tally *t, struct err *err)
{
	parts_auto parts = {NULL, 0};
	meeting_auto m = MEETING_EMPTY;
	int before = t->taken;

	if (collect(o, c, index, calendar, &parts, err) < 0)
		return -1;
	choose(&parts);
	count(t, &parts);
	if (parts.count && !t->meeting_id) {
		if (itip_meeting(o, parts.list[0].component, &m, err) < 0)
			return -1;
		t->meeting_id = m.id;
	}
	if (t->taken == before)
		return 0;
	if (take(o, c, index, &parts, err) < 0)
		return -1;
	return answer(o, c, calendar, &parts, err);
}

static int settle(struct office *o, const struct mail_case *c, const struct tally *t,
	struct decision *ret, struct err *err)
{
	ret->meeting_id = t->meeting_id;
	ret->is_handled = true;
	if (t->taken) {
		ret->outcome = "applied";
		ret->reason = t->taken == t->cancelled ? "meeting-mail-cancelled"
						       : "meeting-mailed";
		return 0;
	}
	if (t->by_news[MAILED_MANY])
		return handler_hold(
			o, c, "meeting", "meeting-mail-many", t->meeting_id, ret, err);
	ret->reason = t->by_news[MAILED_SAME] ? "meeting-mail-same"
		      : t->by_news[MAILED_STALE] || t->by_news[MAILED_OVER]
			      ? "meeting-mail-stale"
			      : "meeting-mail-unknown";
	return 0;
}

static int take_all(struct office *o, const struct mail_case *c, struct decision *ret,
	struct err *err)
{
	struct tally t = {0};
	size_t i;
	json_t *calendar;

	json_array_foreach (json_object_get(c->said, "calendars"), i, calendar)
		if (is_planning(calendar) &&
			take_calendar(o, c, i, calendar, &t, err) < 0)
			return -1;
	return settle(o, c, &t, ret, err);
}

/* ---- from whom ---- */

/* Somebody else about an entry that a calendar has: that calendar says what is true of
 * it (A9). 1, 0, -1. */
static int is_known_elsewhere(
	struct office *o, const struct mail_case *c, struct err *err)
{
	size_t i;
	size_t k;
	json_t *calendar;
	json_t *component;

	json_array_foreach (json_object_get(c->said, "calendars"), i, calendar)
		json_array_foreach (
			json_object_get(calendar, "components"), k, component) {
			const char *uid = json_str_or(component, "uid", "");
			int mailed = mailed_knows(o->db, uid, err);
			int known = meeting_knows_entry(o->db, uid, err);
			if (mailed < 0 || known < 0)
				return -1;
			if (known && !mailed)
				return 1;
		}
	return 0;
}

int meeting_mail(struct office *o, const struct mail_case *c, struct decision *ret,
	struct err *err)
{
	const char *why = "plan-no-role";
	int may = meeting_mail_may(o, c, &why, err);

	*ret = (struct decision){.class = "itip", .outcome = "ignored"};
	if (may < 0)
		return -1;
	if (may)
		return take_all(o, c, ret, err);
	bool is_nobody = strcmp(why, "plan-no-role") == 0;
	int elsewhere = is_nobody ? is_known_elsewhere(o, c, err) : 0;
	if (elsewhere < 0)
		return -1;
	if (elsewhere) {
		ret->reason = "itip-not-reply";
		return 0;
	}
	/* Lists and machines that plan something are no matter of the coordinator's. */
	if (is_nobody && (json_bool_or(c->said, "list", false) ||
				 json_str(c->said, "auto_submitted"))) {
		ret->outcome = "recorded";
		ret->reason = "itip-not-ours";
		return 0;
	}
	return handler_hold(o, c, "meeting", why, 0, ret, err);
}

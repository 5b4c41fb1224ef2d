/* Open matters of meetings: held ones, minutes, secretaries, calls, absences. */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "duty/plan.h"
#include "mail/address.h"
#include "office/command.h"
#include "office/daily.h"
#include "office/duties.h"
#include "office/reminders.h"
#include "store/absence.h"
#include "store/answer.h"
#include "store/journal.h"
#include "store/meeting.h"
#include "store/minutes.h"

#define SECRETARY_DAYS 14 /* before a meeting, from when on one is missed */
#define CALL_DAYS 3	  /* the same of answers where no reminder is set */

struct finding {
	struct office *o;
	int64_t now;
	json_t *items;
	struct err *err;
};

/* ---- held ---- */

static int find_held(struct office *o, int64_t now, json_t *items, struct err *err)
{
	json_auto_t *list = held_list(o->db, err);
	size_t i;
	json_t *row;

	(void)now;
	if (!list)
		return -1;
	json_array_foreach (list, i, row) {
		int64_t id = json_int_or(row, "id", 0);
		str_auto *key = xasprintf("held:%lld", (long long)id);
		json_t *data = json_pack("{s:{s:[s, s]}, s:{s:[s, s]}, s:{s:I}}",
			"what", "$name", "held_what", json_str_or(row, "act", "?"),
			"why", "$name", "reason", json_str_or(row, "reason", "?"),
			"since", "$date", (json_int_t)json_int_or(row, "held_at", 0));
		json_put_str(data, "from", json_str(row, "from"));
		json_put_str(data, "subject", json_str(row, "subject"));
		json_put_str(data, "code", json_str(row, "meeting"));
		json_array_append_new(
			items, json_pack("{s:s, s:I, s:o}", "key", key, "held",
				       (json_int_t)id, "data", data));
	}
	return 0;
}

static int answer_held(struct office *o, const json_t *item, const json_t *said,
	int64_t now, json_t *lines, struct err *err)
{
	json_auto_t *one = json_deep_copy(said);

	/* The numbers are those of the daily mail; a choice stands behind the word. */
	json_object_del(one, "numbers");
	return command_held(o, json_int_or(item, "held", 0), one, now, lines, err) < 0
		       ? -1
		       : 1;
}

const struct daily_kind daily_held = {
	.name = "held", .find = find_held, .answer = answer_held};

/* ---- what the ones below share ---- */

/* {title, date, code}, with what is added; the caller owns. */
static json_t *about(const struct meeting *m)
{
	return json_pack("{s:s, s:{s:I}, s:s}", "title", m->title ? m->title : "",
		"date", "$date", (json_int_t)m->starts_at, "code", m->code);
}

/* Takes key and data. */
static void add(const struct finding *f, char *key, int64_t meeting_id, json_t *data)
{
	json_array_append_new(
		f->items, json_pack("{s:s, s:I, s:o}", "key", key, "meeting",
				  (json_int_t)meeting_id, "data", data));
	free(key);
}

static bool has_minutes_kind(const struct office *o, const struct meeting *m)
{
	return plan_minutes_due_at(&o->config->settings, m) != 0;
}

/* -1 on error. */
static int are_minutes_missing(
	struct office *o, const struct meeting *m, struct err *err)
{
	json_auto_t *minutes = minutes_standing(o->db, m->id, err);

	return minutes ? json_array_size(minutes) == 0 : -1;
}

static const json_t *secretary_of(const json_t *roles)
{
	size_t i;
	json_t *role;

	json_array_foreach ((json_t *)roles, i, role)
		if (strcmp(json_str_or(role, "role", ""), "secretary") == 0 &&
			*json_str_or(role, "address", ""))
			return role;
	return NULL;
}

static int each_meeting(struct office *o, int64_t now, int64_t from, int64_t to,
	meeting_fn fn, json_t *items, struct err *err)
{
	struct finding f = {o, now, items, err};

	return meeting_each(o->db, from, to, fn, &f, err);
}

static int tell(json_t *lines, const json_t *said, const char *code, json_t *data)
{
	json_array_append_new(lines, command_line(said, code, data));
	return 1;
}

/* ---- a secretary by mail ---- */

static int64_t number_of(const json_t *said)
{
	return json_integer_value(json_array_get(json_object_get(said, "numbers"), 0));
}

static int note_appointed(struct office *o, int64_t meeting_id, const char *address,
	int64_t now, struct err *err)
{
	const struct journal_entry entry = {
		.who = o->config->settings.coordinator_address,
		.what = "appointed",
		.why = "secretary-appointed",
		.detail = address,
		.meeting_id = meeting_id};

	return journal_add(o->db, &entry, now, err);
}

static int appoint(struct office *o, const json_t *item, const json_t *said,
	int64_t now, json_t *lines, struct err *err)
{
	const char *typed = json_str(said, "argument");
	str_auto *address = typed ? address_normal(typed) : NULL;
	int64_t meeting_id = json_int_or(item, "meeting", 0);
	str_auto *person = NULL;
	str_auto *name = NULL;

	if (!address || address_is_suspicious(address))
		return tell(lines, said, "bad-address",
			json_pack("{s:I}", "number", (json_int_t)number_of(said)));
	if (directory_person_by_address(o->db, address, &person, &name, err) < 0)
		return -1;
	if (meeting_role_appoint(o->db, meeting_id, "secretary", name ? name : "",
		    address, o->config->settings.coordinator_address, err) < 0 ||
		note_appointed(o, meeting_id, address, now, err) < 0)
		return -1;
	tell(lines, said, "appointed",
		json_pack("{s:s}", "name", name ? name : address));
	return 1;
}

/* What is late is asked for at once; for the rest the office does it by itself. */
static int appoint_late(struct office *o, const json_t *item, const json_t *said,
	int64_t now, json_t *lines, struct err *err)
{
	str_auto *asked = NULL;

	if (appoint(o, item, said, now, lines, err) < 0)
		return -1;
	if (duties_request_again(o, json_int_or(item, "meeting", 0), now, &asked, err) <
		0)
		return -1;
	return 1;
}

/* ---- late minutes ---- */

static int find_late(const struct meeting *m, void *context)
{
	const struct finding *f = context;
	int64_t due_at = plan_minutes_due_at(&f->o->config->settings, m);

	if (m->state != MEETING_PLANNED || !m->told || !due_at || due_at >= f->now)
		return 0;
	int missing = are_minutes_missing(f->o, m, f->err);
	if (missing <= 0)
		return missing;
	json_auto_t *roles = meeting_roles(f->o->db, m->id, f->err);
	if (!roles)
		return -1;
	const json_t *secretary = secretary_of(roles);
	const char *name = json_str_or(secretary, "name", "");
	json_t *data = about(m);
	json_object_set_new(
		data, "due", json_pack("{s:I}", "$date", (json_int_t)due_at));
	json_put_str(data, "secretary", *name ? name : json_str(secretary, "address"));
	add(f, xasprintf("minutes:%lld", (long long)m->id), m->id, data);
	return 0;
}

static int find_late_minutes(
	struct office *o, int64_t now, json_t *items, struct err *err)
{
	int64_t from = clock_add_days(now, -o->config->settings.past_days);

	return each_meeting(o, now, from, now, find_late, items, err);
}

static int remind_secretary(struct office *o, const json_t *item, const json_t *said,
	int64_t now, json_t *lines, struct err *err)
{
	str_auto *name = NULL;
	int sent = duties_request_again(
		o, json_int_or(item, "meeting", 0), now, &name, err);

	if (sent < 0)
		return -1;
	if (!name)
		return tell(lines, said, "no-secretary",
			json_pack("{s:I}", "number", (json_int_t)number_of(said)));
	return tell(lines, said, sent ? "reminded" : "reminded-today",
		json_pack("{s:s}", "names", name));
}

static int answer_late(struct office *o, const json_t *item, const json_t *said,
	int64_t now, json_t *lines, struct err *err)
{
	const char *word = json_str_or(said, "word", "");

	if (strcmp(word, "remind") == 0)
		return remind_secretary(o, item, said, now, lines, err);
	return strcmp(word, "secretary") == 0
		       ? appoint_late(o, item, said, now, lines, err)
		       : 0;
}

const struct daily_kind daily_late_minutes = {
	.name = "late_minutes", .find = find_late_minutes, .answer = answer_late};

/* ---- no secretary ---- */

/* Late ones are asked about above. */
static int find_lacking(const struct meeting *m, void *context)
{
	const struct finding *f = context;
	int64_t due_at = plan_minutes_due_at(&f->o->config->settings, m);

	if (m->state != MEETING_PLANNED || !has_minutes_kind(f->o, m) ||
		due_at < f->now || (m->starts_at < f->now && !m->told))
		return 0;
	int missing = are_minutes_missing(f->o, m, f->err);
	json_auto_t *roles = meeting_roles(f->o->db, m->id, f->err);
	if (missing < 0 || !roles)
		return -1;
	if (missing && !secretary_of(roles))
		add(f, xasprintf("secretary:%lld", (long long)m->id), m->id, about(m));
	return 0;
}

static int find_no_secretary(
	struct office *o, int64_t now, json_t *items, struct err *err)
{
	int64_t from = clock_add_days(now, -o->config->settings.past_days);

	return each_meeting(o, now, from, clock_add_days(now, SECRETARY_DAYS),
		find_lacking, items, err);
}

static int answer_no_secretary(struct office *o, const json_t *item, const json_t *said,
	int64_t now, json_t *lines, struct err *err)
{
	return strcmp(json_str_or(said, "word", ""), "secretary") == 0
		       ? appoint(o, item, said, now, lines, err)
		       : 0;
}

const struct daily_kind daily_no_secretary = {.name = "no_secretary",
	.find = find_no_secretary,
	.answer = answer_no_secretary};

/* ---- calls ---- */

static bool is_time_to_ask(const struct finding *f, const struct meeting *m)
{
	int64_t at = plan_reminder_at(&f->o->config->settings, m);

	if (m->state != MEETING_PLANNED || !m->decisive || !m->told)
		return false;
	return (at ? at : clock_add_days(m->starts_at, -CALL_DAYS)) <= f->now;
}

static int find_silent(const struct meeting *m, void *context)
{
	const struct finding *f = context;

	if (!is_time_to_ask(f, m))
		return 0;
	recipients_auto silent = RECIPIENTS_NONE;
	if (reminders_silent(f->o, m, f->now, &silent, f->err) < 0)
		return -1;
	if (silent.count == 0)
		return 0;
	json_t *names = json_array();
	for (size_t i = 0; i < silent.count; i++)
		json_array_append_new(names, json_string(silent.list[i].name));
	json_t *data = about(m);
	json_object_set_new(data, "names", json_pack("{s:o}", "$list", names));
	add(f, xasprintf("silent:%lld:%d", (long long)m->id, m->sequence), m->id, data);
	return 0;
}

static int find_unanswered(
	struct office *o, int64_t now, json_t *items, struct err *err)
{
	int64_t to = clock_add_days(now, o->config->settings.horizon_days);

	return each_meeting(o, now, now + 1, to, find_silent, items, err);
}

static int answer_unanswered(struct office *o, const json_t *item, const json_t *said,
	int64_t now, json_t *lines, struct err *err)
{
	json_auto_t *names = json_array();

	if (strcmp(json_str_or(said, "word", ""), "remind") != 0)
		return 0;
	int sent = reminders_again(o, json_int_or(item, "meeting", 0), now, names, err);
	if (sent < 0)
		return -1;
	if (json_array_size(names) == 0)
		return tell(lines, said, "nobody", NULL);
	return tell(lines, said, sent ? "reminded" : "reminded-today",
		json_pack("{s:{s:O}}", "names", "$list", names));
}

const struct daily_kind daily_unanswered = {
	.name = "unanswered", .find = find_unanswered, .answer = answer_unanswered};

/* ---- absences ---- */

static void add_absent(const struct finding *f, const struct meeting *m,
	const struct recipient *who, const json_t *absence)
{
	json_t *data = about(m);

	json_put_str(data, "name", who->name);
	int64_t until = 0;
	if (clock_parse_day(json_str_or(absence, "until", ""), &until))
		json_object_set_new(
			data, "until", json_pack("{s:I}", "$date", (json_int_t)until));
	json_object_set_new(data, "is_return",
		json_boolean(json_bool_or(absence, "is_return", false)));
	add(f,
		xasprintf("absent:%lld:%d:%s", (long long)m->id, m->sequence,
			who->address),
		m->id, data);
}

static bool is_of(const json_t *absence, const struct recipient *who)
{
	return address_is_same(json_str_or(absence, "address", ""), who->address) ||
	       (who->person &&
		       strcmp(json_str_or(absence, "person", ""), who->person) == 0);
}

/* Away on the day of a meeting that they are called to and have not answered. */
static int find_away(const struct meeting *m, void *context)
{
	const struct finding *f = context;
	recipients_auto silent = RECIPIENTS_NONE;
	str_auto *day = clock_day(m->starts_at);
	size_t i;
	json_t *absence;

	if (m->state != MEETING_PLANNED || !m->decisive || !m->told)
		return 0;
	json_auto_t *absences = absence_list(f->o->db, day, f->err);
	if (!absences)
		return -1;
	if (json_array_size(absences) == 0)
		return 0;
	if (reminders_silent(f->o, m, f->now, &silent, f->err) < 0)
		return -1;
	for (size_t k = 0; k < silent.count; k++)
		json_array_foreach (absences, i, absence)
			if (is_of(absence, &silent.list[k]))
				add_absent(f, m, &silent.list[k], absence);
	return 0;
}

static int find_absent(struct office *o, int64_t now, json_t *items, struct err *err)
{
	int64_t to = clock_add_days(now, o->config->settings.horizon_days);

	return each_meeting(o, now, now + 1, to, find_away, items, err);
}

const struct daily_kind daily_absent = {.name = "absent", .find = find_absent};

/* ---- unplaced ---- */

static int find_unplaced_one(const struct meeting *m, void *context)
{
	const struct finding *f = context;

	if (m->state != MEETING_UNPLACED)
		return 0;
	json_t *data = about(m);
	json_object_set_new(data, "why",
		json_pack(
			"{s:[s, s]}", "$name", "reason", m->reason ? m->reason : "?"));
	add(f,
		xasprintf("unplaced:%lld:%s", (long long)m->id,
			m->reason ? m->reason : ""),
		m->id, data);
	return 0;
}

static int find_unplaced(struct office *o, int64_t now, json_t *items, struct err *err)
{
	int64_t to = clock_add_days(now, o->config->settings.horizon_days);

	return each_meeting(o, now, now, to, find_unplaced_one, items, err);
}

const struct daily_kind daily_unplaced = {.name = "unplaced", .find = find_unplaced};

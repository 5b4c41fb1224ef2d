#include "office/match.h"

#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "duty/placing.h"
#include "mail/address.h"
#include "store/directory.h"
#include "store/letter.h"
#include "store/meeting.h"
#include "store/minutes.h"

/* Candidates: a set of meeting ids, of which only "none, one, several" matters. */
struct candidates {
	int64_t id;
	int count;
	json_t *all; /* where they are asked for; else NULL */
};

#define CHOICES_MAX 9

static bool has_id(const json_t *ids, int64_t id)
{
	size_t i;
	json_t *one;

	json_array_foreach ((json_t *)ids, i, one)
		if (json_integer_value(one) == id)
			return true;
	return false;
}

static void add(struct candidates *c, int64_t id)
{
	if (c->all && !has_id(c->all, id) && json_array_size(c->all) < CHOICES_MAX)
		json_array_append_new(c->all, json_integer(id));
	if (c->count && c->id == id)
		return;
	c->id = id;
	c->count++;
}

/* ---- by subject code ---- */

/* Length of a code like EKH-2026-09-14 or EKH-2026-09-14-2 at s, else 0. */
static size_t code_length(const char *s)
{
	static const char form[] = "AAA-0000-00-00";
	size_t i;

	for (i = 0; form[i]; i++) {
		bool fits = form[i] == 'A'   ? isupper((unsigned char)s[i]) != 0
			    : form[i] == '0' ? isdigit((unsigned char)s[i]) != 0
					     : s[i] == '-';
		if (!fits)
			return 0;
	}
	if (s[i] == '-' && isdigit((unsigned char)s[i + 1])) {
		i++;
		while (isdigit((unsigned char)s[i]))
			i++;
	}
	return isalnum((unsigned char)s[i]) ? 0 : i;
}

static int by_code(
	struct office *o, const char *text, struct candidates *c, struct err *err)
{
	for (const char *s = text; *s; s++) {
		size_t len = code_length(s);
		if (!len)
			continue;
		meeting_auto m = MEETING_EMPTY;
		str_auto *code = xstrndup(s, len);
		int found = meeting_find(o->db, code, &m, err);
		if (found < 0)
			return -1;
		if (found)
			add(c, m.id);
		s += len - 1;
	}
	return 0;
}

/* ---- by date and council ---- */

struct day_search {
	struct office *o;
	const char *folded; /* subject, text and file names */
	struct candidates *found;
};

/* "2026-09-14", "20260914", "260914", "14/9", "14.9", "14 september" (or the English
 * month) as people write a day. */
static bool names_day(struct office *o, const char *folded, int64_t at)
{
	struct tm tm = clock_local(at);
	str_auto *iso = clock_day(at);
	str_auto *run =
		xasprintf("%04d%02d%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	str_auto *slash = xasprintf("%d/%d", tm.tm_mday, tm.tm_mon + 1);

	if (text_has_word_folded(folded, iso) || text_has_word_folded(folded, run) ||
		text_has_word_folded(folded, run + 2) ||
		text_has_word_folded(folded, slash))
		return true;
	static const char *const files[] = {"sv/words.json", "en/words.json"};
	for (size_t i = 0; i < 2; i++) {
		const char *text = json_str(o->config->templates, files[i]);
		json_auto_t *words = text ? json_loads(text, 0, NULL) : NULL;
		const char *month = json_string_value(json_array_get(
			json_object_get(words, "months"), (size_t)tm.tm_mon));
		str_auto *name = month ? text_fold(month) : NULL;
		str_auto *day = xasprintf("%d %s", tm.tm_mday, name ? name : "?");
		if (name && text_has_word_folded(folded, day))
			return true;
	}
	return false;
}

static int consider_day(const struct meeting *m, void *context)
{
	const struct day_search *s = context;
	const json_t *council = placing_council(s->o->config, m->council);

	if (council && placing_names_council(council, s->folded) &&
		names_day(s->o, s->folded, m->starts_at))
		add(s->found, m->id);
	return 0;
}

static char *all_words(const struct mail_case *c)
{
	buf_auto words = BUF_EMPTY;
	size_t i;
	json_t *file;

	buf_addf(&words, "%s\n%s\n", json_str_or(c->said, "subject", ""),
		json_str_or(c->said, "text", ""));
	json_array_foreach (json_object_get(c->said, "attachments"), i, file) {
		str_auto *name = xstrdup(json_str_or(file, "name", ""));
		for (char *p = name; *p; p++)
			if (*p == '_')
				*p = ' ';
		buf_addf(&words, "%s\n", name);
	}
	return text_fold(buf_str(&words));
}

static int by_day(struct office *o, const struct mail_case *c, struct candidates *found,
	struct err *err)
{
	str_auto *folded = all_words(c);
	struct day_search search = {o, folded, found};
	int64_t from = clock_add_days(c->now, -o->config->settings.past_days);

	return meeting_each(o->db, from, c->now, consider_day, &search, err);
}

/* ---- by what the sender owes ---- */

static int by_role(struct office *o, const struct mail_case *c,
	struct candidates *found, struct err *err)
{
	int64_t from = clock_add_days(c->now, -o->config->settings.past_days);
	json_auto_t *ids = meeting_ids_by_role(o->db, c->from, from, c->now, err);
	size_t i;
	json_t *id;

	if (!ids)
		return -1;
	json_array_foreach (ids, i, id) {
		json_auto_t *minutes =
			minutes_standing(o->db, json_integer_value(id), err);
		if (!minutes)
			return -1;
		if (json_array_size(minutes) == 0)
			add(found, json_integer_value(id));
	}
	return 0;
}

/* ---- all of them, in order ---- */

static int by_token(struct office *o, const struct mail_case *c,
	struct candidates *found, struct err *err)
{
	delivery_auto d = DELIVERY_EMPTY;
	str_auto *key = xasprintf("%lld", (long long)c->delivery_id);

	if (!c->delivery_id)
		return 0;
	int status = delivery_find(o->db, key, &d, err);
	if (status > 0 && d.meeting_id)
		add(found, d.meeting_id);
	return status < 0 ? -1 : 0;
}

typedef int (*step_fn)(struct office *o, const struct mail_case *c,
	struct candidates *found, struct err *err);

static int by_subject(struct office *o, const struct mail_case *c,
	struct candidates *found, struct err *err)
{
	return by_code(o, json_str_or(c->said, "subject", ""), found, err);
}

int match_meeting(struct office *o, const struct mail_case *c, int64_t *ret_meeting,
	struct err *err)
{
	static const step_fn steps[] = {by_token, by_subject, by_day, by_role};

	if (c->released_meeting) {
		*ret_meeting = c->released_meeting;
		return MATCH_ONE;
	}
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct candidates found = {0, 0, NULL};
		if (steps[i] == by_role && !c->from)
			break;
		if (steps[i](o, c, &found, err) < 0)
			return -1;
		if (found.count > 1)
			return MATCH_SEVERAL;
		if (found.count == 1) {
			*ret_meeting = found.id;
			return MATCH_ONE;
		}
	}
	return MATCH_NONE;
}

int match_code(struct office *o, const struct mail_case *c, int64_t *ret_meeting,
	struct err *err)
{
	struct candidates found = {0, 0, NULL};

	if (by_subject(o, c, &found, err) < 0)
		return -1;
	*ret_meeting = found.id;
	return found.count == 1;
}

/* ---- what the coordinator may choose among ---- */

struct owed_search {
	struct office *o;
	json_t *ids;
	struct err *err;
};

static int add_owed(const struct meeting *m, void *context)
{
	struct owed_search *s = context;
	const struct kind_settings *kind =
		settings_kind(&s->o->config->settings, m->kind);

	if (m->state != MEETING_PLANNED || !kind || !kind->has_minutes)
		return 0;
	json_auto_t *minutes = minutes_standing(s->o->db, m->id, s->err);
	if (!minutes)
		return -1;
	if (json_array_size(minutes) == 0)
		json_array_insert_new(s->ids, 0, json_integer(m->id));
	while (json_array_size(s->ids) > CHOICES_MAX)
		json_array_remove(s->ids, CHOICES_MAX);
	return 0;
}

json_t *match_choices(struct office *o, const struct mail_case *c, struct err *err)
{
	static const step_fn steps[] = {by_token, by_subject, by_day, by_role};
	json_auto_t *ids = json_array();
	int64_t from = clock_add_days(c->now, -o->config->settings.past_days);

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct candidates found = {0, 0, ids};
		if (steps[i] == by_role && !c->from)
			break;
		if (steps[i](o, c, &found, err) < 0)
			return NULL;
		if (found.count > 0)
			return TAKE(ids);
	}
	struct owed_search search = {o, ids, err};
	if (meeting_each(o->db, from, c->now, add_owed, &search, err) < 0)
		return NULL;
	return TAKE(ids);
}

/* ---- who may ---- */

static bool is_office_itself(const struct office *o, const char *address)
{
	const struct settings *s = &o->config->settings;
	size_t i;
	json_t *one;

	if (address_is_same(address, s->coordinator_address))
		return true;
	json_array_foreach (s->security_unit, i, one)
		if (address_is_same(address, json_string_value(one)))
			return true;
	return false;
}

int match_may_hand_in(
	struct office *o, int64_t meeting_id, const char *address, struct err *err)
{
	if (is_office_itself(o, address))
		return 1;
	json_auto_t *roles = meeting_roles(o->db, meeting_id, err);
	if (!roles)
		return -1;
	size_t i;
	json_t *role;
	json_array_foreach (roles, i, role) {
		const char *holder = json_str_or(role, "address", "");
		int same =
			*holder ? handler_is_same_person(o, address, holder, err) : 0;
		if (same)
			return same;
	}
	return 0;
}

int match_is_hander(struct office *o, const char *address, int64_t now, struct err *err)
{
	int64_t from = clock_add_days(now, -o->config->settings.past_days);
	int64_t to = clock_add_days(now, o->config->settings.horizon_days);
	json_auto_t *ids = meeting_ids_by_role(o->db, address, from, to, err);

	if (!ids)
		return -1;
	return json_array_size(ids) > 0;
}

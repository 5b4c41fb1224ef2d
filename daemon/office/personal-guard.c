#include "office/personal-guard.h"

#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/personal-number.h"
#include "mail/address.h"
#include "office/match.h"
#include "office/minutes-files.h"
#include "office/post.h"
#include "store/look.h"

#define ACT "personal-number"

/* ---- meetings ---- */

/* The texts of a meeting that its letters show, with their names in the words. */
struct shown {
	const char *fact;
	const char *text;
};

static bool names_one(const struct meeting *m)
{
	return personal_number_is_in(m->title) || personal_number_is_in(m->location) ||
	       personal_number_is_in(m->agenda);
}

/* "meeting:12:HASH": another wording is another question. The caller frees. */
static char *key_of(const struct meeting *m)
{
	str_auto *text = xasprintf("%s\n%s\n%s", m->title ? m->title : "",
		m->location ? m->location : "", m->agenda ? m->agenda : "");
	char hex[HASH_HEX_SIZE];

	hash_hex(text, strlen(text), hex);
	return xasprintf("meeting:%lld:%.16s", (long long)m->id, hex);
}

static json_t *facts_of(const struct meeting *m)
{
	const struct shown shown[] = {{"personal-in-title", m->title},
		{"personal-in-location", m->location},
		{"personal-in-agenda", m->agenda}};
	json_t *facts = json_array();

	for (size_t i = 0; i < sizeof(shown) / sizeof(*shown); i++) {
		size_t count = shown[i].text ? personal_number_count(shown[i].text) : 0;
		str_auto *value = xasprintf("%zu", count);
		if (count)
			json_array_append_new(facts,
				json_pack("{s:{s:[s, s]}, s:s}", "label", "$name",
					"fact", shown[i].fact, "value", value));
	}
	return facts;
}

/* What was asked about another wording of this meeting. */
static int withdraw_others(struct office *o, const struct meeting *m, const char *key,
	int64_t now, struct err *err)
{
	str_auto *begin = xasprintf("meeting:%lld:", (long long)m->id);

	return held_withdraw_begun(
		o->db, ACT, begin, key, "personal-number-gone", now, err);
}

static int ask(struct office *o, const struct meeting *m, const char *key, int64_t now,
	struct err *err)
{
	const struct held matter = {.key = (char *)key,
		.title = m->code,
		.meeting_id = m->id,
		.act = (char *)ACT,
		.reason = (char *)"personal-number"};
	json_auto_t *facts = facts_of(m);
	int asked = held_ask(o, &matter, facts, now, err);

	return asked < 0 ? -1 : asked ? 1 : 2;
}

int personal_guard_meeting(
	struct office *o, const struct meeting *m, int64_t now, struct err *err)
{
	enum held_state decision = HELD_WAITING;

	if (!names_one(m))
		return withdraw_others(o, m, "", now, err);
	str_auto *key = key_of(m);
	if (withdraw_others(o, m, key, now, err) < 0)
		return -1;
	int found = held_last_decision(o->db, ACT, key, &decision, err);
	if (found < 0)
		return -1;
	if (!found)
		return ask(o, m, key, now, err);
	return decision == HELD_RELEASED ? 0 : 2;
}

/* ---- minutes ---- */

bool personal_guard_minutes(const struct mail_case *c, const struct meeting *m)
{
	str_auto *text = minutes_files_text(c);
	size_t i;
	json_t *file;

	json_array_foreach (c->files, i, file)
		if (personal_number_is_in(json_str(file, "name")))
			return true;
	return personal_number_is_in(text) || personal_number_is_in(m->title) ||
	       personal_number_is_in(m->location) ||
	       personal_number_is_in(json_str(c->said, "from_name"));
}

/* ---- the coordinator's word ---- */

int personal_guard_yes(struct office *o, const struct held *h,
	const struct incoming *in, int64_t now, struct held_result *ret,
	struct err *err)
{
	(void)in;
	(void)now;
	ret->reason = "personal-number-released";
	return h->meeting_id ? look_set(o->db, h->meeting_id, 0, err) : 0;
}

static int tell(struct office *o, const struct held *h, const struct recipient *to,
	bool is_minutes, int64_t now, struct err *err)
{
	meeting_auto m = MEETING_EMPTY;
	str_auto *about = xasprintf("held:%lld", (long long)h->id);
	json_auto_t *extra = json_pack("{s:{s:b}}", "refused", "minutes", is_minutes);

	if (meeting_get(o->db, h->meeting_id, &m, err) < 0)
		return -1;
	json_auto_t *roles = meeting_roles(o->db, m.id, err);
	if (!roles)
		return -1;
	const struct post post = {
		.order = {.kind = "personal-number-notice",
			.meeting = &m,
			.roles = roles,
			.extra = extra,
			.auto_submitted = "auto-generated"},
		.about = about,
		.reason = "personal-number-refused",
		.priority = POST_TODAY,
	};
	return post_to(o, &post, to, now, err) < 0 ? -1 : 0;
}

int personal_guard_no(struct office *o, const struct held *h, const struct incoming *in,
	int64_t now, struct held_result *ret, struct err *err)
{
	struct recipient to;

	(void)in;
	ret->reason = "personal-number-refused";
	if (!h->meeting_id)
		return 0;
	json_auto_t *roles = meeting_roles(o->db, h->meeting_id, err);
	if (!roles)
		return -1;
	return post_secretary(roles, &to) ? tell(o, h, &to, false, now, err) : 0;
}

int personal_guard_minutes_no(struct office *o, const struct held *h,
	const struct incoming *in, int64_t now, struct held_result *ret,
	struct err *err)
{
	ret->reason = "held-refused";
	if (strcmp(h->reason, "personal-number") != 0 || !h->meeting_id ||
		!in->from_address)
		return 0;
	/* Only who may hand them in hears of it, as strangers get no answer (A22). */
	int may = match_may_hand_in(o, h->meeting_id, in->from_address, err);
	if (may <= 0)
		return may;
	const struct recipient to = {.name = (char *)"", .address = in->from_address};
	ret->reason = "personal-number-refused";
	return tell(o, h, &to, true, now, err);
}

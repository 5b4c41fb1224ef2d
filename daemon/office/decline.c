#include "office/decline.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/personal-number.h"
#include "duty/plan.h"
#include "mail/address.h"
#include "office/post.h"
#include "store/called.h"

struct decline {
	struct office *o;
	const struct meeting *m;
	const struct invited *who;
	const struct answer *answer;
	const char *delegated_to;
	json_t *roles;
	int version;
	bool is_call;		  /* he was asked to come, not only told */
	struct recipient *deputy; /* the next one; NULL: none is left */
	bool is_deputy_called;	  /* now, by us */
	int64_t now;
};

static bool calls_deputies(const struct office *o, const struct meeting *m)
{
	const struct kind_settings *kind =
		m->kind ? settings_kind(&o->config->settings, m->kind) : NULL;

	return kind && kind->call_deputies;
}

/* The first who is not the one that declined and, where they are called one by one, has
 * not been called. */
static struct recipient *next_deputy(const struct decline *d,
	const struct recipients *deputies, const json_t *called)
{
	for (size_t i = 0; i < deputies->count; i++) {
		struct recipient *one = &deputies->list[i];
		bool is_self =
			d->who->person && strcmp(one->person, d->who->person) == 0;
		if (!is_self && !json_has_str(called, one->person))
			return one;
	}
	return NULL;
}

/* ---- the deputy's call ---- */

static int call_deputy(struct decline *d, struct err *err)
{
	int is_new = called_add(d->o->db, d->m->id, d->deputy->person,
		d->answer->attendee, d->now, err);

	if (is_new <= 0)
		return is_new;
	const struct post post = {
		.order = {.kind = "invitation",
			.meeting = d->m,
			.roles = d->roles,
			.calendar = COMPOSE_REQUEST,
			.auto_submitted = "auto-generated"},
		.version = d->version,
		.about = "called",
		.reason = "deputy-called",
		.priority = POST_TODAY,
	};
	d->is_deputy_called = true;
	return post_to(d->o, &post, d->deputy, d->now, err) < 0 ? -1 : 0;
}

/* ---- the notice ---- */

static json_t *notice_data(const struct decline *d)
{
	json_t *said = json_object();
	/* It goes out at once: nobody could be asked first. */
	str_auto *comment = personal_number_mask(d->answer->comment);

	json_put_str(said, "name", *d->who->name ? d->who->name : d->who->address);
	json_put_str(said, "address", d->who->address);
	json_put_str(said, "comment", d->delegated_to ? NULL : comment);
	json_put_str(said, "delegated_to", d->delegated_to);
	json_object_set_new(said, "call", json_boolean(d->is_call));
	json_t *data = json_pack("{s:o}", "answer", said);
	if (!d->deputy)
		return data;
	json_object_set_new(data, "deputy",
		json_pack("{s:s, s:s, s:b}", "name", d->deputy->name, "address",
			d->deputy->address, "called", d->is_deputy_called));
	return data;
}

static int tell(const struct decline *d, struct err *err)
{
	const struct settings *s = &d->o->config->settings;
	json_auto_t *extra = notice_data(d);
	const struct post post = {
		.order = {.kind = "decline-notice",
			.meeting = d->m,
			.roles = d->roles,
			.extra = extra,
			.auto_submitted = "auto-generated"},
		.version = d->version,
		.about = d->answer->attendee,
		.reason = d->delegated_to ? "call-delegated" : "call-declined",
		.priority = POST_TODAY,
	};

	if (post_to_coordinator(d->o, &post, d->now, err) < 0)
		return -1;
	struct recipient to;
	if (!post_secretary(d->roles, &to) ||
		address_is_same(to.address, s->coordinator_address))
		return 0;
	return post_to(d->o, &post, &to, d->now, err) < 0 ? -1 : 0;
}

static int work(struct decline *d, struct err *err)
{
	recipients_auto deputies = RECIPIENTS_NONE;
	json_auto_t *called = called_list(d->o->db, d->m->id, err);
	str_auto *day = clock_day(d->m->starts_at);

	if (!called)
		return -1;
	if (d->who->committee && called_deputies(d->o->db, d->who->committee, day,
					 d->m->id, &deputies, err) < 0)
		return -1;
	d->deputy = next_deputy(d, &deputies, called);
	if (d->deputy && d->is_call && calls_deputies(d->o, d->m) &&
		call_deputy(d, err) < 0)
		return -1;
	return tell(d, err);
}

int decline_work(struct office *o, const struct meeting *m, const struct invited *who,
	const struct answer *answer, const char *delegated_to, int64_t now,
	struct err *err)
{
	bool is_delegated = strcmp(answer->partstat, "DELEGATED") == 0;

	if ((strcmp(answer->partstat, "DECLINED") != 0 && !is_delegated) ||
		m->state != MEETING_PLANNED || m->starts_at <= now)
		return 0;
	int for_information = plan_is_for_information(
		o->db, &o->config->settings, m, who->person, now, err);
	json_auto_t *roles = meeting_roles(o->db, m->id, err);
	json_auto_t *told = m->told ? json_loads(m->told, 0, NULL) : NULL;
	if (for_information < 0 || !roles)
		return -1;
	struct decline d = {
		.o = o,
		.m = m,
		.who = who,
		.answer = answer,
		.delegated_to = is_delegated ? delegated_to : NULL,
		.roles = roles,
		.version = (int)json_int_or(told, "version", 0),
		.is_call = m->decisive && !for_information,
		.now = now,
	};
	/* Who need not come may stay away; who is sent instead is not on our lists. */
	return d.is_call || d.delegated_to ? work(&d, err) : 0;
}

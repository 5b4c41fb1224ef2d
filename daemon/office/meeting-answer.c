#include "office/meeting-answer.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "calendar/calendar-reply.h"
#include "mail/address.h"
#include "office/post.h"
#include "store/letter.h"

#define KIND "meeting-answer"

/* A machine is never answered (RFC 3834, 2), nor what somebody sent on. */
static bool is_from_a_person(const struct mail_case *c, const json_t *calendar)
{
	const char *submitted = json_str_or(c->said, "auto_submitted", "no");
	const char *return_path = json_str_or(c->said, "return_path", "?");

	return c->is_vouched && strcmp(submitted, "no") == 0 && *return_path &&
	       !json_bool_or(c->said, "list", false) &&
	       !json_bool_or(calendar, "forwarded", false) &&
	       text_equal_nocase(json_str_or(calendar, "method", ""), "REQUEST");
}

static bool invites_the_mailbox(const struct office *o, const json_t *component)
{
	size_t i;
	json_t *attendee;

	json_array_foreach (json_object_get(component, "attendees"), i, attendee)
		if (address_is_same(json_str_or(attendee, "address", ""),
			    o->config->settings.mailbox_address))
			return true;
	return false;
}

static bool is_in(const json_t *addresses, const char *address)
{
	size_t i;
	json_t *one;

	json_array_foreach (addresses, i, one)
		if (address_is_same(address, json_string_value(one)))
			return true;
	return false;
}

/* The organizer hears it: who sent the mail, or somebody else who may plan, for whom he
 * sent it. A name in a calendar alone gets no mail from us. */
static bool may_be_told(
	const struct office *o, const struct mail_case *c, const char *organizer)
{
	const struct settings *s = &o->config->settings;
	const struct calendar_settings *calendar =
		settings_mail_calendar(&o->config->settings);

	return address_is_same(organizer, c->from) ||
	       address_is_same(organizer, s->coordinator_address) ||
	       is_in(s->security_unit, organizer) ||
	       (calendar && is_in(calendar->mail_from, organizer));
}

/* The component of the entry that invites the mailbox: the whole one, else the first of
 * the dates, which go to ret_dates. */
static const json_t *gather(const struct office *o, const json_t *calendar,
	const char *uid, json_t *ret_dates)
{
	const json_t *first = NULL;
	size_t i;
	json_t *component;

	json_array_foreach (json_object_get(calendar, "components"), i, component) {
		const char *date = json_str_or(component, "recurrence_id", "");
		if (strcmp(json_str_or(component, "uid", ""), uid) != 0 ||
			!invites_the_mailbox(o, component))
			continue;
		if (!*date) {
			json_array_clear(ret_dates);
			return component;
		}
		first = first ? first : component;
		json_array_append_new(ret_dates, json_string(date));
	}
	return first;
}

static int post(struct office *o, const struct mail_case *c, const json_t *component,
	struct calendar_reply *reply, struct err *err)
{
	str_auto *about = xasprintf("%s:%lld", reply->uid, (long long)c->in->id);
	json_int_t starts = json_int_or(component, "starts", 0);
	json_auto_t *extra = json_pack("{s:{s:s}}", "invitation", "title",
		json_str_or(component, "summary", ""));
	const struct recipient to = {
		.name = (char *)reply->organizer_name,
		.address = (char *)reply->organizer_address,
	};
	const struct post answer = {
		.order = {.kind = KIND,
			.extra = extra,
			.calendar = COMPOSE_ACCEPTED,
			.reply = reply,
			.in_reply_to = json_str(c->said, "message_id"),
			.auto_submitted = "auto-replied"},
		.about = about,
		.reason = "meeting-mail-answered",
		.priority = POST_TODAY,
	};

	if (starts)
		json_object_set_new(json_object_get(extra, "invitation"), "date",
			json_pack("{s:I}", "$date", starts));
	return post_to(o, &answer, &to, c->now, err);
}

static int write_answer(struct office *o, const struct mail_case *c,
	const json_t *component, const json_t *dates, const char *to, struct err *err)
{
	const struct settings *s = &o->config->settings;
	const json_t *organizer = json_object_get(component, "organizer");
	struct calendar_reply reply = {
		.uid = json_str(component, "uid"),
		.recurrence_ids = dates,
		.sequence = json_bool_or(component, "no_sequence", false)
				    ? -1
				    : (int)json_int_or(component, "sequence", 0),
		.dtstamp = c->now,
		.summary = json_str(component, "summary"),
		.organizer_name = json_str_or(organizer, "cn", ""),
		.organizer_address = to,
		.attendee_name = s->mailbox_name,
		.attendee_address = s->mailbox_address,
	};

	return post(o, c, component, &reply, err);
}

int meeting_answer(struct office *o, const struct mail_case *c, const json_t *calendar,
	const char *uid, struct err *err)
{
	const struct calendar_settings *settings =
		settings_mail_calendar(&o->config->settings);
	json_auto_t *dates = json_array();

	if (!settings || !settings->answer || !is_from_a_person(c, calendar))
		return 0;
	const json_t *component = gather(o, calendar, uid, dates);
	str_auto *to = address_normal(
		json_str_or(json_object_get(component, "organizer"), "address", ""));
	if (!component || !to || !may_be_told(o, c, to))
		return 0;
	int sent =
		delivery_count_kind(o->db, KIND, to, clock_add_days(c->now, -1), err);
	if (sent < 0)
		return -1;
	if (sent >= settings->answers_per_day)
		return 0;
	return write_answer(o, c, component, dates, to, err);
}

#include "duty/compose.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "calendar/calendar-write.h"
#include "duty/meeting-files.h"
#include "duty/placing.h"
#include "mail/header-write.h"
#include "render/letter-text.h"
#include "render/words.h"

bool compose_is_personal(const char *kind)
{
	static const char *const personal[] = {"invitation", "update", "cancellation",
		"reminder", "invitation-again", "withdrawal", "counter-declined"};

	for (size_t i = 0; i < sizeof(personal) / sizeof(personal[0]); i++)
		if (strcmp(kind, personal[i]) == 0)
			return true;
	return false;
}

json_t *compose_words(const struct config *config, const char *language)
{
	struct err err = ERR_INIT;

	return words_new(config->templates, language, &err);
}

/* ---- words for what `extra` leaves open ---- */

static char *kind_name(
	const struct config *config, const char *id, const char *language)
{
	const struct kind_settings *kind =
		id ? settings_kind(&config->settings, id) : NULL;

	if (!kind)
		return xstrdup(id ? id : "");
	const char *name = json_str(kind->name, language);
	return xstrdup(name ? name : json_str_or(kind->name, LETTER_LANGUAGE, id));
}

struct tongue {
	const struct config *config;
	const char *language;
	const json_t *words;
};

static json_t *steal_string(char *s)
{
	json_t *value = json_string(s);

	free(s);
	return value;
}

/* "PDF, Word (.docx) eller ren text (.txt)": the file types that minutes may have. */
static char *minutes_types(const struct tongue *t)
{
	json_auto_t *names = json_array();
	size_t i;
	json_t *type;

	json_array_foreach (t->config->settings.minutes_types, i, type)
		json_array_append_new(
			names, json_string(words_name(t->words, "media_type",
				       json_string_value(type))));
	return words_list(t->words, names, "or");
}

static json_t *localized(const struct tongue *t, const json_t *value);

static json_t *put_into_words(
	const struct tongue *t, const char *what, const json_t *value)
{
	const json_t *first = json_array_get(value, 0);
	const json_t *second = json_array_get(value, 1);

	if (strcmp(what, "$date") == 0)
		return steal_string(words_date(t->words, json_integer_value(value)));
	if (strcmp(what, "$moment") == 0)
		return steal_string(words_moment(t->words, json_integer_value(value)));
	if (strcmp(what, "$span") == 0)
		return steal_string(words_time_span(t->words, json_integer_value(first),
			json_integer_value(second)));
	if (strcmp(what, "$size") == 0)
		return steal_string(words_size(t->words, json_integer_value(value)));
	if (strcmp(what, "$name") == 0)
		return json_string(words_name(
			t->words, json_string_value(first), json_string_value(second)));
	if (strcmp(what, "$phrase") == 0) {
		json_auto_t *data = localized(t, json_array_get(value, 2));
		return steal_string(words_phrase(t->words, json_string_value(first),
			json_string_value(second), data));
	}
	if (strcmp(what, "$list") == 0)
		return steal_string(words_list(t->words, value, "and"));
	if (strcmp(what, "$kind") == 0)
		return steal_string(
			kind_name(t->config, json_string_value(value), t->language));
	if (strcmp(what, "$minutes_types") == 0)
		return steal_string(minutes_types(t));
	return json_null();
}

static json_t *localized_object(const struct tongue *t, const json_t *value)
{
	json_t *copy = json_object();
	const char *key;
	json_t *member;

	json_object_foreach ((json_t *)value, key, member) {
		if (key[0] == '$') {
			json_decref(copy);
			return put_into_words(t, key, member);
		}
		json_object_set_new(copy, key, localized(t, member));
	}
	return copy;
}

static json_t *localized(const struct tongue *t, const json_t *value)
{
	if (json_is_object(value))
		return localized_object(t, value);
	if (!json_is_array(value))
		return json_deep_copy(value);
	json_t *copy = json_array();
	size_t i;
	json_t *item;
	json_array_foreach (value, i, item)
		json_array_append_new(copy, localized(t, item));
	return copy;
}

/* ---- facts ---- */

static const char *role_name(const json_t *roles, const char *role)
{
	size_t i;
	json_t *one;

	json_array_foreach (roles, i, one) {
		if (strcmp(json_str_or(one, "role", ""), role) != 0)
			continue;
		const char *name = json_str_or(one, "name", "");
		return *name ? name : json_str(one, "address");
	}
	return NULL;
}

static void put_stolen(json_t *object, const char *key, char *value)
{
	json_put_str(object, key, value);
	free(value);
}

static void put_times(json_t *facts, const struct meeting *m, const json_t *words)
{
	put_stolen(facts, "date", words_date(words, m->starts_at));
	if (!m->all_day)
		put_stolen(facts, "time",
			words_time_span(words, m->starts_at, m->ends_at));
	json_put_int(facts, "week", clock_iso_week(m->starts_at));
	json_object_set_new(facts, "all_day", json_boolean(m->all_day));
}

/* What is sent along, and what has an address of its own. */
static void put_files(json_t *facts, const struct meeting *m, const struct tongue *t)
{
	json_auto_t *all = meeting_files_list(&t->config->settings, m);
	json_t *files = json_array();
	json_t *links = json_array();
	size_t i;
	json_t *one;

	json_array_foreach (all, i, one) {
		str_auto *size = words_size(t->words, json_int_or(one, "size", 0));
		json_t *row = json_pack("{s:s}", "name", json_str_or(one, "name", ""));
		json_put_str(row, "link", json_str(one, "link"));
		bool is_named = !json_str(one, "sha256");
		if (!is_named)
			json_put_str(row, "size", size);
		json_array_append_new(is_named ? links : files, row);
	}
	json_object_set_new(facts, "files", files);
	json_object_set_new(facts, "links", links);
	json_object_set_new(facts, "attached",
		json_boolean(json_array_size(files) || json_array_size(links)));
}

static json_t *meeting_facts(
	const struct tongue *t, const struct meeting *m, const json_t *roles)
{
	json_t *facts = json_object();

	json_put_str(facts, "code", m->code);
	json_put_str(facts, "title", m->title);
	put_stolen(facts, "kind", kind_name(t->config, m->kind, t->language));
	json_put_str(facts, "council",
		json_str(placing_council(t->config, m->council), "name"));
	put_times(facts, m, t->words);
	json_put_str(
		facts, "location", m->location && *m->location ? m->location : NULL);
	json_put_str(facts, "agenda", m->agenda && *m->agenda ? m->agenda : NULL);
	json_put_str(facts, "chair", role_name(roles, "chair"));
	json_put_str(facts, "secretary", role_name(roles, "secretary"));
	json_object_set_new(facts, "decisive", json_boolean(m->decisive));
	put_files(facts, m, t);
	return facts;
}

json_t *compose_meeting_facts(const struct config *config,
	const struct meeting *meeting, const json_t *roles, const char *language)
{
	json_t *words = compose_words(config, language);
	const struct tongue t = {
		config, letter_language(config->templates, language), words};
	json_t *facts = meeting_facts(&t, meeting, roles);

	json_decref(words);
	return facts;
}

static json_t *office_facts(const struct settings *s)
{
	return json_pack("{s:s, s:s, s:s}", "name", s->office_name, "unit",
		s->unit_name, "mailbox", s->mailbox_address);
}

static json_t *letter_data(const struct tongue *t, const struct compose_order *order,
	const struct recipient *to)
{
	const struct settings *s = &t->config->settings;
	json_t *data = order->extra ? localized(t, order->extra) : json_object();

	json_object_set_new(data, "office", office_facts(s));
	json_object_set_new(data, "coordinator",
		json_pack("{s:s, s:s}", "name", s->coordinator_name, "address",
			s->coordinator_address));
	if (order->meeting)
		json_object_set_new(data, "meeting",
			meeting_facts(t, order->meeting, order->roles));
	if (order->for_information)
		json_object_set_new(
			json_object_get(data, "meeting"), "decisive", json_false());
	if (!compose_is_personal(order->kind))
		return data;
	json_t *recipient = json_object();
	json_put_str(recipient, "name", to->name);
	json_put_str(recipient, "address", to->address);
	json_put_str(recipient, "committee", to->committee_name);
	json_object_set_new(data, "recipient", recipient);
	return data;
}

/* ---- the calendar of one recipient ---- */

static char *event_text(const struct config *config, const struct compose_order *order,
	const struct recipient *to, const char *language, const char *text, int64_t now,
	struct err *err)
{
	const struct meeting *m = order->meeting;
	const struct settings *s = &config->settings;
	const struct calendar_event event = {
		.uid = m->uid,
		.sequence = m->sequence,
		.dtstamp = now,
		.starts_at = m->starts_at,
		.ends_at = m->ends_at,
		.all_day = m->all_day,
		.zone = s->time_zone,
		.language = language,
		.summary = m->title,
		.location = m->location,
		.description = text,
		.organizer_name = s->mailbox_name,
		.organizer_address = s->mailbox_address,
		.attendee_name = to->name,
		.attendee_address = to->address,
		.attendance = m->decisive && !order->for_information,
	};

	switch (order->calendar) {
	case COMPOSE_REQUEST:
		return calendar_write_request(&event, err);
	case COMPOSE_CANCEL:
		return calendar_write_cancel(&event, err);
	case COMPOSE_DECLINE_COUNTER:
		return calendar_write_decline_counter(&event, err);
	case COMPOSE_ACCEPTED:
	case COMPOSE_NO_CALENDAR:
		break;
	}
	err_set(err, ERR_PERM, "this letter has no calendar");
	return NULL;
}

static char *calendar_text(const struct config *config,
	const struct compose_order *order, const struct recipient *to,
	const char *language, const char *text, int64_t now, struct err *err)
{
	return order->calendar == COMPOSE_ACCEPTED
		       ? calendar_write_accepted(order->reply, err)
		       : event_text(config, order, to, language, text, now, err);
}

static const char *calendar_method(enum compose_calendar calendar)
{
	switch (calendar) {
	case COMPOSE_REQUEST:
		return "REQUEST";
	case COMPOSE_CANCEL:
		return "CANCEL";
	case COMPOSE_DECLINE_COUNTER:
		return "DECLINECOUNTER";
	case COMPOSE_ACCEPTED:
		return "REPLY";
	case COMPOSE_NO_CALENDAR:
		break;
	}
	return NULL;
}

static int write_body(const struct config *config, const struct compose_order *order,
	const struct recipient *to, const char *seed, int64_t now,
	const struct letter_text *words, struct mime_text *ret_body, struct err *err)
{
	const char *language = letter_language(config->templates, to->language);
	str_auto *calendar = NULL;

	if (order->calendar != COMPOSE_NO_CALENDAR) {
		calendar = calendar_text(
			config, order, to, language, words->text, now, err);
		if (!calendar)
			return -1;
	}
	const struct mime_body body = {
		.text = words->text,
		.html = words->html,
		.language = language,
		.calendar = calendar,
		.method = calendar_method(order->calendar),
		.files = order->files,
		.file_count = order->file_count,
		.seed = seed,
	};
	return mime_body_write(&body, ret_body, err);
}

int compose_body(const struct config *config, const struct compose_order *order,
	const struct recipient *to, const char *seed, int64_t now, char **ret_subject,
	struct mime_text *ret_body, struct err *err)
{
	const char *language = letter_language(config->templates, to->language);
	letter_text_auto words = LETTER_TEXT_EMPTY;
	json_auto_t *vocabulary = words_new(config->templates, language, err);

	if (!vocabulary)
		return -1;
	const struct tongue t = {config, language, vocabulary};
	json_auto_t *data = letter_data(&t, order, to);
	if (render_letter(config->templates, language, order->kind, data, &words, err) <
		0)
		return -1;
	if (write_body(config, order, to, seed, now, &words, ret_body, err) < 0)
		return -1;
	*ret_subject = TAKE(words.subject);
	return 0;
}

static int add_thread(
	const struct compose_order *order, struct buf *to, struct err *err)
{
	if (!order->in_reply_to)
		return 0;
	if (header_add_plain(to, "In-Reply-To", order->in_reply_to, err) < 0)
		return -1;
	return header_add_plain(to, "References",
		order->references ? order->references : order->in_reply_to, err);
}

int compose_head(const struct config *config, const struct compose_order *order,
	const struct recipient *to, const char *subject, const char *message_id,
	int64_t now, struct buf *ret_head, struct err *err)
{
	const struct settings *s = &config->settings;
	str_auto *date = clock_format_mail(now);

	if (header_add_plain(ret_head, "Date", date, err) < 0 ||
		header_add_address(ret_head, "From", s->mailbox_name,
			s->mailbox_address, err) < 0 ||
		header_add_address(ret_head, "To", to->name, to->address, err) < 0 ||
		header_add(ret_head, "Subject", subject, err) < 0 ||
		header_add_plain(ret_head, "Message-ID", message_id, err) < 0 ||
		add_thread(order, ret_head, err) < 0 ||
		header_add_plain(
			ret_head, "Auto-Submitted", order->auto_submitted, err) < 0 ||
		header_add_plain(ret_head, "X-Auto-Response-Suppress", "OOF, AutoReply",
			err) < 0)
		return -1;
	return header_add_plain(ret_head, "X-Utskick", order->kind, err);
}

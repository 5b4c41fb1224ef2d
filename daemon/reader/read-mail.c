#include "reader/read-mail.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "mail/command-text.h"

#define ANSWERS_MAX 1000
#define MIB ((size_t)1 << 20)

struct reader_limits reader_limits(const json_t *stated)
{
	size_t calendar = (size_t)json_int_or(stated, "calendar_bytes", 8 * MIB);
	return (struct reader_limits){
		.mail = {.depth = (int)json_int_or(stated, "mime_depth", 100),
			.parts = (int)json_int_or(stated, "mime_parts", 10000),
			.text_max = MIB,
			.header_line_max = MIB,
			.header_fields_max = 10000,
			.calendar_max = calendar},
		.calendar = {.size_max = calendar,
			.line_max = MIB,
			.depth = 10,
			.components_max =
				(int)json_int_or(stated, "calendar_components", 20000),
			.occurrences_max = (int)json_int_or(
				stated, "calendar_occurrences", 20000)},
		.file = {.archive_entries =
				 (int)json_int_or(stated, "archive_entries", 10000),
			.archive_bytes = json_int_or(
				stated, "archive_bytes", (int64_t)(200 * MIB)),
			.archive_ratio = (int)json_int_or(stated, "archive_ratio", 200),
			.archive_depth = (int)json_int_or(stated, "archive_depth", 3),
			.text_max = (size_t)json_int_or(
				stated, "text_bytes", (int64_t)(2 * MIB))},
	};
}

static bool is_there(const json_t *answers, const json_t *answer)
{
	size_t i;
	json_t *one;
	json_array_foreach ((json_t *)answers, i, one)
		if (json_equal(one, answer))
			return true;
	return false;
}

static json_t *answer_of(
	const json_t *calendar, const json_t *component, const json_t *attendee)
{
	static const char *const members[] = {
		"partstat", "delegated_to", "delegated_from", "sent_by"};
	json_t *answer = json_object();
	json_put_str(answer, "uid", json_str(component, "uid"));
	json_put_str(answer, "recurrence_id", json_str(component, "recurrence_id"));
	json_put_str(answer, "attendee", json_str(attendee, "address"));
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		json_put_str(answer, members[i], json_str(attendee, members[i]));
	json_put_int(answer, "sequence", json_int_or(component, "sequence", 0));
	json_put_str(answer, "dtstamp", json_str(component, "dtstamp"));
	json_put_str(answer, "comment",
		json_str_or(attendee, "comment", json_str(component, "comment")));
	if (json_bool_or(calendar, "forwarded", false))
		json_object_set_new(answer, "forwarded", json_true());
	return answer;
}

/* The time and place that are put forward. */
static void put_proposal(json_t *counter, const json_t *component)
{
	static const char *const members[] = {"starts", "ends", "all_day", "location"};
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (json_object_get(component, members[i]))
			json_object_set(counter, members[i],
				json_object_get(component, members[i]));
}

/* Each ATTENDEE of each component of that METHOD (RFC 5546 3.2.3, 3.2.6, 3.2.7). */
static void add_answers(json_t *answers, const json_t *calendar, const char *method)
{
	size_t i;
	size_t k;
	json_t *component;
	json_t *attendee;
	if (!text_equal_nocase(json_str_or(calendar, "method", ""), method))
		return;
	json_array_foreach (json_object_get(calendar, "components"), i, component) {
		json_array_foreach (
			json_object_get(component, "attendees"), k, attendee) {
			json_t *answer = answer_of(calendar, component, attendee);
			if (strcmp(method, "COUNTER") == 0)
				put_proposal(answer, component);
			if (json_array_size(answers) < ANSWERS_MAX &&
				!is_there(answers, answer))
				json_array_append(answers, answer);
			json_decref(answer);
		}
	}
}

static void put_first(json_t *mail, const json_t *answers)
{
	static const char *const members[] = {
		"attendee", "partstat", "comment", "sequence"};
	const json_t *first = json_array_get(answers, 0);
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (json_object_get(first, members[i]))
			json_object_set(
				mail, members[i], json_object_get(first, members[i]));
}

/* A mail that somebody sends on is no request of his, but may be an answer. */
static bool is_itip(const json_t *calendar)
{
	static const char *const answers[] = {"REPLY", "COUNTER", "REFRESH"};
	const char *method = json_str_or(calendar, "method", "");
	if (!json_bool_or(calendar, "forwarded", false))
		return *method;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (text_equal_nocase(method, answers[i]))
			return true;
	return false;
}

/* Bounces and automatic answers stay what they are (F6); METHOD is the body's, not the
 * MIME type's. */
static void put_class(json_t *mail, const json_t *calendars)
{
	const char *class = json_str_or(mail, "class", "");
	size_t i;
	json_t *calendar;
	if (strcmp(class, "reply") != 0 && strcmp(class, "unknown") != 0)
		return;
	json_array_foreach ((json_t *)calendars, i, calendar)
		if (is_itip(calendar))
			json_object_set_new(mail, "class", json_string("itip"));
}

/* Takes list; leaves out an empty one. */
static void put_list(json_t *mail, const char *name, json_t *list)
{
	if (json_array_size(list) > 0)
		json_object_set(mail, name, list);
	json_decref(list);
}

static void put_calendars(json_t *mail, const struct mail_calendars *texts,
	const struct reader_limits *limits, const char *zone)
{
	const struct calendar_window window = {.zone = zone};
	json_t *calendars = json_array();
	json_t *answers = json_array();
	json_t *counters = json_array();
	json_t *refreshes = json_array();
	for (size_t i = 0; i < texts->count; i++) {
		json_t *calendar = calendar_read(buf_str(&texts->list[i]),
			texts->list[i].len, &limits->calendar, &window);
		if (texts->is_forwarded[i])
			json_object_set_new(calendar, "forwarded", json_true());
		add_answers(answers, calendar, "REPLY");
		add_answers(counters, calendar, "COUNTER");
		add_answers(refreshes, calendar, "REFRESH");
		json_array_append_new(calendars, calendar);
	}
	put_class(mail, calendars);
	put_first(mail, answers);
	put_list(mail, "answers", answers);
	put_list(mail, "counters", counters);
	put_list(mail, "refreshes", refreshes);
	json_object_set_new(mail, "calendars", calendars);
}

/* Only where it answers something, or its subject says so: what is asked is ours. */
static void put_commands(json_t *mail)
{
	str_auto *code = command_text_code(json_str_or(mail, "subject", ""));
	const char *class = json_str_or(mail, "class", "");
	json_put_str(mail, "code", code);
	if (strcmp(class, "bounce") == 0 || strcmp(class, "auto-reply") == 0)
		return;
	if (code || json_object_get(mail, "in_reply_to") ||
		json_object_get(mail, "references"))
		json_object_set_new(mail, "commands",
			command_text_read(json_str_or(mail, "text", "")));
}

json_t *read_mail(const void *bytes, size_t len, const struct reader_limits *limits,
	const char *zone)
{
	mail_calendars_auto texts = MAIL_CALENDARS_NONE;
	json_t *mail = mail_read(bytes, len, &limits->mail, &texts);
	if (texts.count > 0)
		put_calendars(mail, &texts, limits, zone);
	put_commands(mail);
	return mail;
}

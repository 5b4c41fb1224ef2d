/* Open questions of members. */
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "office/command.h"
#include "office/daily.h"
#include "office/question-out.h"
#include "store/question.h"

static int find(struct office *o, int64_t now, json_t *items, struct err *err)
{
	json_auto_t *list = question_open_list(o->db, err);
	size_t i;
	json_t *row;

	(void)now;
	if (!list)
		return -1;
	json_array_foreach (list, i, row) {
		int64_t id = json_int_or(row, "id", 0);
		int64_t asked_at = json_int_or(row, "asked_at", 0);
		const char *name = json_str_or(row, "from_name", "");
		str_auto *key = xasprintf(
			"question:%lld:%lld", (long long)id, (long long)asked_at);
		json_t *data = json_pack("{s:s, s:s, s:s, s:{s:I}}", "from",
			*name ? name : json_str_or(row, "from", "?"), "contact",
			json_str_or(row, "contact", "?"), "subject",
			json_str_or(row, "subject", ""), "since", "$date",
			(json_int_t)asked_at);
		json_put_str(data, "code", json_str(row, "meeting"));
		json_array_append_new(
			items, json_pack("{s:s, s:I, s:o}", "key", key, "question",
				       (json_int_t)id, "data", data));
	}
	return 0;
}

static int remind(struct office *o, int64_t id, const json_t *said, int64_t now,
	json_t *lines, struct err *err)
{
	str_auto *contact = NULL;
	int sent = question_remind_again(o, id, now, &contact, err);

	if (sent < 0)
		return -1;
	json_t *line =
		contact ? command_line(said, sent ? "reminded" : "reminded-today",
				  json_pack("{s:s}", "names", contact))
			: command_line(said, "settled", NULL);
	json_array_append_new(lines, line);
	return 1;
}

static int answer(struct office *o, const json_t *item, const json_t *said, int64_t now,
	json_t *lines, struct err *err)
{
	const char *word = json_str_or(said, "word", "");
	int64_t id = json_int_or(item, "question", 0);

	if (strcmp(word, "remind") == 0)
		return remind(o, id, said, now, lines, err);
	if (strcmp(word, "done") != 0)
		return 0;
	if (question_close(
		    o->db, id, o->config->settings.coordinator_address, now, err) < 0)
		return -1;
	json_array_append_new(lines, command_line(said, "closed", NULL));
	return 1;
}

const struct daily_kind daily_question = {
	.name = "question", .find = find, .answer = answer};

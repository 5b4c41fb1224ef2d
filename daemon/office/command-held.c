/* What the coordinator says of a held matter. */
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "office/command.h"

json_t *command_line(const json_t *said, const char *code, json_t *data)
{
	static const char *const not_understood[] = {
		"unknown", "nothing", "no-which", "choose", "no-choice", "not-here"};
	json_t *line = json_pack("{s:{s:[s, s, o]}}", "done", "$phrase", "done", code,
		data ? data : json_object());

	json_put_str(line, "line", json_str(said, "line"));
	for (size_t i = 0; i < sizeof(not_understood) / sizeof(*not_understood); i++)
		if (strcmp(code, not_understood[i]) == 0)
			json_object_set_new(line, "unknown", json_true());
	return line;
}

static json_t *name_of(const char *group, const char *key)
{
	return json_pack("{s:[s, s]}", "$name", group, key);
}

/* ---- decided before ---- */

static json_t *already(const json_t *said, const struct held *h)
{
	if (h->decision == HELD_WAITING)
		return command_line(said, "settled", NULL);
	return command_line(said, "already",
		json_pack("{s:{s:I}, s:o, s:s}", "when", "$moment",
			(json_int_t)h->decided_at, "word",
			name_of("word", h->decision == HELD_RELEASED ? "yes" : "no"),
			"by", h->decided_by ? h->decided_by : "?"));
}

/* ---- which meeting ---- */

static int64_t number_of(const json_t *said)
{
	const json_t *numbers = json_object_get(said, "numbers");

	if (json_object_get(said, "choice"))
		return json_int_or(said, "choice", 0);
	return json_integer_value(json_array_get(numbers, 0));
}

/* The code of what stands against it; NULL: ret is the meeting (0: its own). */
static const char *choose(const struct held *h, const json_t *said, int64_t *ret)
{
	const json_t *choices = json_object_get(h->data, "choices");
	size_t count = json_array_size(choices);
	int64_t number = number_of(said);

	*ret = 0;
	if (count == 0)
		return number ? "no-choice" : NULL;
	if (!number && count == 1)
		number = 1;
	if (!number)
		return "choose";
	if (number > (int64_t)count)
		return "no-choice";
	*ret = json_integer_value(json_array_get(choices, (size_t)number - 1));
	return NULL;
}

/* ---- the word ---- */

static int decide(struct office *o, const struct held *h, enum held_state word,
	int64_t meeting_id, const json_t *said, int64_t now, json_t *lines,
	struct err *err)
{
	if (held_decide(o->db, h->id, word, o->config->settings.coordinator_address,
		    meeting_id, now, err) < 0)
		return -1;
	/* What it did is looked up when the office has carried it out. */
	json_t *line = json_pack("{s:I}", "held", (json_int_t)h->id);
	json_put_str(line, "line", json_str(said, "line"));
	json_array_append_new(lines, line);
	return 0;
}

int command_held(struct office *o, int64_t held_id, const json_t *said, int64_t now,
	json_t *lines, struct err *err)
{
	held_auto h = HELD_EMPTY;
	const char *word = json_str_or(said, "word", "");
	bool is_yes = strcmp(word, "yes") == 0 || strcmp(word, "choice") == 0;
	int64_t meeting_id = 0;

	if (held_get(o->db, held_id, &h, err) < 0)
		return -1;
	const char *code = NULL;
	if (!is_yes && strcmp(word, "no") != 0)
		code = *word ? "not-here" : "unknown";
	if (!code && h.state != HELD_WAITING) {
		json_array_append_new(lines, already(said, &h));
		return 0;
	}
	if (!code && is_yes)
		code = choose(&h, said, &meeting_id);
	if (code) {
		json_array_append_new(
			lines, command_line(said, code,
				       json_pack("{s:I, s:o}", "number",
					       (json_int_t)number_of(said), "words",
					       name_of("words_for", "held"))));
		return 0;
	}
	return decide(o, &h, is_yes ? HELD_RELEASED : HELD_REFUSED, meeting_id, said,
		now, lines, err);
}

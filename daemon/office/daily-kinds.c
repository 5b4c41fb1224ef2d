/* What may be open, and an answer by its number. */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "office/command.h"
#include "office/daily.h"
#include "store/daily.h"

static const struct daily_kind *const kinds[] = {&daily_held, &daily_late_minutes,
	&daily_no_secretary, &daily_unanswered, &daily_absent, &daily_unplaced,
	&daily_question, &daily_failure, &daily_set_aside, &daily_server};
#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

static const struct daily_kind *find_kind(const char *name)
{
	for (size_t i = 0; i < KIND_COUNT; i++)
		if (strcmp(kinds[i]->name, name) == 0)
			return kinds[i];
	return NULL;
}

/* ---- what is open ---- */

static int add_kind(struct office *o, const struct daily_kind *kind, int64_t now,
	json_t *all, struct err *err)
{
	json_auto_t *found = json_array();
	size_t i;
	json_t *item;

	if (kind->find(o, now, found, err) < 0)
		return -1;
	json_array_foreach (found, i, item) {
		int off = daily_is_put_off(o->db, json_str(item, "key"), now, err);
		if (off < 0)
			return -1;
		if (off)
			continue;
		json_put_str(item, "kind", kind->name);
		json_array_append(all, item);
	}
	return 0;
}

json_t *daily_open(struct office *o, int64_t now, struct err *err)
{
	json_auto_t *all = json_array();

	for (size_t i = 0; i < KIND_COUNT; i++)
		if (add_kind(o, kinds[i], now, all, err) < 0)
			return NULL;
	return TAKE(all);
}

/* 1 it is still open, 0 it has settled since, -1. */
static int is_open(struct office *o, const struct daily_kind *kind, const char *key,
	int64_t now, struct err *err)
{
	json_auto_t *found = json_array();
	size_t i;
	json_t *item;

	if (kind->find(o, now, found, err) < 0)
		return -1;
	json_array_foreach (found, i, item)
		if (strcmp(json_str_or(item, "key", ""), key) == 0)
			return 1;
	return 0;
}

/* ---- an answer ---- */

struct answering {
	struct office *o;
	const struct daily_kind *kind;
	const json_t *item;
	const json_t *said;
	int64_t number;
	int64_t now;
	json_t *lines;
};

static int tell(const struct answering *a, const char *code, json_t *data)
{
	json_t *all = data ? data : json_object();

	json_put_int(all, "number", a->number);
	if (a->kind)
		json_object_set_new(all, "words",
			json_pack("{s:[s, s]}", "$name", "words_for", a->kind->name));
	json_array_append_new(a->lines, command_line(a->said, code, all));
	return 0;
}

static int put_off(const struct answering *a, bool for_good, struct err *err)
{
	const struct settings *s = &a->o->config->settings;
	int64_t until = clock_add_days(a->now, s->daily.wait_days);
	struct tm day = clock_local(until);

	/* From the morning of that day. */
	day.tm_hour = day.tm_min = day.tm_sec = 0;
	until = clock_from_local(day);
	if (daily_put_off(a->o->db, json_str(a->item, "key"), for_good ? 0 : until,
		    s->coordinator_address, a->now, err) < 0)
		return -1;
	return for_good ? tell(a, "closed", NULL)
			: tell(a, "put-off",
				  json_pack("{s:{s:I}}", "when", "$date",
					  (json_int_t)until));
}

static int answer_word(const struct answering *a, const char *word, struct err *err)
{
	bool is_done = strcmp(word, "done") == 0;
	bool is_wait = strcmp(word, "wait") == 0;
	bool is_held = a->kind == &daily_held;
	bool is_own = a->kind->answer && !is_wait && !(is_held && is_done);

	int own =
		is_own ? a->kind->answer(a->o, a->item, a->said, a->now, a->lines, err)
		       : 0;
	if (own != 0)
		return own < 0 ? -1 : 0;
	if (is_wait || (is_done && !is_held))
		return put_off(a, is_done, err);
	return tell(a, "not-here", NULL);
}

static int answer_one(struct answering *a, int64_t daily_id, struct err *err)
{
	json_auto_t *item = NULL;
	const char *word = json_str_or(a->said, "word", "");
	int found = daily_item(a->o->db, daily_id, a->number, &item, err);

	if (found < 0)
		return -1;
	if (!found)
		return tell(a, "no-number", NULL);
	a->item = item;
	a->kind = find_kind(json_str_or(item, "kind", ""));
	if (!a->kind)
		return tell(a, "settled", NULL);
	if (!*word || strcmp(word, "choice") == 0)
		return tell(a, "unknown", NULL);
	/* A held one says itself who decided what. */
	int open = a->kind == &daily_held
			   ? 1
			   : is_open(a->o, a->kind, json_str_or(item, "key", ""),
				     a->now, err);
	if (open < 0)
		return -1;
	return open ? answer_word(a, word, err) : tell(a, "settled", NULL);
}

/* Of one line with several numbers: its words once, a number before what each did. */
static void number_lines(json_t *lines, size_t from, const json_t *numbers)
{
	for (size_t i = from; i < json_array_size(lines); i++) {
		json_t *line = json_array_get(lines, i);
		json_object_set(line, "number", json_array_get(numbers, i - from));
		if (i > from)
			json_object_del(line, "line");
	}
}

int daily_answer(struct office *o, int64_t daily_id, const json_t *said, int64_t now,
	json_t *lines, struct err *err)
{
	const json_t *numbers = json_object_get(said, "numbers");
	size_t before = json_array_size(lines);
	size_t i;
	json_t *number;

	if (json_array_size(numbers) == 0) {
		json_array_append_new(lines, command_line(said, "no-which", NULL));
		return 0;
	}
	json_array_foreach (numbers, i, number) {
		struct answering a = {.o = o,
			.said = said,
			.number = json_integer_value(number),
			.now = now,
			.lines = lines};
		if (answer_one(&a, daily_id, err) < 0)
			return -1;
	}
	if (json_array_size(numbers) > 1)
		number_lines(lines, before, numbers);
	return 0;
}

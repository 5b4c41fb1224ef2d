#include "command/status-questions.h"

#include "base/json.h"
#include "base/mem.h"
#include "command/names.h"
#include "command/table.h"
#include "store/question.h"

json_t *status_questions(const struct command *c, struct err *err)
{
	json_t *list = question_open_list(c->db, err);
	size_t i;
	json_t *row;

	json_array_foreach (list, i, row) {
		json_object_del(row, "meeting_id");
		names_put_time(row, "asked_at", json_int_or(row, "asked_at", 0));
		if (json_object_get(row, "reminded_at"))
			names_put_time(
				row, "reminded_at", json_int_or(row, "reminded_at", 0));
	}
	return list;
}

bool status_has_late_question(const json_t *questions)
{
	size_t i;
	json_t *row;

	json_array_foreach (questions, i, row)
		if (json_str(row, "reminded_at"))
			return true;
	return false;
}

void status_print_questions(const struct out *o, const json_t *questions)
{
	static const char *const titles[] = {"", "", "", "", ""};
	table_auto *t = table_new(5, titles);
	size_t i;
	json_t *row;

	if (json_array_size(questions) == 0)
		return;
	out_blank(o);
	out_line(o, OUT_BOLD, "Questions without an answer (`utskick questions`)");
	json_array_foreach (questions, i, row) {
		str_auto *id = xasprintf("%lld", (long long)json_int_or(row, "id", 0));
		table_row(t, json_str(row, "reminded_at") ? OUT_BAD : OUT_PLAIN, id,
			json_str_or(row, "meeting", "-"), json_str(row, "from"),
			json_str(row, "contact"), json_str(row, "subject"));
	}
	table_print(t, o);
}

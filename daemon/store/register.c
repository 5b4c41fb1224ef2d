#include "store/register.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/personal-number.h"
#include "base/text.h"
#include "store/stmt.h"

/* ---- who is protected ---- */

/* {"words": [folded names and addresses]} of all protected people; NULL with err. */
static json_t *protected_words(struct db *db, struct err *err)
{
	json_auto_t *words = json_array();
	int r;
	stmt_auto q = stmt_open(db, "SELECT name FROM person WHERE protected = 1\n"
				    "UNION\n"
				    "SELECT a.address FROM person_address AS a\n"
				    "JOIN person AS p ON p.id = a.person\n"
				    "WHERE p.protected = 1");

	while ((r = stmt_step(&q, err)) == 1) {
		str_auto *folded = text_fold(stmt_text(&q, 0));
		if (*folded)
			json_array_append_new(words, json_string(folded));
	}
	return r < 0 ? NULL : TAKE(words);
}

static bool names_protected(const char *text, const json_t *words)
{
	str_auto *folded = text_fold(text ? text : "");
	size_t i;
	json_t *word;

	json_array_foreach (words, i, word)
		if (strstr(folded, json_string_value(word)))
			return true;
	return false;
}

/* ---- a row ---- */

struct giving_out {
	const char *mailbox;
	const json_t *words;
	export_row_fn fn;
	void *context;
};

static void put_time(json_t *row, const char *key, int64_t at)
{
	if (!at)
		return;
	str_auto *words = clock_format(at);
	json_put_str(row, key, words);
}

/* A subject that names a protected person is left out as a whole: what is left of it
 * would tell. */
static void put_parties(json_t *row, const struct giving_out *g, const struct stmt *q)
{
	const char *subject = stmt_text(q, 5);
	bool is_protected = names_protected(stmt_text(q, 3), g->words) ||
			    names_protected(stmt_text(q, 4), g->words);
	bool hides_subject = names_protected(subject, g->words);

	if (!is_protected) {
		str_auto *name = personal_number_mask(stmt_text(q, 4));
		json_put_str(row, "from", stmt_text(q, 3));
		json_put_str(row, "from_name", name);
	}
	json_put_str(row, "to", g->mailbox);
	str_auto *masked = personal_number_mask(subject);
	if (!hides_subject)
		json_put_str(row, "subject", masked);
	json_object_set_new(
		row, "protected", json_boolean(is_protected || hides_subject));
}

static json_t *row_of(const struct giving_out *g, const struct stmt *q)
{
	json_t *row = json_object();

	json_put_str(row, "register", stmt_text(q, 0));
	put_time(row, "arrived_at", stmt_int(q, 1));
	json_put_str(row, "class", stmt_text(q, 2));
	put_parties(row, g, q);
	json_put_str(row, "meeting", stmt_text(q, 6));
	json_put_str(row, "removed_by", stmt_text(q, 7));
	put_time(row, "removed_at", stmt_int(q, 8));
	return row;
}

int register_public(struct db *db, const char *mailbox, int64_t from, int64_t to,
	export_row_fn fn, void *context, struct err *err)
{
	json_auto_t *words = protected_words(db, err);
	const struct giving_out g = {mailbox, words, fn, context};
	int step;

	if (!words)
		return -1;
	stmt_auto q = stmt_open(db,
		"SELECT printf('%04d-%06d', i.register_year, i.register_number),\n"
		"  i.arrived_at, i.class, i.from_address, i.from_name, i.subject,\n"
		"  m.code, r.decision, r.at\n"
		"FROM incoming AS i\n"
		"LEFT JOIN meeting AS m ON m.id = i.meeting_id\n"
		"LEFT JOIN removal AS r ON r.incoming_id = i.id\n"
		"WHERE i.arrived_at >= ? AND i.arrived_at < ?\n"
		"ORDER BY i.register_year, i.register_number",
		SQL_INT(from), SQL_INT(to));
	while ((step = stmt_step(&q, err)) == 1) {
		json_auto_t *row = row_of(&g, &q);
		if (fn(row, context) < 0)
			return -1;
	}
	return step;
}

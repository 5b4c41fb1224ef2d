#include "duty/extra.h"

#include <stdbool.h>

#include "base/json.h"
#include "base/mem.h"
#include "duty/plan.h"
#include "store/directory.h"

static bool differs(const json_t *is, const json_t *told, const char *what)
{
	const json_t *now = json_object_get(is, what);
	const json_t *before = json_object_get(told, what);

	return (now || before) && !json_equal(now, before);
}

json_t *extra_update(const struct meeting *m, const json_t *told)
{
	unsigned int changes = plan_changes(m, told);
	json_auto_t *is = plan_told(m, 0);
	int64_t starts_at = json_int_or(told, "starts_at", 0);
	json_t *old = json_pack("{s:{s:I}, s:{s:[I, I]}}", "date", "$date",
		(json_int_t)starts_at, "time", "$span", (json_int_t)starts_at,
		(json_int_t)json_int_or(told, "ends_at", 0));

	json_put_str(old, "location", json_str(told, "location"));
	json_put_str(old, "title", json_str(told, "title"));
	return json_pack("{s:o, s:b, s:b, s:b, s:b, s:b, s:b}", "old", old,
		"time_changed", (changes & PLAN_TIME) != 0, "location_changed",
		(changes & PLAN_PLACE) != 0, "agenda_changed",
		differs(is, told, "agenda"), "title_changed",
		differs(is, told, "title"), "files_changed", differs(is, told, "files"),
		"revived", (changes & PLAN_REVIVED) != 0);
}

json_t *extra_minutes_request(const struct settings *s, const struct meeting *m)
{
	return json_pack("{s:{s:{s:I}, s:{s:b}}}", "minutes", "due", "$date",
		(json_int_t)plan_minutes_due_at(s, m), "types", "$minutes_types", 1);
}

/* As he calls himself, else as the directory does, else the address; the caller frees.
 */
static char *sender_name(struct db *db, const char *name, const char *address)
{
	struct err ignored = ERR_INIT;
	str_auto *person = NULL;
	str_auto *known = NULL;

	if (name && *name)
		return xstrdup(name);
	if (directory_person_by_address(db, address, &person, &known, &ignored) > 0)
		return TAKE(known);
	return xstrdup(address);
}

json_t *extra_minutes(struct db *db, int version, bool is_corrected,
	int64_t received_at, const char *from_name, const char *from_address,
	const json_t *files)
{
	str_auto *name = sender_name(db, from_name, from_address);
	json_t *names = json_array();
	size_t i;
	json_t *file;

	json_array_foreach (files, i, file)
		json_array_append_new(
			names, json_pack("{s:s, s:{s:I}}", "name",
				       json_str_or(file, "name", ""), "size", "$size",
				       (json_int_t)json_int_or(file, "size", 0)));
	return json_pack("{s:{s:i, s:b, s:{s:I}, s:{s:s, s:s}, s:o}, s:b}", "minutes",
		"version", version, "corrected", is_corrected, "received", "$date",
		(json_int_t)received_at, "from", "name", name, "address", from_address,
		"files", names, "corrected", is_corrected);
}

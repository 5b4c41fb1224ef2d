#include "config/check.h"

#include <stdbool.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/schema-text.h"

json_t *check_collect_ids(const json_t *array)
{
	json_t *ids = json_object();
	size_t i;
	json_t *item;

	json_array_foreach (array, i, item) {
		const char *id = json_str(item, "id");
		if (id && !json_object_get(ids, id))
			json_object_set_new(ids, id, json_integer((json_int_t)i));
	}
	return ids;
}

/* What has not an id's form is the schema's to say. */
static bool is_id(const char *s)
{
	return *s && !s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-")];
}

void check_reference(const struct source_file *f, struct problems *problems,
	const char *pointer, const json_t *value, const json_t *ids, const char *what)
{
	const char *id = json_string_value(value);

	if (!id || !is_id(id) || json_object_get(ids, id))
		return;
	const char *near = schema_nearest_key(ids, id);
	if (near)
		source_file_complain(f, problems, pointer,
			"no %s has the id \"%s\": did you mean \"%s\"?", what, id,
			near);
	else
		source_file_complain(f, problems, pointer,
			"no %s has the id \"%s\"; it must be the id of one that is "
			"there",
			what, id);
}

void check_twice(const struct source_file *f, struct problems *problems,
	const char *array, const char *member)
{
	json_auto_t *seen = json_object();
	size_t i;
	json_t *item;

	json_array_foreach (json_object_get(f->json, array), i, item) {
		const char *value = json_str(item, member);
		const json_t *first = value ? json_object_get(seen, value) : NULL;
		if (value && !first)
			json_object_set_new(seen, value, json_integer((json_int_t)i));
		if (!first)
			continue;
		str_auto *pointer = xasprintf("/%s/%zu/%s", array, i, member);
		source_file_complain(f, problems, pointer,
			"\"%s\" is that of /%s/%lld too; each must have its own", value,
			array, (long long)json_integer_value(first));
	}
}

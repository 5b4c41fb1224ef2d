#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "calendar/occurrences.h"

static int compare(const void *a, const void *b)
{
	const struct occurrence *x = a;
	const struct occurrence *y = b;

	if (x->starts != y->starts)
		return x->starts < y->starts ? -1 : 1;
	int order = strcmp(x->uid, y->uid);
	if (!order)
		order = strcmp(x->recurrence_id, y->recurrence_id);
	return order ? order
		     : (x->component > y->component) - (x->component < y->component);
}

static json_t *occurrence_json(const struct occurrence *o)
{
	json_t *json = json_object();

	json_put_str(json, "uid", o->uid);
	json_put_str(json, "recurrence_id", o->recurrence_id);
	json_put_str(json, "starts_at", o->starts_at);
	json_put_str(json, "ends_at", o->ends_at);
	json_put_int(json, "starts", o->starts);
	json_put_int(json, "ends", o->ends);
	json_object_set_new(json, "all_day", json_boolean(o->all_day));
	json_put_int(json, "component", (json_int_t)o->component);
	return json;
}

void occurrences_sort(struct occurrences *o)
{
	if (o->count)
		qsort(o->list, o->count, sizeof(*o->list), compare);
}

json_t *occurrences_json(const struct occurrences *o, size_t max)
{
	json_t *json = json_array();

	for (size_t i = 0; i < o->count && i < max; i++)
		json_array_append_new(json, occurrence_json(&o->list[i]));
	return json;
}

void occurrences_deinit(struct occurrences *o)
{
	for (size_t i = 0; i < o->count; i++) {
		free(o->list[i].recurrence_id);
		free(o->list[i].starts_at);
		free(o->list[i].ends_at);
	}
	free(o->list);
}

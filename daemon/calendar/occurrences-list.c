#include <stdlib.h>
#include <string.h>

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

/* The words are ours, and uid was a string of JSON before: nothing to check again. */
static void put(json_t *json, const char *key, json_t *value)
{
	json_object_set_new_nocheck(json, key, value);
}

static json_t *occurrence_json(const struct occurrence *o)
{
	json_t *json = json_object();
	bool in_words = o->starts_at != NULL;

	if (in_words)
		put(json, "uid", json_string_nocheck(o->uid));
	put(json, "recurrence_id", json_string_nocheck(o->recurrence_id));
	if (in_words) {
		put(json, "starts_at", json_string_nocheck(o->starts_at));
		put(json, "ends_at", json_string_nocheck(o->ends_at));
	}
	put(json, "starts", json_integer(o->starts));
	put(json, "ends", json_integer(o->ends));
	if (in_words || o->all_day)
		put(json, "all_day", json_boolean(o->all_day));
	put(json, "component", json_integer((json_int_t)o->component));
	if (o->cancelled != NOT_CANCELLED)
		put(json, "cancelled", json_integer((json_int_t)o->cancelled));
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

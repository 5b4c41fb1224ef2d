#include "duty/season-clash.h"

#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "duty/placing.h"
#include "duty/season-meeting.h"

#define PEOPLE 2 /* secretary, chair */

/* People and places are numbers from 1 on, so that comparing them costs nothing. */
struct entry {
	int64_t starts_at, ends_at;
	int people[PEOPLE];
	int place;
	json_t *json;
};

struct clash_search {
	const struct config *config;
	json_t *person_of; /* address, folded -> person in the directory */
	json_t *people;	   /* id -> person */
	json_t *numbers;   /* id, address or place -> number */
	json_t *names;	   /* of each number */
	struct entry *list;
	size_t count, size;
};

struct clash_search *clash_search_new(const struct config *config)
{
	struct clash_search *s = xcalloc(1, sizeof(*s));
	size_t i, k;
	json_t *person, *address;

	s->config = config;
	s->person_of = json_object();
	s->people = json_object();
	s->numbers = json_object();
	s->names = json_pack("[s]", "");
	json_array_foreach (json_object_get(config->directory, "people"), i, person) {
		json_object_set(s->people, json_str_or(person, "id", ""), person);
		json_array_foreach (json_object_get(person, "addresses"), k, address) {
			str_auto *folded = text_fold(json_string_value(address));
			json_object_set(s->person_of, folded, person);
		}
	}
	return s;
}

/* The number of whatever has that key; name is what it is first called. */
static int number_of(struct clash_search *s, const char *key, const char *name)
{
	int number = (int)json_int_or(s->numbers, key, 0);

	if (number)
		return number;
	number = (int)json_array_size(s->names);
	json_put_int(s->numbers, key, number);
	json_t *text = json_string(name);
	json_array_append_new(s->names, text ? text : json_string("?"));
	return number;
}

static int person_number(struct clash_search *s, const char *id, const char *name)
{
	str_auto *key = xasprintf("person %s", id);

	return number_of(s, key, name);
}

/* By the person in the directory, who may have several addresses, else by address. */
static int role_number(struct clash_search *s, const json_t *role)
{
	const char *address = json_str_or(role, "address", "");
	str_auto *folded = text_fold(address);
	const json_t *person = json_object_get(s->person_of, folded);
	const char *name = json_str_or(role, "name", "");

	if (person)
		return person_number(s, json_str_or(person, "id", ""),
			json_str_or(person, "name", address));
	str_auto *key = xasprintf("address %s", folded);
	return *address ? number_of(s, key, *name ? name : address) : 0;
}

static int council_chair(
	struct clash_search *s, const char *council_id, const char *day)
{
	const json_t *council = placing_council(s->config, council_id);
	size_t i;
	json_t *member;

	json_array_foreach (json_object_get(council, "members"), i, member) {
		const char *id = json_str_or(member, "person", "");
		if (strcmp(json_str_or(member, "role", ""), "chair") != 0 ||
			!placing_is_valid_on(member, day))
			continue;
		const json_t *person = json_object_get(s->people, id);
		return person_number(s, id, json_str_or(person, "name", id));
	}
	return 0;
}

static bool is_shared(const struct clash_search *s, const char *folded_place)
{
	size_t i;
	json_t *word;

	json_array_foreach (s->config->settings.shared_places, i, word)
		if (text_has_word(folded_place, json_string_value(word)))
			return true;
	return false;
}

static int place_number(struct clash_search *s, const char *location)
{
	str_auto *trimmed = text_trim(location ? location : "");
	str_auto *folded = text_fold(trimmed);
	str_auto *key = xasprintf("place %s", folded);

	if (!*folded || is_shared(s, folded))
		return 0;
	return number_of(s, key, trimmed);
}

static void fill_people(
	struct clash_search *s, struct entry *e, const struct timetable_row *row)
{
	str_auto *day = clock_day(row->meeting.starts_at);
	bool has_chair = false;
	size_t i, count = 0;
	json_t *role;

	json_array_foreach (row->roles, i, role) {
		if (count < PEOPLE)
			e->people[count++] = role_number(s, role);
		has_chair |= strcmp(json_str_or(role, "role", ""), "chair") == 0;
	}
	if (!has_chair && count < PEOPLE)
		e->people[count] = council_chair(s, row->meeting.council, day);
}

void clash_search_add(
	struct clash_search *s, const struct timetable_row *row, json_t *json)
{
	const struct meeting *m = &row->meeting;
	/* What has no length is at its start. */
	struct entry e = {.starts_at = m->starts_at,
		.ends_at = m->ends_at > m->starts_at ? m->ends_at : m->starts_at + 1,
		.json = json};

	if (m->state == MEETING_CANCELLED)
		return;
	fill_people(s, &e, row);
	e.place = place_number(s, m->location);
	if (s->count == s->size) {
		s->size = s->size ? 2 * s->size : 64;
		s->list = xrealloc(s->list, s->size * sizeof(*s->list));
	}
	s->list[s->count++] = e;
}

/* 0: nobody. */
static int same_person(const struct entry *a, const struct entry *b)
{
	for (int i = 0; i < PEOPLE; i++)
		for (int k = 0; k < PEOPLE; k++)
			if (a->people[i] && a->people[i] == b->people[k])
				return a->people[i];
	return 0;
}

static const char *name_of(const struct clash_search *s, int number)
{
	return number ? json_string_value(json_array_get(s->names, (size_t)number))
		      : NULL;
}

static json_t *clash_json(const struct clash_search *s, const struct entry *a,
	const struct entry *b, int64_t now)
{
	json_t *one = json_pack("{s:[s, s], s:b}", "meetings",
		json_str_or(a->json, "code", ""), json_str_or(b->json, "code", ""),
		"is_ahead", b->ends_at > now);

	json_put_str(one, "who", name_of(s, same_person(a, b)));
	if (a->place && a->place == b->place)
		json_put_str(one, "place", name_of(s, a->place));
	json_put_str(one, "starts_at", json_str(b->json, "starts_at"));
	season_note(a->json, "clash");
	season_note(b->json, "clash");
	return one;
}

static bool is_clash(const struct entry *a, const struct entry *b)
{
	return same_person(a, b) || (a->place && a->place == b->place);
}

json_t *clash_search_end(struct clash_search *s, int64_t now, size_t *ret_count)
{
	json_t *list = json_array();

	*ret_count = 0;
	for (size_t i = 0; i < s->count; i++) {
		const struct entry *a = &s->list[i];
		for (size_t k = i + 1; k < s->count; k++) {
			const struct entry *b = &s->list[k];
			if (b->starts_at >= a->ends_at)
				break;
			if (!is_clash(a, b))
				continue;
			if (++*ret_count <= CLASHES_MAX)
				json_array_append_new(list, clash_json(s, a, b, now));
		}
	}
	return list;
}

void clash_search_free(struct clash_search *s)
{
	if (!s)
		return;
	json_decref(s->person_of);
	json_decref(s->people);
	json_decref(s->numbers);
	json_decref(s->names);
	free(s->list);
	free(s);
}

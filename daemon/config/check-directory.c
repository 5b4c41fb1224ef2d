#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "config/check.h"
#include "config/formats.h"
#include "mail/address.h"

struct look {
	const struct source_file *file;
	struct problems *problems;
	json_t *committees; /* ids */
	json_t *people;	    /* ids */
};

/* A day of a period, or otherwise where it is left out or wrong (the schema says so).
 */
static const char *day_or(const json_t *object, const char *key, const char *otherwise)
{
	const char *day = json_str(object, key);

	return day && formats_accept("date", day) ? day : otherwise;
}

static const char *first_day(const json_t *object)
{
	return day_or(object, "from", "0000-00-00");
}

static const char *last_day(const json_t *object)
{
	return day_or(object, "to", "9999-12-31");
}

static void check_period(
	const struct look *l, const char *pointer, const json_t *object)
{
	if (strcmp(first_day(object), last_day(object)) <= 0)
		return;
	str_auto *to = xasprintf("%s/to", pointer);
	source_file_complain(l->file, l->problems, to,
		"%s is before its \"from\", %s; the last day must not be before the "
		"first",
		last_day(object), first_day(object));
}

/* seen: the earlier roles of each person in the same body. */
static void check_overlap(
	const struct look *l, const char *pointer, const json_t *member, json_t *seen)
{
	const char *person = json_str(member, "person");
	json_t *earlier = person ? json_object_get(seen, person) : NULL;
	size_t i;
	json_t *other;

	if (!person)
		return;
	if (!earlier) {
		earlier = json_array();
		json_object_set_new(seen, person, earlier);
	}
	json_array_foreach (earlier, i, other) {
		if (strcmp(first_day(member), last_day(other)) > 0 ||
			strcmp(first_day(other), last_day(member)) > 0)
			continue;
		source_file_complain(l->file, l->problems, pointer,
			"\"%s\" is here already as %s from %s to %s; one role at a "
			"time, so end that one or begin this one later",
			person, json_str_or(other, "role", "?"),
			json_str_or(other, "from", "always"),
			json_str_or(other, "to", "no end"));
		break;
	}
	json_array_append(earlier, (json_t *)member);
}

/* Of a committee or council at pointer. */
static void check_members(const struct look *l, const char *pointer, const json_t *body)
{
	json_auto_t *seen = json_object();
	size_t i;
	json_t *member;

	json_array_foreach (json_object_get(body, "members"), i, member) {
		str_auto *at = xasprintf("%s/members/%zu", pointer, i);
		str_auto *person = xasprintf("%s/person", at);
		check_reference(l->file, l->problems, person,
			json_object_get(member, "person"), l->people, "person");
		check_period(l, at, member);
		check_overlap(l, at, member, seen);
	}
}

/* Marks in owed the committees that a council's papers go to. */
static void check_council(
	const struct look *l, size_t index, const json_t *council, json_t *owed)
{
	str_auto *pointer = xasprintf("/councils/%zu", index);
	size_t i;
	json_t *id;

	check_period(l, pointer, council);
	json_array_foreach (json_object_get(council, "committees"), i, id) {
		str_auto *at = xasprintf("%s/committees/%zu", pointer, i);
		check_reference(
			l->file, l->problems, at, id, l->committees, "committee");
		if (json_is_string(id))
			json_object_set_new(owed, json_string_value(id), json_true());
	}
	check_members(l, pointer, council);
}

static void check_committee(
	const struct look *l, size_t index, const json_t *committee, const json_t *owed)
{
	str_auto *pointer = xasprintf("/committees/%zu", index);
	const char *id = json_str(committee, "id");

	if (id && !json_object_get(owed, id))
		source_file_complain(l->file, l->problems, pointer,
			"\"%s\" is owed no council's papers; name it in the "
			"\"committees\" of a council at least",
			id);
	check_members(l, pointer, committee);
}

/* seen: each address so far, in its normal form, with the person's id. */
static void check_address(const struct look *l, const char *pointer,
	const char *address, const char *person, json_t *seen)
{
	str_auto *normal = address_normal(address);

	if (!normal)
		return;
	const char *owner = json_str(seen, normal);
	if (owner && strcmp(owner, person) == 0)
		source_file_complain(l->file, l->problems, pointer,
			"\"%s\" is given twice; once is enough", address);
	else if (owner && !*owner)
		source_file_complain(l->file, l->problems, pointer,
			"\"%s\" is the mailbox that utskickd itself works; a person "
			"must have another",
			address);
	else if (owner)
		source_file_complain(l->file, l->problems, pointer,
			"\"%s\" is an address of \"%s\" too; an address must be one "
			"person's alone",
			address, owner);
	else
		json_object_set_new(seen, normal, json_string(person));
}

static void check_person(
	const struct look *l, size_t index, const json_t *person, json_t *seen)
{
	size_t i;
	json_t *address;

	json_array_foreach (json_object_get(person, "addresses"), i, address) {
		if (!json_is_string(address))
			continue;
		str_auto *at = xasprintf("/people/%zu/addresses/%zu", index, i);
		check_address(l, at, json_string_value(address),
			json_str_or(person, "id", "?"), seen);
	}
}

static void check_people(const struct look *l, const char *mailbox)
{
	json_auto_t *seen = json_object();
	str_auto *own = mailbox ? address_normal(mailbox) : NULL;
	size_t i;
	json_t *person;

	if (own)
		json_object_set_new(seen, own, json_string(""));
	json_array_foreach (json_object_get(l->file->json, "people"), i, person)
		check_person(l, i, person, seen);
}

void check_directory(const struct source_file *directory,
	const struct source_file *settings, struct problems *problems)
{
	json_auto_t *owed = json_object();
	json_auto_t *committees =
		check_collect_ids(json_object_get(directory->json, "committees"));
	json_auto_t *people =
		check_collect_ids(json_object_get(directory->json, "people"));
	struct look l = {directory, problems, committees, people};
	size_t i;
	json_t *item;

	check_twice(directory, problems, "councils", "id");
	check_twice(directory, problems, "councils", "code");
	check_twice(directory, problems, "committees", "id");
	check_twice(directory, problems, "people", "id");
	json_array_foreach (json_object_get(directory->json, "councils"), i, item)
		check_council(&l, i, item, owed);
	json_array_foreach (json_object_get(directory->json, "committees"), i, item)
		check_committee(&l, i, item, owed);
	check_people(
		&l, json_str(json_object_get(settings->json, "mailbox"), "address"));
}

/*
 * The directory mirrored from directory.json at load, and who was what on a day. A
 * person stays readable after leaving the file.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct db;

/* Replaces the mirror by the checked directory in one transaction of its own (see
 * config/directory.schema.json). */
int directory_mirror(
	struct db *db, const json_t *directory, int64_t now, struct err *err);

struct recipient {
	char *person; /* id; NULL for somebody outside the directory */
	char *name;
	char *address;
	char *language;
	char *committee; /* id through which it is owed; NULL for a council's own */
	char *committee_name;
	char *role; /* "chair", "member", "deputy", ... */
};

struct recipients {
	struct recipient *list;
	size_t count;
};

void recipients_deinit(struct recipients *r);
#define recipients_auto __attribute__((cleanup(recipients_deinit))) struct recipients
#define RECIPIENTS_NONE ((struct recipients){NULL, 0})

/*
 * Everyone owed the council's papers on that local day ("2026-09-14"): members of the
 * committees that it owes, each person once (the first committee in the directory's
 * order), first address. with_council adds the council's own members.
 */
int directory_recipients(struct db *db, const char *council, const char *day,
	bool with_council, struct recipients *ret, struct err *err);
/* Committees with nobody valid on that day among those owed: [{id, name}]; new
 * reference. */
json_t *directory_empty_committees(
	struct db *db, const char *council, const char *day, struct err *err);
/* The person that has the address among his; name through ret_name (caller frees). 1,
 * 0, -1. */
int directory_person_by_address(struct db *db, const char *address, char **ret_person,
	char **ret_name, struct err *err);
/* The language of the person that has the address (caller frees). 1, 0, -1. */
int directory_language_of(
	struct db *db, const char *address, char **ret_language, struct err *err);
/* All addresses of a person, first one first: array of strings; new reference. */
json_t *directory_addresses(struct db *db, const char *person, struct err *err);

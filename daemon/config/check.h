/*
 * What no schema can say: references between the two files, periods, limits that
 * contradict each other, files that have to be there. All checks take values of any
 * type, as they run beside the schema's, which has said what is of a wrong type.
 */
#pragma once

#include "base/problems.h"
#include "config/source-file.h"

/*
 * Passwords among the members of imap and smtp. Before the schema's check: what is
 * found is taken out, so that it is named once.
 */
void check_passwords(struct source_file *settings, struct problems *problems);
/* utskick.json; directory->json may be NULL, dir is what its paths are relative to. */
void check_settings(const struct source_file *settings,
	const struct source_file *directory, const char *dir,
	struct problems *problems);
/* The part of it about how the mail servers are signed in to. */
void check_servers(
	const struct source_file *settings, const char *dir, struct problems *problems);
/* directory.json; settings->json may be NULL. */
void check_directory(const struct source_file *directory,
	const struct source_file *settings, struct problems *problems);
/*
 * The ids of an array of objects as keys of an object, each with its index; new
 * reference.
 */
json_t *check_collect_ids(const json_t *array);
/* False (and a problem, with the nearest known id) where the string at pointer is not
 * among ids. */
void check_reference(const struct source_file *f, struct problems *problems,
	const char *pointer, const json_t *value, const json_t *ids, const char *what);
/* A problem for each item of the array whose string member is there twice. */
void check_twice(const struct source_file *f, struct problems *problems,
	const char *array, const char *member);
/* The file or credential that object's member names, object being at `at`; name is for
 * what would be right. Absent: no problem. */
void check_secret(const struct source_file *f, struct problems *problems,
	const char *dir, const char *at, const char *member, const char *name,
	const json_t *object);
/* The same of object's ca_file. */
void check_ca_file(const struct source_file *f, struct problems *problems,
	const char *dir, const char *at, const json_t *object);

/*
 * A JSON file that people wrote, kept with its text so that each problem can name the
 * line.
 */
#pragma once

#include <jansson.h>

#include "base/problems.h"

struct source_file {
	char *path;
	char *text;
	json_t *json; /* NULL where it could not be read */
};

/* Reads dir/name; what is wrong goes to ret_problems, and json is NULL then. */
void source_file_read(struct source_file *f, const char *dir, const char *name,
	struct problems *ret_problems);
/* A problem with the value at the JSON pointer, or with what should hold it. */
void source_file_complain(const struct source_file *f, struct problems *problems,
	const char *pointer, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void source_file_deinit(struct source_file *f);
#define source_file_auto __attribute__((cleanup(source_file_deinit))) struct source_file

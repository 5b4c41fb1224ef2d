/*
 * What is wrong with the configuration, all of it at once, as `file:line: field: what,
 * and what would be right`.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

struct problem {
	char *file;
	int line; /* 1-based; 0 where the file as a whole is meant */
	char *field;
	char *text;
};

struct problems {
	struct problem *list;
	size_t count;
};

#define PROBLEMS_NONE ((struct problems){NULL, 0})

void problems_add(struct problems *p, const char *file, int line, const char *field,
	const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* In order of file and line. field is left out where it is "". */
void problems_print(struct problems *p, FILE *to);
void problems_deinit(struct problems *p);
#define problems_auto __attribute__((cleanup(problems_deinit))) struct problems

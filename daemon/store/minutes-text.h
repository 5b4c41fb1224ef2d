/*
 * What is written in the files of minutes, and finding it again (SQLite's FTS5). å, ä
 * and ö are letters of their own.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"

struct db;

/* Once for each file: what was there stays. */
int minutes_text_put(struct db *db, int64_t minutes_id, int64_t position,
	const char *text, struct err *err);
/* Where minutes are removed by decision. */
int minutes_text_remove(struct db *db, int64_t minutes_id, struct err *err);
/* A file whose text nobody has looked for yet. 1, 0, -1. */
struct minutes_unread {
	int64_t minutes_id;
	int64_t position;
	char *name;
	char *sha256;
};
void minutes_unread_deinit(struct minutes_unread *u);
#define minutes_unread_auto                                                            \
	__attribute__((cleanup(minutes_unread_deinit))) struct minutes_unread
int minutes_unread_next(struct db *db, struct minutes_unread *ret, struct err *err);

/*
 * words as people write them: each as the beginning of a word, all of them to be found;
 * "in quotes" as they stand. [{meeting (its code), title, council (id), date (UTC
 * seconds), version, file, snippet, withdrawn}], best first, at most max; new
 * reference. An empty list also where words holds none.
 */
json_t *minutes_search(struct db *db, const char *words, int max, struct err *err);
/* The same as an expression of FTS5, for tests; the caller frees; "" where there is no
 * word. */
char *minutes_search_expression(const char *words);

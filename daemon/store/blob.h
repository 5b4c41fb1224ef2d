/*
 * Content kept once under its SHA-256: minutes that were accepted, however often they
 * are sent on.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/content.h"
#include "base/err.h"

struct db;

/* Stores unless there; ret_sha256 gets 64 hex digits and NUL. */
int blob_put(struct db *db, const void *bytes, size_t len, int64_t now,
	char ret_sha256[65], struct err *err);
/* The same of what is read by and by, twice. */
int blob_put_content(struct db *db, const struct content *content, int64_t now,
	char ret_sha256[65], struct err *err);
/* 1, 0, -1. */
int blob_has(struct db *db, const char *sha256, struct err *err);
/* Where it is kept. */
struct blob {
	struct db *db;
	int64_t id;
	uint64_t size;
};
/* 1 found, 0 none, -1. */
int blob_find(struct db *db, const char *sha256, struct blob *ret, struct err *err);
struct content blob_content(struct blob *b);

/*
 * Content kept once under its SHA-256: minutes that were accepted, however often they
 * are sent on.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct db;

/* Stores unless there; ret_sha256 gets 64 hex digits and NUL. */
int blob_put(struct db *db, const void *bytes, size_t len, int64_t now,
	char ret_sha256[65], struct err *err);
/* 1, 0, -1. */
int blob_has(struct db *db, const char *sha256, struct err *err);
/* 1 found, 0 none, -1. */
int blob_find(struct db *db, const char *sha256, struct buf *ret, struct err *err);

/*
 * The register as it may be given out: which mail came, when, from whom, of what class,
 * without its text. What names a protected person is left out, personal numbers in
 * subjects are masked.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "store/incoming.h"

struct db;

/*
 * Mail that arrived in [from, to), in the register's order: {register, arrived_at,
 * class, from, from_name, to, subject, meeting (code), protected, removed_by,
 * removed_at}; what is not known or not given out is absent. fn borrows each row; -1
 * stops.
 */
int register_public(struct db *db, const char *mailbox, int64_t from, int64_t to,
	export_row_fn fn, void *context, struct err *err);

/*
 * Private to db.c and stmt.c: the connection and its kept statements.
 */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

struct kept {
	const char *sql; /* compared by address */
	sqlite3_stmt *handle;
	bool is_busy; /* in use; the same SQL once more gets a statement of its own */
};

struct db {
	sqlite3 *handle;
	struct kept *kept;
	size_t kept_count;
};

/*
 * The schema's history, private to store/. Append only: a step that has been released
 * is never changed. user_version counts the steps a file has seen.
 */
#pragma once

#include <stddef.h>

/* SQL of step index (0-based); NULL behind the last. */
const char *migration_at(size_t index);
int migration_count(void);

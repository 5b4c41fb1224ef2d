/*
 * The formats that the schemas name: email, date, time-zone, line, host, folder, path.
 */
#pragma once

#include <stdbool.h>

/* A schema_format_fn (base/schema.h). */
bool formats_accept(const char *format, const char *value);

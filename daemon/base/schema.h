/*
 * The part of JSON Schema (2020-12) that our two files need: type, required,
 * properties, additionalProperties (false or schema), items, minItems, enum, pattern,
 * format, minimum, maximum, minLength, uniqueItems, default, $defs with $ref
 * "#/$defs/name". `description` and `examples` go into the error, as what would be
 * right. Missing members with a `default` are filled in. Patterns are POSIX extended
 * expressions that ECMA 262 reads alike (no \d, no \w).
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/problems.h"

/* True where value is of that format ("email", "date", "time-zone", ...). */
typedef bool (*schema_format_fn)(const char *format, const char *value);

/*
 * Checks value, read from text of file, against schema and fills in defaults. Adds to
 * ret_problems, each with the line of the value (of its parent, where it is missing); a
 * member that is unknown names the nearest known one.
 */
void schema_check(const json_t *schema, json_t *value, const char *file,
	const char *text, schema_format_fn is_format, struct problems *ret_problems);

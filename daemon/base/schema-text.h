/*
 * How a schema says in words what would be right.
 */
#pragma once

#include <jansson.h>

/*
 * "; <description>, for example <examples>" of the schema, "" where it has neither; the
 * caller frees.
 */
char *schema_hint(const json_t *schema);
/* The name nearest to wrong among the keys of an object, or NULL; borrowed. */
const char *schema_nearest_key(const json_t *object, const char *wrong);
/* The string nearest to wrong in an array, or NULL; borrowed. */
const char *schema_nearest_item(const json_t *array, const char *wrong);
/* "a, b, c" of an array of values, or of the keys of an object; the caller frees. */
char *schema_list(const json_t *values);
/* "a string", "an object", ...; a type's name as JSON Schema has it. */
const char *schema_type_text(const char *type);
/* The same of a value. */
const char *schema_type_of(const json_t *value);
